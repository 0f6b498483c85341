/*
 * The USB port of a board that runs a program: the controller's model on the CPU's side, the bus
 * host on the other, and between them and the board's clients struct vboard_function.
 */
#include "host.h"
#include "otg.h"
#include "private.h"

#include <string.h>

enum {
    OTG_BASE = 0x50000000,
    AHB2RSTR = 0x14,
    AHB2ENR = 0x34,
    OTGFS = 1 << 7, /* RM0090, 7.3.6, 7.3.11 */
    USB_HZ = 48000000,
    USB_TOLERANCE = 120000, /* USB 2.0, 7.1.11: 0.25 % */
    COMMON_REGISTERS = 0x20,
};

/* ---- the controller asks ---- */

static void otg_irq(void *context, bool level)
{
    vboard_nvic_line(context, VBOARD_IRQ_OTG_FS, level);
}

static void otg_violation(void *context, uint32_t offset, const char *text)
{
    vboard_report(context, OTG_BASE + offset, "USB: %s", text);
}

static uint64_t otg_now_ns(void *context)
{
    return vboard_time_now_ns(context);
}

static void otg_progress(void *context)
{
    struct vboard_machine *machine = context;

    machine->breaks = true;
    vboard_cpu_attend(machine);
}

/* ---- the host asks ---- */

/*
 * The CPU stops at the end of a block of code, a little later than asked for: the host is told the
 * time that it wants to hear. When there is no program any more, the time stands still for it.
 */
static uint64_t host_run(void *context, uint64_t until_ns)
{
    struct vboard_machine *machine = context;
    struct vboard *board = machine->board;
    uint64_t limit_ns = until_ns, now_ns = machine->host_ns;

    if (machine->on && board->cut_us != VBOARD_NEVER && board->cut_us * 1000 < limit_ns)
        limit_ns = board->cut_us * 1000;
    if (machine->on)
        vboard_machine_run(machine, limit_ns);
    if (machine->on)
        now_ns = vboard_time_now_ns(machine);
    if (board->cut_us <= board->now_us)
        vboard_clock_advance(board, board->now_us, false);
    if (now_ns > until_ns)
        now_ns = until_ns;
    if (now_ns > machine->host_ns)
        machine->host_ns = now_ns;
    return machine->host_ns;
}

static void host_violation(void *context, const char *text)
{
    vboard_report(context, OTG_BASE, "USB bus: %s", text);
}

static void host_event(void *context, const char *text)
{
    vboard_note(context, "bus: %s", text);
}

/* ---- life ---- */

bool vboard_port_open(struct vboard_machine *machine)
{
    const struct vboard_otg_port otg = {machine, otg_irq, otg_violation, otg_now_ns, otg_progress};
    const struct vboard_host_port host = {machine, host_run, host_violation, host_event};

    machine->host_ns = machine->board->now_us * 1000;
    machine->otg = vboard_otg_new(VBOARD_OTG_CORE_1200, &otg);
    if (machine->otg)
        machine->host = vboard_host_new(machine->otg, &host, machine->host_ns);
    return machine->host;
}

void vboard_port_close(struct vboard_machine *machine)
{
    if (machine->host)
        vboard_host_free(machine->host);
    if (machine->otg)
        vboard_otg_free(machine->otg);
}

void vboard_port_start(struct vboard_machine *machine)
{
    vboard_otg_reset(machine->otg);
    vboard_port_clocks(machine);
    vboard_otg_vbus(machine->otg, true, machine->board->settings.vbus_wired);
}

void vboard_port_stop(struct vboard_machine *machine)
{
    vboard_otg_reset(machine->otg);
    vboard_otg_clocks(machine->otg, false, false, 0);
    vboard_otg_vbus(machine->otg, false, false);
}

void vboard_port_clocks(struct vboard_machine *machine)
{
    uint32_t hz = vboard_rcc_usb_hz(machine);

    if (machine->otg)
        vboard_otg_clocks(machine->otg, machine->rcc.words[AHB2ENR / 4] & OTGFS,
                          hz >= USB_HZ - USB_TOLERANCE && hz <= USB_HZ + USB_TOLERANCE,
                          machine->time.hclk_hz);
}

void vboard_port_rcc_written(struct vboard_machine *machine, uint32_t offset, uint32_t value)
{
    if (offset == AHB2ENR)
        vboard_port_clocks(machine);
    else if (offset == AHB2RSTR && (value & OTGFS))
        vboard_otg_reset(machine->otg);
}

/* ---- registers, frames ---- */

