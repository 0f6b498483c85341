/* SPDX-License-Identifier: MIT */
/* The USB controller in the machine: its registers, clocks, interrupt and frames. */
#include "usb_port.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "chips.h"
#include "cpu.h"
#include "gpio.h"
#include "nvic.h"
#include "otg.h"
#include "parts.h"
#include "rcc.h"
#include "report.h"
#include "time.h"

enum {
    OTG_BASE = 0x50000000,
    AHB2RSTR = 0x14,
    OTGFS_BIT = 7, /* RM0090, 7.3.6, 7.3.11 */
    USB_HZ = 48000000,
    USB_STOPPED_HZ = USB_HZ / 2, /* with a clock below, the core recognizes no bus */
    COMMON_REGISTERS = 0x20,
    LATENCY_NS = 3000, /* not documented: some microseconds */
    RXSTSP = 0x20,
    PIN_DP = 12, /* PA12 */
};

/* ---- for the controller ---- */

static void otg_irq(void *context, bool level)
{
    vboard_nvic_line(context, VBOARD_IRQ_OTG_FS, level);
}

static void otg_violation(void *context, uint32_t offset, const char *text)
{
    vboard_report(context, OTG_BASE + offset, "USB: %s", text);
}

static void otg_note(void *context, const char *text)
{
    vboard_note(context, "USB: %s", text);
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

/* ---- life ---- */

bool vboard_port_open(struct vboard_machine *machine)
{
    const struct vboard_otg_port otg = {machine,  otg_irq,    otg_violation,
                                        otg_note, otg_now_ns, otg_progress};

    machine->port->otg = vboard_otg_new(machine->chip->otg_core, &otg);
    if (machine->port->otg)
        vboard_otg_latency(machine->port->otg, LATENCY_NS);
    return machine->port->otg;
}

void vboard_port_close(struct vboard_machine *machine)
{
    if (machine->port->otg)
        vboard_otg_free(machine->port->otg);
}

void vboard_port_start(struct vboard_machine *machine)
{
    vboard_otg_reset(machine->port->otg);
    vboard_port_clocks(machine);
    vboard_port_pins(machine);
    vboard_otg_vbus(machine->port->otg, true, machine->board->settings.vbus_wired);
}

void vboard_port_stop(struct vboard_machine *machine)
{
    vboard_otg_reset(machine->port->otg);
    vboard_otg_clocks(machine->port->otg, false, false, 0);
    if (!machine->board->settings.pull_up)
        vboard_port_off(machine);
}

void vboard_port_off(struct vboard_machine *machine)
{
    if (machine->port->otg)
        vboard_otg_vbus(machine->port->otg, false, false);
}

void vboard_port_pins(struct vboard_machine *machine)
{
    if (machine->port->otg)
        vboard_otg_line(machine->port->otg, machine->board->settings.pull_up,
                        vboard_gpio_drives_low(machine, 0, PIN_DP));
}

void vboard_port_clocks(struct vboard_machine *machine)
{
    uint32_t hz = vboard_rcc_usb_hz(machine);
    uint32_t off_hz = hz > USB_HZ ? hz - USB_HZ : USB_HZ - hz;

    if (!machine->port->otg)
        return;
    vboard_otg_deviation(machine->port->otg, (uint32_t)((uint64_t)off_hz * 1000000 / USB_HZ));
    vboard_otg_clocks(machine->port->otg,
                      vboard_rcc_enabled(machine, VBOARD_RCC_AHB2ENR, OTGFS_BIT),
                      hz >= USB_STOPPED_HZ, machine->time->hclk_hz);
}

void vboard_port_rcc_written(struct vboard_machine *machine, uint32_t offset, uint32_t value)
{
    if (offset == VBOARD_RCC_AHB2ENR)
        vboard_port_clocks(machine);
    else if (offset == AHB2RSTR && (value >> OTGFS_BIT & 1))
        vboard_otg_reset(machine->port->otg);
}

/* ---- registers, frames ---- */

uint32_t vboard_port_read(struct vboard_machine *machine, uint32_t offset, unsigned width)
{
    uint32_t value = vboard_otg_read(machine->port->otg, offset, width);

    if (offset == RXSTSP && vboard_otg_due_ns(machine->port->otg) != VBOARD_NEVER)
        vboard_cpu_attend(machine);
    return value;
}

void vboard_port_write(struct vboard_machine *machine, uint32_t offset, unsigned width,
                       uint32_t value)
{
    vboard_otg_write(machine->port->otg, offset, width, value);
    /* The firmware may want frames now; an interrupt of an endpoint may be coming. */
    if (offset < COMMON_REGISTERS || vboard_otg_due_ns(machine->port->otg) != VBOARD_NEVER)
        vboard_cpu_attend(machine);
}

uint64_t vboard_port_happen(struct vboard_machine *machine)
{
    if (vboard_otg_due_ns(machine->port->otg) <= vboard_time_now_ns(machine))
        vboard_otg_happen(machine->port->otg);
    return vboard_otg_due_ns(machine->port->otg);
}
