/* SPDX-License-Identifier: MIT */
/* Identifies an opened board. */
#ifndef B0_LIB_USB_DEVICE_H
#define B0_LIB_USB_DEVICE_H

#include <boot0/board.h>
#include <stddef.h>

/*
 * Reads the descriptors and strings of an opened board and fills `board`, including the chips that
 * it can be. The caller has filled board->usb. Strings that cannot be read are "". BOOT0_E_IO,
 * BOOT0_E_GONE, BOOT0_E_PROTOCOL (no DFU interface after all).
 */
enum boot0_status b0_device_probe(const struct boot0_transport *transport,
                                  struct boot0_board *board, struct boot0_error *error);

#endif
