/* SPDX-License-Identifier: MIT */
/* The memory that --address and --size mean: for commands that look at it. */
#ifndef BOOT0_CLI_RANGE_H
#define BOOT0_CLI_RANGE_H

#include "command_session.h"

/*
 * Reads it: the main flash as a whole if nothing is said, all of a board without addresses. *data
 * is the caller's: free(); NULL after a failure before it was read. BOOT0_E_USAGE: it is not said
 * how much.
 */
enum boot0_status range_read(struct command_session *command, uint8_t **data, size_t *size,
                             uint32_t *address, struct boot0_error *error);

#endif
