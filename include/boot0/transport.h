/* SPDX-License-Identifier: MIT */
/*
 * The border between the protocols and the machine: a transport carries control transfers to one
 * opened board, a bus finds boards and opens them. libboot0 has them for libusb; a program may
 * bring its own (the virtual boards do).
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

/* How one transfer ended. */
enum boot0_xfer {
    BOOT0_XFER_OK = 0,
    BOOT0_XFER_STALL,   /* the board refused the request */
    BOOT0_XFER_TIMEOUT, /* no answer within the time given */
    BOOT0_XFER_GONE,    /* the board is no longer there */
    BOOT0_XFER_ERROR,   /* anything else: babble, CRC, overflow */
};

struct boot0_transport_ops {
    /*
     * USB only, else NULL. One control transfer on endpoint 0. `data` has setup->wLength bytes,
     * sent or received by bit 7 of bmRequestType; *actual is set to the bytes that were moved (0 on
     * failure). timeout_ms > 0.
     */
    enum boot0_xfer (*control)(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms);
    /* USB only, else NULL. Claims the interface if that was not done yet, and selects the alternate
     * setting. */
    enum boot0_status (*select)(void *context, uint8_t interface, uint8_t alternate,
                                struct boot0_error *error);
    /* USB bus reset. BOOT0_XFER_GONE (the board came back as another device) is a usual answer. */
    enum boot0_xfer (*reset)(void *context);
    /* Lets time pass for the board. */
    void (*wait)(void *context, uint32_t microseconds);
    /* A clock that never goes back, in microseconds from any start. */
    uint64_t (*now_us)(void *context);
    /* Gives the board back and frees the context. */
    void (*close)(void *context);
};

/* A way to boards that is not USB control transfers. Opaque: the library's own. */
struct boot0_backend;

struct boot0_transport {
    const struct boot0_transport_ops *ops;
    void *context;
    const struct boot0_backend *backend; /* NULL: USB, the only one that a program can bring */
};

/* The ways to a board. */
enum boot0_kind {
    BOOT0_KIND_USB,    /* DFU and DfuSe */
    BOOT0_KIND_SERIAL, /* ST's UART bootloader, AN3155 */
    BOOT0_KIND_COUNT
};

/* "usb", "serial". Never NULL. */
BOOT0_API const char *boot0_kind_name(enum boot0_kind kind);

enum {
    BOOT0_PATH_MAX = 48,
};

/* A USB device that a bus has seen and that may be a board; known without opening it. */
struct boot0_candidate {
    char
        path[BOOT0_PATH_MAX]; /* bus and port numbers, "1-2.3": stable while it stays in its port */
    uint8_t address;          /* device number on its bus, as lsusb shows it */
    uint16_t vendor;
    uint16_t product;
    uint16_t bcd_device;
    uint16_t bcd_usb;     /* from 0x0201 on it may have a BOS descriptor; 0: unknown */
    uint8_t serial_index; /* string descriptor numbers, 0 if none */
    uint8_t product_index;
    uint8_t manufacturer_index;
    uint8_t dfu_interface; /* number of the DFU interface, if it has one */
    uint8_t dfu_protocol;  /* BOOT0_DFU_PROTOCOL_*, or 0 if it has no DFU interface */
    enum boot0_kind kind;  /* not USB: `path` is the port's name, all else is 0 */
    /* A program without a DFU interface, but with a USB serial port (CDC ACM). */
    bool serial_only;
};

struct boot0_stream; /* boot0/serial.h */

struct boot0_bus_ops {
    /*
     * Fills `list` with at most `capacity` candidates: one for each DFU interface of a device, and
     * devices with a USB serial port only. *count is set to how many there are, even if that is
     * more than fit.
     */
    enum boot0_status (*scan)(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error);
    /*
     * Waits until something was plugged or unplugged, at most timeout_ms. May return early, and
     * when nothing has changed.
     */
    void (*wait_change)(void *context, uint32_t timeout_ms);
    /* A monotonic clock in microseconds: real, or the virtual boards'. */
    uint64_t (*now_us)(void *context);
    /* Opens a candidate. On success the caller owns *transport: transport->ops->close(). */
    enum boot0_status (*open)(void *context, const struct boot0_candidate *candidate,
                              struct boot0_transport *transport, struct boot0_error *error);
    /*
     * Opens the serial port of a candidate. On success the caller owns *stream:
     * stream->ops->close(). NULL: this bus has none.
     */
    enum boot0_status (*open_serial)(void *context, const struct boot0_candidate *candidate,
                                     struct boot0_stream *stream, struct boot0_error *error);
    /* Frees the bus. All its transports must be closed before. */
    void (*close)(void *context);
};

struct boot0_bus {
    const struct boot0_bus_ops *ops;
    void *context;
};

/* The machine's USB ports, by libusb. On success the caller owns *bus: boot0_bus_close(). */
BOOT0_API enum boot0_status boot0_usb_open(struct boot0_bus *bus, struct boot0_error *error);

/* Closes a bus of any kind and zeroes it. A zeroed bus is left alone. */
BOOT0_API void boot0_bus_close(struct boot0_bus *bus);

#ifdef __cplusplus
}
#endif
#endif
