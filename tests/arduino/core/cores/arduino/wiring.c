/* Time and pins, by registers: port A alone. */
#include "Arduino.h"

#include "chip/stm32f4.h"

static volatile uint32_t now_ms;

void start_clock(void);
uint32_t core_hz(void);

void SysTick_Handler(void);
void SysTick_Handler(void)
{
    now_ms++;
}

/* The runtime starts the PLL and says so; without it the chip runs from HSI. */
__attribute__((weak)) uint32_t core_hz(void)
{
    return HSI_HZ;
}

void start_clock(void)
{
    SYSTICK->load = core_hz() / 1000 - 1;
    SYSTICK->val = 0;
    SYSTICK->ctrl = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_ENABLE;
}

/* Without USB there is nothing to start. */
void start_serial(void);
__attribute__((weak)) void start_serial(void)
{
}

uint32_t millis(void)
{
    return now_ms;
}

void delay(uint32_t ms)
{
    uint32_t start_ms = now_ms;

    while (now_ms - start_ms < ms)
        __asm__ volatile("wfi");
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
