/* SPDX-License-Identifier: MIT */
#include "leave.h"

#include <chip/reset.h>
#include <core/bytes.h>

_Noreturn void b0_loader_start_program(uint32_t address)
{
    if (b0_load32((const uint8_t *)(uintptr_t)address) == UINT32_MAX) /* no program */
        b0_reset();
    b0_restore_chip();
    b0_jump(address, 0);
}

_Noreturn void b0_loader_start_rom(void)
{
    b0_restore_chip();
    b0_jump_to_rom();
}
