/* SPDX-License-Identifier: MIT */
/*
 * The flash of an STM32F4 (RM0090, 3.4, tables 5 and 6) and its users:
 *
 *   sector 0   0x08000000   16 KiB   the bootloader
 *   sector 1   0x08004000   16 KiB   its journal
 *   sector 2…  0x08008000            the program
 *
 * A smaller flash has the first of these sectors, so one map serves all chips. The bootloader and
 * the host compile this file; firmware/meson.build and scripts take the addresses from it.
 */
#ifndef B0_CORE_BOOTLOADER_MAP_H
#define B0_CORE_BOOTLOADER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_SECTOR_BOOTLOADER = 0,
    B0_SECTOR_JOURNAL = 1,
    B0_SECTOR_PROGRAM = 2,
    B0_BANK_SECTORS = 12, /* in a bank of 1 MiB */
    B0_SECTORS = 2 * B0_BANK_SECTORS,
    B0_MAP_LAYOUT_MAX = 96, /* maximum characters of b0_map_layout() */
};

#define B0_FLASH_BASE      0x08000000u
#define B0_BOOTLOADER_SIZE 0x4000u
#define B0_JOURNAL_BASE    0x08004000u
#define B0_JOURNAL_SIZE    0x4000u
#define B0_PROGRAM_BASE    0x08008000u
#define B0_FLASH_SIZE_MAX  0x00200000u

uint32_t b0_sector_address(uint8_t sector);
uint32_t b0_sector_size(uint8_t sector);
/* Returns the sector of an address >= B0_FLASH_BASE; B0_SECTORS if it is past the last one. */
uint8_t b0_sector_at(uint32_t address);

/* A set of sectors, one bit each. */
typedef uint32_t b0_sectors;
/* Returns the set from the first to the last sector, both included. */
b0_sectors b0_sector_range(uint8_t first_sector, uint8_t last_sector);

/*
 * Writes the DfuSe layout of the flash from `first_sector` to `flash_size`, in the ROM's format:
 * "@Internal Flash  /0x08008000/02*016Kg,…". No NUL. Returns the length, at most B0_MAP_LAYOUT_MAX.
 */
size_t b0_map_layout(uint8_t first_sector, uint32_t flash_size, char *text);

/* The RAM of a chip: the end of each part. */
struct b0_chip_ram {
    uint32_t sram_end; /* of the RAM at 0x20000000 */
    uint32_t ccm_end;  /* of the RAM at 0x10000000; 0: none */
};

/*
 * True if `vectors` is a table that a reset can use: the stack pointer is at a word of RAM or just
 * past its end, and the reset handler is Thumb code in the program's part of the flash.
 */
bool b0_vectors_sane(const uint8_t *vectors, uint32_t flash_end, const struct b0_chip_ram *ram);
/* Only the second half of that check: the reset handler. */
bool b0_reset_vector_sane(uint32_t reset_vector, uint32_t flash_end);

/*
 * A bootloader identifies itself in the reserved words of its vector table:
 * B0_BOOTLOADER_SIGNATURE, the version, and the DEV_ID of its chip (0: an F405/407, before 0.2).
 */
#define B0_BOOTLOADER_SIGNATURE 0xb007b007u
enum {
    B0_BOOTLOADER_SIGNATURE_AT = 28, /* byte offset */
    B0_BOOTLOADER_DEVICE_AT = 36,
    B0_BOOTLOADER_HEAD_SIZE = 40,
    B0_BOOTLOADER_DEVICE_DEFAULT = 0x413,
};

/*
 * The RAM loader: the same code, which a bootloader in ROM writes to RAM and starts. It is linked
 * for this address, above the RAM that the ROMs use themselves (AN2606, "RAM" in each chip's table:
 * at most 12 KiB). Its vector table has the same words with another signature.
 */
#define B0_LOADER_BASE      0x20004000u
#define B0_LOADER_SIGNATURE 0xb007b01du

/* True if the bootloader is ported to the chips with that DEV_ID (firmware/chip). */
bool b0_bootloader_runs_on(uint16_t device_id);

#endif
