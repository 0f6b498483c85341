/* SPDX-License-Identifier: MIT */
/*
 * URBs on endpoint 0. A transfer is carried out on the device when the client submits it, and the
 * client can reap its result once its time has passed. A transfer that the device never answers
 * blocks the endpoint until the client discards it, as on the bus.
 */
#include "usbfs_private.h"

#include "core/bytes.h"
#include "vboard/vboard.h"

#include <errno.h>
#include <stddef.h>

enum {
    SETUP_SIZE = 8,
    BUFFER_MAX = SETUP_SIZE + 0xffff,
};

struct usbfs_urb {
    UMockdevIoctlData *data;   /* struct usbdevfs_urb in the client's memory */
    UMockdevIoctlData *buffer; /* the setup packet and the data, likewise */
    int64_t done_at;           /* INT64_MAX: unknown */
    bool stuck;
};

static struct usbdevfs_urb *fields(const struct usbfs_urb *urb)
{
    return (struct usbdevfs_urb *)(void *)urb->data->data;
}

static void free_urb(struct usbfs_urb *urb)
{
    g_object_unref(urb->buffer);
    g_object_unref(urb->data);
    g_free(urb);
}

static void finish(struct usbfs_urb *urb, int status, size_t actual, int64_t done_at)
{
    fields(urb)->status = status;
    fields(urb)->actual_length = (int)actual;
    urb->done_at = done_at;
}

static void read_setup(const uint8_t *bytes, struct boot0_setup *setup)
{
    setup->bmRequestType = bytes[0];
    setup->bRequest = bytes[1];
    setup->wValue = b0_load16(bytes + 2);
    setup->wIndex = b0_load16(bytes + 4);
    setup->wLength = b0_load16(bytes + 6);
}

/* Carries out a transfer, or queues it behind the one that blocks the endpoint. */
static void start(struct vboard_usbfs *node, struct usbfs_urb *urb)
{
    int64_t done_at = INT64_MAX;
    struct boot0_setup setup;
    enum boot0_xfer result;
    size_t actual = 0;

    if (node->stuck) {
        g_queue_push_tail(&node->waiting, urb);
        return;
    }
    read_setup(urb->buffer->data, &setup);
    result = node->ops->control(node->context, &setup, urb->buffer->data + SETUP_SIZE, &actual,
                                VBOARD_NO_TIMEOUT, &done_at);
    if (result == BOOT0_XFER_TIMEOUT) {
        urb->stuck = true;
        node->stuck = true;
    } else {
        finish(urb, vboard_usbfs_errno(result), actual, done_at);
    }
}

static void unblock(struct vboard_usbfs *node)
{
    struct usbfs_urb *urb;

    node->stuck = false;
    while (!node->stuck && (urb = g_queue_pop_head(&node->waiting)) != NULL) {
        start(node, urb);
    }
}

/* The kernel's checks before it takes an URB. */
static int check(struct usbfs_client *client, const struct usbfs_urb *urb)
{
    const struct usbdevfs_urb *wanted = fields(urb);
    struct boot0_setup setup;

    read_setup(urb->buffer->data, &setup);
    if (setup.wLength > wanted->buffer_length - SETUP_SIZE) {
        return -EINVAL;
    }
    return vboard_usbfs_check_recipient(client, setup.bmRequestType, setup.wIndex);
}

/* Fetches an URB from the client's memory: 0 or a negative errno. */
static int fetch(UMockdevIoctlData *arg, struct usbfs_urb *urb)
{
    const struct usbdevfs_urb *wanted;

    urb->data = vboard_usbfs_resolve(arg, 0, sizeof(struct usbdevfs_urb));
    if (urb->data == NULL) {
        return -EFAULT;
    }
    wanted = fields(urb);
    if ((wanted->endpoint & 0x7f) != 0) {
        return -ENOENT; /* no board has another endpoint */
    }
    if (wanted->type != USBDEVFS_URB_TYPE_CONTROL || wanted->buffer_length < SETUP_SIZE ||
        wanted->buffer_length > BUFFER_MAX) {
        return -EINVAL;
    }
    urb->buffer = vboard_usbfs_resolve(urb->data, offsetof(struct usbdevfs_urb, buffer),
                                       (size_t)wanted->buffer_length);
    return urb->buffer == NULL ? -EFAULT : 0;
}

long vboard_usbfs_submit(struct usbfs_client *client, UMockdevIoctlData *arg, int64_t *until)
{
    struct usbfs_urb *urb = g_new0(struct usbfs_urb, 1);
    int failure = fetch(arg, urb);

    (void)until;
    urb->done_at = INT64_MAX;
    if (failure == 0) {
        failure = check(client, urb);
    }
    if (failure < 0) {
        g_clear_object(&urb->buffer);
        g_clear_object(&urb->data);
        g_free(urb);
        return failure;
    }
    g_queue_push_tail(&client->urbs, urb);
    start(client->node, urb);
    return 0;
}

/* Ends an URB that is not done yet. */
static void cancel(struct vboard_usbfs *node, struct usbfs_urb *urb, int status)
{
    bool stuck = urb->stuck;

    g_queue_remove(&node->waiting, urb);
    urb->stuck = false;
    finish(urb, status, 0, 0);
    if (stuck) {
        unblock(node);
    }
}

long vboard_usbfs_discard(struct usbfs_client *client, UMockdevIoctlData *arg, int64_t *until)
{
    gulong address = *(const gulong *)(const void *)arg->data;

    (void)until;
    for (GList *at = client->urbs.head; at != NULL; at = at->next) {
        struct usbfs_urb *urb = at->data;

        if (urb->data->client_addr == address && urb->done_at > g_get_monotonic_time()) {
            cancel(client->node, urb, -ENOENT);
            return 0;
        }
    }
    return -EINVAL;
}

long vboard_usbfs_reap(struct usbfs_client *client, UMockdevIoctlData *arg, int64_t now)
{
    for (GList *at = client->urbs.head; at != NULL; at = at->next) {
        struct usbfs_urb *urb = at->data;
        UMockdevIoctlData *slot;

        if (urb->done_at > now) {
            continue;
        }
        slot = vboard_usbfs_resolve(arg, 0, sizeof(void *));
        if (slot == NULL) {
            return -EFAULT;
        }
        umockdev_ioctl_data_set_ptr(slot, 0, urb->data);
        g_object_unref(slot);
        g_queue_delete_link(&client->urbs, at);
        free_urb(urb);
        return 0;
    }
    return client->node->gone ? -ENODEV : -EAGAIN;
}

int64_t vboard_usbfs_next_done(const struct usbfs_client *client)
{
    int64_t next = INT64_MAX;

    for (const GList *at = client->urbs.head; at != NULL; at = at->next) {
        const struct usbfs_urb *urb = at->data;

        next = MIN(next, urb->done_at);
    }
    return next;
}

void vboard_usbfs_drop_urbs(struct usbfs_client *client)
{
    struct usbfs_urb *urb;

    while ((urb = g_queue_pop_head(&client->urbs)) != NULL) {
        cancel(client->node, urb, -ENOENT);
        free_urb(urb);
    }
}

void vboard_usbfs_cancel_urbs(struct usbfs_client *client)
{
    for (GList *at = client->urbs.head; at != NULL; at = at->next) {
        struct usbfs_urb *urb = at->data;

        if (urb->done_at == INT64_MAX) {
            cancel(client->node, urb, -ESHUTDOWN);
        }
    }
}
