/* SPDX-License-Identifier: MIT */
/* How a chip's flash is programmed: the smallest unit and the erased value. */
#ifndef B0_LIB_BOARD_PROGRAM_UNIT_H
#define B0_LIB_BOARD_PROGRAM_UNIT_H

#include <boot0/board.h>

/*
 * Returns the bytes of the smallest programming unit common to all chips that a board can be: a
 * power of two, from 1 to 32. In flash with ECC a unit can be programmed once after an erase. 0 if
 * the chip is unknown.
 */
uint32_t b0_program_unit(const struct boot0_board *board);

/* True if the board's erased flash reads 0x00, else 0xff. */
bool b0_erases_to_zero(const struct boot0_board *board);

#endif
