/* SPDX-License-Identifier: MIT */
#include "registers.h"
#include <chip/sleep.h>

/* Positions in the vector table: RM0090, 12.1.3, table 61. */
enum {
    INTERRUPT_FLASH = 4,
    INTERRUPT_OTG_FS = 67,
};

static void set_bit(volatile uint32_t *words, unsigned interrupt)
{
    words[interrupt / 32] = 1u << interrupt % 32;
}

void b0_sleep_enable(void)
{
    set_bit(NVIC_ISER, INTERRUPT_FLASH);
    set_bit(NVIC_ISER, INTERRUPT_OTG_FS);
}

void b0_sleep_forget(void)
{
    set_bit(NVIC_ICPR, INTERRUPT_FLASH);
    set_bit(NVIC_ICPR, INTERRUPT_OTG_FS);
    SCB_ICSR = SCB_ICSR_PENDSTCLR;
}

void b0_sleep(void)
{
    __asm__ volatile("dsb\n\twfi\n\tisb" ::: "memory");
}

void b0_sleep_masked(void)
{
    set_bit(NVIC_ISER, INTERRUPT_FLASH);
    b0_sleep();
    set_bit(NVIC_ICER, INTERRUPT_FLASH);
    set_bit(NVIC_ICPR, INTERRUPT_FLASH);
}
