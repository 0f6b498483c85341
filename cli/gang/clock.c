/* SPDX-License-Identifier: MIT */
/* See clock.h. */
#include "clock.h"

#include <base/clock.h>
#include <base/platform/date.h>
#include <stdio.h>

const char *clock_text(char text[CLOCK_TEXT])
{
    const struct b0_date now = b0_date_utc();

    snprintf(text, CLOCK_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", now.year, now.month, now.day,
             now.hour, now.minute, now.second, now.millisecond);
    return text;
}

const char *clock_date(char text[CLOCK_TEXT])
{
    const struct b0_date now = b0_date_local();

    snprintf(text, CLOCK_TEXT, "%04d-%02d-%02d", now.year, now.month, now.day);
    return text;
}

const char *clock_of_day(char text[CLOCK_TEXT])
{
    const struct b0_date now = b0_date_local();

    snprintf(text, CLOCK_TEXT, "%02d:%02d:%02d", now.hour, now.minute, now.second);
    return text;
}

uint64_t clock_ms(void)
{
    return b0_clock_us() / 1000;
}
