/* SPDX-License-Identifier: MIT */
#include "time.h"
#include "sleep.h"
#include "stm32f4.h"

void b0_time_start(struct b0_time *time, uint32_t core_hz)
{
    time->cycles_per_us = core_hz / 1000000;
    time->period = time->cycles_per_us * B0_TIME_PERIOD_US;
    SYSTICK->load = time->period - 1;
    SYSTICK->val = 0; /* any write clears it; it reloads with the next cycle */
    SYSTICK->ctrl = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_ENABLE;
    time->last = 0;
    time->cycles = 0;
}

uint32_t b0_time_us(struct b0_time *time)
{
    uint32_t now = SYSTICK->val;

    time->cycles += time->last >= now ? time->last - now : time->last + time->period - now;
    time->last = now;
    time->now_us += time->cycles / time->cycles_per_us;
    time->cycles %= time->cycles_per_us;
    return time->now_us;
}

/* SysTick's exception ends the sleep: only if that is in time. */
void b0_time_wait(struct b0_time *time, uint32_t span_us)
{
    uint32_t start_us = b0_time_us(time);
    uint32_t elapsed_us = 0;

    while (elapsed_us < span_us) {
        b0_sleep_forget();
        elapsed_us = b0_time_us(time) - start_us;
        if (elapsed_us + time->last / time->cycles_per_us < span_us)
            b0_sleep();
    }
}
