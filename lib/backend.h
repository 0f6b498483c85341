/* SPDX-License-Identifier: MIT */
/*
 * The interface of a connection to boards. A backend is one such connection: USB with DFU and DfuSe
 * (lib/usb), or a serial port with AN3155 (lib/serial). A session uses a board only through this
 * table and through the protocol that open() returns; it does not know which backend it has.
 *
 * A transport names its backend, so a bus of another kind brings its own: a folder with a table of
 * this type, and a row in enum boot0_kind for the lists that users see.
 */
#ifndef B0_LIB_BACKEND_H
#define B0_LIB_BACKEND_H

#include "protocol.h"

#include <boot0/session.h>

/* All calls block. Errors are those of a protocol (protocol.h). */
struct boot0_backend {
    const char *name; /* "usb" */
    /*
     * The ids that a DFU suffix must name, for boards that do not report their own. 0: those of the
     * USB device.
     */
    uint16_t vendor, product;
    /*
     * Queries an opened board and fills `board`, including the chips that it can be. The caller has
     * filled board->usb.
     */
    enum boot0_status (*probe)(const struct boot0_transport *transport, struct boot0_board *board,
                               struct boot0_error *error);
    /*
     * Returns a protocol for a probed board. `transport` and `board` must outlive it. `patient`:
     * honour every poll timeout. NULL: out of memory. The caller owns the protocol: ops->close().
     */
    struct b0_protocol *(*open)(const struct boot0_transport *transport,
                                const struct boot0_board *board, bool patient);
    /*
     * Switches a running program to its bootloader, or a bootloader to its program; the board then
     * disappears. NULL: this backend has no such request.
     */
    enum boot0_status (*detach)(const struct boot0_transport *transport,
                                const struct boot0_board *board, struct boot0_error *error);
    /*
     * Changes the chip's protection with commands of the bootloader; the chip resets. At most
     * `count` sectors by number. NULL: only the option bytes can change it.
     */
    enum boot0_status (*protect)(struct b0_protocol *protocol, enum boot0_protection what,
                                 const uint8_t *sectors, size_t count, struct boot0_error *error);
    /*
     * Adapts a RAM loader image to this connection before it is written, e.g. the speed of a line.
     * NULL: not needed.
     */
    void (*prepare_loader)(const struct boot0_transport *transport, uint8_t *image, size_t size);
    /*
     * Waits on the open connection for the RAM loader that the ROM has just started; probe() and
     * open() then use the loader. BOOT0_E_NO_BOARD: it does not appear. NULL: it comes as another
     * device.
     */
    enum boot0_status (*follow_loader)(const struct boot0_transport *transport,
                                       struct boot0_error *error);
};

extern const struct boot0_backend b0_usb_backend;
extern const struct boot0_backend b0_serial_backend;

/* Returns the backend of an opened board. Never NULL. */
const struct boot0_backend *b0_backend_of(const struct boot0_transport *transport);

#endif
