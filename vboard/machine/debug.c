/* SPDX-License-Identifier: MIT */
/*
 * A debugger's access to the CPU. While a debugger is attached, a hook checks each instruction:
 * slower, but the program stays as it is.
 */
#include "debug.h"

#include "../board/board.h"
#include "cpu.h"
#include "execute.h"
#include "memory.h"
#include "parts.h"
#include "vboard/gdb/target.h"

#include <core/bytes.h>

static const int registers[VBOARD_GDB_REGISTERS] = {
    UC_ARM_REG_R0,      UC_ARM_REG_R1,        UC_ARM_REG_R2,      UC_ARM_REG_R3,
    UC_ARM_REG_R4,      UC_ARM_REG_R5,        UC_ARM_REG_R6,      UC_ARM_REG_R7,
    UC_ARM_REG_R8,      UC_ARM_REG_R9,        UC_ARM_REG_R10,     UC_ARM_REG_R11,
    UC_ARM_REG_R12,     UC_ARM_REG_SP,        UC_ARM_REG_LR,      UC_ARM_REG_PC,
    UC_ARM_REG_XPSR,    UC_ARM_REG_MSP,       UC_ARM_REG_PSP,     UC_ARM_REG_PRIMASK,
    UC_ARM_REG_BASEPRI, UC_ARM_REG_FAULTMASK, UC_ARM_REG_CONTROL,
};

enum {
    STEP_TRIES = 4, /* the flash may be busy */
    BKPT = 0xbe00,
    BKPT_MASK = 0xff00,
};

/* Only boards whose processor is a machine have a debugger. */
static struct vboard_machine *machine_of(const struct vboard *board)
{
    return board->processor.context;
}

/* ---- breakpoints ---- */

static struct vboard_breakpoint *find(struct vboard_machine *machine, uint32_t address)
{
    for (size_t i = 0; i < VBOARD_BREAKPOINTS; i++)
        if (machine->debug->breakpoints[i].set && machine->debug->breakpoints[i].address == address)
            return &machine->debug->breakpoints[i];
    return NULL;
}

/* Before each instruction. */
static void on_instruction(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct vboard_machine *machine = user;
    struct vboard_debug *debug = machine->debug;
    bool stops;

    (void)size;
    if (debug->steps)
        stops = debug->instructions++ > 0;
    else
        stops = debug->breakpoint_count > 0 && find(machine, (uint32_t)address) &&
                !(debug->passes && debug->pass == (uint32_t)address);
    debug->passes = false;
    if (!stops)
        return;
    debug->halted = true;
    machine->cpu->stopped = true;
    uc_emu_stop(uc);
}

static bool set_breakpoint(struct vboard_debug *debug, uint32_t address)
{
    for (size_t i = 0; i < VBOARD_BREAKPOINTS; i++)
        if (!debug->breakpoints[i].set) {
            debug->breakpoints[i] = (struct vboard_breakpoint){true, address};
            debug->breakpoint_count++;
            return true;
        }
    return false;
}

static bool breakpoint(void *context, uint32_t address, bool set)
{
    struct vboard *board = context;
    struct vboard_breakpoint *place = find(machine_of(board), address & ~1u);

    if (set)
        return place || set_breakpoint(machine_of(board)->debug, address & ~1u);
    if (place) {
        place->set = false;
        machine_of(board)->debug->breakpoint_count--;
    }
    return true;
}

/* ---- running ---- */

static bool halted(void *context)
{
    const struct vboard *board = context;

    return machine_of(board)->debug->halted;
}

static void halt(void *context)
{
    struct vboard *board = context;

    machine_of(board)->debug->halted = true;
}

/* Steps past a BKPT, which would only halt again. */
static void leave_bkpt(struct vboard_machine *machine)
{
    uint32_t pc = vboard_cpu_get(machine, UC_ARM_REG_PC);
    const uint8_t *bytes = vboard_memory_at(machine, pc, 2);

    if (bytes && (b0_load16(bytes) & BKPT_MASK) == BKPT)
        vboard_cpu_set(machine, UC_ARM_REG_PC, (pc + 2) | 1);
}

/* The CPU continues from where it is, even if a breakpoint is there. */
static void pass_here(struct vboard_machine *machine)
{
    leave_bkpt(machine);
    machine->debug->pass = vboard_cpu_get(machine, UC_ARM_REG_PC) & ~1u;
    machine->debug->passes = true;
}

static void resume(void *context)
{
    struct vboard *board = context;

    if (!machine_of(board)->debug->halted)
        return;
    pass_here(machine_of(board));
    machine_of(board)->debug->halted = false;
}

static void step(void *context)
{
    struct vboard *board = context;
    struct vboard_machine *machine = machine_of(board);
    uint32_t from = vboard_cpu_get(machine, UC_ARM_REG_PC);

    if (!machine->debug->halted || !machine->on)
        return;
    pass_here(machine);
    machine->debug->steps = true;
    for (int i = 0; i < STEP_TRIES && vboard_cpu_get(machine, UC_ARM_REG_PC) == from; i++) {
        machine->debug->instructions = 0;
        vboard_execute(machine);
    }
    machine->debug->steps = false;
}

static void reset(void *context)
{
    struct vboard *board = context;

    machine_of(board)->debug->halted = true;
    machine_of(board)->debug->passes = false;
    vboard_press_reset(board);
}

/* ---- registers and memory ---- */

static uint32_t get_register(void *context, unsigned number)
{
    const struct vboard *board = context;

    return vboard_cpu_get(machine_of(board), registers[number]);
}

static void set_register(void *context, unsigned number, uint32_t value)
{
    struct vboard *board = context;

    vboard_cpu_set(machine_of(board), registers[number],
                   number == VBOARD_GDB_PC ? value | 1 : value);
}

static bool read_memory(void *context, uint32_t address, uint8_t *bytes, size_t size)
{
    struct vboard *board = context;

    return uc_mem_read(machine_of(board)->cpu->uc, address, bytes, size) == UC_ERR_OK;
}

/* A plain write does not program flash. */
static bool write_memory(void *context, uint32_t address, const uint8_t *bytes, size_t size)
{
    struct vboard *board = context;

    return !vboard_memory_is_flash(machine_of(board), address) &&
           uc_mem_write(machine_of(board)->cpu->uc, address, bytes, size) == UC_ERR_OK;
}

/* ---- attaching and detaching ---- */

static const struct vboard_gdb_target target = {
    .get_register = get_register,
    .set_register = set_register,
    .read = read_memory,
    .write = write_memory,
    .breakpoint = breakpoint,
    .halted = halted,
    .halt = halt,
    .resume = resume,
    .step = step,
    .reset = reset,
};

const struct vboard_gdb_target *vboard_debug_attach(struct vboard *board)
{
    struct vboard_machine *machine = machine_of(board);
    const union {
        uc_cb_hookcode_t function;
        void *pointer;
    } hook = {on_instruction};

    if (!machine || !machine->cpu->uc ||
        uc_hook_add(machine->cpu->uc, &machine->debug->hook, UC_HOOK_CODE, hook.pointer, machine, 1,
                    0) != UC_ERR_OK)
        return NULL;
    vboard_memory_all_changed(machine); /* code translated without the hook does not call it */
    machine->debug->attached = true;
    return &target;
}

void vboard_debug_detach(struct vboard *board)
{
    struct vboard_machine *machine = machine_of(board);

    resume(board);
    uc_hook_del(machine->cpu->uc, machine->debug->hook);
    vboard_execute_nothing(machine);
    vboard_memory_all_changed(machine);
    *machine->debug = (struct vboard_debug){.attached = false};
}
