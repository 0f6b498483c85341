/* SPDX-License-Identifier: MIT */
/* See cdc.h. */
#include "cdc.h"

#include "core/bytes.h"
#include "terminal.h"
#include "tty_marks.h"

#include <boot0/protocol.h>
#include <stdio.h>
#include <string.h>

enum {
    MAJOR = 166, /* ttyACM: Linux' Documentation/admin-guide/devices.txt */
    PACKET_MAX = 64,
    PACKETS_AT_ONCE = 256,
    POLL_MS = 1,
    REQUEST_US = 5000000,
    /* How long an endpoint that has just moved a packet may take for the next. */
    PATIENCE_US = 300,
};

/* CDC 1.2, tables 2, 3, 4, 13 and 15; CDC PSTN 1.2, table 13. */
enum {
    CLASS_COMMUNICATION = 2,
    SUBCLASS_ACM = 2,
    CLASS_DATA = 10,
    DESCRIPTOR_FUNCTIONAL = 0x24,
    FUNCTIONAL_UNION = 6,
    SET_LINE_CODING = 0x20,
    SET_CONTROL_LINE_STATE = 0x22,
    LINE_CODING_SIZE = 7,
};

enum {
    ENDPOINT_SIZE = 7, /* USB 2.0, 9.6.6 */
    ENDPOINT_BULK = 2,
};

/* The function's numbers, from its descriptors. */
struct function {
    int communication; /* interface; -1: none */
    int data;
    uint8_t in;
    uint8_t out;
    uint16_t in_size; /* wMaxPacketSize */
    uint16_t out_size;
};

struct vboard_cdc {
    struct vboard *board;
    struct vboard_pace *pace;
    struct vboard_cdc_place place;
    struct vboard_terminal *terminal; /* plugged while a device has such a function */
    struct function function;
    uint8_t coding[LINE_CODING_SIZE]; /* as last sent to the device */
    uint8_t in[PACKET_MAX];           /* a packet that clients have no room for */
    size_t in_size;
    uint8_t out[PACKET_MAX]; /* a packet that the device has not taken */
    size_t out_size;
    guint timer;
};

/* ---- descriptors ---- */

static void take_endpoint(struct function *function, const uint8_t *d)
{
    uint16_t size = b0_load16(d + 4) & 0x7ff;

    if ((d[3] & 3) != ENDPOINT_BULK || size == 0 || size > PACKET_MAX)
        return;
    if (d[2] & BOOT0_USB_DIR_IN) {
        function->in = d[2];
        function->in_size = size;
    } else {
        function->out = d[2];
        function->out_size = size;
    }
}

/* The first ACM function of the device. */
static struct function find_function(const struct vboard_usb_device *device)
{
    struct function function = {.communication = -1, .data = -1};
    const uint8_t *d;
    size_t at = 0;
    int interface = -1;

    while ((d = vboard_sysfs_next(device, &at)) != NULL) {
        if (d[1] == BOOT0_USB_DESC_INTERFACE && d[0] >= BOOT0_USB_INTERFACE_DESC_SIZE) {
            interface = d[2];
            if (function.communication < 0 && d[5] == CLASS_COMMUNICATION && d[6] == SUBCLASS_ACM)
                function.communication = interface;
        } else if (d[1] == DESCRIPTOR_FUNCTIONAL && d[0] >= 5 && d[2] == FUNCTIONAL_UNION &&
                   interface == function.communication && function.data < 0) {
            function.data = d[4];
        } else if (d[1] == BOOT0_USB_DESC_ENDPOINT && d[0] >= ENDPOINT_SIZE && interface >= 0 &&
                   interface == function.data) {
            take_endpoint(&function, d);
        }
    }
    if (function.in_size == 0 || function.out_size == 0)
        function.communication = -1;
    return function;
}

/* ---- requests ---- */

static bool is_there(const struct vboard_cdc *cdc)
{
    return vboard_terminal_plugged(cdc->terminal);
}

