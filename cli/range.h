/* SPDX-License-Identifier: MIT */
/* The memory that --address and --size select, for read-only commands. */
#ifndef BOOT0_CLI_RANGE_H
#define BOOT0_CLI_RANGE_H

#include "command_session.h"

/*
 * Reads the range: by default all of the main flash, or all of a board without addresses. The
 * caller frees *data: free(); NULL after a failure before the read. BOOT0_E_USAGE: the size is
 * missing.
 */
enum boot0_status range_read(struct command_session *command, uint8_t **data, size_t *size,
                             uint32_t *address, struct boot0_error *error);

#endif
