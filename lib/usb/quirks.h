/* SPDX-License-Identifier: MIT */
/* Boards that deviate from the specifications. */
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
    uint8_t rom;          /* trait of all chips that the board can be: enum b0_rom_trait; 0: any */
    uint16_t dfu_version; /* correct value of bcdDFUVersion; 0: as reported */
    /* Page size of the main flash if the reported layout is wrong; bytes, 0: as reported. */
    uint16_t page_size;
    /* Programming unit in bytes if the chip is not in the table; 0: unknown. */
    uint8_t program_unit;
    bool whole_blocks; /* accepts only full blocks: the last one is padded */
    struct b0_engine_quirks engine;
};

/* Returns the first row that matches a board; NULL if none does. */
const struct b0_quirk *b0_quirk_find(const struct boot0_board *board);

/*
 * Applies a row to the board and names it in board->quirk. Reports corrections in
 * board->contradiction.
 */
void b0_quirk_apply(const struct b0_quirk *quirk, struct boot0_board *board);

#endif
