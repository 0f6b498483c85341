/* SPDX-License-Identifier: MIT */
/*
 * The root hub that the boards are attached to: a USB device of the kernel's own, so that tools
 * that walk the tree of the bus find the root that they expect.
 */
#ifndef VBOARD_ROOTHUB_H
#define VBOARD_ROOTHUB_H

#include "sysfs.h"

#include <boot0/transport.h>

enum {
    VBOARD_PORTS_MAX = 64,
};

struct vboard_roothub {
    unsigned ports;
    bool connected[VBOARD_PORTS_MAX]; /* whether port n + 1 has a device */
};

/* Describes the hub of bus 1, device 1. `hub` must not move. */
void vboard_roothub_describe(const struct vboard_roothub *hub, struct vboard_usb_device *device);

/* One control transfer. */
enum boot0_xfer vboard_roothub_control(const struct vboard_roothub *hub,
                                       const struct vboard_usb_device *device,
                                       const struct boot0_setup *setup, uint8_t *data,
                                       size_t *actual);

#endif
