/* SPDX-License-Identifier: MIT */
/* base/platform/date.h with POSIX. */
#include <base/platform/date.h>

#include <time.h>

static struct b0_date date_of(struct tm *(*parts_of)(const time_t *time, struct tm *parts))
{
    struct timespec now;
    struct tm parts;

    clock_gettime(CLOCK_REALTIME, &now);
    parts_of(&now.tv_sec, &parts);
    return (struct b0_date){parts.tm_year + 1900,
                            parts.tm_mon + 1,
                            parts.tm_mday,
                            parts.tm_hour,
                            parts.tm_min,
                            parts.tm_sec,
                            (int)(now.tv_nsec / 1000000)};
}

struct b0_date b0_date_utc(void)
{
    return date_of(gmtime_r);
}

struct b0_date b0_date_local(void)
{
    return date_of(localtime_r);
}
