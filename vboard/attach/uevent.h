/* SPDX-License-Identifier: MIT */
/*
 * Tells clients that a device came or went, in the form in which udevd passes the kernel's events
 * on to libudev.
 */
#ifndef VBOARD_UEVENT_H
#define VBOARD_UEVENT_H

#include "tree.h"

struct vboard_uevents {
    const char *root;            /* the testbed's directory; the caller's */
    unsigned long long sequence; /* of the last event */
};

/*
 * Sends an event ("add", "remove") to every client that listens now. `devtype` is "usb_device" or
 * "usb_interface", `properties` are lines of KEY=VALUE. A client that does not read its events
 * loses them, as it would from the kernel.
 */
void vboard_uevent_send(struct vboard_uevents *events, const char *action,
                        const struct vboard_tree_device *device, const char *devtype,
                        const char *properties);

#endif
