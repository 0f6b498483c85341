/* SPDX-License-Identifier: MIT */
/* Names of memories, as bootloaders and files have them: compared by their words. */
#ifndef B0_LIB_BOARD_NAMES_H
#define B0_LIB_BOARD_NAMES_H

#include <stdbool.h>

/*
 * Whether one of the words of a name (runs of letters and digits) is that one, in any case. A '*'
 * at the start or the end of `word` stands for any letters: "option*" is also "OptionBytes".
 */
bool b0_name_has_word(const char *name, const char *word);

/*
 * Whether one of two names begins like the other, without regard to case and to anything but
 * letters and digits: "internal flash" and "@Internal Flash  /0x08000000/...". A name ends before
 * its "/0x". False if one of them has neither letters nor digits.
 */
bool b0_names_match(const char *a, const char *b);

#endif
