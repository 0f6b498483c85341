/* SPDX-License-Identifier: MIT */
/* What a debugger has requested of the CPU. */
#ifndef VBOARD_MACHINE_DEBUG_H
#define VBOARD_MACHINE_DEBUG_H

#include <stdbool.h>
#include <stdint.h>
#include <unicorn/unicorn.h>

enum {
    VBOARD_BREAKPOINTS = 32,
};

struct vboard_breakpoint {
    bool set;
    uint32_t address;
};

struct vboard_debug {
    bool attached;
    bool halted;
    bool steps;            /* one instruction, without interrupts */
    unsigned instructions; /* started by a step: the second one is too many */
    bool passes;           /* ignores the breakpoint at `pass`, where execution begins */
    uint32_t pass;
    uc_hook hook;
    unsigned breakpoint_count;
    struct vboard_breakpoint breakpoints[VBOARD_BREAKPOINTS];
};

#endif
