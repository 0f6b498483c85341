/* SPDX-License-Identifier: MIT */
/* The UART bootloader as a session protocol, and the bus with the one board on a port. */
#ifndef B0_LIB_SERIAL_SERIAL_H
#define B0_LIB_SERIAL_SERIAL_H

#include "../backend.h"
#include "../drive.h"
#include "reset_sequence.h"

#include <boot0/session.h>
#include <core/an3155.h>
#include <core/extension.h>

/*
 * A port with a board: the context of the bus, of its only transport and, through that, of the
 * protocol. Knowledge about the board is kept from one opening to the next.
 */
struct b0_uart_bus {
    struct boot0_stream stream; /* ops NULL: not open yet */
    struct boot0_line line;
    struct b0_reset_sequences resets;
    struct b0_an3155 engine;
    char *port;
    uint32_t baud;                 /* requested speed */
    bool connected;                /* the engine knows the board's commands and id */
    FILE *trace;                   /* recording of the port; NULL: none */
    bool left;                     /* a program was started: the bootloader no longer runs */
    struct b0_loader_link *loader; /* RAM loader running instead of the ROM; NULL: none */
    uint8_t ranges[B0_EXTENSION_RANGES_MAX * B0_EXTENSION_RANGE_SIZE]; /* last SET_RANGES */
    size_t ranges_size;
    bool told; /* the loader's failure was reported */
    /* Opens the port on first use; NULL for a stream of the caller. */
    enum boot0_status (*open)(struct boot0_stream *stream, const char *port,
                              struct boot0_error *error);
};

/* bus.c: returns the bus of a transport of b0_serial_backend. */
struct b0_uart_bus *b0_uart_bus_of(const struct boot0_transport *transport);

/* bus.c: makes a bus; `open` may be NULL if `stream` is open. */
enum boot0_status
b0_uart_bus_new(struct boot0_bus *bus, const struct boot0_stream *stream,
                enum boot0_status (*open)(struct boot0_stream *stream, const char *port,
                                          struct boot0_error *error),
                const struct boot0_uart_options *options, struct boot0_error *error);

/*
 * libserialport.c, win32.c: opens a port, `plain` for a program's output, else with the parity of
 * the UART bootloader. Otherwise like boot0_serial_stream().
 */
enum boot0_status b0_serial_open_port(struct boot0_stream *stream, const char *path, bool plain,
                                      struct boot0_error *error);

/*
 * link.c: runs the operation that was begun on the engine to its end. BOOT0_E_IO, BOOT0_E_GONE,
 * BOOT0_E_PROTOCOL, BOOT0_E_PROTECTED, BOOT0_E_UNSUPPORTED, or BOOT0_E_CANCELLED when tick()
 * returned false.
 */
enum boot0_status b0_uart_run(struct b0_uart_bus *bus, const struct b0_task *task,
                              const struct b0_tick *tick, struct boot0_error *error);

/* probe.c: the backend's probe(). Brings the board into its bootloader first, if necessary. */
enum boot0_status b0_uart_probe(const struct boot0_transport *transport, struct boot0_board *board,
                                struct boot0_error *error);

/*
 * Returns the chip with the id that the board answered; NULL: unknown. A chip that the user names
 * is taken if it has that id, or none.
 */
const struct boot0_chip *b0_uart_find_chip(const struct boot0_board *board, uint16_t id);
/* Formats the serial number like the ROM's USB interface, from the unique id. */
void b0_uart_name_serial(const uint8_t *unique_id, char *text, size_t size);
/* Adds the main flash of board->chips[0] as the first memory, cut to `size`. */
void b0_uart_add_flash(struct boot0_board *board, uint64_t size);

#endif
