/* SPDX-License-Identifier: MIT */
/*
 * Execution: libunicorn runs the code. This file stops it when there is something to do, and finds
 * out why it has stopped. A halfword of code takes one cycle, and each block one more for the
 * branch at its end: close to what a Cortex-M4 needs from memory without wait states, and the same
 * in every run.
 *
 * The behaviour of Unicorn 2.0.1, found by trial: hooks can read registers, except the PC, which is
 * that of the start of a run; the block hook knows better. uc_emu_stop() in the block hook ends the
 * run before the block; in a memory hook it would repeat the block. WFI ends the run with the PC
 * after it; WFE and YIELD end it like an invalid instruction.
 */
#include "execute.h"

#include "cpu.h"
#include "debug.h"
#include "exception.h"
#include "flash_controller.h"
#include "memory.h"
#include "nvic.h"
#include "parts.h"
#include "report.h"
#include "scb.h"
#include "time.h"

#include <core/bytes.h>

enum {
    /* Numbers of UC_HOOK_INTR for the M profile. */
    INTERRUPT_UNDEFINED = 1,
    INTERRUPT_SVC = 2,
    INTERRUPT_BREAKPOINT = 7,
    INTERRUPT_RETURN = 8,
    INTERRUPT_NO_COPROCESSOR = 17,
    INTERRUPT_STATE = 18,

    OPCODE_YIELD = 0xbf10,
    OPCODE_WFE = 0xbf20,
    ERASED = 0xffff,

    /* CFSR: PM0214, 4.4.10 to 4.4.13. */
    CFSR_IACCVIOL = 1 << 0,
    CFSR_IBUSERR = 1 << 8,
    CFSR_PRECISERR = 1 << 9,
    CFSR_BFARVALID = 1 << 15,
    CFSR_UNDEFINSTR = 1 << 16,
    CFSR_INVSTATE = 1 << 17,
    CFSR_NOCP = 1 << 19,
    HFSR_DEBUGEVT = 31,

    WFE_PATIENCE_NS = 1000000,
};

/* ---- hooks ---- */

/* Whether something other than the next block is due. */
static bool is_due(struct vboard_machine *machine)
{
    const struct vboard_cpu *cpu = machine->cpu;

    return cpu->attention || machine->time->cycles >= cpu->stop_cycles ||
           ((machine->nvic->dirty || machine->nvic->candidate >= 0) &&
            vboard_nvic_take(machine) >= 0);
}

static void on_block(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct vboard_machine *machine = user;
    struct vboard_cpu *cpu = machine->cpu;

    if (machine->flash->undo)
        vboard_flashc_undo(machine);
    if (cpu->stalls && vboard_flashc_stalls(machine, (uint32_t)address))
        cpu->stalled = true;
    if (cpu->stalled || (!machine->debug->steps && is_due(machine))) {
        cpu->stopped = true;
        uc_emu_stop(uc);
        return;
    }
    vboard_memory_executed(machine, (uint32_t)address, size);
    cpu->block = (uint32_t)address;
    cpu->block_size = size;
    machine->time->cycles += size / 2 + 1;
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *user)
{
    struct vboard_machine *machine = user;

    machine->cpu->interrupt = number;
    uc_emu_stop(uc);
}

static bool on_fault(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
                     void *user)
{
    struct vboard_machine *machine = user;

    (void)uc;
    (void)value;
    machine->cpu->faulted = true;
    machine->cpu->fault_type = (uint8_t)type;
    machine->cpu->fault_address = (uint32_t)address;
    machine->cpu->fault_size = (uint32_t)size;
    return false;
}

/* The memory takes the value in any case; it is corrected afterwards. */
static bool on_protected_write(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
                               int64_t value, void *user)
{
    struct vboard_machine *machine = user;

    (void)uc;
    (void)type;
    if (machine->flash->undo)
        vboard_flashc_undo(machine);
    vboard_flashc_store(machine, (uint32_t)address, (uint32_t)size, (uint64_t)value);
    return true;
}

