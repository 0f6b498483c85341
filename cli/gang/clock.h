/* SPDX-License-Identifier: MIT */
/* The time of day, as records have it, and time that only goes on. */
#ifndef BOOT0_CLI_GANG_CLOCK_H
#define BOOT0_CLI_GANG_CLOCK_H

#include <stdint.h>

enum {
    CLOCK_TEXT = 32,
};

/* "2026-11-23T09:35:00.123Z": RFC 3339, UTC. Returns `text`. */
const char *clock_text(char text[CLOCK_TEXT]);
/* "09:35:00", local. */
const char *clock_of_day(char text[CLOCK_TEXT]);

/* Milliseconds since some moment; nobody sets this clock. */
uint64_t clock_ms(void);

#endif
