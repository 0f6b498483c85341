/* SPDX-License-Identifier: MIT */
/* A stream that writes to memory. */
#ifndef B0_BASE_PLATFORM_TEXT_H
#define B0_BASE_PLATFORM_TEXT_H

#include <stddef.h>
#include <stdio.h>

struct b0_text {
    FILE *file;
    char *bytes;
    size_t size;
};

/* `text` must not move until b0_text_end(). NULL: no memory, or no place for the file. */
FILE *b0_text_begin(struct b0_text *text);
/*
 * Closes the stream. Returns the written text with a NUL; the caller owns it: free(). NULL if it is
 * empty or could not be stored.
 */
char *b0_text_end(struct b0_text *text);

#endif
