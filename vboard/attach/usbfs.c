/* SPDX-License-Identifier: MIT */
/*
 * See usbfs.h. This file handles the clients: how their requests arrive from umockdev, and how
 * answers wait until they are due.
 */
#include "usbfs_private.h"

#include <errno.h>

enum {
    /*
     * A client of the kernel sleeps until its URB is done. Here its poll() returns at once, because
     * the node is really a plain file, and it asks again and again. So the answer "not yet" comes
     * only after this time. It is no longer, because the client's other threads wait for that
     * answer.
     */
    REAP_HOLD_US = 5000,
    /* In the kernel REAPURB waits without end, unless a signal arrives. */
    REAP_INTERRUPT_US = 100000,
};

static void complete(UMockdevIoctlClient *handle, long result)
{
    umockdev_ioctl_client_complete(handle, result < 0 ? -1 : result, result < 0 ? (int)-result : 0);
}

static void hold(struct usbfs_client *client, enum held kind, long result, int64_t until)
{
    g_object_ref(client->handle); /* between request and answer, umockdev has no reference */
    client->held = kind;
    client->held_result = result;
    client->held_until = until;
}

static void complete_held(struct usbfs_client *client, long result)
{
    UMockdevIoctlClient *handle = client->handle;

    client->held = HELD_NONE;
    complete(handle, result);
    g_object_unref(handle); /* may be the last reference, and free `client` */
}

static void free_client(struct usbfs_client *client)
{
    for (unsigned n = 0; n < INTERFACES; n++) {
        vboard_usbfs_release(client, n);
    }
    vboard_usbfs_drop_urbs(client);
    g_queue_remove(&client->node->clients, client);
    g_free(client);
}

/* umockdev drops a client when its file is closed, or its process is gone. */
static void on_client_gone(void *data, GObject *handle)
{
    struct usbfs_client *client = data;
    GRecMutex *lock = client->node->lock;

    (void)handle;
    g_rec_mutex_lock(lock);
    free_client(client);
    g_rec_mutex_unlock(lock);
}

static struct usbfs_client *client_of(struct vboard_usbfs *node, UMockdevIoctlClient *handle)
{
    struct usbfs_client *client;

    for (GList *at = node->clients.head; at != NULL; at = at->next) {
        client = at->data;
        if (client->handle == handle) {
            return client;
        }
    }
    client = g_new0(struct usbfs_client, 1);
    client->node = node;
    client->handle = handle;
    g_queue_init(&client->urbs);
    g_queue_push_tail(&node->clients, client);
    g_object_weak_ref(G_OBJECT(handle), on_client_gone, client);
    return client;
}

static void on_connected(UMockdevIoctlBase *handler, UMockdevIoctlClient *handle, void *data)
{
    struct vboard_usbfs *node = data;

    (void)handler;
    g_rec_mutex_lock(node->lock);
    client_of(node, handle);
    g_rec_mutex_unlock(node->lock);
}

static void reap(struct usbfs_client *client, UMockdevIoctlData *arg, bool wait)
{
    int64_t now = g_get_monotonic_time();
    long result = vboard_usbfs_reap(client, arg, now);

    if (result == -EAGAIN && (wait || !g_queue_is_empty(&client->urbs))) {
        hold(client, HELD_REAP, wait ? -EINTR : -EAGAIN,
             now + (wait ? REAP_INTERRUPT_US : REAP_HOLD_US));
    } else {
        complete(client->handle, result);
    }
}

static void serve(struct usbfs_client *client, uint32_t request, UMockdevIoctlData *arg)
{
    int64_t until = 0;
    long result;

    switch (request) {
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY:
        reap(client, arg, request == USBDEVFS_REAPURB);
        return;
    case USBDEVFS_SUBMITURB:
        result = client->node->gone ? -ENODEV : vboard_usbfs_submit(client, arg, &until);
        break;
    case USBDEVFS_DISCARDURB:
        result = client->node->gone ? -ENODEV : vboard_usbfs_discard(client, arg, &until);
        break;
    default:
        result = client->node->gone ? -ENODEV : vboard_usbfs_request(client, request, arg, &until);
        break;
    }
    if (until > g_get_monotonic_time()) {
        hold(client, HELD_RESULT, result, until);
    } else {
        complete(client->handle, result);
    }
}

static gboolean on_ioctl(UMockdevIoctlBase *handler, UMockdevIoctlClient *handle, void *data)
{
    struct vboard_usbfs *node = data;

    (void)handler;
    g_rec_mutex_lock(node->lock);
    /* The numbers are 32 bits wide; the other bits may be a sign. */
    serve(client_of(node, handle), (uint32_t)umockdev_ioctl_client_get_request(handle),
          umockdev_ioctl_client_get_arg(handle));
    node->ops->changed(node->context);
    g_rec_mutex_unlock(node->lock);
    return TRUE;
}

struct vboard_usbfs *vboard_usbfs_new(const struct vboard_usb_device *device,
                                      const struct vboard_usbfs_ops *ops, void *context,
                                      GRecMutex *lock)
{
    struct vboard_usbfs *node = g_new0(struct vboard_usbfs, 1);

    node->device = *device;
    node->ops = ops;
    node->context = context;
    node->lock = lock;
    g_queue_init(&node->clients);
    g_queue_init(&node->waiting);
    node->handler = umockdev_ioctl_base_new();
    g_signal_connect(node->handler, "handle-ioctl", G_CALLBACK(on_ioctl), node);
    g_signal_connect(node->handler, "client-connected", G_CALLBACK(on_connected), node);
    return node;
}

UMockdevIoctlBase *vboard_usbfs_handler(struct vboard_usbfs *node)
{
    return node->handler;
}

void vboard_usbfs_unplug(struct vboard_usbfs *node)
{
    node->gone = true;
    for (GList *at = node->clients.head; at != NULL; at = at->next) {
        vboard_usbfs_cancel_urbs(at->data);
    }
}

/* Answers a client's request if its time has come, otherwise returns when it comes. */
static int64_t settle(struct usbfs_client *client, int64_t now)
{
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client->handle);
    long result = client->held_result;
    int64_t due = client->held_until;

    if (client->held == HELD_REAP) {
        int64_t done = vboard_usbfs_next_done(client);

        if (done <= now || client->node->gone) {
            result = vboard_usbfs_reap(client, arg, now);
            due = now;
        }
        due = MIN(due, done);
    } else if (client->node->gone && due == INT64_MAX) {
        result = -ENODEV;
        due = now;
    }
    if (due > now) {
        return due;
    }
    complete_held(client, result);
    return INT64_MAX;
}

int64_t vboard_usbfs_settle(struct vboard_usbfs *node, int64_t now)
{
    int64_t next = INT64_MAX;
    GList *following;

    for (GList *at = node->clients.head; at != NULL; at = following) {
        struct usbfs_client *client = at->data;

        following = at->next; /* the client may be freed */
        if (client->held != HELD_NONE) {
            int64_t due = settle(client, now);

            next = MIN(next, due);
        }
    }
    return next;
}

size_t vboard_usbfs_clients(const struct vboard_usbfs *node)
{
    return node->clients.length;
}

void vboard_usbfs_free(struct vboard_usbfs *node)
{
    g_signal_handlers_disconnect_by_data(node->handler, node);
    g_object_unref(node->handler);
    g_free(node);
}
