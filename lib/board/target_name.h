/* SPDX-License-Identifier: MIT */
/* Whether the name of a DfuSe file's target can mean a memory of a board. */
#ifndef B0_LIB_BOARD_TARGET_NAME_H
#define B0_LIB_BOARD_TARGET_NAME_H

#include <boot0/board.h>

/*
 * True if the name cannot mean the alternate setting with that index: it is the name of another
 * memory of the board, or it has words that memories are called by and does not match this one's.
 * Empty names, "ST..." and names of programs fit every memory.
 */
bool b0_target_name_contradicts(const char *name, const struct boot0_board *board, size_t index);

#endif
