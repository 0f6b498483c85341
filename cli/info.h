/* SPDX-License-Identifier: MIT */
/* The two halves of `boot0 info`. */
#ifndef BOOT0_CLI_INFO_H
#define BOOT0_CLI_INFO_H

#include "command.h"

/* Prints what a file holds. `chip` is the one whose flash is drawn; NULL: none. */
enum boot0_status info_file(const char *name, const struct boot0_chip *chip, bool as_json,
                            struct boot0_error *error);

/* Prints what a board reports. Leaves a running program alone unless the user wants it restarted.
 */
enum boot0_status info_board(const struct arguments *arguments, struct boot0_error *error);

#endif
