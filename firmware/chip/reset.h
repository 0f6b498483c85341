/* SPDX-License-Identifier: MIT */
/* Where a reset came from, words that survive one, and ways to another program. */
#ifndef CHIP_RESET_H
#define CHIP_RESET_H

#include <stdbool.h>
#include <stdint.h>

/* The reset flags of RCC_CSR, which are forgotten by that. */
uint32_t b0_reset_flags(void);

/* True if the reset button alone was the reason: RM0090, 7.1.1. */
bool b0_reset_by_pin(uint32_t flags);

/*
 * The handover word (core/handover.h), in a register of the backup domain. Opening makes it
 * accessible, closing leaves the chip as it was after reset.
 */
void b0_handover_open(void);
uint32_t b0_handover_read(void);
void b0_handover_write(uint32_t word);
/* For the program: the flags of b0_reset_flags(), in the cause register. */
void b0_handover_write_cause(uint32_t reset_flags);
void b0_handover_close(void);

_Noreturn void b0_reset(void);

/*
 * The chip as after a reset, for who has used it or was jumped to by the ROM: clocks, interrupts,
 * and all peripherals but the backup domain. The processor's own interrupt mask is left alone.
 */
void b0_restore_chip(void);

/*
 * Loads the stack pointer from a vector table and jumps to its reset handler; sets VTOR. The
 * handler finds `reset_flags` in r0, because RCC_CSR has been cleared.
 */
_Noreturn void b0_jump(uint32_t vector_table, uint32_t reset_flags);

/* The bootloader in ROM, as if BOOT0 had been high. Only right after a reset. */
_Noreturn void b0_jump_to_rom(void);

#endif
