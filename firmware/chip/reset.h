/* SPDX-License-Identifier: MIT */
/* The cause of a reset, words that survive one, and jumps to other programs. */
#ifndef CHIP_RESET_H
#define CHIP_RESET_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the reset flags of RCC_CSR and clears them. */
uint32_t b0_reset_flags(void);

/* True if the reset button was the only cause: RM0090, 7.1.1. */
bool b0_reset_by_pin(uint32_t flags);

/*
 * The handover word (core/handover.h), in a register of the backup domain. Opening makes it
 * accessible; closing restores the chip's state after reset.
 */
void b0_handover_open(void);
uint32_t b0_handover_read(void);
void b0_handover_write(uint32_t word);
/* For the program: stores the flags of b0_reset_flags() in the cause register. */
void b0_handover_write_cause(uint32_t reset_flags);
void b0_handover_close(void);

_Noreturn void b0_reset(void);

/*
 * Restores the chip's state after reset, when it was in use or the ROM jumped here: clocks,
 * interrupts, and all peripherals except the backup domain. Leaves the processor's own interrupt
 * mask unchanged.
 */
void b0_restore_chip(void);

/*
 * Loads the stack pointer from a vector table and jumps to its reset handler; sets VTOR. The
 * handler gets `reset_flags` in r0, because RCC_CSR has been cleared.
 */
_Noreturn void b0_jump(uint32_t vector_table, uint32_t reset_flags);

/* Starts the bootloader in ROM as if BOOT0 had been high. Only right after a reset. */
_Noreturn void b0_jump_to_rom(void);

#endif
