/* SPDX-License-Identifier: MIT */
/*
 * A device node of usbfs, /dev/bus/usb/BBB/DDD, with the answers of the kernel's
 * drivers/usb/core/devio.c: clients that open it, interfaces that they claim, and URBs on endpoint
 * 0 that they submit, reap and discard. A small table of functions carries control transfers to the
 * device behind it.
 */
#ifndef VBOARD_USBFS_H
#define VBOARD_USBFS_H

#include "sysfs.h"

#include <boot0/transport.h>
#include <umockdev.h>

struct vboard_usbfs_ops {
    /*
     * One control transfer, like vboard_control(). Sets *done_at to the time at which it is over,
     * by g_get_monotonic_time().
     */
    enum boot0_xfer (*control)(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint64_t timeout_us, int64_t *done_at);
    /* A bus reset. False if the device is gone after it, or came back as another. */
    bool (*reset)(void *context);
    /* A client's request was answered or put off: call vboard_usbfs_settle() again. */
    void (*changed)(void *context);
};

struct vboard_usbfs;

/*
 * Makes a node for that device. `lock` guards the node and everything that it calls: the node takes
 * it when a client's request arrives, on a thread of umockdev's. Call the other functions here with
 * it held. NULL if out of memory.
 */
struct vboard_usbfs *vboard_usbfs_new(const struct vboard_usb_device *device,
                                      const struct vboard_usbfs_ops *ops, void *context,
                                      GRecMutex *lock);

/* What to attach to the testbed; owned by the node. */
UMockdevIoctlBase *vboard_usbfs_handler(struct vboard_usbfs *node);

/* The device was unplugged: pending requests end, and clients get ENODEV from now on. */
void vboard_usbfs_unplug(struct vboard_usbfs *node);

/*
 * Answers the requests whose time has come. Returns when the next one is due, INT64_MAX if none
 * waits for time to pass.
 */
int64_t vboard_usbfs_settle(struct vboard_usbfs *node, int64_t now);

/* How many clients have it open. */
size_t vboard_usbfs_clients(const struct vboard_usbfs *node);

/* Frees a node that no client has open. */
void vboard_usbfs_free(struct vboard_usbfs *node);

#endif
