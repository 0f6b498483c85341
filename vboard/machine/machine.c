/* SPDX-License-Identifier: MIT */
/* The machine as the board sees it: created from its parts, started, stopped, given time. */
#include "machine.h"

#include "../board/board.h"
#include "../board/trace.h"
#include "adc.h"
#include "chips.h"
#include "cpu.h"
#include "debug.h"
#include "devices.h"
#include "execute.h"
#include "flash_controller.h"
#include "gpio.h"
#include "memory.h"
#include "nvic.h"
#include "parts.h"
#include "power.h"
#include "program.h"
#include "rcc.h"
#include "report.h"
#include "scb.h"
#include "symbols.h"
#include "system.h"
#include "systick.h"
#include "time.h"
#include "timer.h"
#include "usart.h"
#include "usb_port.h"
#include "watchdog.h"

#include <stdlib.h>
#include <string.h>

enum {
    RESET_NS = 20000, /* 7.1.1: the reset lasts at least 20 us */
};

/* ---- life ---- */

/* All parts of a machine, in one piece. */
struct whole {
    struct vboard_machine machine;
    struct vboard_time time;
    struct vboard_cpu cpu;
    struct vboard_nvic nvic;
    struct vboard_scb scb;
    struct vboard_systick systick;
    struct vboard_debug debug;
    struct vboard_memory memory;
    struct vboard_rcc rcc;
    struct vboard_power power;
    struct vboard_gpio gpio[VBOARD_PORTS];
    struct vboard_flashc flash;
    struct vboard_adc adc;
    struct vboard_usart usart;
    struct vboard_timer timers[VBOARD_TIMERS];
    struct vboard_watchdog watchdog;
    struct vboard_system system;
    struct vboard_usb_port port;
    struct vboard_report report;
};

static struct vboard_machine *assemble(struct vboard *board, const struct vboard_machine_chip *chip)
{
    struct whole *whole = calloc(1, sizeof *whole);

    if (!whole)
        return NULL;
    whole->machine = (struct vboard_machine){
        .board = board,
        .chip = chip,
        .wiring = &vboard_devices_wiring,
        .time = &whole->time,
        .cpu = &whole->cpu,
        .nvic = &whole->nvic,
        .scb = &whole->scb,
        .systick = &whole->systick,
        .debug = &whole->debug,
        .memory = &whole->memory,
        .rcc = &whole->rcc,
        .power = &whole->power,
        .gpio = whole->gpio,
        .flash = &whole->flash,
        .adc = &whole->adc,
        .usart = &whole->usart,
        .timers = whole->timers,
        .watchdog = &whole->watchdog,
        .system = &whole->system,
        .port = &whole->port,
        .report = &whole->report,
    };
    return &whole->machine; /* its first member: free() takes it */
}

static void dismantle(struct vboard_machine *machine)
{
    vboard_program_close(machine);
    vboard_port_close(machine);
    vboard_cpu_close(machine);
    vboard_symbols_free(machine->report->symbols);
    machine->report->symbols = NULL;
    vboard_memory_unmap(machine);
}

static void destroy(void *context)
{
    dismantle(context);
    free(context);
}

/* Creates the CPU when the first program starts. */
static bool open_once(struct vboard_machine *machine)
{
    const char *elf = machine->board->settings.elf_file;

    if (machine->cpu->uc)
        return true;
    if (!vboard_cpu_open(machine) || !vboard_execute_open(machine) || !vboard_memory_map(machine) ||
        !vboard_devices_map(machine) || !vboard_port_open(machine) ||
        !vboard_program_open(machine)) {
        dismantle(machine);
        return false;
    }
    if (elf)
        machine->report->symbols = vboard_symbols_load(elf);
    return true;
}

/* ---- start and stop ---- */

static bool runs(const void *context)
{
    const struct vboard_machine *machine = context;

    return machine->on;
}

static void stop(void *context)
{
    struct vboard_machine *machine = context;
    struct vboard *board = machine->board;

    if (!machine->on)
        return;
    vboard_flashc_stop(machine);
    vboard_port_stop(machine);
    machine->on = false;
    machine->breaks = true;
    board->work.by_machine = false;
    board->chip.erases_by_width = board->settings.feature_erase;
}

/* The board's time is in whole microseconds; ours must not go back to the last one. */
static uint64_t latest(const struct vboard_machine *machine)
{
    uint64_t now_ns = machine->board->now_us * 1000;

    if (machine->time->hclk_hz > 0 && vboard_time_now_ns(machine) > now_ns)
        now_ns = vboard_time_now_ns(machine);
    return machine->port->host_ns > now_ns ? machine->port->host_ns : now_ns;
}

static bool start(void *context, uint32_t address, bool leaves)
{
    struct vboard_machine *machine = context;
    struct vboard *board = machine->board;
    const struct vboard_stats *stats = &board->stats;
    uint64_t now_ns;

    if (!open_once(machine)) {
        vboard_trace(board, "there is no CPU: the program is not run");
        return false;
    }
    now_ns = latest(machine);
    stop(machine);
    machine->on = true;
    machine->breaks = true;
    machine->leaves_rom = leaves;
    machine->reset_due = machine->memory->remap_due = machine->rom_due = false;
    machine->report->last_violation[0] = '\0';
    vboard_cpu_reset(machine, stats->start_stack, stats->start_pc);
    vboard_time_start(machine, leaves ? now_ns : now_ns + RESET_NS);
    vboard_memory_reset(machine);
    vboard_devices_reset(machine);
    vboard_memory_remap(machine);
    vboard_port_start(machine);
    machine->scb->vtor =
        leaves || address == vboard_chip_flash(&board->chip)->address ? 0 : address;
    return true;
}

static void reset_cause(void *context, enum vboard_cause cause)
{
    vboard_pwr_reset_cause(context, cause);
}

static void power_off(void *context)
{
    struct vboard_machine *machine = context;

    stop(machine);
    vboard_port_off(machine);
    vboard_pwr_off(machine, machine->board->settings.battery);
}

static void receive(void *context, uint8_t byte, uint32_t baud, bool even_parity)
{
    vboard_usart_receive(context, byte, baud, even_parity);
}

static bool advance(void *context, uint64_t until_us)
{
    return vboard_program_advance(context, until_us);
}

static const struct vboard_processor_ops processor = {
    .start = start,
    .stop = stop,
    .runs = runs,
    .advance = advance,
    .receive = receive,
    .reset_cause = reset_cause,
    .power_off = power_off,
    .free = destroy,
};

bool vboard_machine_occupy(struct vboard *board)
{
    const struct vboard_machine_chip *chip = vboard_machine_chip_find(board->chip.part);

    if (!chip)
        return true;
    board->processor.context = assemble(board, chip);
    if (!board->processor.context)
        return false;
    board->processor.ops = &processor;
    return true;
}
