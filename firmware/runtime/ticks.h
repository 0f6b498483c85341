/* SPDX-License-Identifier: MIT */
/* A program's millisecond counter, with SysTick: PM0214, 4.5. */
#ifndef B0_RUNTIME_TICKS_H
#define B0_RUNTIME_TICKS_H

#include <stdint.h>

/* Starts counting, with a core clock of core_hz and an interrupt per millisecond. */
void b0_ticks_begin(uint32_t core_hz);

/* The interrupt calls this. */
void b0_ticks_count(void);

/*
 * Waits without the interrupt, which is off, by polling the timer. Does nothing if the counter was
 * never started.
 */
void b0_ticks_wait_ms(uint32_t span_ms);

#endif
