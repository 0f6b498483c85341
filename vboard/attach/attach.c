/* SPDX-License-Identifier: MIT */
/*
 * See attach.h. Requests of clients arrive on a thread of umockdev's; on the main thread time
 * passes and boards come and go. A lock keeps the threads apart.
 */
#include "attach.h"

#include "buttons.h"
#include "cdc.h"
#include "gdb.h"
#include "pace.h"
#include "roothub.h"
#include "tty.h"
#include "usbfs.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum {
    BUS = 1,
    FIRST_ADDRESS = 2, /* 1 is the root hub */
    LAST_ADDRESS = 127,
    TICK_MS = 10, /* how soon a board that comes or goes without a client's doing is noticed */
    /* A client looks into the directory of a device to understand that it was removed. */
    REMOVAL_US = 20000,
    DRAIN_MS = 200,
    /* Longer names leave no room for the names of sockets below, which have 107 characters. */
    TEMPORARY_MAX = 60,
};

enum port_state {
    PORT_EMPTY = 0,
    PORT_PLUGGED,
    PORT_LEAVING, /* its removal was announced, its directory still exists */
};

struct usb_port {
    struct vboard_attachment *attachment;
    struct vboard *board;
    struct vboard_pace pace;
    unsigned number;
    enum port_state state;
    unsigned connection; /* the board's, when it was plugged in */
    int64_t remove_at;
    struct vboard_usb_device device;
    struct vboard_sysfs shown;
    struct vboard_usbfs *node;
    struct vboard_tty *tty; /* the board's serial port; NULL: none */
    struct vboard_cdc *cdc; /* its program's; NULL: this port has no board */
};

struct vboard_attachment {
    GRecMutex lock; /* guards everything below, and the boards */
    UMockdevTestbed *testbed;
    char *root;
    struct vboard_tree tree;
    struct vboard_uevents uevents;
    struct vboard_roothub hub;
    struct vboard_usb_device hub_device;
    struct vboard_sysfs hub_shown;
    struct vboard *const *boards; /* the caller's */
    size_t count;
    struct usb_port ports[VBOARD_PORTS_MAX];
    unsigned last_address;
    GPtrArray *nodes; /* of all devices ever plugged in: clients may still have them open */
    int timer;        /* a timerfd for the next answer that is due */
    guint timer_source;
    guint tick_source;
    struct vboard_gdb *gdb; /* NULL: not requested */
    struct vboard_buttons *buttons;
};

/* ---- answers that are due ---- */

static void settle(struct vboard_attachment *attachment)
{
    struct itimerspec alarm = {0};
    int64_t next = INT64_MAX;
    int64_t now = g_get_monotonic_time();

    for (guint n = 0; n < attachment->nodes->len; n++) {
        int64_t due = vboard_usbfs_settle(g_ptr_array_index(attachment->nodes, n), now);

        next = MIN(next, due);
    }
    if (next != INT64_MAX) { /* all zero: no alarm */
        alarm.it_value.tv_sec = next / 1000000;
        alarm.it_value.tv_nsec = next % 1000000 * 1000;
    }
    timerfd_settime(attachment->timer, TFD_TIMER_ABSTIME, &alarm, NULL);
}

static gboolean on_timer(gint fd, GIOCondition condition, gpointer data)
{
    struct vboard_attachment *attachment = data;
    uint64_t expirations;

    (void)condition;
    if (read(fd, &expirations, sizeof expirations) > 0) {
        g_rec_mutex_lock(&attachment->lock);
        settle(attachment);
        g_rec_mutex_unlock(&attachment->lock);
    }
    return G_SOURCE_CONTINUE;
}

/* ---- requests of device nodes ---- */

static bool still_there(const struct usb_port *port)
{
    return vboard_connected(port->board) && vboard_connection(port->board) == port->connection;
}

