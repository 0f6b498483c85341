/* SPDX-License-Identifier: MIT */
/* base/clock.h with POSIX: clock_gettime(CLOCK_MONOTONIC) and nanosleep(). */
#include <base/clock.h>
#include <time.h>

uint64_t b0_clock_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void b0_sleep_us(uint64_t microseconds)
{
    struct timespec left = {(time_t)(microseconds / 1000000),
                            (long)(microseconds % 1000000) * 1000};

    while (nanosleep(&left, &left) != 0)
        ;
}
