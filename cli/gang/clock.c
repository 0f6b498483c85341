/* SPDX-License-Identifier: MIT */
/* See clock.h. */
#include "clock.h"

#include <base/clock.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *clock_text(char text[CLOCK_TEXT])
{
    struct timespec now;
    struct tm parts;
    size_t length;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    length = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + length, CLOCK_TEXT - length, ".%03ldZ", now.tv_nsec / 1000000);
    return text;
}

const char *clock_of_day(char text[CLOCK_TEXT])
{
    time_t now = time(NULL);
    struct tm parts;

    localtime_r(&now, &parts);
    strftime(text, CLOCK_TEXT, "%H:%M:%S", &parts);
    return text;
}

uint64_t clock_ms(void)
{
    return b0_clock_us() / 1000;
}