static void unplug(struct usb_port *port)
{
    struct vboard_attachment *attachment = port->attachment;

    if (port->state != PORT_PLUGGED) {
        return;
    }
    vboard_cdc_unplug(port->cdc);
    vboard_usbfs_unplug(port->node);
    vboard_sysfs_hide(&attachment->tree, &port->shown);
    vboard_sysfs_announce(&attachment->uevents, &port->shown, false);
    attachment->hub.connected[port->number - 1] = false;
    port->state = PORT_LEAVING;
    port->remove_at = g_get_monotonic_time() + REMOVAL_US;
}

static enum boot0_xfer port_control(void *context, const struct boot0_setup *setup, uint8_t *data,
                                    size_t *actual, uint64_t timeout_us, int64_t *done_at)
{
    struct usb_port *port = context;
    enum boot0_xfer result = BOOT0_XFER_GONE;

    vboard_pace_sync(&port->pace, g_get_monotonic_time());
    if (still_there(port)) {
        result = vboard_control(port->board, setup, data, actual, timeout_us);
    }
    *done_at = vboard_pace_done(&port->pace, g_get_monotonic_time());
    if (!still_there(port)) {
        unplug(port);
    }
    return result;
}

static bool port_reset(void *context)
{
    struct usb_port *port = context;

    vboard_pace_sync(&port->pace, g_get_monotonic_time());
    vboard_bus_reset(port->board);
    if (!still_there(port)) {
        unplug(port);
        return false;
    }
    return true;
}

static void port_changed(void *context)
{
    const struct usb_port *port = context;

    settle(port->attachment);
}

static const struct vboard_usbfs_ops port_ops = {port_control, port_reset, port_changed};

static enum boot0_xfer hub_control(void *context, const struct boot0_setup *setup, uint8_t *data,
                                   size_t *actual, uint64_t timeout_us, int64_t *done_at)
{
    struct vboard_attachment *attachment = context;

    (void)timeout_us;
    *done_at = 0;
    return vboard_roothub_control(&attachment->hub, &attachment->hub_device, setup, data, actual);
}

static bool hub_reset(void *context)
{
    (void)context;
    return true;
}

static void hub_changed(void *context)
{
    settle(context);
}

static const struct vboard_usbfs_ops hub_ops = {hub_control, hub_reset, hub_changed};

/* ---- plugging ---- */

static void device_path(const struct vboard_usb_device *device, char *path, size_t size)
{
    char node[32];

    vboard_sysfs_node(device->bus, device->address, node, sizeof node);
    snprintf(path, size, "/dev/%s", node);
}

/* Makes a device node and everything that belongs to it, and announces it. */
static enum boot0_status show(struct vboard_attachment *attachment,
                              const struct vboard_usb_device *device, struct vboard_sysfs *shown,
                              struct vboard_usbfs *node, struct boot0_error *error)
{
    char path[40];
    GError *failure = NULL;

    device_path(device, path, sizeof path);
    g_ptr_array_add(attachment->nodes, node);
    if (!umockdev_testbed_attach_ioctl(attachment->testbed, path, vboard_usbfs_handler(node),
                                       &failure)) {
        boot0_fail(error, BOOT0_E_INTERNAL, "umockdev cannot serve %s: %s", path, failure->message);
        g_error_free(failure);
        return BOOT0_E_INTERNAL;
    }
    vboard_sysfs_show(&attachment->tree, device, shown);
    if (attachment->tree.failed != 0) {
        return boot0_fail(error, BOOT0_E_NO_OUTPUT, "cannot write below %s: %s", attachment->root,
                          strerror(attachment->tree.failed));
    }
    vboard_sysfs_announce(&attachment->uevents, shown, true);
    return BOOT0_OK;
}

