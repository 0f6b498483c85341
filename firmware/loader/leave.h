/* SPDX-License-Identifier: MIT */
/* Leaving the RAM loader, over USB or UART. */
#ifndef B0_LOADER_LEAVE_H
#define B0_LOADER_LEAVE_H

#include <stdint.h>

/*
 * Starts the program with that vector table as the ROM does: BOOT0 may be high, so a reset would
 * not lead to it. Resets if the flash is erased there.
 */
_Noreturn void b0_loader_start_program(uint32_t address);
_Noreturn void b0_loader_start_rom(void);

#endif
