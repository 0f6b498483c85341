#include "time.h"
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

void b0_time_wait(struct b0_time *time, uint32_t span_us)
{
    uint32_t start_us = b0_time_us(time);

    while (b0_time_us(time) - start_us < span_us) {
    }
}