/* The next free device number, as the kernel assigns them. */
static unsigned next_address(struct vboard_attachment *attachment)
{
    bool taken;

    do {
        attachment->last_address =
            attachment->last_address < LAST_ADDRESS ? attachment->last_address + 1 : FIRST_ADDRESS;
        taken = false;
        for (unsigned n = 0; n < attachment->hub.ports; n++) {
            taken = taken || (attachment->ports[n].state != PORT_EMPTY &&
                              attachment->ports[n].device.address == attachment->last_address);
        }
    } while (taken);
    return attachment->last_address;
}

static size_t board_string(const void *context, uint8_t index, char *text, size_t size)
{
    return vboard_string(context, index, text, size);
}

static enum boot0_status plug(struct usb_port *port, struct boot0_error *error)
{
    struct vboard_attachment *attachment = port->attachment;
    struct vboard_usb_device *device = &port->device;
    enum boot0_status status;

    memset(device, 0, sizeof *device);
    device->bus = BUS;
    device->address = next_address(attachment);
    device->port = port->number;
    device->speed = "12";
    device->descriptors_size =
        vboard_descriptors(port->board, device->descriptors, sizeof device->descriptors);
    device->string = board_string;
    device->string_context = port->board;
    port->connection = vboard_connection(port->board);
    port->state = PORT_PLUGGED;
    port->node = vboard_usbfs_new(device, &port_ops, port, &attachment->lock);
    attachment->hub.connected[port->number - 1] = true;
    status = show(attachment, device, &port->shown, port->node, error);
    if (status == BOOT0_OK) {
        vboard_cdc_plug(port->cdc, device, &port->shown);
    }
    return status;
}

static void remove_rest(struct usb_port *port)
{
    char path[40];

    device_path(&port->device, path, sizeof path);
    vboard_sysfs_remove(&port->attachment->tree, &port->shown);
    umockdev_testbed_detach_ioctl(port->attachment->testbed, path, NULL);
    port->state = PORT_EMPTY;
}

/* Advances a board to the present, and updates its port. */
static void follow(struct usb_port *port, int64_t now)
{
    struct boot0_error error;

    vboard_pace_sync(&port->pace, now);
    vboard_pace_lived(&port->pace, g_get_monotonic_time());
    if (port->state == PORT_PLUGGED && !still_there(port)) {
        unplug(port);
    } else if (port->state == PORT_LEAVING && now >= port->remove_at) {
        remove_rest(port);
    } else if (port->state == PORT_EMPTY && vboard_connected(port->board) &&
               plug(port, &error) != BOOT0_OK) {
        fprintf(stderr, "vboard: %s\n", error.message);
    }
}

static gboolean on_tick(gpointer data)
{
    struct vboard_attachment *attachment = data;
    int64_t now = g_get_monotonic_time();

    g_rec_mutex_lock(&attachment->lock);
    for (unsigned n = 0; n < attachment->hub.ports; n++) {
        if (attachment->ports[n].board != NULL) {
            follow(&attachment->ports[n], now);
            if (attachment->ports[n].tty != NULL) {
                vboard_tty_tick(attachment->ports[n].tty);
            }
            vboard_cdc_tick(attachment->ports[n].cdc);
        }
    }
    settle(attachment);
    g_rec_mutex_unlock(&attachment->lock);
    return G_SOURCE_CONTINUE;
}

/* ---- life ---- */

/*
 * Makes the testbed. It ends the process if it cannot make a temporary directory, and its sockets
 * need short names that are valid in any directory of a client. GLib reads TMPDIR only once, at the
 * first query.
 */
static enum boot0_status make_testbed(struct vboard_attachment *attachment,
                                      struct boot0_error *error)
{
    const char *wanted = getenv("TMPDIR");
    char *saved = wanted == NULL ? NULL : g_strdup(wanted);

