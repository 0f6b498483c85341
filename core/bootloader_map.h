/* SPDX-License-Identifier: MIT */
/*
 * The flash of an STM32F4 (RM0090, 3.4, tables 5 and 6) and who has which part of it:
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
    B0_BANK_SECTORS = 12, /* of a bank of 1 MiB */
    B0_SECTORS = 2 * B0_BANK_SECTORS,
    B0_MAP_LAYOUT_MAX = 96, /* characters of b0_map_layout() */
};

#define B0_FLASH_BASE      0x08000000u
#define B0_BOOTLOADER_SIZE 0x4000u
#define B0_JOURNAL_BASE    0x08004000u
#define B0_JOURNAL_SIZE    0x4000u
#define B0_PROGRAM_BASE    0x08008000u
#define B0_FLASH_SIZE_MAX  0x00200000u

uint32_t b0_sector_address(uint8_t sector);
uint32_t b0_sector_size(uint8_t sector);
/* The sector of an address from B0_FLASH_BASE on; B0_SECTORS if it is behind them all. */
uint8_t b0_sector_at(uint32_t address);

/* A set of sectors: a bit each. */
typedef uint32_t b0_sectors;
/* All from the first to the last, both included. */
b0_sectors b0_sector_range(uint8_t first_sector, uint8_t last_sector);

/*
 * DfuSe's layout of a flash of that many bytes from a sector on, as the ROM writes its own:
 * "@Internal Flash  /0x08008000/02*016Kg,…". No NUL; returns the length, at most B0_MAP_LAYOUT_MAX.
 */
size_t b0_map_layout(uint8_t first_sector, uint32_t flash_size, char *text);

/* The RAM of a chip, each part by its end. */
struct b0_chip_ram {
    uint32_t sram_end; /* of the one at 0x20000000 */
    uint32_t ccm_end;  /* of the one at 0x10000000; 0: there is none */
};

/*
 * True if a vector table begins here that a reset could have used: the stack pointer at a word of
 * RAM or just behind it, the reset handler in the program's part of flash, and Thumb code.
 */
bool b0_vectors_sane(const uint8_t *vectors, uint32_t flash_end, const struct b0_chip_ram *ram);
/* Only the second half of that: whether the reset handler is where programs are. */
bool b0_reset_vector_sane(uint32_t reset_vector, uint32_t flash_end);

/*
 * A bootloader's vector table says in the words that Arm reserves what it is:
 * B0_BOOTLOADER_SIGNATURE, the version, and the DEV_ID of the chip that it is built for (0: an
 * F405/407, of before 0.2).
 */
#define B0_BOOTLOADER_SIGNATURE 0xb007b007u
enum {
    B0_BOOTLOADER_SIGNATURE_AT = 28, /* bytes from its start */
    B0_BOOTLOADER_DEVICE_AT = 36,
    B0_BOOTLOADER_HEAD_SIZE = 40,
    B0_BOOTLOADER_DEVICE_DEFAULT = 0x413,
};

/*
 * The RAM loader: the same code, which a bootloader in ROM is given to write to RAM and to start.
 * It is linked for this address, behind what the ROMs keep for themselves (AN2606, "RAM" of each
 * chip's table: at most 12 KiB), and its vector table says the same, but for the signature.
 */
#define B0_LOADER_BASE      0x20004000u
#define B0_LOADER_SIGNATURE 0xb007b01du

/* Whether the bootloader has been ported to the chips of that DEV_ID: firmware/chip has them. */
bool b0_bootloader_runs_on(uint16_t device_id);

#endif
