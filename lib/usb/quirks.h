/* SPDX-License-Identifier: MIT */
/* Which boards differ from the specifications, and how. */
#ifndef B0_LIB_DFU_QUIRKS_H
#define B0_LIB_DFU_QUIRKS_H

#include <boot0/board.h>
#include <core/engine.h>

struct b0_quirk {
    const char *name;
    uint16_t vendor; /* 0: any */
    uint16_t product;
    uint16_t bcd_first; /* bcdDevice range, inclusive */
    uint16_t bcd_last;
    uint8_t rom; /* the ROM of every chip that the board can be is so: enum b0_rom_trait; 0: any */
    uint16_t dfu_version; /* what bcdDFUVersion should have been; 0: as reported */
    /* Pages of the main flash, if the layout string is known to be wrong; bytes, 0: as reported. */
    uint16_t page_size;
    /* Bytes that the flash programs at a time, if the chip is none of the table's; 0: unknown. */
    uint8_t program_unit;
    bool whole_blocks; /* takes blocks of the transfer size only: the last one is padded */
    struct b0_engine_quirks engine;
};

/* The first row that fits a board, NULL if it needs none. */
const struct b0_quirk *b0_quirk_find(const struct boot0_board *board);

/*
 * Applies what a row says of the board itself, and names it in board->quirk. What was corrected is
 * told in board->contradiction.
 */
void b0_quirk_apply(const struct b0_quirk *quirk, struct boot0_board *board);

#endif
