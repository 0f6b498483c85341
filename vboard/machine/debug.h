/* SPDX-License-Identifier: MIT */
/* What a debugger has asked of the CPU. */
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
    bool steps;            /* one instruction, and no interrupt */
    unsigned instructions; /* that a step has come to: the second one is too far */
    bool passes;           /* the breakpoint at `pass` does not count: execution begins there */
    uint32_t pass;
    uc_hook hook;
    unsigned breakpoint_count;
    struct vboard_breakpoint breakpoints[VBOARD_BREAKPOINTS];
};

#endif
