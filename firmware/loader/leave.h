/* SPDX-License-Identifier: MIT */
/* Out of the RAM loader, by whichever way it was spoken to. */
#ifndef B0_LOADER_LEAVE_H
#define B0_LOADER_LEAVE_H

#include <stdint.h>

/*
 * Starts the program with that vector table as the ROM does: BOOT0 may be high, so a reset would
 * not lead to it. Where the flash is erased there is a reset.
 */
_Noreturn void b0_loader_start_program(uint32_t address);
_Noreturn void b0_loader_start_rom(void);

#endif