/* Flash during an erase. */
static bool on_protected_read(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
                              int64_t value, void *user)
{
    (void)uc;
    (void)type;
    (void)address;
    (void)size;
    (void)value;
    vboard_flashc_wait(user);
    return true;
}

/* uc_hook_add() takes functions of several types through one pointer. */
static bool hook(struct vboard_machine *machine, int type, void *function)
{
    uc_hook handle;

    return uc_hook_add(machine->cpu->uc, &handle, type, function, machine, 1, 0) == UC_ERR_OK;
}

bool vboard_execute_open(struct vboard_machine *machine)
{
    /* libunicorn takes each kind of function as a pointer to data: C11, J.5.7. */
    const union {
        uc_cb_hookcode_t function;
        void *pointer;
    } block = {on_block};
    const union {
        uc_cb_hookintr_t function;
        void *pointer;
    } exception = {on_interrupt};
    const union {
        uc_cb_eventmem_t function;
        void *pointer;
    } fault = {on_fault}, written = {on_protected_write}, read = {on_protected_read};

    return hook(machine, UC_HOOK_BLOCK, block.pointer) &&
           hook(machine, UC_HOOK_INTR, exception.pointer) &&
           hook(machine, UC_HOOK_MEM_UNMAPPED | UC_HOOK_MEM_FETCH_PROT, fault.pointer) &&
           hook(machine, UC_HOOK_MEM_WRITE_PROT, written.pointer) &&
           hook(machine, UC_HOOK_MEM_READ_PROT, read.pointer);
}

/* ---- why it has stopped ---- */

static uint16_t opcode_at(const struct vboard_machine *machine, uint32_t address)
{
    const uint8_t *bytes = vboard_memory_at(machine, address, 2);

    return bytes ? b0_load16(bytes) : 0;
}

static void wait_for_event(struct vboard_machine *machine)
{
    struct vboard_cpu *cpu = machine->cpu;
    uint64_t patience_ns = vboard_time_now_ns(machine) + WFE_PATIENCE_NS;

    if (cpu->event) {
        cpu->event = false;
        return;
    }
    /*
     * SEV leaves no trace here, so this must not sleep without a limit: the CPU wakes up at the
     * next event of any peripheral, or after a while. Programs must expect that (PM0214, 2.5.1).
     */
    if (vboard_nvic_wakes(machine))
        return;
    vboard_time_skip(machine,
                     machine->time->next_ns < patience_ns ? machine->time->next_ns : patience_ns);
}

static void undefined(struct vboard_machine *machine)
{
    uint32_t pc = vboard_cpu_get(machine, UC_ARM_REG_PC);
    const struct vboard_cpu *cpu = machine->cpu;
    bool behind = pc == cpu->block + cpu->block_size;
    uint16_t before = opcode_at(machine, pc - 2);

    if (behind && before == OPCODE_WFE) {
        wait_for_event(machine);
    } else if (!behind || before != OPCODE_YIELD) {
        if (opcode_at(machine, pc) == ERASED && vboard_memory_is_flash(machine, pc))
            vboard_report(machine, pc, "executed erased flash");
        vboard_fault(machine, VBOARD_USAGE_FAULT, CFSR_UNDEFINSTR);
    }
}

