/* SPDX-License-Identifier: MIT */
/*
 * The interface between the protocols and the machine. A transport carries control transfers to one
 * opened board; a bus finds boards and opens them. libboot0 implements both for libusb; a program
 * may bring its own (the virtual boards do).
 */
#ifndef BOOT0_TRANSPORT_H
#define BOOT0_TRANSPORT_H

#include <boot0/error.h>
#include <boot0/protocol.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Result of a transfer. */
enum boot0_xfer {
    BOOT0_XFER_OK = 0,
    BOOT0_XFER_STALL,   /* the board refused the request */
    BOOT0_XFER_TIMEOUT, /* no answer within the timeout */
    BOOT0_XFER_GONE,    /* the board has disappeared */
    BOOT0_XFER_ERROR,   /* anything else: babble, CRC, overflow */
};

struct boot0_transport_ops {
    /*
     * One control transfer on endpoint 0. USB only, else NULL. `data` has setup->wLength bytes; bit
     * 7 of bmRequestType gives the direction. *actual is the number of bytes transferred (0 on
     * failure). timeout_ms > 0.
     */
    enum boot0_xfer (*control)(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms);
    /* Claims the interface if necessary and selects the alternate setting. USB only, else NULL. */
    enum boot0_status (*select)(void *context, uint8_t interface, uint8_t alternate,
                                struct boot0_error *error);
    /* USB bus reset. BOOT0_XFER_GONE is common: the board came back as another device. */
    enum boot0_xfer (*reset)(void *context);
    /* Waits, in the board's time. */
    void (*wait)(void *context, uint32_t microseconds);
    /* A monotonic clock in microseconds from any start. */
    uint64_t (*now_us)(void *context);
    /* Releases the board and frees the context. */
    void (*close)(void *context);
};

/* A connection to boards other than USB control transfers. Opaque, internal to the library. */
struct boot0_backend;

struct boot0_transport {
    const struct boot0_transport_ops *ops;
    void *context;
    const struct boot0_backend *backend; /* NULL: USB, the only one that a program can bring */
};

/* How a board is connected. */
enum boot0_kind {
    BOOT0_KIND_USB,    /* DFU and DfuSe */
    BOOT0_KIND_SERIAL, /* ST's UART bootloader, AN3155 */
    BOOT0_KIND_COUNT
};

/* Returns "usb" or "serial". Never NULL. */
BOOT0_API const char *boot0_kind_name(enum boot0_kind kind);

enum {
    BOOT0_PATH_MAX = 48,
};

/* A USB device on a bus that may be a board, as far as it is known without opening it. */
struct boot0_candidate {
    char path[BOOT0_PATH_MAX]; /* "1-2.3": bus and ports; constant while in its port */
    uint8_t address;           /* device number on its bus, as lsusb shows it */
    uint16_t vendor;
    uint16_t product;
    uint16_t bcd_device;
    uint16_t bcd_usb;     /* 0x0201 and up: may have a BOS descriptor; 0: unknown */
    uint8_t serial_index; /* string descriptor index, 0: none */
    uint8_t product_index;
    uint8_t manufacturer_index;
    uint8_t dfu_interface; /* number of the DFU interface, if any */
    uint8_t dfu_protocol;  /* BOOT0_DFU_PROTOCOL_*; 0: no DFU interface */
    enum boot0_kind kind;  /* not USB: `path` is the port's name, the rest is 0 */
    /* A program without a DFU interface but with a USB serial port (CDC ACM). */
    bool serial_only;
};

struct boot0_stream;   /* boot0/serial.h */
struct boot0_database; /* boot0/database.h */

struct boot0_bus_ops {
    /*
     * Fills `list` with at most `capacity` candidates: one per DFU interface of a device, plus the
     * devices that only have a USB serial port. *count is set to the total, even if it exceeds
     * `capacity`.
     */
    enum boot0_status (*scan)(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error);
    /*
     * Waits until a device is plugged or unplugged, at most timeout_ms. May return early or without
     * a change.
     */
    void (*wait_change)(void *context, uint32_t timeout_ms);
    /* A monotonic clock in microseconds: real time, or that of the virtual boards. */
    uint64_t (*now_us)(void *context);
    /*
     * Opens a candidate. On success the caller owns *transport and closes it with
     * transport->ops->close().
     */
    enum boot0_status (*open)(void *context, const struct boot0_candidate *candidate,
                              struct boot0_transport *transport, struct boot0_error *error);
    /*
     * Opens the serial port of a candidate. On success the caller owns *stream and closes it with
     * stream->ops->close(). NULL: this bus has no serial ports.
     */
    enum boot0_status (*open_serial)(void *context, const struct boot0_candidate *candidate,
                                     struct boot0_stream *stream, struct boot0_error *error);
    /* Frees the bus. All its transports must be closed first. */
    void (*close)(void *context);
};

struct boot0_bus {
    const struct boot0_bus_ops *ops;
    void *context;
    /* The user's own chips, quirks and boards (boot0/database.h). Not owned; NULL: none. */
    const struct boot0_database *database;
};

/*
 * Opens the machine's USB ports through libusb. On success the caller owns *bus: boot0_bus_close().
 */
BOOT0_API enum boot0_status boot0_usb_open(struct boot0_bus *bus, struct boot0_error *error);

/* Closes a bus of any kind and zeroes it. Does nothing to a zeroed bus. */
BOOT0_API void boot0_bus_close(struct boot0_bus *bus);

#ifdef __cplusplus
}
#endif
#endif
