/* SPDX-License-Identifier: MIT */
/* Whether the name of a DfuSe file's target matches a memory of a board. */
#ifndef B0_LIB_BOARD_TARGET_NAME_H
#define B0_LIB_BOARD_TARGET_NAME_H

#include <boot0/board.h>

/*
 * True if the name cannot stand for the alternate setting at `index`: it is the name of another
 * memory of the board, or it contains words for memories and does not match this one's name. Empty
 * names, "ST..." and program names match every memory.
 */
bool b0_target_name_contradicts(const char *name, const struct boot0_board *board, size_t index);

#endif
