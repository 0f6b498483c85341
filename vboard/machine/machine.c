/* The machine as the board sees it: made at the first start, started, stopped, given time. */
#include "machine.h"

#include "../board.h"
#include "adc.h"
#include "cpu.h"
#include "debug_private.h"
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

/* RM0090, 7.3.21. An internal reset drives the reset pin, too (7.1.1), so PINRSTF is always set. */
#define CAUSE_POWER    0x0e000000u
#define CAUSE_PIN      0x04000000u
#define CAUSE_SOFTWARE 0x14000000u
#define CAUSE_WATCHDOG 0x24000000u

enum {
    RESET_NS = 20000, /* 7.1.1: the reset lasts 20 us at least */
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

static struct vboard_machine *assemble(struct vboard *board)
{
    struct whole *whole = calloc(1, sizeof *whole);

    if (!whole)
        return NULL;
    whole->machine = (struct vboard_machine){
        .board = board,
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

/* Whether there is a model of all that a program on this board finds. */
static bool has_model(const struct vboard *board)
{
    return vboard_part_equal(board->chip.part, &vboard_part_f407vg);
}

void vboard_machine_free(struct vboard_machine *machine)
{
    if (!machine)
        return;
    vboard_program_close(machine);
    vboard_port_close(machine);
    vboard_cpu_close(machine);
    vboard_symbols_free(machine->report->symbols);
    vboard_memory_unmap(machine);
    free(machine);
}

/* The CPU is made when the first program starts: a board in its ROM needs none. */
static struct vboard_machine *create(struct vboard *board)
{
    struct vboard_machine *machine = assemble(board);

    if (!machine)
        return NULL;
    if (!vboard_cpu_open(machine) || !vboard_execute_open(machine) || !vboard_memory_map(machine) ||
        !vboard_devices_map(machine) || !vboard_port_open(machine) ||
        !vboard_program_open(machine)) {
        vboard_machine_free(machine);
        return NULL;
    }
    if (board->settings.elf_file)
        machine->report->symbols = vboard_symbols_load(board->settings.elf_file);
    return machine;
}

void vboard_machine_cause(struct vboard *board, enum vboard_cause cause)
{
    static const uint32_t flags[] = {
        [VBOARD_CAUSE_POWER] = CAUSE_POWER,
        [VBOARD_CAUSE_PIN] = CAUSE_PIN,
        [VBOARD_CAUSE_SOFTWARE] = CAUSE_SOFTWARE,
        [VBOARD_CAUSE_WATCHDOG] = CAUSE_WATCHDOG,
    };

    board->backup.csr |= flags[cause];
}

void vboard_machine_power_off(struct vboard *board)
{
    vboard_machine_stop(board);
    board->backup.csr = 0;
    if (board->settings.battery)
        return;
    memset(&board->backup, 0, sizeof board->backup);
}

/* ---- start and stop ---- */

bool vboard_machine_runs(const struct vboard *board)
{
    return board->machine && board->machine->on;
}

void vboard_machine_stop(struct vboard *board)
{
    struct vboard_machine *machine = board->machine;

    if (!vboard_machine_runs(board))
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

bool vboard_machine_start(struct vboard *board, uint32_t address, bool leaves)
{
    struct vboard_machine *machine;
    const struct vboard_stats *stats = &board->stats;
    uint64_t now_ns;

    if (!has_model(board))
        return false;
    if (!board->machine)
        board->machine = create(board);
    machine = board->machine;
    if (!machine) {
        vboard_trace(board, "there is no CPU: the program is not run");
        return false;
    }
    now_ns = latest(machine);
    vboard_machine_stop(board);
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
