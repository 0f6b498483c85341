/* SPDX-License-Identifier: MIT */
/*
 * Enters and leaves exceptions by hand: PM0214, 2.3.7, and the ARMv7-M Architecture Reference
 * Manual (ARM DDI 0403), B1.5, whose names are used. The FPU's registers are stacked at once, not
 * lazily, which takes the same room.
 */
#include "exception.h"

#include "cpu.h"
#include "memory.h"
#include "nvic.h"
#include "parts.h"
#include "report.h"
#include "scb.h"

#include <core/bytes.h>

enum {
    FRAME_SIZE = 0x20,
    FRAME_SIZE_FPU = 0x68,
    FRAME_FPU = 0x20, /* offset of S0 */
    FRAME_FPSCR = 0x60,
    FPU_REGISTERS = 16,

    CONTROL_NPRIV = 1,
    CONTROL_SPSEL = 2,
    CONTROL_FPCA = 4,

    PSR_ALIGNED = 1 << 9,
    PSR_THUMB = 1 << 24,

    RETURN_THREAD = 1 << 3,
    RETURN_PSP = 1 << 2,
    RETURN_BASIC = 1 << 4,

    CFSR_STKERR = 1 << 12,
    CFSR_UNSTKERR = 1 << 11,
    CFSR_INVSTATE = 1 << 17,
    CFSR_INVPC = 1 << 18,
    HFSR_VECTTBL = 1 << 1,
    HFSR_FORCED = 1 << 30,

    SHCSR_USGFAULTENA = 1 << 18,
    SHCSR_BUSFAULTENA = 1 << 17,
    SHCSR_MEMFAULTENA = 1 << 16,
    SCR_SLEEPONEXIT = 1 << 1,

    CPACR_FPU = 0xf << 20,
};

static const int frame_registers[] = {UC_ARM_REG_R0,  UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3,
                                      UC_ARM_REG_R12, UC_ARM_REG_LR, UC_ARM_REG_PC};

static void lock_up(struct vboard_machine *machine, const char *why)
{
    vboard_report_registers(machine, why);
    vboard_report(machine, vboard_cpu_get(machine, UC_ARM_REG_PC), "the CPU has locked up");
    machine->cpu->locked_up = true;
}

/* ---- entry ---- */

static void store_frame(struct vboard_machine *machine, uint8_t *frame, uint32_t psr, bool fpu)
{
    for (size_t i = 0; i < 7; i++)
        b0_store32(frame + 4 * i, vboard_cpu_get(machine, frame_registers[i]));
    b0_store32(frame + 24, vboard_cpu_get(machine, UC_ARM_REG_PC) & ~1u);
    b0_store32(frame + 28, psr);
    if (!fpu)
        return;
    for (size_t i = 0; i < FPU_REGISTERS; i++)
        b0_store32(frame + FRAME_FPU + 4 * i, vboard_cpu_get(machine, UC_ARM_REG_S0 + (int)i));
    b0_store32(frame + FRAME_FPSCR, vboard_cpu_get(machine, UC_ARM_REG_FPSCR));
}

/* PushStack(). Sets the value for LR. False if there is no memory for it. */
static bool push(struct vboard_machine *machine, uint32_t *how)
{
    uint32_t control = vboard_cpu_get(machine, UC_ARM_REG_CONTROL);
    uint32_t psr = vboard_cpu_get(machine, UC_ARM_REG_XPSR) | PSR_THUMB;
    bool fpu = control & CONTROL_FPCA, handler = machine->nvic->current != 0;
    uint32_t size = fpu ? FRAME_SIZE_FPU : FRAME_SIZE;
    uint32_t stack = vboard_cpu_get(machine, UC_ARM_REG_SP);
    uint32_t frame = (stack - size) & ~7u;

    if (fpu && (machine->scb->cpacr & CPACR_FPU) != CPACR_FPU)
        vboard_report(machine, 0xe000ed88, "the FPU was used, but CPACR does not enable it");
    psr = stack & 4 ? psr | PSR_ALIGNED : psr & ~(uint32_t)PSR_ALIGNED;
    *how = 0xffffffe0 | (fpu ? 0 : RETURN_BASIC) | 1;
    if (!handler)
        *how |= RETURN_THREAD | (control & CONTROL_SPSEL ? RETURN_PSP : 0);
    vboard_cpu_set(machine, UC_ARM_REG_SP, frame);
    if (!vboard_memory_is_ram(machine, frame, size)) {
        vboard_report(machine, frame, "no memory for the stack of an exception");
        return false;
    }
    store_frame(machine, vboard_memory_at(machine, frame, size), psr, fpu);
    return true;
}

/* The handler's address, 0 if there is no vector table. */
static uint32_t vector_of(const struct vboard_machine *machine, unsigned number)
{
    const uint8_t *bytes = vboard_memory_at(machine, machine->scb->vtor + 4 * number, 4);

    return bytes ? b0_load32(bytes) : 0;
}

/* ExceptionTaken() */
static void take(struct vboard_machine *machine, unsigned number, uint32_t how)
{
    uint32_t vector = vector_of(machine, number);
    uint32_t control;

    vboard_cpu_set(machine, UC_ARM_REG_XPSR, PSR_THUMB | number); /* banks the stack pointer */
    control = vboard_cpu_get(machine, UC_ARM_REG_CONTROL);
    vboard_cpu_set(machine, UC_ARM_REG_CONTROL, control & CONTROL_NPRIV);
    vboard_cpu_set(machine, UC_ARM_REG_LR, how);
    vboard_nvic_activate(machine, number);
    machine->cpu->asleep = false;
    machine->cpu->event = true;
    if (vector & 1) {
        vboard_cpu_set(machine, UC_ARM_REG_PC, vector);
        return;
    }
    vboard_report(machine, machine->scb->vtor + 4 * number,
                  "the vector of exception %u is not Thumb code", number);
    if (number == VBOARD_HARD_FAULT)
        lock_up(machine, "No handler for the hard fault");
    else if (vector == 0)
        vboard_hard_fault(machine, HFSR_VECTTBL);
    else
        vboard_fault(machine, VBOARD_USAGE_FAULT, CFSR_INVSTATE);
}

