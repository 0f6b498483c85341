/* SPDX-License-Identifier: MIT */
/*
 * What the kernel and udev show of a USB device: attributes in sysfs, the device node's contents,
 * properties and events, all derived from the descriptors that the device reported.
 */
#ifndef VBOARD_SYSFS_H
#define VBOARD_SYSFS_H

#include "../vboard.h"
#include "tree.h"
#include "uevent.h"

/* A device as it was enumerated. */
struct vboard_usb_device {
    unsigned bus;
    unsigned address;                            /* its number on the bus */
    unsigned port;                               /* of the root hub; 0: the root hub itself */
    unsigned ports;                              /* of a hub */
    const char *speed;                           /* in Mbit/s, as sysfs writes it */
    uint8_t descriptors[VBOARD_DESCRIPTORS_MAX]; /* device, then configuration */
    size_t descriptors_size;
    /* String descriptors as text; the length, 0 if there is none. */
    size_t (*string)(const void *context, uint8_t index, char *text, size_t size);
    const void *string_context;
};

/* One entry of the tree: the device or one of its interfaces. */
struct vboard_sysfs_entry {
    struct vboard_tree_device at;
    const char *devtype;
    char properties[1024]; /* lines, of the kernel and of udev */
};

/* What was shown of a device, for its removal. */
struct vboard_sysfs {
    struct vboard_sysfs_entry entries[1 + VBOARD_INTERFACES_MAX];
    size_t count;
};

/* Shows the device, without an event. tree->failed says whether it worked. */
void vboard_sysfs_show(struct vboard_tree *tree, const struct vboard_usb_device *device,
                       struct vboard_sysfs *shown);

/* Sends "add" or "remove" for the device and its interfaces, in the order of the kernel. */
void vboard_sysfs_announce(struct vboard_uevents *events, const struct vboard_sysfs *shown,
                           bool added);

/* Takes the device off the bus, so that nothing finds it any more, without an event. */
void vboard_sysfs_hide(struct vboard_tree *tree, const struct vboard_sysfs *shown);

/* Removes the rest, once the clients that received the event have had a look. */
void vboard_sysfs_remove(struct vboard_tree *tree, struct vboard_sysfs *shown);

/* The device node, "bus/usb/001/002". */
void vboard_sysfs_node(unsigned bus, unsigned address, char *node, size_t size);

/*
 * Steps through the descriptors from *at, which starts at 0. NULL at the end, or at a descriptor
 * with an impossible length.
 */
const uint8_t *vboard_sysfs_next(const struct vboard_usb_device *device, size_t *at);

#endif