static void request(struct vboard_cdc *cdc, uint8_t number, uint16_t value, uint8_t *data,
                    uint16_t size)
{
    const struct boot0_setup setup = {
        .bmRequestType = BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
        .bRequest = number,
        .wValue = value,
        .wIndex = (uint16_t)cdc->function.communication,
        .wLength = size,
    };
    size_t actual;

    vboard_pace_sync(cdc->pace, g_get_monotonic_time());
    if (vboard_connected(cdc->board))
        (void)vboard_control(cdc->board, &setup, data, &actual, REQUEST_US);
    vboard_pace_done(cdc->pace, g_get_monotonic_time());
}

static void on_lines(void *context, bool dtr, bool rts)
{
    struct vboard_cdc *cdc = context;

    if (is_there(cdc))
        request(cdc, SET_CONTROL_LINE_STATE, (uint16_t)((dtr ? 1 : 0) | (rts ? 2 : 0)), NULL, 0);
}

/* dwDTERate, bCharFormat, bParityType, bDataBits: CDC PSTN 1.2, table 17. */
static void encode(const struct termios *settings, uint8_t coding[LINE_CODING_SIZE])
{
    unsigned kept = settings->c_cc[VBOARD_TTY_CC_KEPT];
    tcflag_t size = (kept & VBOARD_TTY_CSIZE) ^ CS8;
    bool is_odd = (settings->c_cflag & PARODD) != 0;
    bool sticks = (kept & VBOARD_TTY_CMSPAR) != 0;

    b0_store32(coding, vboard_terminal_baud(settings));
    coding[4] = (settings->c_cflag & CSTOPB) != 0 ? 2 : 0;
    coding[5] =
        (kept & VBOARD_TTY_PARENB) == 0 ? 0 : (uint8_t)((is_odd ? 1 : 2) + (sticks ? 2 : 0));
    coding[6] = size == CS5 ? 5 : size == CS6 ? 6 : size == CS7 ? 7 : 8;
}

static void on_changed(void *context)
{
    struct vboard_cdc *cdc = context;
    struct termios settings;
    uint8_t coding[LINE_CODING_SIZE];

    if (!is_there(cdc) || !vboard_terminal_settings(cdc->terminal, &settings))
        return;
    encode(&settings, coding);
    if (memcmp(coding, cdc->coding, sizeof coding) == 0)
        return;
    memcpy(cdc->coding, coding, sizeof coding);
    request(cdc, SET_LINE_CODING, 0, coding, sizeof coding);
}

/* ---- data ---- */

/* Moves data from the device to the clients, until it has no more or they have no room. */
static void bring_in(struct vboard_cdc *cdc)
{
    uint64_t patience_us = 0;

    for (int i = 0; i < PACKETS_AT_ONCE; i++) {
        size_t size = cdc->function.in_size;

        if (cdc->in_size > 0 && !vboard_terminal_write(cdc->terminal, cdc->in, cdc->in_size))
            return;
        cdc->in_size = 0;
        if (vboard_packet(cdc->board, cdc->function.in, cdc->in, &size, patience_us) !=
            BOOT0_XFER_OK)
            return;
        cdc->in_size = size;
        patience_us = PATIENCE_US;
    }
}

/*
 * Moves data from the clients to the device, until there is no more or it has no room. A host reads
 * from the device meanwhile: programs that echo have little room.
 */
static void take_out(struct vboard_cdc *cdc)
{
    for (int i = 0; i < PACKETS_AT_ONCE; i++) {
        size_t size;

        if (cdc->out_size == 0)
            cdc->out_size = vboard_terminal_read(cdc->terminal, cdc->out, cdc->function.out_size);
        if (cdc->out_size == 0)
            break;
        size = cdc->out_size;
        if (vboard_packet(cdc->board, cdc->function.out, cdc->out, &size, PATIENCE_US) !=
            BOOT0_XFER_OK)
            break;
        cdc->out_size = 0;
        bring_in(cdc);
    }
    vboard_terminal_listen(cdc->terminal, cdc->out_size == 0);
}

/* The kernel reads while a client has the port open. */
static void move(struct vboard_cdc *cdc)
{
    vboard_pace_sync(cdc->pace, g_get_monotonic_time());
    if (vboard_connected(cdc->board) && vboard_terminal_is_open(cdc->terminal)) {
        take_out(cdc);
        bring_in(cdc);
    }
    vboard_pace_done(cdc->pace, g_get_monotonic_time());
}

