/* SPDX-License-Identifier: MIT */
/*
 * The run loop: events, frames, exceptions and code in the order of time, and work that waits until
 * the CPU has stopped.
 */
#include "run.h"

#include "../board/board.h"
#include "../board/power.h"
#include "../board/trace.h"
#include "cpu.h"
#include "debug.h"
#include "exception.h"
#include "execute.h"
#include "memory.h"
#include "nvic.h"
#include "parts.h"
#include "power.h"
#include "time.h"
#include "usb_port.h"

/* Does the work that has waited for the CPU to stop. False if the CPU must not continue. */
static bool serve(struct vboard_machine *machine)
{
    struct vboard *board = machine->board;

    machine->cpu->attention = false;
    if (machine->memory->remap_due) {
        machine->memory->remap_due = false;
        vboard_memory_remap(machine);
    }
    if (machine->rom_due) {
        machine->rom_due = false;
        vboard_time_tell(machine);
        vboard_trace(board, "the program jumped to the ROM");
        vboard_port_off(machine);
        vboard_enter_rom(board);
    } else if (machine->reset_due) {
        machine->reset_due = false;
        vboard_time_tell(machine);
        vboard_pwr_reset_cause(machine, machine->reset_cause);
        vboard_system_reset(board);
    }
    return machine->on && !machine->breaks;
}

/* One stretch of execution or sleep, at most to `until_ns`. */
static void step(struct vboard_machine *machine, uint64_t until_ns)
{
    struct vboard_cpu *cpu = machine->cpu;
    uint64_t next_ns;
    int exception;

    vboard_time_happen(machine);
    next_ns = vboard_port_happen(machine);
    if (cpu->attention)
        return;
    next_ns = next_ns < until_ns ? next_ns : until_ns;
    next_ns = machine->time->next_ns < next_ns ? machine->time->next_ns : next_ns;
    if (cpu->asleep && vboard_nvic_wakes(machine))
        cpu->asleep = false;
    if (cpu->locked_up || cpu->asleep || machine->debug->halted) {
        vboard_time_skip(machine, next_ns);
        return;
    }
    exception = vboard_nvic_take(machine);
    if (exception >= 0)
        vboard_exception_enter(machine, (unsigned)exception);
    if (machine->cpu->locked_up)
        return;
    cpu->stop_cycles = vboard_time_cycle(machine, next_ns);
    vboard_execute(machine);
}

void vboard_run(struct vboard_machine *machine, uint64_t until_ns)
{
    machine->breaks = false;
    while (serve(machine) && vboard_time_now_ns(machine) < until_ns)
        step(machine, until_ns);
    vboard_time_tell(machine);
}
