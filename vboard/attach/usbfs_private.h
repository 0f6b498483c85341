/* SPDX-License-Identifier: MIT */
/* Shared by the parts of usbfs: usbfs.c (clients), usbfs_urb.c (URBs), usbfs_request.c (rest). */
#ifndef VBOARD_USBFS_PRIVATE_H
#define VBOARD_USBFS_PRIVATE_H

#include "usbfs.h"

#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>

enum {
    INTERFACES = 32, /* interface numbers that usbfs can claim: the bits of one word */
};

/* How a client's answer is put off. */
enum held {
    HELD_NONE = 0,
    HELD_RESULT, /* known, but not before held_until */
    HELD_REAP,   /* the first URB that is done; EAGAIN at held_until */
};

struct usbfs_client {
    struct vboard_usbfs *node;
    UMockdevIoctlClient *handle; /* umockdev's; reports its end */
    GQueue urbs;                 /* of struct usbfs_urb, as submitted */
    enum held held;
    int64_t held_until;
    long held_result; /* below 0: a negative errno */
};

struct vboard_usbfs {
    struct vboard_usb_device device;
    const struct vboard_usbfs_ops *ops;
    void *context;
    GRecMutex *lock;
    UMockdevIoctlBase *handler;
    GQueue clients;
    struct usbfs_client *claims[INTERFACES];
    uint8_t alternates[INTERFACES]; /* the current settings */
    GQueue waiting;                 /* URBs behind one that is never answered */
    bool stuck;                     /* some client's queue has one */
    bool gone;
};

/*
 * Handle one request. They return 0 or more, or a negative errno, like the kernel. They may set
 * *until to the time of the answer, or leave it alone.
 */
long vboard_usbfs_submit(struct usbfs_client *client, UMockdevIoctlData *arg, int64_t *until);
long vboard_usbfs_discard(struct usbfs_client *client, UMockdevIoctlData *arg, int64_t *until);
/* -EAGAIN if no URB is done. */
long vboard_usbfs_reap(struct usbfs_client *client, UMockdevIoctlData *arg, int64_t now);

/* When the first of the client's URBs is done; INT64_MAX if unknown. */
int64_t vboard_usbfs_next_done(const struct usbfs_client *client);

/* Drop all URBs of a client that is gone; of a device that is gone, those not answered yet. */
void vboard_usbfs_drop_urbs(struct usbfs_client *client);
void vboard_usbfs_cancel_urbs(struct usbfs_client *client);

/*
 * Whether a client may send a request to that recipient: 0 or a negative errno. Claims an unclaimed
 * interface on the way, as the kernel does.
 */
int vboard_usbfs_check_recipient(struct usbfs_client *client, uint8_t bmRequestType,
                                 uint16_t wIndex);

/* Releases an interface, in its alternate setting 0. */
void vboard_usbfs_release(struct usbfs_client *client, unsigned interface);

/* Handles all other requests. -ENOTTY: not a request of usbfs. */
long vboard_usbfs_request(struct usbfs_client *client, uint32_t number, UMockdevIoctlData *arg,
                          int64_t *until);

/* The errno of a transfer, as URBs carry it: 0 or negative. Not for BOOT0_XFER_TIMEOUT. */
int vboard_usbfs_errno(enum boot0_xfer result);

/* Copies what the request's argument points to; NULL if it points nowhere. The caller unrefs it. */
UMockdevIoctlData *vboard_usbfs_resolve(UMockdevIoctlData *arg, size_t offset, size_t size);

#endif
