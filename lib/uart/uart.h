/* The UART bootloader as a protocol of a session, and the bus of the one board behind a port. */
#ifndef B0_LIB_UART_UART_H
#define B0_LIB_UART_UART_H

#include "../protocol.h"
#include "lines.h"

#include <boot0/session.h>
#include <core/an3155.h>

/*
 * A port with a board behind it: the context of the bus, of its only transport and, through that,
 * of the protocol. What was found out about the board stays from one opening to the next.
 */
struct b0_uart_bus {
    struct boot0_stream stream; /* ops NULL: not open yet */
    struct boot0_line line;
    struct b0_lines lines;
    struct b0_an3155 engine;
    char *port;
    uint32_t baud;  /* that is asked for */
    bool connected; /* the engine knows the board's commands and id */
    FILE *trace;    /* records the port; NULL: nobody does */
    bool left;      /* a program was started: there is no bootloader any more */
    /* Opens the port when it is first needed; NULL for a stream of the caller's. */
    enum boot0_status (*open)(struct boot0_stream *stream, const char *port,
                              struct boot0_error *error);
};

/* bus.c: the bus behind a transport of it; NULL if it is another's. */
struct b0_uart_bus *b0_uart_bus_of(const struct boot0_transport *transport);

/* bus.c: makes a bus; `open` may be NULL if `stream` is open. */
enum boot0_status
b0_uart_bus_new(struct boot0_bus *bus, const struct boot0_stream *stream,
                enum boot0_status (*open)(struct boot0_stream *stream, const char *port,
                                          struct boot0_error *error),
                const struct boot0_uart_options *options, struct boot0_error *error);

/* What the caller of b0_uart_run() wanted, for messages: "writing", and where. */
struct b0_uart_task {
    const char *doing;
    bool has_address;
    uint32_t address; /* where the operation began; engine.done is added */
};

/*
 * link.c: runs the operation that was begun on the engine to its end. B0_E_IO, B0_E_GONE,
 * B0_E_PROTOCOL, B0_E_PROTECTED, B0_E_UNSUPPORTED, or B0_E_CANCELLED when tick() said so.
 */
enum boot0_status b0_uart_run(struct b0_uart_bus *bus, const struct b0_uart_task *task,
                              bool (*tick)(void *context), void *context,
                              struct boot0_error *error);

/*
 * probe.c: brings the board behind a transport of such a bus into its bootloader, if it is not
 * there, asks it what it is, and fills `board`, whose `usb` the caller has filled.
 */
enum boot0_status b0_uart_probe(const struct boot0_transport *transport, struct boot0_board *board,
                                struct boot0_error *error);

/*
 * protocol.c: a protocol for a board that has been probed. `transport` and `board` must outlive it.
 * NULL if out of memory; else the caller's: ops->close().
 */
struct b0_protocol *b0_uart_new(const struct boot0_transport *transport,
                                const struct boot0_board *board);

/* Changes the chip's protection; the chip resets. At most B0_AN3155_BLOCK_MAX sectors. */
enum boot0_status b0_uart_protect(struct b0_protocol *protocol, enum boot0_protection what,
                                  const uint8_t *sectors, size_t count, struct boot0_error *error);

#endif
