/* SPDX-License-Identifier: MIT */
/* Time, by boot0's runtime; pins, by registers: only port A. */
#include "Arduino.h"

#include <chip/stm32f4/registers.h>
#include <runtime/boot0_runtime.h>

uint32_t millis(void)
{
    return boot0_millis();
}

void delay(uint32_t ms)
{
    boot0_delay(ms);
}

__attribute__((weak)) void yield(void)
{
}

__attribute__((weak)) void dtr_togglingHook(uint8_t *buffer, uint32_t *length)
{
    (void)buffer;
    (void)length;
}

void pinMode(uint32_t pin, uint32_t mode)
{
    RCC->ahb1enr |= RCC_AHB1ENR_GPIO(GPIOA);
    (void)RCC->ahb1enr;
    GPIOA->moder =
        (GPIOA->moder & ~GPIO_MODER_MASK(pin)) | (mode == OUTPUT ? GPIO_MODER_OUTPUT(pin) : 0);
}

void digitalWrite(uint32_t pin, uint32_t value)
{
    GPIOA->bsrr = value == LOW ? GPIO_BSRR_RESET(pin) : GPIO_BSRR_SET(pin);
}