    if (saved != NULL && (saved[0] != '/' || strlen(saved) > TEMPORARY_MAX)) {
        setenv("TMPDIR", "/tmp", 1);
    }
    if (access(g_get_tmp_dir(), W_OK | X_OK) < 0) {
        boot0_fail(error, BOOT0_E_NO_OUTPUT, "cannot write to %s", g_get_tmp_dir());
        boot0_hint(error, "Set TMPDIR to a writable directory: the virtual bus needs room for "
                          "temporary files.");
    } else {
        attachment->testbed = umockdev_testbed_new();
        attachment->root = umockdev_testbed_get_root_dir(attachment->testbed);
    }
    if (saved != NULL) {
        setenv("TMPDIR", saved, 1);
        g_free(saved);
    }
    return attachment->testbed == NULL ? BOOT0_E_NO_OUTPUT : BOOT0_OK;
}

/* umockdev reports it as critical if a client was killed in the middle of a request. */
static void log_umockdev(const gchar *domain, GLogLevelFlags level, const gchar *message,
                         gpointer data)
{
    (void)data;
    if (strstr(message, "Destroying IoctlClient with open stream") == NULL) {
        g_log_default_handler(domain, level, message, NULL);
    }
}

static enum boot0_status plug_serial(struct usb_port *port, struct boot0_error *error)
{
    struct vboard_attachment *attachment = port->attachment;
    const struct vboard_tty_place place = {.testbed = attachment->testbed,
                                           .root = attachment->root,
                                           .lock = &attachment->lock,
                                           .number = port->number - 1};

    const struct vboard_cdc_place at = {.testbed = attachment->testbed,
                                        .root = attachment->root,
                                        .lock = &attachment->lock,
                                        .number = port->number - 1};

    port->cdc = vboard_cdc_new(port->board, &port->pace, &at);
    if (!vboard_has_uart(port->board)) {
        return BOOT0_OK;
    }
    port->tty = vboard_tty_new(port->board, &port->pace, &place, error);
    return port->tty == NULL ? error->code : BOOT0_OK;
}

static enum boot0_status plug_all(struct vboard_attachment *attachment,
                                  struct vboard *const *boards, size_t count, double speed,
                                  struct boot0_error *error)
{
    struct vboard_usbfs *node;
    enum boot0_status status;

    attachment->hub.ports = (unsigned)MAX(count, 4);
    vboard_roothub_describe(&attachment->hub, &attachment->hub_device);
    node = vboard_usbfs_new(&attachment->hub_device, &hub_ops, attachment, &attachment->lock);
    status = show(attachment, &attachment->hub_device, &attachment->hub_shown, node, error);
    for (size_t n = 0; n < count && status == BOOT0_OK; n++) {
        struct usb_port *port = &attachment->ports[n];

        port->attachment = attachment;
        port->board = boards[n];
        port->number = (unsigned)n + 1;
        vboard_pace_start(&port->pace, port->board, speed, g_get_monotonic_time());
        status = plug_serial(port, error);
        if (status == BOOT0_OK && vboard_connected(port->board)) {
            status = plug(port, error);
        }
    }
    return status;
}

struct vboard_attachment *vboard_attach(struct vboard *const *boards, size_t count, double speed,
                                        struct boot0_error *error)
{
    struct vboard_attachment *attachment;
    enum boot0_status status;

    if (count > VBOARD_PORTS_MAX) {
        boot0_fail(error, BOOT0_E_USAGE, "%zu boards exceed the %d ports of the virtual hub", count,
                   VBOARD_PORTS_MAX);
        return NULL;
    }
    attachment = g_new0(struct vboard_attachment, 1);
    attachment->boards = boards;
    attachment->count = count;
    g_log_set_handler(NULL, G_LOG_LEVEL_CRITICAL, log_umockdev, NULL);
    g_rec_mutex_init(&attachment->lock);
    attachment->nodes = g_ptr_array_new();
    attachment->last_address = FIRST_ADDRESS - 1;
    attachment->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    g_rec_mutex_lock(&attachment->lock);
    status = make_testbed(attachment, error);
    if (status == BOOT0_OK) {
        attachment->tree.root = attachment->root;
        attachment->uevents.root = attachment->root;
        status = plug_all(attachment, boards, count, speed, error);
    }
    g_rec_mutex_unlock(&attachment->lock);
    attachment->timer_source = g_unix_fd_add(attachment->timer, G_IO_IN, on_timer, attachment);
    attachment->tick_source = g_timeout_add(TICK_MS, on_tick, attachment);
    if (status != BOOT0_OK) {
        vboard_detach(attachment);
        return NULL;
    }
    return attachment;
}

