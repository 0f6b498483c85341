/* SPDX-License-Identifier: MIT */
/*
 * The serial port as a function of a USB device: communications class, abstract control model (CDC
 * 1.2; PSTN 1.2). Independent of the chip.
 *
 * All functions belong to the context of the USB core, except the last group, which the main
 * program calls. b0_serial_service() moves the bytes that these put and take.
 */
#ifndef B0_RUNTIME_SERIAL_H
#define B0_RUNTIME_SERIAL_H

#include "boot0_runtime.h"
#include "ring.h"

#include <usb/usb.h>

enum {
    B0_SERIAL_DATA_OUT = 0x01,
    B0_SERIAL_DATA_IN = 0x81,
    B0_SERIAL_NOTIFY_IN = 0x82,
    B0_SERIAL_PACKET = 64,
    B0_SERIAL_NOTIFY_PACKET = 16,
    /* Packets in the controller's memory for the host: sent as one transfer. */
    B0_SERIAL_DATA_PACKETS = 8,

    B0_SERIAL_LINE_CODING_SIZE = 7,   /* PSTN 1.2, table 17 */
    B0_SERIAL_NOTIFICATION_SIZE = 10, /* PSTN 1.2, table 31 */
};

struct b0_serial {
    struct b0_ring from_host;
    struct b0_ring to_host;
    uint8_t packet[B0_SERIAL_PACKET];
    uint8_t coding[B0_SERIAL_LINE_CODING_SIZE];   /* in bus format */
    uint8_t incoming[B0_SERIAL_LINE_CODING_SIZE]; /* being received from the host */
    uint8_t notification[B0_SERIAL_NOTIFICATION_SIZE];
    bool dtr;
    bool rts;
    bool suspended;
    bool state_due;       /* the host was not told yet that the port works */
    bool zero_packet_due; /* the last transfer ended with a full packet */
    bool touching;        /* DTR fell at 1200 baud; the request is not over yet */
    bool touched; /* the request is over, and DTR has not risen since: enter the bootloader */
    atomic_bool connected;
    atomic_bool sending; /* the controller holds bytes */
};

extern const struct b0_usb_handlers b0_serial_handlers;

void b0_serial_init(struct b0_serial *serial);

/* Begins the transfers that have become possible. Call after each poll, and on request. */
void b0_serial_service(struct b0_serial *serial, struct b0_usb *usb);

struct boot0_serial_line b0_serial_line(const struct b0_serial *serial);

/* Main program: like boot0_serial_write() etc. */
size_t b0_serial_write(struct b0_serial *serial, const uint8_t *data, size_t size);
bool b0_serial_flushed(struct b0_serial *serial);

#endif
