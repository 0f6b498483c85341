/* SPDX-License-Identifier: MIT */
/*
 * What a debugger can do with a CPU: a board's (machine/debug.c), or something simpler in tests.
 * Time and everything except the CPU go on while it is halted.
 */
#ifndef VBOARD_GDB_TARGET_H
#define VBOARD_GDB_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Registers from R0 on, 32 bits each, numbered as in stub.c's description. */
enum {
    VBOARD_GDB_PC = 15,
    VBOARD_GDB_REGISTERS = 23,
};

struct vboard_gdb_target {
    uint32_t (*get_register)(void *context, unsigned number); /* < VBOARD_GDB_REGISTERS */
    void (*set_register)(void *context, unsigned number, uint32_t value);
    /*
     * Reads as the CPU does, so registers of peripherals have their effects. False: nothing is
     * there.
     */
    bool (*read)(void *context, uint32_t address, uint8_t *bytes, size_t size);
    bool (*write)(void *context, uint32_t address, const uint8_t *bytes, size_t size);
    bool (*breakpoint)(void *context, uint32_t address, bool set); /* false: no more room */
    bool (*halted)(void *context);
    void (*halt)(void *context);
    void (*resume)(void *context);
    void (*step)(void *context);  /* one instruction of a halted CPU, without interrupts */
    void (*reset)(void *context); /* and halts before the first instruction of the program */
};

#endif
