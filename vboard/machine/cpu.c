/* SPDX-License-Identifier: MIT */
/* The CPU's registers and life; execute.c runs it. */
#include "cpu.h"

#include "parts.h"

#include <string.h>

uint32_t vboard_cpu_get(const struct vboard_machine *machine, int reg)
{
    uint32_t value = 0;

    uc_reg_read(machine->cpu->uc, reg, &value);
    return value;
}

void vboard_cpu_set(struct vboard_machine *machine, int reg, uint32_t value)
{
    uc_reg_write(machine->cpu->uc, reg, &value);
}

void vboard_cpu_attend(struct vboard_machine *machine)
{
    machine->cpu->attention = true;
}

void vboard_cpu_reset_soon(struct vboard_machine *machine, enum vboard_cause cause)
{
    machine->reset_due = true;
    machine->reset_cause = cause;
    vboard_cpu_attend(machine);
}

bool vboard_cpu_open(struct vboard_machine *machine)
{
    if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &machine->cpu->uc) != UC_ERR_OK) {
        machine->cpu->uc = NULL;
        return false;
    }
    return uc_ctl_set_cpu_model(machine->cpu->uc, UC_CPU_ARM_CORTEX_M4) == UC_ERR_OK;
}

void vboard_cpu_close(struct vboard_machine *machine)
{
    if (machine->cpu->uc)
        uc_close(machine->cpu->uc);
    machine->cpu->uc = NULL;
}

void vboard_cpu_reset(struct vboard_machine *machine, uint32_t stack, uint32_t pc)
{
    uc_engine *uc = machine->cpu->uc;

    memset(machine->cpu, 0, sizeof *machine->cpu);
    machine->cpu->uc = uc;
    vboard_cpu_set(machine, UC_ARM_REG_XPSR, 0x01000003); /* privileged, which the rest requires */
    for (int reg = 0; reg <= 12; reg++)
        vboard_cpu_set(machine, UC_ARM_REG_R0 + reg, 0);
    for (int reg = 0; reg < 32; reg++)
        vboard_cpu_set(machine, UC_ARM_REG_S0 + reg, 0);
    vboard_cpu_set(machine, UC_ARM_REG_FPSCR, 0);
    vboard_cpu_set(machine, UC_ARM_REG_PRIMASK, 0);
    vboard_cpu_set(machine, UC_ARM_REG_FAULTMASK, 0);
    vboard_cpu_set(machine, UC_ARM_REG_BASEPRI, 0);
    vboard_cpu_set(machine, UC_ARM_REG_CONTROL, 0);
    vboard_cpu_set(machine, UC_ARM_REG_XPSR, 0x01000000);
    vboard_cpu_set(machine, UC_ARM_REG_CONTROL, 0);
    vboard_cpu_set(machine, UC_ARM_REG_PSP, 0);
    vboard_cpu_set(machine, UC_ARM_REG_SP, stack & ~3u);
    vboard_cpu_set(machine, UC_ARM_REG_LR, 0xffffffff);
    vboard_cpu_set(machine, UC_ARM_REG_PC, pc | 1);
}
