/* The machine as the board sees it: made at the first start, started, stopped, given time. */
#include "private.h"

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

/* Whether there is a model of all that a program on this board finds. */
static bool has_model(const struct vboard *board)
{
    return vboard_part_equal(board->chip.part, &vboard_part_f407vg);
}

void vboard_machine_free(struct vboard_machine *machine)
{
    if (!machine)
        return;
    vboard_port_close(machine);
    vboard_cpu_close(machine);
    vboard_symbols_free(machine->symbols);
    free(machine->system);
    free(machine);
}

/* The CPU is made when the first program starts: a board in its ROM needs none. */
static struct vboard_machine *create(struct vboard *board)
{
    struct vboard_machine *machine = calloc(1, sizeof *machine);

    if (!machine)
        return NULL;
    machine->board = board;
    if (!vboard_cpu_open(machine) || !vboard_memory_map(machine) || !vboard_port_open(machine)) {
        vboard_machine_free(machine);
        return NULL;
    }
    if (board->settings.elf_file)
        machine->symbols = vboard_symbols_load(board->settings.elf_file);
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
    vboard_flashc_end_run(machine);
    if (machine->flash.hides || machine->cpu.stalls)
        vboard_flashc_abandon(machine);
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

    if (machine->time.hclk_hz > 0 && vboard_time_now_ns(machine) > now_ns)
        now_ns = vboard_time_now_ns(machine);
    return machine->host_ns > now_ns ? machine->host_ns : now_ns;
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
    machine->reset_due = machine->remap_due = machine->rom_due = false;
    machine->last_violation[0] = '\0';
    vboard_cpu_reset(machine, stats->start_stack, stats->start_pc);
    vboard_time_start(machine, leaves ? now_ns : now_ns + RESET_NS);
    vboard_memory_reset(machine);
    vboard_port_start(machine);
    machine->scb.vtor = leaves || address == vboard_chip_flash(&board->chip)->address ? 0 : address;
    return true;
}

void vboard_machine_reset_soon(struct vboard_machine *machine, enum vboard_cause cause)
{
    machine->reset_due = true;
    machine->reset_cause = cause;
    vboard_cpu_attend(machine);
}

void vboard_machine_tell_time(struct vboard_machine *machine)
{
    uint64_t now_us = vboard_time_now_ns(machine) / 1000;

    if (machine->on && now_us > machine->board->now_us)
        machine->board->now_us = now_us;
}

/* ---- running ---- */

/* What has waited for the CPU to stop. False if it is not to go on. */
static bool serve(struct vboard_machine *machine)
{
    struct vboard *board = machine->board;

    machine->cpu.attention = false;
    if (machine->remap_due) {
        machine->remap_due = false;
        vboard_memory_remap(machine);
    }
    if (machine->rom_due) {
        machine->rom_due = false;
        vboard_machine_tell_time(machine);
        vboard_trace(board, "the program jumped to the ROM");
        vboard_enter_rom(board);
    } else if (machine->reset_due) {
        machine->reset_due = false;
        vboard_machine_tell_time(machine);
        vboard_machine_cause(board, machine->reset_cause);
        vboard_system_reset(board);
    }
    return machine->on && !machine->breaks;
}

/* One stretch of execution or sleep, at most to `until_ns`. */
static void step(struct vboard_machine *machine, uint64_t until_ns)
{
    struct vboard_cpu *cpu = &machine->cpu;
    uint64_t next_ns;
    int exception;

    vboard_time_happen(machine);
    next_ns = vboard_port_happen(machine);
    if (cpu->attention)
        return;
    next_ns = next_ns < until_ns ? next_ns : until_ns;
    next_ns = machine->time.next_ns < next_ns ? machine->time.next_ns : next_ns;
    if (cpu->asleep && vboard_nvic_wakes(machine))
        cpu->asleep = false;
    if (cpu->locked_up || cpu->asleep || machine->debug.halted) {
        vboard_time_skip(machine, next_ns);
        return;
    }
    exception = vboard_nvic_take(machine);
    if (exception >= 0)
        vboard_exception_enter(machine, (unsigned)exception);
    if (cpu->locked_up)
        return;
    cpu->stop_cycles = vboard_time_cycle(machine, next_ns);
    vboard_cpu_run(machine);
}

void vboard_machine_run(struct vboard_machine *machine, uint64_t until_ns)
{
    machine->breaks = false;
    while (serve(machine) && vboard_time_now_ns(machine) < until_ns)
        step(machine, until_ns);
    vboard_machine_tell_time(machine);
}