enum boot0_status vboard_attach_gdb(struct vboard_attachment *attachment, uint16_t port,
                                    struct boot0_error *error)
{
    attachment->gdb = vboard_gdb_open(attachment->ports[0].board, &attachment->lock, port, error);
    return attachment->gdb == NULL ? error->code : BOOT0_OK;
}

enum boot0_status vboard_attach_buttons(struct vboard_attachment *attachment, const char *path,
                                        struct boot0_error *error)
{
    attachment->buttons =
        vboard_buttons_open(path, attachment->boards, attachment->count, &attachment->lock, error);
    return attachment->buttons == NULL ? error->code : BOOT0_OK;
}

/* How many clients have a device open. */
static size_t count_clients(struct vboard_attachment *attachment)
{
    size_t count = 0;

    g_rec_mutex_lock(&attachment->lock);
    for (guint n = 0; n < attachment->nodes->len; n++) {
        count += vboard_usbfs_clients(g_ptr_array_index(attachment->nodes, n));
    }
    for (unsigned n = 0; n < attachment->hub.ports; n++) {
        if (attachment->ports[n].tty != NULL) {
            count += vboard_tty_clients(attachment->ports[n].tty);
        }
        if (attachment->ports[n].cdc != NULL) {
            count += vboard_cdc_clients(attachment->ports[n].cdc);
        }
    }
    g_rec_mutex_unlock(&attachment->lock);
    return count;
}

void vboard_detach(struct vboard_attachment *attachment)
{
    bool abandoned;

    for (int n = 0; n < DRAIN_MS && count_clients(attachment) > 0; n++) {
        g_usleep(1000);
    }
    g_rec_mutex_lock(&attachment->lock);
    vboard_gdb_close(attachment->gdb);
    vboard_buttons_close(attachment->buttons);
    g_rec_mutex_unlock(&attachment->lock);
    g_source_remove(attachment->tick_source);
    g_source_remove(attachment->timer_source);
    g_rec_mutex_lock(&attachment->lock);
    for (guint n = 0; n < attachment->nodes->len; n++) {
        vboard_usbfs_unplug(g_ptr_array_index(attachment->nodes, n));
    }
    for (unsigned n = 0; n < attachment->hub.ports; n++) {
        if (attachment->ports[n].tty != NULL) {
            vboard_tty_close(attachment->ports[n].tty);
        }
        if (attachment->ports[n].cdc != NULL) {
            vboard_cdc_close(attachment->ports[n].cdc);
        }
    }
    abandoned = count_clients(attachment) > 0;
    g_rec_mutex_unlock(&attachment->lock);
    g_clear_object(&attachment->testbed);
    g_free(attachment->root);
    close(attachment->timer);
    if (abandoned) {
        return; /* processes that COMMAND left behind may still send requests */
    }
    for (guint n = 0; n < attachment->nodes->len; n++) {
        vboard_usbfs_free(g_ptr_array_index(attachment->nodes, n));
    }
    for (unsigned n = 0; n < attachment->hub.ports; n++) {
        if (attachment->ports[n].tty != NULL) {
            vboard_tty_free(attachment->ports[n].tty);
        }
        vboard_cdc_free(attachment->ports[n].cdc);
    }
    g_ptr_array_free(attachment->nodes, TRUE);
    g_rec_mutex_clear(&attachment->lock);
    g_free(attachment);
}
