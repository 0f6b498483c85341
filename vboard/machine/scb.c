/* SPDX-License-Identifier: MIT */
/* The system control block (PM0214, 4.4), and the registers of MPU, FPU and debug beside it. */
#include "scb.h"

#include "cpu.h"
#include "nvic.h"
#include "parts.h"
#include "report.h"

#include <core/array.h>
#include <string.h>

enum {
    /* Offsets from 0xe000ed00. */
    CPUID = 0x00,
    ICSR = 0x04,
    VTOR = 0x08,
    AIRCR = 0x0c,
    SCR = 0x10,
    CCR = 0x14,
    SHPR1 = 0x18,
    SHPR3 = 0x20,
    SHCSR = 0x24,
    CFSR = 0x28,
    HFSR = 0x2c,
    MMFAR = 0x34,
    BFAR = 0x38,
    CPACR = 0x88,
    MPU_TYPE = 0x90,
    MPU_CTRL = 0x94,
    MPU_RASR = 0xa0,
    DEMCR = 0xfc,
    FPCCR = 0x234,
    FPCAR = 0x238,
    FPDSCR = 0x23c,

    AIRCR_KEY = 0x05fa,
    AIRCR_READS = 0xfa05,
    AIRCR_SYSRESETREQ = 1 << 2,
    AIRCR_PRIGROUP = 7 << 8,

    ICSR_PENDSTCLR = 1 << 25,
    ICSR_PENDSTSET = 1 << 26,
    ICSR_PENDSVCLR = 1 << 27,
    ICSR_PENDSVSET = 1 << 28,
    ICSR_RETTOBASE = 1 << 11,
    ICSR_ISRPENDING = 1 << 22,

};

#define ICSR_NMIPENDSET (UINT32_C(1) << 31)

void vboard_scb_reset(struct vboard_machine *machine)
{
    memset(machine->scb, 0, sizeof *machine->scb);
    memset(machine->scb->mpu, 0, sizeof machine->scb->mpu);
    machine->scb->ccr = 0x200; /* STKALIGN */
    machine->scb->fpccr = 0xc0000000;
}

static uint32_t read_icsr(const struct vboard_machine *machine)
{
    const struct vboard_nvic *nvic = machine->nvic;
    uint32_t word = nvic->current, active = 0;

    for (uint32_t i = VBOARD_EXCEPTIONS - 1; i > 0; i--) {
        active += nvic->active[i];
        if (!nvic->pending[i] || !nvic->enabled[i])
            continue;
        word = (word & ~(0x7fu << 12)) | i << 12;
        if (i >= VBOARD_IRQ)
            word |= ICSR_ISRPENDING;
    }
    return word | (active <= 1 ? ICSR_RETTOBASE : 0) |
           (nvic->pending[VBOARD_PENDSV] ? ICSR_PENDSVSET : 0) |
           (nvic->pending[VBOARD_SYSTICK] ? ICSR_PENDSTSET : 0);
}

static void write_icsr(struct vboard_machine *machine, uint32_t value)
{
    if (value & ICSR_PENDSVSET)
        vboard_nvic_pend(machine, VBOARD_PENDSV);
    if (value & ICSR_PENDSVCLR)
        machine->nvic->pending[VBOARD_PENDSV] = false;
    if (value & ICSR_PENDSTSET)
        vboard_nvic_pend(machine, VBOARD_SYSTICK);
    if (value & ICSR_PENDSTCLR)
        machine->nvic->pending[VBOARD_SYSTICK] = false;
    if (value & ICSR_NMIPENDSET)
        vboard_nvic_pend(machine, VBOARD_NMI);
    machine->nvic->dirty = true;
}

/* The active and pending bits come from the exceptions. */
static uint32_t read_shcsr(const struct vboard_machine *machine)
{
    const bool *active = machine->nvic->active;

    return (machine->scb->shcsr & 0x70000) | (uint32_t)active[VBOARD_MEM_MANAGE] |
           (uint32_t)active[VBOARD_BUS_FAULT] << 1 | (uint32_t)active[VBOARD_USAGE_FAULT] << 3 |
           (uint32_t)active[VBOARD_SVCALL] << 7 | (uint32_t)active[VBOARD_PENDSV] << 10 |
           (uint32_t)active[VBOARD_SYSTICK] << 11;
}