uint32_t vboard_port_read(struct vboard_machine *machine, uint32_t offset, unsigned width)
{
    return vboard_otg_read(machine->otg, offset, width);
}

void vboard_port_write(struct vboard_machine *machine, uint32_t offset, unsigned width,
                       uint32_t value)
{
    vboard_otg_write(machine->otg, offset, width, value);
    if (offset < COMMON_REGISTERS) /* whether somebody wants to hear of frames */
        vboard_cpu_attend(machine);
}

uint64_t vboard_port_happen(struct vboard_machine *machine)
{
    if (vboard_otg_sof_due_ns(machine->otg) <= vboard_time_now_ns(machine))
        vboard_otg_sof(machine->otg);
    return vboard_otg_sof_due_ns(machine->otg);
}

/* ---- the board's clients ---- */

static const struct vboard_function vboard_program;

/* What the host has found out since, the board's clients are told. */
static void follow(struct vboard *board)
{
    struct vboard_machine *machine = board->machine;
    enum vboard_host_state state = vboard_host_state(machine->host);
    unsigned connection = vboard_host_connection(machine->host);
    bool there = state == VBOARD_HOST_READY || state == VBOARD_HOST_SUSPENDED;

    if (board->function == &vboard_program && (!there || connection != machine->connected_as))
        vboard_disconnect(board);
    if (machine->on && there && !board->function && connection != machine->connected_as) {
        machine->connected_as = connection;
        vboard_connect(board, &vboard_program);
    }
}

bool vboard_machine_advance(struct vboard *board, uint64_t until_us)
{
    struct vboard_machine *machine = board->machine;
    const struct vboard_function *function = board->function;
    unsigned connection = board->connection;
    uint64_t reached_ns = vboard_host_idle(machine->host, until_us * 1000);

    follow(board);
    return machine->on && reached_ns >= until_us * 1000 && board->function == function &&
           board->connection == connection;
}

static uint64_t deadline_ns(const struct vboard *board, uint64_t deadline_us)
{
    uint64_t latest_ns = vboard_host_now_ns(board->machine->host) + VBOARD_HOST_PATIENCE_NS;

    return deadline_us < latest_ns / 1000 ? deadline_us * 1000 : latest_ns;
}

/* Whether the device is still the one that a transfer was for. */
static enum boot0_xfer outcome(struct vboard *board, unsigned connection, enum boot0_xfer result)
{
    if (vboard_machine_runs(board))
        vboard_machine_tell_time(board->machine);
    follow(board);
    return board->function == &vboard_program && board->connection == connection ? result
                                                                                 : B0_XFER_GONE;
}

static enum boot0_xfer control(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    unsigned connection = board->connection;
    enum boot0_xfer result = vboard_host_control(board->machine->host, setup, data, actual,
                                                 deadline_ns(board, board->deadline_us));

    return outcome(board, connection, result);
}

static enum boot0_xfer packet(struct vboard *board, uint8_t endpoint, uint8_t *data, size_t *size,
                              uint64_t deadline_us)
{
    struct vboard_host *host = board->machine->host;
    uint8_t bytes[VBOARD_OTG_PACKET_MAX];
    unsigned connection = board->connection;
    uint64_t limit_ns = deadline_ns(board, deadline_us);
    enum boot0_xfer result;
    size_t came = 0;

    if (!(endpoint & B0_USB_DIR_IN)) {
        result = vboard_host_out(host, endpoint, data, *size, limit_ns);
    } else {
        result = vboard_host_in(host, endpoint & 0x0f, bytes, &came, limit_ns);
        if (came > *size)
            came = *size;
        if (result == B0_XFER_OK)
            memcpy(data, bytes, came);
        *size = result == B0_XFER_OK ? came : 0;
    }
    return outcome(board, connection, result);
}

static void sent(struct vboard *board, const struct boot0_setup *setup)
{
    (void)board;
    (void)setup;
}

static void bus_reset(struct vboard *board)
{
    vboard_host_bus_reset(board->machine->host);
    outcome(board, board->connection, B0_XFER_OK);
}

static size_t descriptors(const struct vboard *board, uint8_t *bytes, size_t size)
{
    return vboard_host_descriptors(board->machine->host, bytes, size);
}

static size_t string(const struct vboard *board, uint8_t index, char *text, size_t size)
{
    return vboard_host_string(board->machine->host, index, text, size);
}

static const struct vboard_function vboard_program = {
    .control = control,
    .sent = sent,
    .bus_reset = bus_reset,
    .descriptors = descriptors,
    .packet = packet,
    .string = string,
    .keeps_time = true,
};
