/* SPDX-License-Identifier: MIT */
/*
 * The serial RAM loader as a board: once a ROM was told to start it, the bus speaks with it, and
 * probe() and open() of the serial backend find it in the ROM's place. boot0's extension
 * (lib/usb/extension.h) goes over it by the transport's control().
 */
#ifndef B0_LIB_SERIAL_LOADER_H
#define B0_LIB_SERIAL_LOADER_H

#include "loader_link.h"
#include "serial.h"

enum {
    B0_LOADER_APPEARS_MS = 3000,
};

/*
 * A loader that an earlier run has left behind. False if there is none: the line is as before.
 */
bool b0_uart_find_loader(struct b0_uart_bus *bus);

/* The loader's part of the backend's and the transport's functions, as theirs. */
void b0_loader_prepare(const struct boot0_transport *transport, uint8_t *image, size_t size);
enum boot0_status b0_loader_follow(const struct boot0_transport *transport,
                                   struct boot0_error *error);
enum boot0_status b0_loader_probe(const struct boot0_transport *transport,
                                  struct boot0_board *board, struct boot0_error *error);
struct b0_protocol *b0_loader_open(const struct boot0_transport *transport,
                                   const struct boot0_board *board);
enum boot0_xfer b0_loader_control(struct b0_uart_bus *bus, const struct boot0_setup *setup,
                                  uint8_t *data, size_t *actual);

#endif
