/* SPDX-License-Identifier: MIT */
/* The millisecond counter of a program, by SysTick: PM0214, 4.5. */
#ifndef B0_RUNTIME_TICKS_H
#define B0_RUNTIME_TICKS_H

#include <stdint.h>

/* Counts from now on by a core clock of that many Hz, with an interrupt a millisecond. */
void b0_ticks_begin(uint32_t core_hz);

/* To be called by the interrupt. */
void b0_ticks_count(void);

/* Waits without the interrupt, which is off: by looking at the timer. Nothing if it never began. */
void b0_ticks_wait_ms(uint32_t span_ms);

#endif
