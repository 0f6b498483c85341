/* SPDX-License-Identifier: MIT */
/* base/platform/date.h with Windows. */
#include "native.h"

#include <base/platform/date.h>

static struct b0_date date_of(void(WINAPI *ask)(SYSTEMTIME *time))
{
    SYSTEMTIME now;

    ask(&now);
    return (struct b0_date){now.wYear,   now.wMonth,  now.wDay,         now.wHour,
                            now.wMinute, now.wSecond, now.wMilliseconds};
}

struct b0_date b0_date_utc(void)
{
    return date_of(GetSystemTime);
}

struct b0_date b0_date_local(void)
{
    return date_of(GetLocalTime);
}
