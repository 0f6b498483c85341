/* SPDX-License-Identifier: MIT */
/*
 * Devices as the kernel shows them: directories and attribute files below sys/, device nodes below
 * dev/, under the root directory of a umockdev testbed.
 *
 * umockdev can build this tree itself. But it removes a device only together with a "remove" event
 * to every client at once, from a process that runs under its own preload library, and aborts that
 * process if a client does not listen. Plain files need none of this.
 */
#ifndef VBOARD_TREE_H
#define VBOARD_TREE_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vboard_tree {
    const char *root; /* the testbed's directory; the caller's */
    int failed;       /* errno of the first call that failed, or 0 */
};

/* A device's place: "devices/platform/vboard.0/usb1/1-1" below sys/. */
struct vboard_tree_device {
    char path[96];
    char name[24]; /* the last part of path */
    unsigned major;
    unsigned minor;
    char node[32]; /* below dev/; "" if none */
};

/* Makes the device's directory and the links of bus usb to it and back. */
void vboard_tree_add(struct vboard_tree *tree, const struct vboard_tree_device *device);

/*
 * Sets the driver that the device is bound to. Only the link's name counts; its target does not
 * exist.
 */
void vboard_tree_driver(struct vboard_tree *tree, const char *path, const char *bus,
                        const char *driver);

/* Writes an attribute; the text gets a line end as in sysfs. */
void vboard_tree_attribute(struct vboard_tree *tree, const struct vboard_tree_device *device,
                           const char *name, const char *format, ...) BOOT0_PRINTF(4, 5);
void vboard_tree_bytes(struct vboard_tree *tree, const struct vboard_tree_device *device,
                       const char *name, const uint8_t *bytes, size_t size);

/* Makes the device node; reading it returns these bytes (usbfs: the descriptors). */
void vboard_tree_node(struct vboard_tree *tree, const struct vboard_tree_device *device,
                      const uint8_t *bytes, size_t size);

/*
 * Removes the device's node and its place on the bus, so that nothing finds it any more. Its
 * directory stays: a client that learns of the removal still looks into it.
 */
void vboard_tree_unlink(struct vboard_tree *tree, const struct vboard_tree_device *device);

/* Removes the directory; those of its children must be gone. */
void vboard_tree_remove(struct vboard_tree *tree, const struct vboard_tree_device *device);

#endif
