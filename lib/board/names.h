/* SPDX-License-Identifier: MIT */
/* Compares names of memories, from bootloaders and files, word by word. */
#ifndef B0_LIB_BOARD_NAMES_H
#define B0_LIB_BOARD_NAMES_H

#include <stdbool.h>

/*
 * True if one of the words of a name (runs of letters and digits) is `word`, ignoring case. A '*'
 * at the start or end of `word` matches any letters: "option*" also matches "OptionBytes".
 */
bool b0_name_has_word(const char *name, const char *word);

/*
 * True if one of the two names begins with the other, ignoring case and everything except letters
 * and digits: "internal flash" and "@Internal Flash  /0x08000000/...". A name ends before its
 * "/0x". False if one of them has neither letters nor digits.
 */
bool b0_names_match(const char *a, const char *b);

#endif
