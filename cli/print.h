/* SPDX-License-Identifier: MIT */
/*
 * The border that texts cross on their way to a terminal. File names, arguments, device strings and
 * other programs' names are not ours: anything in them that a terminal could act on is printed as
 * an escape, "\x1b". All of the command prints through these functions; tests/system/cli_hostile.py
 * enforces that.
 */
#ifndef BOOT0_CLI_PRINT_H
#define BOOT0_CLI_PRINT_H

#include <boot0/error.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * fprintf() for the conversions c d i o s u x X p and %, without floating point. Sanitizes the
 * output of %s and %c, line ends included; prints the format itself unchanged. A precision counts
 * bytes of the argument, a width columns of the output.
 */
void print_to(FILE *file, const char *format, ...) BOOT0_PRINTF(2, 3);

/* The same to standard output. */
void print(const char *format, ...) BOOT0_PRINTF(1, 2);

/* The same for a va_list, which it uses up. */
void print_list(FILE *file, const char *format, va_list *arguments);

/*
 * Returns a sanitized copy of at most `length` bytes of a text; keeps line ends if `keeps_lines`.
 * The caller frees it: free(). NULL: out of memory.
 */
char *print_sanitized(const char *text, size_t length, bool keeps_lines);

#endif
