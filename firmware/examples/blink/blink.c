/* SPDX-License-Identifier: MIT */
/*
 * Blinks an LED on an STM32F4 board once per second, with the 16 MHz clock of the reset state. Set
 * for ST's Discovery board; for others change the three lines below:
 *
 *   STM32F407 Discovery           PD12 green (PD13, PD14, PD15: orange, red, blue), lit when high
 *   black board with F407VET6     PA6 and PA7, lit when low
 *   black board with F407ZET6     PF9 and PF10, lit when low
 *   Black Pill, F401 or F411      PC13, lit when low
 *   NUCLEO-F446RE                 PA5, lit when high
 *   32F429IDISCOVERY              PG13 green (PG14: red), lit when high
 */
#include "chip/stm32f4/registers.h"

#ifndef LED_PORT
#define LED_PORT  GPIOD
#define LED_PIN   12u
#define LED_LEVEL 1
#endif
#define LED_LIT  (LED_LEVEL ? GPIO_BSRR_SET(LED_PIN) : GPIO_BSRR_RESET(LED_PIN))
#define LED_DARK (LED_LEVEL ? GPIO_BSRR_RESET(LED_PIN) : GPIO_BSRR_SET(LED_PIN))

#ifndef BLINK_MS
#define BLINK_MS 500
#endif

/* Half a blink period. In RAM, so that a debugger can change it while the program runs. */
static volatile uint32_t blink_ms = BLINK_MS;

static volatile uint32_t now_ms;

void SysTick_Handler(void);
void SysTick_Handler(void)
{
    now_ms++;
}

static void start_clock(void)
{
    SYSTICK->load = HSI_HZ / 1000 - 1;
    SYSTICK->val = 0;
    SYSTICK->ctrl = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_ENABLE;
}

static void start_led(void)
{
    RCC->ahb1enr |= RCC_AHB1ENR_GPIO(LED_PORT);
    /* The clock starts two cycles late; reading the register back takes as long (erratum "Delay
     * after an RCC peripheral clock enabling", ES0182). */
    (void)RCC->ahb1enr;
    LED_PORT->bsrr = LED_DARK;
    LED_PORT->moder = (LED_PORT->moder & ~GPIO_MODER_MASK(LED_PIN)) | GPIO_MODER_OUTPUT(LED_PIN);
}

static void sleep_ms(uint32_t span_ms)
{
    uint32_t start_ms = now_ms;
    while (now_ms - start_ms < span_ms) {
        __asm__ volatile("wfi");
    }
}

int main(void)
{
    start_clock();
    start_led();
    for (;;) {
        LED_PORT->bsrr = LED_LIT;
        sleep_ms(blink_ms);
        LED_PORT->bsrr = LED_DARK;
        sleep_ms(blink_ms);
    }
}