static void write_aircr(struct vboard_machine *machine, uint32_t value)
{
    if (value >> 16 != AIRCR_KEY)
        return;
    machine->scb->aircr = value & AIRCR_PRIGROUP;
    machine->nvic->dirty = true;
    if (value & AIRCR_SYSRESETREQ)
        vboard_cpu_reset_soon(machine, VBOARD_CAUSE_SOFTWARE);
}

/* A plain register of the block, or NULL. */
static uint32_t *plain(struct vboard_machine *machine, uint32_t offset)
{
    struct vboard_scb *scb = machine->scb;
    const struct {
        uint32_t offset;
        uint32_t *word;
    } words[] = {
        {VTOR, &scb->vtor},   {SCR, &scb->scr},       {CCR, &scb->ccr},     {MMFAR, &scb->mmfar},
        {BFAR, &scb->bfar},   {CPACR, &scb->cpacr},   {DEMCR, &scb->demcr}, {FPCCR, &scb->fpccr},
        {FPCAR, &scb->fpcar}, {FPDSCR, &scb->fpdscr},
    };

    for (size_t i = 0; i < B0_LENGTH(words); i++)
        if (words[i].offset == offset)
            return words[i].word;
    if (offset >= MPU_CTRL && offset <= MPU_RASR)
        return &machine->scb->mpu[(offset - MPU_CTRL) / 4];
    return NULL;
}

uint32_t vboard_scb_read(struct vboard_machine *machine, uint32_t offset)
{
    const uint32_t *word = plain(machine, offset);
    const uint8_t *priority = machine->nvic->priority;

    if (word)
        return *word;
    if (offset >= SHPR1 && offset <= SHPR3) {
        priority += 4 + (offset - SHPR1);
        return (uint32_t)priority[0] | (uint32_t)priority[1] << 8 | (uint32_t)priority[2] << 16 |
               (uint32_t)priority[3] << 24;
    }
    switch (offset) {
    case CPUID:
        return 0x410fc241; /* Cortex-M4 r0p1: PM0214, 4.4.2 */
    case ICSR:
        return read_icsr(machine);
    case AIRCR:
        return (uint32_t)AIRCR_READS << 16 | machine->scb->aircr;
    case SHCSR:
        return read_shcsr(machine);
    case CFSR:
        return machine->scb->cfsr;
    case HFSR:
        return machine->scb->hfsr;
    case MPU_TYPE:
        return 0x800; /* eight regions */
    default:
        return 0;
    }
}

void vboard_scb_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                      uint32_t mask)
{
    uint32_t *word = plain(machine, offset);

    if (offset == VTOR) {
        machine->scb->vtor = value & 0x3fffff80;
        if ((value & 0x1ff) != 0) /* PM0214, 4.4.4: 98 words, rounded up to a power of two */
            vboard_report(machine, value, "VTOR is not a multiple of 512");
    } else if (word) {
        vboard_merge(word, value, mask);
        if (offset == MPU_CTRL && (value & 1))
            vboard_note(machine, "the MPU is not modelled: no memory is protected");
    } else if (offset >= SHPR1 && offset <= SHPR3) {
        for (unsigned i = 0; i < 4; i++)
            if (mask >> 8 * i & 0xff)
                machine->nvic->priority[4 + offset - SHPR1 + i] = (uint8_t)(value >> 8 * i & 0xf0);
        machine->nvic->dirty = true;
    } else if (offset == ICSR) {
        write_icsr(machine, value);
    } else if (offset == AIRCR) {
        write_aircr(machine, value);
    } else if (offset == SHCSR) {
        vboard_merge(&machine->scb->shcsr, value & 0x70000, mask);
    } else if (offset == CFSR) {
        machine->scb->cfsr &= ~value;
    } else if (offset == HFSR) {
        machine->scb->hfsr &= ~value;
    }
}