void vboard_exception_enter(struct vboard_machine *machine, unsigned number)
{
    uint32_t how;
    bool pushed = push(machine, &how);

    if (!pushed && number != VBOARD_HARD_FAULT) {
        machine->scb->cfsr |= CFSR_STKERR;
        machine->scb->hfsr |= HFSR_FORCED;
        vboard_report_registers(machine, "Hard fault: no memory for the stack");
        number = VBOARD_HARD_FAULT;
    }
    take(machine, number, how);
}

/* ---- faults ---- */

void vboard_hard_fault(struct vboard_machine *machine, uint32_t hfsr)
{
    machine->scb->hfsr |= hfsr;
    if (vboard_nvic_execution_priority(machine) < 0) {
        lock_up(machine, "A fault in the handler of a hard fault");
        return;
    }
    vboard_report_registers(machine, "Hard fault");
    vboard_exception_enter(machine, VBOARD_HARD_FAULT);
}

void vboard_fault(struct vboard_machine *machine, unsigned number, uint32_t cfsr)
{
    static const uint32_t enables[] = {[VBOARD_MEM_MANAGE] = SHCSR_MEMFAULTENA,
                                       [VBOARD_BUS_FAULT] = SHCSR_BUSFAULTENA,
                                       [VBOARD_USAGE_FAULT] = SHCSR_USGFAULTENA};

    machine->scb->cfsr |= cfsr;
    if ((machine->scb->shcsr & enables[number]) &&
        vboard_nvic_priority(machine, number) < vboard_nvic_execution_priority(machine))
        vboard_exception_enter(machine, number);
    else
        vboard_hard_fault(machine, HFSR_FORCED);
}

/* ---- return ---- */

static void load_frame(struct vboard_machine *machine, const uint8_t *frame, bool fpu)
{
    for (size_t i = 0; i < 6; i++)
        vboard_cpu_set(machine, frame_registers[i], b0_load32(frame + 4 * i));
    vboard_cpu_set(machine, UC_ARM_REG_PC, b0_load32(frame + 24) | 1);
    if (!fpu)
        return;
    for (size_t i = 0; i < FPU_REGISTERS; i++)
        vboard_cpu_set(machine, UC_ARM_REG_S0 + (int)i, b0_load32(frame + FRAME_FPU + 4 * i));
    vboard_cpu_set(machine, UC_ARM_REG_FPSCR, b0_load32(frame + FRAME_FPSCR));
}

/*
 * Restores mode and stack pointer of the interrupted code. Only privileged code may write CONTROL,
 * so nPRIV is cleared until the last write.
 */
static void restore_mode(struct vboard_machine *machine, uint32_t psr, uint32_t how, uint32_t stack)
{
    uint32_t npriv = vboard_cpu_get(machine, UC_ARM_REG_CONTROL) & CONTROL_NPRIV;
    uint32_t control = npriv | (how & RETURN_BASIC ? 0 : CONTROL_FPCA);

    vboard_cpu_set(machine, UC_ARM_REG_CONTROL, 0);
    vboard_cpu_set(machine, UC_ARM_REG_XPSR, psr & ~(uint32_t)PSR_ALIGNED);
    if (how & RETURN_PSP)
        control |= CONTROL_SPSEL;
    vboard_cpu_set(machine, UC_ARM_REG_CONTROL, control);
    vboard_cpu_set(machine, UC_ARM_REG_SP, stack);
    machine->nvic->current = psr & 0x1ff;
}

/* The integrity checks of ExceptionReturn(). */
static bool return_valid(const struct vboard_machine *machine, uint32_t how)
{
    unsigned active = 0;
    bool thread = how & RETURN_THREAD;

    for (size_t i = 1; i < VBOARD_EXCEPTIONS; i++)
        active += machine->nvic->active[i];
    if (machine->nvic->current == 0 || !machine->nvic->active[machine->nvic->current])
        return false;
    return ((how & 0xf) == 1 && active > 1) || (thread && (how & 3) == 1 && active == 1);
}

void vboard_exception_return(struct vboard_machine *machine, uint32_t how)
{
    unsigned number = machine->nvic->current;
    uint32_t size = how & RETURN_BASIC ? FRAME_SIZE : FRAME_SIZE_FPU;
    uint32_t stack, psr;
    const uint8_t *frame;

    if (!return_valid(machine, how)) {
        vboard_report(machine, how, "a return from an exception that is not one");
        vboard_fault(machine, VBOARD_USAGE_FAULT, CFSR_INVPC);
        return;
    }
    stack = vboard_cpu_get(machine, how & RETURN_PSP ? UC_ARM_REG_PSP : UC_ARM_REG_MSP);
    frame = vboard_memory_at(machine, stack, size);
    if (!frame) {
        vboard_report(machine, stack, "no stack for the return from an exception");
        vboard_fault(machine, VBOARD_BUS_FAULT, CFSR_UNSTKERR);
        return;
    }
    psr = b0_load32(frame + 28);
    vboard_nvic_deactivate(machine, number);
    restore_mode(machine, psr, how, stack + size + (psr & PSR_ALIGNED ? 4 : 0));
    load_frame(machine, frame, !(how & RETURN_BASIC));
    machine->cpu->event = true;
    if ((how & RETURN_THREAD) && (machine->scb->scr & SCR_SLEEPONEXIT))
        machine->cpu->asleep = true;
}
