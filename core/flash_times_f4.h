/* SPDX-License-Identifier: MIT */
/*
 * The F2's and F4's row of the flash times, for who wants it without all the others: the
 * bootloader. DS8626 rev 12, table 40 (F405/407); DS9405 (F42x) has the same for a sector and a
 * bank.
 */
#ifndef B0_CORE_FLASH_TIMES_F4_H
#define B0_CORE_FLASH_TIMES_F4_H

#include "flash_times.h"

#define B0_FLASH_TIMES_F4                                                                          \
    {                                                                                              \
        .family = "STM32F4", .program_us = 16, .unit_bytes = {1, 2, 4},                            \
        .erase = {{16 * 1024, {400, 300, 250}},                                                    \
                  {64 * 1024, {1200, 700, 550}},                                                   \
                  {128 * 1024, {2000, 1300, 1000}}},                                               \
        .mass_erase_ms = {16000, 11000, 8000},                                                     \
    }

#endif
