/* SPDX-License-Identifier: MIT */
/*
 * The user's commands: --each gives the values of a board, --done is told how it ended, and
 * --label-to '|COMMAND' takes labels. A command that fails is an error of its board.
 */
#ifndef BOOT0_CLI_GANG_EACH_H
#define BOOT0_CLI_GANG_EACH_H

#include "../command.h"
#include "facts.h"

#include <boot0/session.h>

enum {
    EACH_NOTE = 256, /* what a command wrote to standard error, on one line */
    EACH_TIMEOUT_S = 60,
};

/*
 * Runs --each. BOOT0_E_NO_INPUT: it failed, or did not end in time. BOOT0_E_DATA: what it printed
 * is not such an object. BOOT0_E_CANCELLED. On success values_free() must follow. The note is "" if
 * there is none.
 */
enum boot0_status each_ask(const struct gang_arguments *arguments, const struct facts *facts,
                           struct values *values, char note[EACH_NOTE], struct boot0_error *error);

/* How a board ended. */
struct each_outcome {
    const struct boot0_error *result; /* code BOOT0_OK: all went well */
    const struct boot0_report *report;
    const char *digest; /* of the image with its patches, hex; "": there was none */
};

/* Runs --done, also after Ctrl-C. BOOT0_E_NO_OUTPUT. */
enum boot0_status each_report(const struct gang_arguments *arguments, const struct facts *facts,
                              const struct each_outcome *outcome, char note[EACH_NOTE],
                              struct boot0_error *error);

/* Runs a command with a text as its standard input. BOOT0_E_NO_OUTPUT. */
enum boot0_status each_feed(const struct gang_arguments *arguments, const char *command,
                            const char *text, char note[EACH_NOTE], struct boot0_error *error);

/* A command's standard error on one line, as much as there is room for, from its end. */
void each_fold(const char *text, size_t size, char note[EACH_NOTE]);

#endif
