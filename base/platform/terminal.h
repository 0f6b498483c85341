/* SPDX-License-Identifier: MIT */
/* Terminals connected to this program's streams. */
#ifndef B0_BASE_PLATFORM_TERMINAL_H
#define B0_BASE_PLATFORM_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

bool b0_is_terminal(FILE *file);
/* Returns columns and rows of the terminal, 0 if unknown. False: it is not a terminal. */
bool b0_terminal_size(FILE *file, int *columns, int *rows);
/* True if it understands escape sequences, so that a line can be redrawn. */
bool b0_terminal_redraws(FILE *file);
/*
 * Writes UTF-8 text that begins and ends with whole characters. A Windows console needs each
 * character in one piece; elsewhere this is fwrite().
 */
void b0_terminal_write(FILE *file, const char *text, size_t size);
/* True if text is UTF-8 when no locale says so. */
bool b0_terminal_is_utf8(void);

#endif
