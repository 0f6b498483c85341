/* SPDX-License-Identifier: MIT */
/* The library's advice in words of the command: its options and subcommands. */
#ifndef BOOT0_CLI_ADVICE_H
#define BOOT0_CLI_ADVICE_H

#include <boot0/error.h>

enum {
    ADVICE_TEXT = 1200, /* the longest sentence with a hint and facts in it */
};

/*
 * The remedy of an error: the sentence of its advice, else the library's hint. Returns `text`; ""
 * if the error has neither.
 */
const char *advice_text(char text[ADVICE_TEXT], const struct boot0_error *error);

/* The text of an observer's note: its message and remedy. Returns `text`. */
const char *advice_note(char text[ADVICE_TEXT], const struct boot0_error *note);

#endif
