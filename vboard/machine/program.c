/* SPDX-License-Identifier: MIT */
/*
 * A program on the bus: the host for the USB controller's model, and the view of the board's
 * clients (struct vboard_usb_ops).
 */
#include "program.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "../board/power.h"
#include "host.h"
#include "otg.h"
#include "parts.h"
#include "report.h"
#include "run.h"
#include "time.h"
#include "usb_port.h"

#include <string.h>

enum {
    OTG_BASE = 0x50000000,
};

/* ---- for the host ---- */

/*
 * The CPU stops at the end of a block of code, a little later than requested: the host gets the
 * time that it expects. Without a program, its time stands still.
 */
static uint64_t host_run(void *context, uint64_t until_ns)
{
    struct vboard_machine *machine = context;
    struct vboard *board = machine->board;
    uint64_t limit_ns = until_ns, now_ns = machine->port->host_ns;

    if (machine->on && board->cut_us != VBOARD_NEVER && board->cut_us * 1000 < limit_ns)
        limit_ns = board->cut_us * 1000;
    if (machine->on)
        vboard_run(machine, limit_ns);
    if (machine->on)
        now_ns = vboard_time_now_ns(machine);
    if (board->cut_us <= board->now_us)
        vboard_clock_advance(board, board->now_us, false);
    if (now_ns > until_ns)
        now_ns = until_ns;
    if (now_ns > machine->port->host_ns)
        machine->port->host_ns = now_ns;
    return machine->port->host_ns;
}

static void host_violation(void *context, const char *text)
{
    vboard_report(context, OTG_BASE, "USB bus: %s", text);
}

static void host_event(void *context, const char *text)
{
    vboard_note(context, "bus: %s", text);
}

bool vboard_program_open(struct vboard_machine *machine)
{
    const struct vboard_host_port host = {machine, host_run, host_violation, host_event};

    machine->port->host_ns = machine->board->now_us * 1000;
    machine->port->host = vboard_host_new(machine->port->otg, &host, machine->port->host_ns);
    return machine->port->host;
}

void vboard_program_close(struct vboard_machine *machine)
{
    if (machine->port->host)
        vboard_host_free(machine->port->host);
}

/* ---- for the board's clients ---- */

static const struct vboard_usb_ops device;

/* Tells the board's clients what the host has found out since. */
static void follow(struct vboard_machine *machine)
{
    struct vboard *board = machine->board;
    enum vboard_host_state state = vboard_host_state(machine->port->host);
    unsigned connection = vboard_host_connection(machine->port->host);
    bool there = state == VBOARD_HOST_READY || state == VBOARD_HOST_SUSPENDED;

    if (board->device.ops == &device && (!there || connection != machine->port->connected_as))
        vboard_disconnect(board);
    if (machine->on && there && !board->device.ops && connection != machine->port->connected_as) {
        machine->port->connected_as = connection;
        vboard_connect(board, &device, machine);
    }
}

bool vboard_program_advance(struct vboard_machine *machine, uint64_t until_us)
{
    const struct vboard *board = machine->board;
    const struct vboard_usb_ops *ops = machine->board->device.ops;
    unsigned connection = machine->board->connection;
    uint64_t reached_ns = vboard_host_idle(machine->port->host, until_us * 1000);

    follow(machine);
    return machine->on && reached_ns >= until_us * 1000 && board->device.ops == ops &&
           board->connection == connection;
}

static uint64_t deadline_ns(const struct vboard_machine *machine, uint64_t deadline_us)
{
    uint64_t latest_ns = vboard_host_now_ns(machine->port->host) + VBOARD_HOST_PATIENCE_NS;

    return deadline_us < latest_ns / 1000 ? deadline_us * 1000 : latest_ns;
}

/* Whether the device is still the one that a transfer was for. */
static enum boot0_xfer outcome(struct vboard_machine *machine, unsigned connection,
                               enum boot0_xfer result)
{
    const struct vboard *board = machine->board;

    if (machine->on)
        vboard_time_tell(machine);
    follow(machine);
    return board->device.ops == &device && board->connection == connection ? result
                                                                           : BOOT0_XFER_GONE;
}

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    struct vboard_machine *machine = context;
    unsigned connection = machine->board->connection;
    enum boot0_xfer result = vboard_host_control(machine->port->host, setup, data, actual,
                                                 deadline_ns(machine, machine->board->deadline_us));

    return outcome(machine, connection, result);
}

static enum boot0_xfer packet(void *context, uint8_t endpoint, uint8_t *data, size_t *size,
                              uint64_t deadline_us)
{
    struct vboard_machine *machine = context;
    struct vboard_host *host = machine->port->host;
    uint8_t bytes[VBOARD_OTG_PACKET_MAX];
    unsigned connection = machine->board->connection;
    uint64_t limit_ns = deadline_ns(machine, deadline_us);
    enum boot0_xfer result;
    size_t came = 0;

    if (!(endpoint & BOOT0_USB_DIR_IN)) {
        result = vboard_host_out(host, endpoint, data, *size, limit_ns);
    } else {
        result = vboard_host_in(host, endpoint & 0x0f, bytes, &came, limit_ns);
        if (came > *size)
            came = *size;
        if (result == BOOT0_XFER_OK)
            memcpy(data, bytes, came);
        *size = result == BOOT0_XFER_OK ? came : 0;
    }
    return outcome(machine, connection, result);
}

static void bus_reset(void *context)
{
    struct vboard_machine *machine = context;

    vboard_host_bus_reset(machine->port->host);
    outcome(machine, machine->board->connection, BOOT0_XFER_OK);
}

static size_t descriptors(const void *context, uint8_t *bytes, size_t size)
{
    const struct vboard_machine *machine = context;

    return vboard_host_descriptors(machine->port->host, bytes, size);
}

static size_t string(const void *context, uint8_t index, char *text, size_t size)
{
    const struct vboard_machine *machine = context;

    return vboard_host_string(machine->port->host, index, text, size);
}

static const struct vboard_usb_ops device = {
    .control = control,
    .bus_reset = bus_reset,
    .descriptors = descriptors,
    .packet = packet,
    .string = string,
    .keeps_time = true,
};
