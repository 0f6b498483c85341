#include "time.h"
#include "stm32f4.h"

#define COUNTER_MAX 0xffffffu

void b0_time_start(struct b0_time *time, uint32_t core_hz)
{
    time->cycles_per_us = core_hz / 1000000;
    SYSTICK->load = COUNTER_MAX;
    SYSTICK->val = 0; /* any write clears it; it reloads with the next cycle */
    SYSTICK->ctrl = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_ENABLE;
    time->last = 0;
    time->cycles = 0;
}

uint32_t b0_time_us(struct b0_time *time)
{
    uint32_t now = SYSTICK->val;

    time->cycles += (time->last - now) & COUNTER_MAX;
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

void b0_time_stop(void)
{
    SYSTICK->ctrl = 0;
    SYSTICK->load = 0;
    SYSTICK->val = 0;
}
