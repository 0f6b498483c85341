/* SPDX-License-Identifier: MIT */
/* Microseconds from the core's SysTick without an interrupt: PM0214, 4.5. */
#ifndef CHIP_TIME_H
#define CHIP_TIME_H

#include <stdint.h>

enum {
    B0_TIME_PERIOD_US = 10000,
};

/*
 * A clock. Read it at least once per period. At the end of a period SysTick's exception is pending,
 * which ends a sleep.
 */
struct b0_time {
    uint32_t cycles_per_us;
    uint32_t period; /* cycles */
    uint32_t last;   /* last counter value; counts down */
    uint32_t cycles; /* less than a microsecond */
    uint32_t now_us;
};

/* Starts or restarts it for a core clock; now_us continues. */
void b0_time_start(struct b0_time *time, uint32_t core_hz);
uint32_t b0_time_us(struct b0_time *time);
void b0_time_wait(struct b0_time *time, uint32_t span_us);

#endif
