/* SPDX-License-Identifier: MIT */
/* A stream into memory. */
#ifndef B0_BASE_PLATFORM_TEXT_H
#define B0_BASE_PLATFORM_TEXT_H

#include <stddef.h>
#include <stdio.h>

struct b0_text {
    FILE *file;
    char *bytes;
    size_t size;
};

/* Must not move until b0_text_end(). NULL: no memory, or no place for it. */
FILE *b0_text_begin(struct b0_text *text);
/*
 * Closes the stream. What was written, with an end behind it, is the caller's: free(). NULL if it
 * is empty, or could not be kept.
 */
char *b0_text_end(struct b0_text *text);

#endif
