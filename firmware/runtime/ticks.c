/* SPDX-License-Identifier: MIT */
#include "ticks.h"
#include "boot0_runtime.h"

#include <chip/stm32f4/registers.h>

static volatile uint32_t now_ms;

void b0_ticks_begin(uint32_t core_hz)
{
    SYSTICK->load = core_hz / 1000 - 1;
    SYSTICK->val = 0;
    SYSTICK->ctrl = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_ENABLE;
}

void b0_ticks_count(void)
{
    now_ms++;
}

void b0_ticks_wait_ms(uint32_t span_ms)
{
    if ((SYSTICK->ctrl & SYSTICK_CTRL_ENABLE) == 0)
        return;
    for (; span_ms > 0; span_ms--) {
        while ((SYSTICK->ctrl & SYSTICK_CTRL_COUNTFLAG) == 0) {
        }
    }
}

uint32_t boot0_millis(void)
{
    return now_ms;
}

/* Correct even if the interrupt is delayed by up to a millisecond. */
uint32_t boot0_micros(void)
{
    uint32_t cycles_per_us = (SYSTICK->load + 1) / 1000;
    uint32_t ms, count;
    bool due;

    do {
        ms = now_ms;
        count = SYSTICK->val;
        due = (SCB_ICSR & SCB_ICSR_PENDSTSET) != 0;
        if (due) /* it wrapped before or after it was read above */
            count = SYSTICK->val;
    } while (ms != now_ms);
    return (ms + due) * 1000 + (SYSTICK->load - count) / cycles_per_us;
}

void boot0_delay(uint32_t span_ms)
{
    uint32_t start_us = boot0_micros();

    while (span_ms > 0) {
        if (boot0_micros() - start_us >= 1000) {
            span_ms--;
            start_us += 1000;
        } else {
            boot0_idle();
        }
    }
}

void boot0_idle(void)
{
    __asm__ volatile("wfi");
}
