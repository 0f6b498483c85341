/* SPDX-License-Identifier: MIT */
/* The host's monotonic clock and sleeping: what a platform provides of time. */
#ifndef B0_BASE_CLOCK_H
#define B0_BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since an arbitrary start. Never goes back, does not count while suspended. */
uint64_t b0_clock_us(void);

/* Sleeps for at least that long; a signal handler that runs meanwhile does not shorten it. */
void b0_sleep_us(uint64_t microseconds);

#endif
