/* SPDX-License-Identifier: MIT */
/*
 * The border that texts cross on their way to a terminal. File names, arguments, device strings and
 * other programs' names are not ours: whatever in them a terminal could act on is shown as an
 * escape, "\x1b". All of the command prints by these functions; tests/system/cli_hostile.py holds
 * it to that.
 */
#ifndef BOOT0_CLI_PRINT_H
#define BOOT0_CLI_PRINT_H

#include <boot0/error.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * As fprintf() for the conversions c d i o s u x X p and %, without floating point. What comes by
 * %s and %c is sanitized, line ends included; the format itself is printed as it is. A precision
 * counts bytes of the argument, a width columns of what is printed.
 */
void print_to(FILE *file, const char *format, ...) BOOT0_PRINTF(2, 3);

/* The same to standard output. */
void print(const char *format, ...) BOOT0_PRINTF(1, 2);

/* The same of a list, which is used up. */
void print_list(FILE *file, const char *format, va_list *arguments);

/* A sanitized copy of at most `length` bytes of a text; line ends stay if `keeps_lines`. The
 * caller's: free(). NULL: out of memory. */
char *print_sanitized(const char *text, size_t length, bool keeps_lines);

#endif
