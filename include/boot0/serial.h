/* SPDX-License-Identifier: MIT */
/*
 * Boards on a serial port: ST's UART bootloader (AN3155), which every STM32 has in its ROM.
 *
 * A stream is an open port, represented by a table of functions. libboot0 has one for the machine's
 * ports if it was built with libserialport; a program may bring its own. A stream with a board
 * attached becomes a bus with that one board, on which a session is opened as on any other bus.
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
 * Settings of a port. In a newly opened stream both modem lines are on, as every operating system
 * leaves them. A bus on a serial port sets 8 data bits, even parity and 1 stop bit for the
 * bootloader in ROM, and no parity for the RAM loader. A custom stream must follow these settings
 * to work with both.
 */
struct boot0_line {
    uint32_t baud;
    bool dtr; /* true: asserted, i.e. low at the pin of a TTL adapter */
    bool rts;
    enum boot0_parity parity;
    uint8_t data_bits; /* 5 to 8; 0: 8 */
    uint8_t stop_bits; /* 1 or 2; 0: 1 */
};

struct boot0_stream_ops {
    /* Sends all bytes. BOOT0_XFER_OK, _TIMEOUT, _GONE, _ERROR. */
    enum boot0_xfer (*send)(void *context, const uint8_t *bytes, size_t size, uint32_t timeout_ms);
    /*
     * Receives until `size` bytes have arrived or the time is over; *actual is the number received.
     * BOOT0_XFER_OK, _TIMEOUT, _GONE; _ERROR on a parity error or a missing stop bit.
     */
    enum boot0_xfer (*receive)(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms);
    /* Sets speed, frame and modem lines. BOOT0_XFER_ERROR: the port does not support them. */
    enum boot0_xfer (*set)(void *context, const struct boot0_line *line);
    /* Waits. */
    void (*wait)(void *context, uint32_t microseconds);
    /* A monotonic clock in microseconds from any start. */
    uint64_t (*now_us)(void *context);
    /*
     * Returns a file descriptor that can be polled for received data; on a stream of
     * boot0_serial_stream() it can also be read and written. -1, or NULL instead of the function:
     * there is none.
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
    const char *port; /* "/dev/ttyUSB0"; for a custom stream, a name for messages */
    uint32_t baud;    /* 0: 115200 */
    /*
     * How DTR and RTS bring the board into its bootloader: a wiring ("rts-boot0,dtr-reset"; a '!'
     * before a line means that it is active while off), a pattern ("dtr=1,rts=1,100ms,dtr=0,50ms"),
     * or "none" or NULL: the user does it. See docs/howto/uart.md.
     */
    const char *boot;
    FILE *trace; /* log of the port's traffic, owned by the caller; NULL: none */
};

/*
 * Makes a bus with the one board at a serial port of the machine. The port is opened on first use,
 * so that one can wait for a port that does not exist yet. BOOT0_E_USAGE (boot),
 * BOOT0_E_UNSUPPORTED (built without libserialport), BOOT0_E_MEMORY. On success the caller owns
 * *bus; boot0_bus_close() releases the port with its modem lines off.
 */
BOOT0_API enum boot0_status boot0_serial_open(struct boot0_bus *bus,
                                              const struct boot0_uart_options *options,
                                              struct boot0_error *error);

/* The same for an open stream. The bus owns the stream and closes it, also if this call fails. */
BOOT0_API enum boot0_status boot0_uart_open(struct boot0_bus *bus,
                                            const struct boot0_stream *stream,
                                            const struct boot0_uart_options *options,
                                            struct boot0_error *error);

/*
 * Opens a port with the usual settings: 8 data bits, no parity, 1 stop bit, both modem lines on. On
 * success the caller owns *stream and closes it with stream->ops->close(). BOOT0_E_NO_BOARD,
 * BOOT0_E_PERMISSION, BOOT0_E_BUSY, BOOT0_E_UNSUPPORTED, BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_serial_stream(struct boot0_stream *stream, const char *path,
                                                struct boot0_error *error);

struct boot0_serial_port {
    char path[128];        /* "/dev/ttyUSB0", "COM3" */
    char description[128]; /* from the operating system */
    bool usb;              /* vendor and product are known */
    uint16_t vendor;
    uint16_t product;
    char serial[128];       /* serial number of the USB device; "": none */
    char product_name[128]; /* its product string, where a program may name its board */
    uint8_t bus;            /* USB bus and device number; 0: unknown */
    uint8_t address;
    char usb_path[BOOT0_PATH_MAX]; /* USB port, as in boot0_candidate.path; "": unknown */
};

/*
 * Lists the machine's serial ports. Sends nothing to them, because any device may be connected. On
 * success the caller owns *ports and releases it with free(); *count may be 0. BOOT0_E_UNSUPPORTED,
 * BOOT0_E_IO, BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_serial_list(struct boot0_serial_port **ports, size_t *count,
                                              struct boot0_error *error);

#ifdef __cplusplus
}
#endif
#endif
