/* SPDX-License-Identifier: MIT */
/*
 * A device node of usbfs, /dev/bus/usb/BBB/DDD, as the kernel's drivers/usb/core/devio.c answers
 * for it: clients that open it, interfaces that they claim, and URBs on endpoint 0 that they
 * submit, reap and discard. What the device behind it answers to a control transfer comes through
 * a small table of functions.
 */
#ifndef VBOARD_USBFS_H
#define VBOARD_USBFS_H

#include "sysfs.h"

#include <boot0/transport.h>
#include <umockdev.h>

struct vboard_usbfs_ops {
    /*
     * One control transfer, as vboard_control() does it. *done_at is set to when it is over, in
     * the time of g_get_monotonic_time().
     */
    enum boot0_xfer (*control)(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint64_t timeout_us, int64_t *done_at);
    /* A bus reset; false if the device is gone after it, or came back as another. */
    bool (*reset)(void *context);
    /* A client's request was answered, or put off: vboard_usbfs_settle() is due again. */
    void (*changed)(void *context);
};

struct vboard_usbfs;

/*
 * A node for that device. `lock` guards the node and all that it calls: the node takes it when a
 * client's request comes in, on a thread of umockdev's, and the other functions here are to be
 * called with it held. NULL if out of memory.
 */
struct vboard_usbfs *vboard_usbfs_new(const struct vboard_usb_device *device,
                                      const struct vboard_usbfs_ops *ops, void *context,
                                      GRecMutex *lock);

/* What is to be attached to the testbed; the node's. */
UMockdevIoctlBase *vboard_usbfs_handler(struct vboard_usbfs *node);

/* The device was unplugged: what is under way ends, and clients see ENODEV from now on. */
void vboard_usbfs_unplug(struct vboard_usbfs *node);

/*
 * Answers the requests whose time has come; returns when the next one is due, INT64_MAX if none
 * waits for time to pass.
 */
int64_t vboard_usbfs_settle(struct vboard_usbfs *node, int64_t now);

/* How many clients have it open. */
size_t vboard_usbfs_clients(const struct vboard_usbfs *node);

/* Frees a node that no client has open. */
void vboard_usbfs_free(struct vboard_usbfs *node);

#endif
