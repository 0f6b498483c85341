/* SPDX-License-Identifier: MIT */
/* --label TEXT: a line for each good board, such as a printer's label; --label-to: where it goes.
 */
#ifndef BOOT0_CLI_GANG_LABEL_H
#define BOOT0_CLI_GANG_LABEL_H

#include "each.h"

enum {
    LABEL_MAX = 4096, /* bytes, with the NUL */
};

/* Whether the label has a column of the table. */
bool label_wants_csv(const struct gang_arguments *arguments, const struct csv *csv);

/* Before there is a board: BOOT0_E_USAGE, or BOOT0_E_NO_OUTPUT for a file that cannot be written.
 */
enum boot0_status label_check(const struct gang_arguments *arguments, const struct csv *csv,
                              struct boot0_error *error);

/*
 * Makes the label of a board, before the board is changed. BOOT0_E_DATA: a value is missing, or has
 * a control character, which printers act on.
 */
enum boot0_status label_fill(const struct gang_arguments *arguments, const struct facts *facts,
                             char label[LABEL_MAX], struct boot0_error *error);

/* Appends it to the file, or gives it to the command. BOOT0_E_NO_OUTPUT. */
enum boot0_status label_put(const struct gang_arguments *arguments, const char *label,
                            char note[EACH_NOTE], struct boot0_error *error);

#endif
