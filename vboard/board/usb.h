/* SPDX-License-Identifier: MIT */
/* The USB device of the board's identity: descriptors, standard requests. */
#ifndef VBOARD_BOARD_USB_H
#define VBOARD_BOARD_USB_H

#include "identity.h"
#include <boot0/transport.h>

struct vboard_usb {
    uint8_t configuration;
    uint8_t alternate[VBOARD_INTERFACES_MAX]; /* the present setting of each interface */
};

enum boot0_xfer vboard_usb_standard(struct vboard *board, const struct boot0_setup *setup,
                                    uint8_t *data, size_t *actual);
size_t vboard_usb_descriptors(const struct vboard *board, uint8_t *bytes, size_t size);
/* The row of the identity's alternates that an interface uses, or NULL. */
const struct vboard_alternate *vboard_usb_alternate(const struct vboard *board, unsigned interface);
/* wTransferSize of an alternate setting. */
uint16_t vboard_usb_transfer_size(const struct vboard_identity *usb,
                                  const struct vboard_alternate *alternate);
/* Answers a request with so many bytes, or fewer if it requests fewer. */
enum boot0_xfer vboard_usb_answer(const struct boot0_setup *setup, const uint8_t *bytes,
                                  size_t size, uint8_t *data, size_t *actual);

#endif
