/* SPDX-License-Identifier: MIT */
/* The time of day, and a clock that never goes back. */
#ifndef BOOT0_CLI_GANG_CLOCK_H
#define BOOT0_CLI_GANG_CLOCK_H

#include <stdint.h>

enum {
    CLOCK_TEXT = 32,
};

/* "2026-11-23T09:35:00.123Z": RFC 3339, UTC. Returns `text`. */
const char *clock_text(char text[CLOCK_TEXT]);
/* "2026-11-23", local. */
const char *clock_date(char text[CLOCK_TEXT]);
/* "09:35:00", local. */
const char *clock_of_day(char text[CLOCK_TEXT]);

/* Milliseconds since an arbitrary start; setting the time of day does not change them. */
uint64_t clock_ms(void);

#endif
