/* SPDX-License-Identifier: MIT */
/* How the values in sections of the user's chips, boards and quirks are written. */
#ifndef B0_LIB_BOARD_ENTRY_VALUES_H
#define B0_LIB_BOARD_ENTRY_VALUES_H

#include <boot0/chip.h>
#include <boot0/layout.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_FLASH_ADDRESS = 0x08000000,
    B0_RAM_ADDRESS = 0x20000000,
    B0_FLASH_BYTES_MAX = 0x01000000, /* as lib/board/memory_kind.c */
    B0_SECTOR_GROUPS_MAX = 16,       /* so that the layout string fits wherever one is kept */
};

/* All of them: false if the text is anything else. */

/* "128", "0x1F". */
bool b0_value_number(const char *text, uint32_t *number);
/* The same in bytes, also "16K" and "1M" (of 1024). */
bool b0_value_size(const char *text, uint32_t *size);
/* "3.3", "3.3V" */
bool b0_value_volts(const char *text, uint16_t *millivolts);
/* "yes", "no" */
bool b0_value_flag(const char *text, bool *flag);
/* "28e9:0189", hexadecimal; the vendor is not 0. */
bool b0_value_ids(const char *text, uint16_t *vendor, uint16_t *product);
/* "0x0200", "0x0100-0x01ff" */
bool b0_value_range(const char *text, uint16_t *first, uint16_t *last);

/*
 * "4*16K, 1*64K, 7*128K": the sectors of the main flash from its start, each a power of two from 64
 * bytes to 1 MiB; at most B0_SECTOR_GROUPS_MAX groups and B0_FLASH_BYTES_MAX bytes.
 */
bool b0_value_sectors(const char *text, struct boot0_layout *layout);

/*
 * "128K, 64K@0x10000000": ranges of RAM that neither overlap nor wrap; the first is at
 * B0_RAM_ADDRESS if it has no address. What follows the last range is zeroed.
 */
bool b0_value_ram(const char *text, struct boot0_range ram[BOOT0_CHIP_RAM_MAX]);

#endif