static void on_readable(void *context)
{
    struct vboard_cdc *cdc = context;

    if (is_there(cdc))
        move(cdc);
}

static gboolean on_timer(gpointer data)
{
    struct vboard_cdc *cdc = data;
    gboolean goes_on;

    g_rec_mutex_lock(cdc->place.lock);
    goes_on = is_there(cdc) && vboard_terminal_is_open(cdc->terminal);
    if (goes_on)
        move(cdc);
    else
        cdc->timer = 0;
    g_rec_mutex_unlock(cdc->place.lock);
    return goes_on ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void vboard_cdc_tick(struct vboard_cdc *cdc)
{
    if (cdc->timer == 0 && is_there(cdc) && vboard_terminal_is_open(cdc->terminal))
        cdc->timer = g_timeout_add(POLL_MS, on_timer, cdc);
}

/* ---- coming and going ---- */

static const struct vboard_terminal_ops terminal_ops = {on_lines, on_readable, on_changed};

/* The directory of the communication interface, to which the port belongs. */
static bool place_port(const struct vboard_cdc *cdc, const struct vboard_sysfs *shown, char *device,
                       size_t size)
{
    char end[16];

    snprintf(end, sizeof end, ".%d", cdc->function.communication);
    for (size_t n = 1; n < shown->count; n++)
        if (g_str_has_suffix(shown->entries[n].at.name, end)) {
            snprintf(device, size, "sys/%s", shown->entries[n].at.path);
            return true;
        }
    return false;
}

void vboard_cdc_plug(struct vboard_cdc *cdc, const struct vboard_usb_device *device,
                     const struct vboard_sysfs *shown)
{
    char path[VBOARD_TERMINAL_DEVICE_MAX];
    char properties[64];

    cdc->function = find_function(device);
    cdc->in_size = cdc->out_size = 0;
    memset(cdc->coding, 0, sizeof cdc->coding);
    if (cdc->function.communication < 0 || !place_port(cdc, shown, path, sizeof path))
        return;
    snprintf(properties, sizeof properties, "ID_BUS=usb\nID_VENDOR_ID=%04x\nID_MODEL_ID=%04x\n",
             b0_load16(device->descriptors + 8), b0_load16(device->descriptors + 10));
    vboard_terminal_move(cdc->terminal, path, properties);
    if (!vboard_terminal_plug(cdc->terminal)) {
        fprintf(stderr, "vboard: cannot make a pseudo terminal for ttyACM%u\n", cdc->place.number);
        return;
    }
    on_changed(cdc); /* the driver sends the port's settings to a new device */
}

void vboard_cdc_unplug(struct vboard_cdc *cdc)
{
    vboard_terminal_unplug(cdc->terminal);
}

/* ---- life ---- */

struct vboard_cdc *vboard_cdc_new(struct vboard *board, struct vboard_pace *pace,
                                  const struct vboard_cdc_place *place)
{
    struct vboard_cdc *cdc = g_new0(struct vboard_cdc, 1);
    struct vboard_terminal_place at = {
        .testbed = place->testbed,
        .root = place->root,
        .lock = place->lock,
        .major = MAJOR,
        .minor = place->number,
    };

    cdc->board = board;
    cdc->pace = pace;
    cdc->place = *place;
    snprintf(at.name, sizeof at.name, "ttyACM%u", place->number);
    cdc->terminal = vboard_terminal_new(&at, &terminal_ops, cdc);
    return cdc;
}

size_t vboard_cdc_clients(const struct vboard_cdc *cdc)
{
    return vboard_terminal_clients(cdc->terminal);
}

void vboard_cdc_close(struct vboard_cdc *cdc)
{
    vboard_terminal_unplug(cdc->terminal);
    if (cdc->timer != 0)
        g_source_remove(cdc->timer);
    cdc->timer = 0;
}

void vboard_cdc_free(struct vboard_cdc *cdc)
{
    if (!cdc)
        return;
    vboard_terminal_free(cdc->terminal);
    g_free(cdc);
}
