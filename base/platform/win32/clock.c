/* SPDX-License-Identifier: MIT */
/* base/clock.h with Windows' performance counter. */
#include "native.h"

#include <base/clock.h>

uint64_t b0_clock_us(void)
{
    LARGE_INTEGER frequency, count; /* cannot fail since XP: QueryPerformanceCounter() */

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (uint64_t)(count.QuadPart / frequency.QuadPart) * 1000000 +
           (uint64_t)(count.QuadPart % frequency.QuadPart) * 1000000 / (uint64_t)frequency.QuadPart;
}

/* Sleep() counts ticks and may end in the tick before the requested time. */
void b0_sleep_us(uint64_t microseconds)
{
    uint64_t end_us = b0_clock_us() + microseconds, now_us;

    while ((now_us = b0_clock_us()) < end_us) {
        uint64_t left_ms = (end_us - now_us + 999) / 1000;

        Sleep(left_ms < INFINITE ? (DWORD)left_ms : INFINITE - 1);
    }
}