/* An access that no memory answers; or one to system memory, where the ROM takes over. */
static void access_fault(struct vboard_machine *machine)
{
    const struct vboard_cpu *cpu = machine->cpu;
    uint32_t stack = vboard_cpu_get(machine, UC_ARM_REG_SP);

    if (cpu->fault_type == UC_MEM_FETCH_UNMAPPED || cpu->fault_type == UC_MEM_FETCH_PROT) {
        if (vboard_memory_enters_rom(machine, cpu->fault_address))
            return;
        vboard_report(machine, cpu->fault_address, "executed an address without code memory");
        vboard_cpu_set(machine, UC_ARM_REG_PC, cpu->fault_address | 1);
        vboard_fault(machine, VBOARD_BUS_FAULT, CFSR_IBUSERR);
        return;
    }
    /* Unicorn does not report the instruction; its block is close. */
    vboard_cpu_set(machine, UC_ARM_REG_PC, cpu->block | 1);
    if (!vboard_memory_is_ram(machine, stack - 4, 4))
        vboard_report(machine, stack, "the stack pointer is outside memory");
    vboard_report(machine, cpu->fault_address, "%s %u bytes at an address without memory",
                  cpu->fault_type == UC_MEM_READ_UNMAPPED ? "read" : "wrote", cpu->fault_size);
    machine->scb->bfar = cpu->fault_address;
    vboard_fault(machine, VBOARD_BUS_FAULT, CFSR_PRECISERR | CFSR_BFARVALID);
}

static void interrupt(struct vboard_machine *machine)
{
    uint32_t pc = vboard_cpu_get(machine, UC_ARM_REG_PC);

    switch (machine->cpu->interrupt) {
    case INTERRUPT_SVC:
        if (vboard_nvic_execution_priority(machine) <= vboard_nvic_priority(machine, VBOARD_SVCALL))
            vboard_hard_fault(machine, 1u << 30);
        else
            vboard_exception_enter(machine, VBOARD_SVCALL);
        break;
    case INTERRUPT_RETURN:
        vboard_exception_return(machine, pc | 1);
        break;
    case INTERRUPT_BREAKPOINT:
        if (machine->debug->attached) {
            machine->debug->halted = true;
            break;
        }
        vboard_report(machine, pc, "BKPT without a debugger");
        vboard_hard_fault(machine, 1u << HFSR_DEBUGEVT);
        break;
    case INTERRUPT_STATE:
        vboard_fault(machine, VBOARD_USAGE_FAULT, CFSR_INVSTATE);
        break;
    case INTERRUPT_NO_COPROCESSOR:
        vboard_fault(machine, VBOARD_USAGE_FAULT, CFSR_NOCP);
        break;
    default:
        vboard_fault(machine, VBOARD_USAGE_FAULT, CFSR_UNDEFINSTR);
        break;
    }
}

void vboard_execute(struct vboard_machine *machine)
{
    struct vboard_cpu *cpu = machine->cpu;
    uc_err result;

    cpu->stopped = cpu->faulted = cpu->stalled = false;
    cpu->interrupt = 0;
    result = uc_emu_start(cpu->uc, vboard_cpu_get(machine, UC_ARM_REG_PC) | 1, 0xffffffff, 0, 0);
    if (machine->flash->undo)
        vboard_flashc_undo(machine);
    if (cpu->faulted)
        access_fault(machine);
    else if (cpu->interrupt != 0)
        interrupt(machine);
    else if (result != UC_ERR_OK)
        undefined(machine);
    else if (cpu->stalled)
        vboard_flashc_wait(machine);
    else if (!cpu->stopped && !machine->debug->steps)
        cpu->asleep = true;
}

/*
 * uc_hook_del() only marks a hook: Unicorn 2.0.1 removes it at the end of the next run (Unicorn
 * pull request 1315). Until then Unicorn assumes that a code hook maintains the PC, and if the
 * block hook stops that run, the PC is that of some earlier block: the program would do things
 * twice.
 */
void vboard_execute_nothing(struct vboard_machine *machine)
{
    const struct vboard_cpu cpu = *machine->cpu;
    uint64_t cycles = machine->time->cycles;
    uint32_t pc = vboard_cpu_get(machine, UC_ARM_REG_PC);

    uc_emu_start(cpu.uc, pc | 1, pc, 0, 0);
    vboard_cpu_set(machine, UC_ARM_REG_PC, pc | 1);
    machine->time->cycles = cycles;
    *machine->cpu = cpu;
}
