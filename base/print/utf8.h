/* SPDX-License-Identifier: MIT */
/* UTF-8, and characters that must not be sent to a terminal. */
#ifndef B0_BASE_UTF8_H
#define B0_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Decodes the UTF-8 character at `text` (RFC 3629), which is NUL-terminated. Returns its length in
 * bytes, 1 for the NUL itself, 0 if the bytes are not UTF-8.
 */
int utf8_decode(const char *text, uint32_t *point);

/*
 * True if a terminal may act on the character: C0 and C1 controls, DEL, and the format characters
 * that reverse or hide text (Unicode, UAX #9 and category Cf).
 */
bool utf8_is_control(uint32_t point);

#endif
