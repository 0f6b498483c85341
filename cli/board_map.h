/* SPDX-License-Identifier: MIT */
/* Which sectors of a board's flash hold data, found by reading all of it. */
#ifndef BOOT0_CLI_BOARD_MAP_H
#define BOOT0_CLI_BOARD_MAP_H

#include "command_session.h"

#include <boot0/image.h>

/*
 * Reads the board's flash. *held has what is not erased, in pieces; the caller frees it by
 * boot0_image_free(). BOOT0_E_UNSUPPORTED: the board shows no flash memory with addresses;
 * otherwise the errors of boot0_session_read().
 */
enum boot0_status board_map_read(struct command_session *command, struct boot0_image **held,
                                 struct boot0_error *error);

/* The layout of the memory that board_map_read() reads. */
const struct boot0_layout *board_map_layout(const struct boot0_board *board);

#endif
