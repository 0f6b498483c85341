/* SPDX-License-Identifier: MIT */
/* Properties common to all chips that a board can be; see program_unit.h. */
#include "program_unit.h"

#include <core/family/family.h>

/* Returns 0 if it is unknown. */
static uint32_t unit_of(const struct boot0_chip *chip)
{
    const struct b0_chip *row = b0_chip_row(chip);
    const struct b0_family *family = b0_family_find(chip->family);

    if (row && row->program_unit != 0)
        return row->program_unit;
    return family ? family->program_unit : 0;
}

uint32_t b0_program_unit(const struct boot0_board *board)
{
    uint32_t widest = 0;

    for (size_t i = 0; i < board->chip_count; i++) {
        uint32_t unit = unit_of(board->chips[i]);

        if (unit == 0)
            return 0;
        if (unit > widest)
            widest = unit;
    }
    return widest;
}

bool b0_erases_to_zero(const struct boot0_board *board)
{
    return b0_chips_erased_byte(board->chips, board->chip_count) == 0x00;
}
