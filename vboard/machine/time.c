/* SPDX-License-Identifier: MIT */
/* The machine's time: cycles, nanoseconds, and what is due when. */
#include "time.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "cpu.h"
#include "device.h"
#include "parts.h"

#define SECOND_NS UINT64_C(1000000000)

/* In two steps, so that nothing overflows in the next five hundred years. */
uint64_t vboard_periods(uint64_t span_ns, uint32_t hz)
{
    return span_ns / SECOND_NS * hz + span_ns % SECOND_NS * hz / SECOND_NS;
}

uint64_t vboard_span_ns(uint64_t periods, uint32_t hz)
{
    return periods / hz * SECOND_NS + (periods % hz * SECOND_NS + hz - 1) / hz;
}

uint64_t vboard_time_of_cycle(const struct vboard_machine *machine, uint64_t cycle)
{
    const struct vboard_time *time = machine->time;
    uint64_t span = cycle - time->base_cycles;

    return time->base_ns + span / time->hclk_hz * SECOND_NS +
           span % time->hclk_hz * SECOND_NS / time->hclk_hz;
}

uint64_t vboard_time_now_ns(const struct vboard_machine *machine)
{
    return vboard_time_of_cycle(machine, machine->time->cycles);
}

uint64_t vboard_time_cycle(const struct vboard_machine *machine, uint64_t at_ns)
{
    const struct vboard_time *time = machine->time;
    uint64_t span = at_ns > time->base_ns ? at_ns - time->base_ns : 0;

    return time->base_cycles + span / SECOND_NS * time->hclk_hz +
           (span % SECOND_NS * time->hclk_hz + SECOND_NS - 1) / SECOND_NS;
}

void vboard_time_skip(struct vboard_machine *machine, uint64_t to_ns)
{
    uint64_t cycle = vboard_time_cycle(machine, to_ns);

    if (cycle > machine->time->cycles)
        machine->time->cycles = cycle;
}

void vboard_time_set_hclk(struct vboard_machine *machine, uint32_t hz)
{
    struct vboard_time *time = machine->time;

    time->base_ns = vboard_time_now_ns(machine);
    time->base_cycles = time->cycles;
    time->hclk_hz = hz;
    vboard_cpu_attend(machine);
}

void vboard_time_start(struct vboard_machine *machine, uint64_t now_ns)
{
    struct vboard_time *time = machine->time;

    time->base_ns = now_ns;
    time->base_cycles = time->cycles;
    time->hclk_hz = machine->board->settings.hsi_hz; /* RM0090, 7.2.2 */
    for (size_t i = 0; i < VBOARD_EVENT_COUNT; i++)
        time->due_ns[i] = VBOARD_NEVER;
    time->next_ns = VBOARD_NEVER;
}

static void find_next(struct vboard_machine *machine)
{
    struct vboard_time *time = machine->time;

    time->next_ns = VBOARD_NEVER;
    for (size_t i = 0; i < VBOARD_EVENT_COUNT; i++)
        if (time->due_ns[i] < time->next_ns)
            time->next_ns = time->due_ns[i];
}

void vboard_schedule(struct vboard_machine *machine, enum vboard_event event, uint64_t at_ns)
{
    uint64_t cycle;

    machine->time->due_ns[event] = at_ns;
    find_next(machine);
    if (at_ns == VBOARD_NEVER)
        return;
    cycle = vboard_time_cycle(machine, at_ns);
    if (cycle < machine->cpu->stop_cycles)
        machine->cpu->stop_cycles = cycle;
}

void vboard_cancel(struct vboard_machine *machine, enum vboard_event event)
{
    vboard_schedule(machine, event, VBOARD_NEVER);
}

void vboard_time_tell(struct vboard_machine *machine)
{
    uint64_t now_us = vboard_time_now_ns(machine) / 1000;

    if (machine->on && now_us > machine->board->now_us)
        machine->board->now_us = now_us;
}

void vboard_time_happen(struct vboard_machine *machine)
{
    struct vboard_time *time = machine->time;

    while (time->next_ns <= vboard_time_now_ns(machine)) {
        for (size_t i = 0; i < VBOARD_EVENT_COUNT; i++) {
            if (time->due_ns[i] != time->next_ns)
                continue;
            time->due_ns[i] = VBOARD_NEVER;
            find_next(machine);
            machine->wiring->events[i](machine);
            break;
        }
    }
}
