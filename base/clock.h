/* SPDX-License-Identifier: MIT */
/* The host's monotonic clock and sleeping, implemented per platform. */
#ifndef B0_BASE_CLOCK_H
#define B0_BASE_CLOCK_H

#include <stdint.h>

/*
 * Microseconds since an arbitrary start. Monotonic; does not count while the machine is suspended.
 */
uint64_t b0_clock_us(void);

/* Sleeps for at least that long, even if a signal handler runs meanwhile. */
void b0_sleep_us(uint64_t microseconds);

#endif
