/* SPDX-License-Identifier: MIT */
/*
 * The seam behind which a way to a board lives. A backend is one way: USB with DFU and DfuSe
 * (lib/usb), a serial port with AN3155 (lib/serial). A session asks a board through this table and
 * through the protocol that open() makes, and never which backend it is.
 *
 * A transport names its backend, so a bus of another kind brings its own: a folder with a table of
 * this type, and a row in enum boot0_kind for the lists that a user sees.
 */
#ifndef B0_LIB_BACKEND_H
#define B0_LIB_BACKEND_H

#include "protocol.h"

#include <boot0/session.h>

/* All calls block. Errors are those of a protocol (protocol.h). */
struct boot0_backend {
    const char *name; /* "usb" */
    /*
     * The ids that a DFU suffix must name, for boards that report none of their own.
     * 0: those of the USB device.
     */
    uint16_t vendor, product;
    /*
     * Asks an opened board what it is and fills `board`, whose `usb` the caller has filled, down to
     * the chips that it can be.
     */
    enum boot0_status (*probe)(const struct boot0_transport *transport, struct boot0_board *board,
                               struct boot0_error *error);
    /*
     * A protocol for a board that has been probed. `transport` and `board` must outlive it.
     * `patient`: honour every poll timeout. NULL: out of memory; else the caller's: ops->close().
     */
    struct b0_protocol *(*open)(const struct boot0_transport *transport,
                                const struct boot0_board *board, bool patient);
    /*
     * Asks a running program for its bootloader, or a bootloader for its program; the board goes
     * away by it. NULL: this way knows no such request.
     */
    enum boot0_status (*detach)(const struct boot0_transport *transport,
                                const struct boot0_board *board, struct boot0_error *error);
    /*
     * Changes the chip's protection by commands of the bootloader; the chip resets. At most `count`
     * sectors by number. NULL: only the option bytes can.
     */
    enum boot0_status (*protect)(struct b0_protocol *protocol, enum boot0_protection what,
                                 const uint8_t *sectors, size_t count, struct boot0_error *error);
    /*
     * Makes an image of the RAM loader ready for this way, before it is written: the speed of a
     * line. NULL: there is nothing to do.
     */
    void (*prepare_loader)(const struct boot0_transport *transport, uint8_t *image, size_t size);
    /*
     * Waits for the RAM loader that the ROM has just started, on the way that is open; probe() and
     * open() are its own then. BOOT0_E_NO_BOARD: it does not appear. NULL: it comes as another
     * device.
     */
    enum boot0_status (*follow_loader)(const struct boot0_transport *transport,
                                       struct boot0_error *error);
};

extern const struct boot0_backend b0_usb_backend;
extern const struct boot0_backend b0_serial_backend;

/* The backend of an opened board. Never NULL. */
const struct boot0_backend *b0_backend_of(const struct boot0_transport *transport);

#endif
