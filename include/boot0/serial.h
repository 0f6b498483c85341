/* SPDX-License-Identifier: MIT */
/*
 * Boards on a serial port: ST's UART bootloader (AN3155), which every STM32 has in its ROM.
 *
 * A stream is an open port, as a table of functions: libboot0 has one for the machine's ports (if
 * it was built with libserialport), a program may bring its own. A stream with a board at its end
 * becomes a bus of that one board, on which a session is opened as on any other bus.
 */
#ifndef BOOT0_SERIAL_H
#define BOOT0_SERIAL_H

#include <boot0/transport.h>
#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum boot0_parity {
    BOOT0_PARITY_NONE,
    BOOT0_PARITY_EVEN,
    BOOT0_PARITY_ODD,
    BOOT0_PARITY_MARK,
    BOOT0_PARITY_SPACE,
};

/*
 * How a port is set. In a stream that was just opened both modem lines are on, as every system
 * leaves them. A bus on a serial port sets 8 data bits, even parity and 1 stop bit for the
 * bootloader in ROM, and no parity for the RAM loader, which a stream of one's own has to follow to
 * be of use for both.
 */
struct boot0_line {
    uint32_t baud;
    bool dtr; /* on: asserted, which is low at the pin of a TTL adapter */
    bool rts;
    enum boot0_parity parity;
    uint8_t data_bits; /* 5 to 8; 0: 8 */
    uint8_t stop_bits; /* 1 or 2; 0: 1 */
};

struct boot0_stream_ops {
    /* Sends all bytes. BOOT0_XFER_OK, _TIMEOUT, _GONE, _ERROR. */
    enum boot0_xfer (*send)(void *context, const uint8_t *bytes, size_t size, uint32_t timeout_ms);
    /*
     * Receives until all `size` bytes are there or the time is over; *actual is how many came.
     * BOOT0_XFER_OK, _TIMEOUT, _GONE; _ERROR if one of them had wrong parity or no stop bit.
     */
    enum boot0_xfer (*receive)(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms);
    /* Sets speed, frame and modem lines. BOOT0_XFER_ERROR: the port cannot do that. */
    enum boot0_xfer (*set)(void *context, const struct boot0_line *line);
    /* Lets time pass. */
    void (*wait)(void *context, uint32_t microseconds);
    /* A clock that never goes back, in microseconds from any start. */
    uint64_t (*now_us)(void *context);
    /*
     * A file descriptor that can be polled for something to receive, and on a stream of
     * boot0_serial_stream() read and written; -1, or NULL in place of the function: there is none.
     */
    int (*handle)(void *context);
    /* Closes the port and frees the context. */
    void (*close)(void *context);
};

struct boot0_stream {
    const struct boot0_stream_ops *ops;
    void *context;
};

struct boot0_uart_options {
    const char *port; /* "/dev/ttyUSB0"; for a stream of one's own, a name for messages */
    uint32_t baud;    /* 0: 115200 */
    /*
     * How DTR and RTS bring the board into its bootloader: a wiring ("rts-boot0,dtr-reset", a '!'
     * before a line means active while it is off), a pattern ("dtr=1,rts=1,100ms,dtr=0,50ms"), or
     * "none" = NULL: the user does it. docs/howto/uart.md tells more.
     */
    const char *boot;
    FILE *trace; /* what goes over the port is written down here; the caller's. NULL: it is not */
};

/*
 * A bus of the one board at a port of the machine, which is opened when it is first looked at: a
 * port that is not there yet can be waited for. BOOT0_E_USAGE (boot), BOOT0_E_UNSUPPORTED (built
 * without libserialport), BOOT0_E_MEMORY. On success the caller owns *bus: boot0_bus_close(), which
 * gives the port back with its modem lines off.
 */
BOOT0_API enum boot0_status boot0_serial_open(struct boot0_bus *bus,
                                              const struct boot0_uart_options *options,
                                              struct boot0_error *error);

/* Likewise for an open stream, which the bus closes with itself, and also if this fails. */
BOOT0_API enum boot0_status boot0_uart_open(struct boot0_bus *bus,
                                            const struct boot0_stream *stream,
                                            const struct boot0_uart_options *options,
                                            struct boot0_error *error);

/*
 * Opens a port as programs use it: 8 data bits, no parity, 1 stop bit, both modem lines on. On
 * success the caller owns *stream: stream->ops->close(). BOOT0_E_NO_BOARD, BOOT0_E_PERMISSION,
 * BOOT0_E_BUSY, BOOT0_E_UNSUPPORTED, BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_serial_stream(struct boot0_stream *stream, const char *path,
                                                struct boot0_error *error);

struct boot0_serial_port {
    char path[128];        /* "/dev/ttyUSB0", "COM3" */
    char description[128]; /* as the operating system has it */
    bool usb;              /* the next two are known */
    uint16_t vendor;
    uint16_t product;
    char serial[128];       /* the USB device's serial number; "": none */
    char product_name[128]; /* and its product string, by which a program may name its board */
    uint8_t bus;            /* of the USB device, and its number there; 0: unknown */
    uint8_t address;
    char
        usb_path[BOOT0_PATH_MAX]; /* where it is plugged in, as boot0_candidate.path; "": unknown */
};

/*
 * The machine's serial ports. Nothing is sent to any of them: who knows what is connected. On
 * success *ports is the caller's: free(); *count may be 0. BOOT0_E_UNSUPPORTED, BOOT0_E_IO,
 * BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_serial_list(struct boot0_serial_port **ports, size_t *count,
                                              struct boot0_error *error);

#ifdef __cplusplus
}
#endif
#endif
