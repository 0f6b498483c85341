/* SPDX-License-Identifier: MIT */
/* What a stream of this program is connected to. */
#ifndef B0_BASE_PLATFORM_TERMINAL_H
#define B0_BASE_PLATFORM_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

bool b0_is_terminal(FILE *file);
/* Columns and rows of the terminal; 0 for what is not known. False: it is none. */
bool b0_terminal_size(FILE *file, int *columns, int *rows);
/* It understands escape sequences, so that a line can be redrawn. */
bool b0_terminal_redraws(FILE *file);
/*
 * Writes text, which is UTF-8 and has no part of a character at its ends. A console of Windows
 * takes a character in one piece only; elsewhere this is fwrite().
 */
void b0_terminal_write(FILE *file, const char *text, size_t size);
/* Whether text is UTF-8 where no locale says so. */
bool b0_terminal_is_utf8(void);

#endif
