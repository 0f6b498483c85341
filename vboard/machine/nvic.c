/* SPDX-License-Identifier: MIT */
/* The interrupt controller: priorities, pending exceptions, and its registers (PM0214, 4.3). */
#include "nvic.h"

#include "../board/board.h"
#include "cpu.h"
#include "parts.h"
#include "report.h"
#include "scb.h"

#include <core/array.h>
#include <string.h>

enum {
    THREAD_PRIORITY = 256,
    ISER = 0x000, /* offsets from 0xe000e100 */
    ICER = 0x080,
    ISPR = 0x100,
    ICPR = 0x180,
    IABR = 0x200,
    IPR = 0x300,
    STIR = 0xe00,
    PRIORITY_BITS = 0xf0, /* RM0090, 12.1.1: 16 levels */
};

void vboard_nvic_reset(struct vboard_machine *machine)
{
    struct vboard_nvic *nvic = machine->nvic;

    memset(nvic, 0, sizeof *nvic);
    for (unsigned i = 0; i < VBOARD_IRQ; i++)
        nvic->enabled[i] = true;
    nvic->candidate = -1;
}

static void changed(struct vboard_machine *machine)
{
    machine->nvic->dirty = true;
}

void vboard_nvic_pend(struct vboard_machine *machine, unsigned number)
{
    machine->nvic->pending[number] = true;
    machine->cpu->event = true; /* only with SEVONPEND; a spurious event does no harm */
    changed(machine);
}

void vboard_nvic_line(struct vboard_machine *machine, unsigned number, bool level)
{
    if (level && !machine->nvic->line[number])
        vboard_nvic_pend(machine, number);
    machine->nvic->line[number] = level;
}

/* One more than the chip's last exception. */
static unsigned count(const struct vboard_machine *machine)
{
    return VBOARD_IRQ + (unsigned)machine->chip->interrupts;
}

/* ---- priorities ---- */

int vboard_nvic_priority(const struct vboard_machine *machine, unsigned number)
{
    static const int fixed[] = {0, -3, -2, -1};

    if (number < B0_LENGTH(fixed))
        return fixed[number];
    return number < VBOARD_EXCEPTIONS ? machine->nvic->priority[number] : THREAD_PRIORITY;
}

/* The part of a priority that decides about preemption: AIRCR.PRIGROUP. */
static int group(const struct vboard_machine *machine, int priority)
{
    uint32_t bits = (machine->scb->aircr >> 8 & 7) + 1;

    return priority < 0 ? priority : priority & ~((1 << bits) - 1);
}

static int active_priority(const struct vboard_machine *machine)
{
    int lowest = THREAD_PRIORITY;

    for (unsigned i = 1; i < count(machine); i++) {
        int priority;

        if (!machine->nvic->active[i])
            continue;
        priority = group(machine, vboard_nvic_priority(machine, i));
        if (priority < lowest)
            lowest = priority;
    }
    return lowest;
}

/* With the mask registers: ARM DDI 0403, ExecutionPriority(). */
static int masked(struct vboard_machine *machine, int priority, bool with_primask)
{
    uint32_t basepri = vboard_cpu_get(machine, UC_ARM_REG_BASEPRI) & PRIORITY_BITS;

    if (basepri != 0 && group(machine, (int)basepri) < priority)
        priority = group(machine, (int)basepri);
    if (with_primask && (vboard_cpu_get(machine, UC_ARM_REG_PRIMASK) & 1) && priority > 0)
        priority = 0;
    if ((vboard_cpu_get(machine, UC_ARM_REG_FAULTMASK) & 1) && priority > -1)
        priority = -1;
    return priority;
}

int vboard_nvic_execution_priority(struct vboard_machine *machine)
{
    return masked(machine, active_priority(machine), true);
}

/* Finds the pending exception with the highest priority, if it preempts what is active. */
static void find_candidate(struct vboard_machine *machine)
{
    struct vboard_nvic *nvic = machine->nvic;
    int best = THREAD_PRIORITY;

    nvic->dirty = false;
    nvic->candidate = -1;
    for (unsigned i = 1; i < count(machine); i++)
        if (nvic->pending[i] && nvic->enabled[i] && vboard_nvic_priority(machine, i) < best) {
            best = vboard_nvic_priority(machine, i);
            nvic->candidate = (int)i;
        }
    nvic->candidate_priority = group(machine, best);
    if (nvic->candidate >= 0 && nvic->candidate_priority >= active_priority(machine))
        nvic->candidate = -1;
}

