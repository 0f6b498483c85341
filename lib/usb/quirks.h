/* SPDX-License-Identifier: MIT */
/* Boards that deviate from the specifications. */
#ifndef B0_LIB_USB_QUIRKS_H
#define B0_LIB_USB_QUIRKS_H

#include "../board/quirk.h"

#include <boot0/board.h>

/* Returns the first row that matches a board, the user's before the table's; NULL if none does. */
const struct b0_quirk *b0_quirk_find(const struct boot0_board *board);

/*
 * Applies a row to the board and names it in board->quirk. Reports corrections in
 * board->contradiction.
 */
void b0_quirk_apply(const struct b0_quirk *quirk, struct boot0_board *board);

#endif
