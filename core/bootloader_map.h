/* SPDX-License-Identifier: MIT */
/*
 * The flash of the STM32F405/407/415/417 (RM0090, 3.4, table 5) and who has which part of it:
 *
 *   sector 0   0x08000000   16 KiB   the bootloader
 *   sector 1   0x08004000   16 KiB   its journal
 *   sector 2…  0x08008000            the program
 *
 * The bootloader and the host compile this file; firmware/meson.build and scripts take the
 * addresses from it.
 */
#ifndef B0_CORE_BOOTLOADER_MAP_H
#define B0_CORE_BOOTLOADER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_BOOTLOADER_CHIP = 0x413, /* DEV_ID of these chips */
    B0_SECTOR_BOOTLOADER = 0,
    B0_SECTOR_JOURNAL = 1,
    B0_SECTOR_PROGRAM = 2,
    B0_SECTORS = 12,
};

#define B0_FLASH_BASE      0x08000000u
#define B0_BOOTLOADER_SIZE 0x4000u
#define B0_JOURNAL_BASE    0x08004000u
#define B0_JOURNAL_SIZE    0x4000u
#define B0_PROGRAM_BASE    0x08008000u
#define B0_FLASH_SIZE_MAX  0x00100000u

uint32_t b0_sector_address(uint8_t sector);
uint32_t b0_sector_size(uint8_t sector);
/* The sector of an address from B0_FLASH_BASE on; B0_SECTORS if it is behind them all. */
uint8_t b0_sector_at(uint32_t address);

/*
 * DfuSe's layout of the program's part of a flash of that many bytes, as the ROM writes its own:
 * "@Internal Flash  /0x08008000/02*016Kg,…". No NUL; returns the length, at most 63.
 */
size_t b0_map_layout(uint32_t flash_size, char *text);

/*
 * True if a vector table begins here that a reset could have used: the stack pointer at a word of
 * RAM or just behind it, the reset handler in the program's part of flash, and Thumb code.
 */
bool b0_vectors_sane(const uint8_t *vectors, uint32_t flash_end);
/* Only the second half of that: whether the reset handler is where programs are. */
bool b0_reset_vector_sane(uint32_t reset_vector, uint32_t flash_end);

#endif
