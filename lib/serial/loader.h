/* SPDX-License-Identifier: MIT */
/*
 * The serial RAM loader as a board: once a ROM has started it, the bus talks to it, and probe() and
 * open() of the serial backend use it in place of the ROM. The transport's control() carries
 * boot0's extension (lib/usb/extension.h).
 */
#ifndef B0_LIB_SERIAL_LOADER_H
#define B0_LIB_SERIAL_LOADER_H

#include "loader_link.h"
#include "serial.h"

enum {
    B0_LOADER_APPEARS_MS = 3000,
};

/*
 * Finds a loader that an earlier run left behind. False if there is none; the line is unchanged
 * then.
 */
bool b0_uart_find_loader(struct b0_uart_bus *bus);

/* The loader's versions of functions of the backend and the transport. */
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
