/* SPDX-License-Identifier: MIT */
#include "registers.h"
#include <chip/sleep.h>
#include <chip/time.h>
#include <chip/watchdog.h>

#include <stdbool.h>

void b0_time_start(struct b0_time *time, uint32_t core_hz)
{
    time->cycles_per_us = core_hz / 1000000;
    time->period = time->cycles_per_us * B0_TIME_PERIOD_US;
    SYSTICK->load = time->period - 1;
    SYSTICK->val = 0; /* any write clears it; it reloads in the next cycle */
    SYSTICK->ctrl = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_ENABLE;
    time->last = 0;
    time->cycles = 0;
}

uint32_t b0_time_us(struct b0_time *time)
{
    /*
     * A caller that sleeps until the counter wraps may find the same value as a whole period ago,
     * so the value alone is not enough. The flag is read first, which clears it: the value shows a
     * wrap after that. At 0 the flag is set and the new period has not begun.
     */
    bool has_wrapped = (SYSTICK->ctrl & SYSTICK_CTRL_COUNTFLAG) != 0;
    uint32_t now = SYSTICK->val;

    if (now > time->last)
        (void)SYSTICK->ctrl;
    has_wrapped = (has_wrapped && now != 0) || now > time->last;
    time->cycles += time->last - now + (has_wrapped ? time->period : 0);
    time->last = now;
    time->now_us += time->cycles / time->cycles_per_us;
    time->cycles %= time->cycles_per_us;
    return time->now_us;
}

/* SysTick's exception ends the sleep; it sleeps only if that is in time. */
void b0_time_wait(struct b0_time *time, uint32_t span_us)
{
    uint32_t start_us = b0_time_us(time);
    uint32_t elapsed_us = 0;

    while (elapsed_us < span_us) {
        b0_watchdog_feed();
        b0_sleep_forget();
        elapsed_us = b0_time_us(time) - start_us;
        if (elapsed_us + time->last / time->cycles_per_us < span_us)
            b0_sleep();
    }
}