int vboard_nvic_take(struct vboard_machine *machine)
{
    struct vboard_nvic *nvic = machine->nvic;

    if (nvic->dirty)
        find_candidate(machine);
    if (nvic->candidate < 0)
        return -1;
    /* The usual case of a polling program, before reading the mask registers one by one. */
    if (nvic->candidate_priority >= 0 && (vboard_cpu_get(machine, UC_ARM_REG_PRIMASK) & 1))
        return -1;
    if (nvic->candidate_priority >= masked(machine, THREAD_PRIORITY, true))
        return -1;
    return nvic->candidate;
}

bool vboard_nvic_wakes(struct vboard_machine *machine)
{
    struct vboard_nvic *nvic = machine->nvic;

    if (nvic->dirty)
        find_candidate(machine);
    return nvic->candidate >= 0 &&
           nvic->candidate_priority < masked(machine, THREAD_PRIORITY, false);
}

void vboard_nvic_activate(struct vboard_machine *machine, unsigned number)
{
    machine->nvic->pending[number] = false;
    machine->nvic->active[number] = true;
    machine->nvic->current = number;
    changed(machine);
}

void vboard_nvic_deactivate(struct vboard_machine *machine, unsigned number)
{
    machine->nvic->active[number] = false;
    if (number != VBOARD_NMI)
        vboard_cpu_set(machine, UC_ARM_REG_FAULTMASK, 0);
    if (machine->nvic->line[number])
        machine->nvic->pending[number] = true; /* the peripheral still requests it */
    changed(machine);
}

/* ---- registers ---- */

static unsigned first_of(uint32_t offset)
{
    return VBOARD_IRQ + offset % 0x80 / 4 * 32;
}

/* Interrupts that the chip lacks read as 0 and ignore writes. */
static uint32_t read_bits(const struct vboard_machine *machine, const bool *bits, unsigned first)
{
    uint32_t word = 0;

    for (unsigned i = 0; i < 32 && first + i < count(machine); i++)
        word |= (uint32_t)bits[first + i] << i;
    return word;
}

static void write_bits(const struct vboard_machine *machine, bool *bits, unsigned first,
                       uint32_t word, bool value)
{
    for (unsigned i = 0; i < 32 && first + i < count(machine); i++)
        if (word >> i & 1)
            bits[first + i] = value;
}

static uint32_t read_priorities(const struct vboard_machine *machine, uint32_t offset)
{
    const struct vboard_nvic *nvic = machine->nvic;
    uint32_t word = 0;

    for (unsigned i = 0; i < 4; i++)
        if (VBOARD_IRQ + offset + i < count(machine))
            word |= (uint32_t)nvic->priority[VBOARD_IRQ + offset + i] << 8 * i;
    return word;
}

uint32_t vboard_nvic_read(struct vboard_machine *machine, uint32_t offset)
{
    const struct vboard_nvic *nvic = machine->nvic;

    if (offset < ISPR)
        return read_bits(machine, nvic->enabled, first_of(offset));
    if (offset < IABR)
        return read_bits(machine, nvic->pending, first_of(offset));
    if (offset < IPR)
        return read_bits(machine, nvic->active, first_of(offset));
    return offset < STIR ? read_priorities(machine, offset - IPR) : 0;
}

/* ISER: finds the first interrupt, of those to be enabled, that the chip lacks. */
static void check_enabled(struct vboard_machine *machine, unsigned first, uint32_t word)
{
    for (unsigned i = 0; i < 32; i++)
        if ((word >> i & 1) && first + i >= count(machine)) {
            vboard_report(machine, 0xe000e100,
                          "interrupt %u was enabled, which the %s does not have",
                          first + i - VBOARD_IRQ, machine->chip->part->name);
            return;
        }
}

void vboard_nvic_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                       uint32_t mask)
{
    struct vboard_nvic *nvic = machine->nvic;

    if (offset < ICER)
        check_enabled(machine, first_of(offset), value);
    if (offset < ISPR) {
        write_bits(machine, nvic->enabled, first_of(offset), value, offset < ICER);
    } else if (offset < IABR) {
        write_bits(machine, nvic->pending, first_of(offset), value, offset < ICPR);
        for (unsigned i = VBOARD_IRQ; i < count(machine); i++)
            nvic->pending[i] = nvic->pending[i] || (nvic->line[i] && !nvic->active[i]);
    } else if (offset >= IPR && offset < STIR) {
        for (unsigned i = 0; i < 4; i++)
            if ((mask >> 8 * i & 0xff) && VBOARD_IRQ + offset - IPR + i < count(machine))
                nvic->priority[VBOARD_IRQ + offset - IPR + i] =
                    (uint8_t)(value >> 8 * i & PRIORITY_BITS);
    } else if (offset == STIR && VBOARD_IRQ + (value & 0x1ff) < count(machine)) {
        nvic->pending[VBOARD_IRQ + (value & 0x1ff)] = true;
    }
    changed(machine);
}
