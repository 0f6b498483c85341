/* SPDX-License-Identifier: MIT */
/* The CPU: libunicorn's state, and why it has stopped. Registers are UC_ARM_REG_*. */
#ifndef VBOARD_MACHINE_CPU_H
#define VBOARD_MACHINE_CPU_H

#include "../board/occupant.h"
#include <stdbool.h>
#include <stdint.h>
#include <unicorn/unicorn.h>

struct vboard_machine;

enum {
    VBOARD_CODE_PAGE = 4096,
    VBOARD_CODE_PAGES = 1024 * 1024 / VBOARD_CODE_PAGE,
};

struct vboard_cpu {
    uc_engine *uc;
    uint64_t stop_cycles; /* the run ends at the first block from here */
    uint32_t block;       /* the block under execution, or the last one */
    uint32_t block_size;
    bool executed[VBOARD_CODE_PAGES]; /* pages of flash from which code was translated */
    bool stopped;                     /* this program requested the end of the run */
    bool stalls;                      /* the flash is busy: instruction fetches from it stall */
    bool stalled;                     /* a fetch stalls now */
    bool attention;                   /* the run loop must look at something soon */
    bool asleep;
    bool event; /* for WFE */
    bool locked_up;
    uint32_t interrupt; /* of UC_HOOK_INTR, 0: none */
    bool faulted;       /* an access that nothing answers: */
    uint8_t fault_type; /* uc_mem_type */
    uint32_t fault_address;
    uint32_t fault_size;
};

bool vboard_cpu_open(struct vboard_machine *machine);
void vboard_cpu_close(struct vboard_machine *machine);
void vboard_cpu_reset(struct vboard_machine *machine, uint32_t stack, uint32_t pc);
uint32_t vboard_cpu_get(const struct vboard_machine *machine, int reg);
void vboard_cpu_set(struct vboard_machine *machine, int reg, uint32_t value);
/* Makes the run loop look at a change soon. */
void vboard_cpu_attend(struct vboard_machine *machine);
/* Requests a reset as soon as the CPU has stopped. */
void vboard_cpu_reset_soon(struct vboard_machine *machine, enum vboard_cause cause);

#endif
