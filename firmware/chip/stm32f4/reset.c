/* SPDX-License-Identifier: MIT */
#include "system_registers.h"
#include <chip/clock.h>
#include <chip/reset.h>
#include <chip/watchdog.h>

#include <core/handover.h>

enum {
    DBP_LOOPS = 1000,
};

uint32_t b0_reset_flags(void)
{
    uint32_t flags = RCC->csr;

    RCC->csr |= RCC_CSR_RMVF;
    RCC->csr &= ~RCC_CSR_RMVF;
    return flags;
}

bool b0_reset_by_pin(uint32_t flags)
{
    /* Every system reset also sets the pin flag. */
    const uint32_t others = RCC_CSR_BORRSTF | RCC_CSR_PORRSTF | RCC_CSR_SFTRSTF | RCC_CSR_IWDGRSTF |
                            RCC_CSR_WWDGRSTF | RCC_CSR_LPWRRSTF;

    return (flags & RCC_CSR_PINRSTF) != 0 && (flags & others) == 0;
}

void b0_handover_open(void)
{
    RCC->apb1enr |= RCC_APB1ENR_PWR;
    (void)RCC->apb1enr;
    PWR->cr |= PWR_CR_DBP;
    /* The bit must read as set before the first write (5.1.2): at most a few clocks of APB1. */
    for (int i = 0; i < DBP_LOOPS && (PWR->cr & PWR_CR_DBP) == 0; i++) {
    }
}

uint32_t b0_handover_read(void)
{
    return RTC_BKPR(B0_HANDOVER_REGISTER);
}

static void write_backup(unsigned number, uint32_t word)
{
    RTC_BKPR(number) = word;
    (void)RTC_BKPR(number); /* the write is complete when it can be read */
}

void b0_handover_write(uint32_t word)
{
    write_backup(B0_HANDOVER_REGISTER, word);
}

void b0_handover_write_cause(uint32_t reset_flags)
{
    write_backup(B0_CAUSE_REGISTER, B0_CAUSE | reset_flags >> 24);
}

void b0_handover_close(void)
{
    PWR->cr = CHIP_PWR_CR_RESET;
    RCC->apb1enr &= ~RCC_APB1ENR_PWR;
}

void b0_watchdog_feed(void)
{
    IWDG_KR = IWDG_KR_ALIVE;
}

void b0_reset(void)
{
    __asm__ volatile("dsb" ::: "memory");
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_SYSRESETREQ;
    __asm__ volatile("dsb" ::: "memory");
    for (;;) {
    }
}

static void pulse(volatile uint32_t *reset, uint32_t bits)
{
    *reset = bits;
    *reset = 0;
}

void b0_restore_chip(void)
{
    SYSTICK->ctrl = 0;
    SYSTICK->load = 0;
    SYSTICK->val = 0;
    b0_clock_stop();
    pulse(&RCC->ahbrstr[0], CHIP_AHB1RSTR_ALL);
    pulse(&RCC->ahbrstr[1], CHIP_AHB2RSTR_ALL);
    pulse(&RCC->ahbrstr[2], CHIP_AHB3RSTR_ALL);
    /* Not PWR: its Standby flags are for the program, and survive a reset (5.4.2). */
    pulse(&RCC->apbrstr[0], CHIP_APB1RSTR_ALL & ~RCC_APB1ENR_PWR);
    RCC->apb1enr |= RCC_APB1ENR_PWR;
    (void)RCC->apb1enr;
    PWR->cr = CHIP_PWR_CR_RESET;
    pulse(&RCC->apbrstr[1], CHIP_APB2RSTR_ALL);
    RCC->ahb1enr = CHIP_CCM_SIZE > 0 ? RCC_AHB1ENR_CCM : 0;
    RCC->ahb2enr = 0;
    RCC->ahb3enr = 0;
    RCC->apb1enr = 0;
    RCC->apb2enr = 0;
    /* Finally clears interrupts that became pending meanwhile. */
    for (size_t i = 0; i < NVIC_WORDS; i++) {
        NVIC_ICER[i] = UINT32_MAX;
        NVIC_ICPR[i] = UINT32_MAX;
    }
    SCB_ICSR = SCB_ICSR_PENDSTCLR | SCB_ICSR_PENDSVCLR;
}

void b0_jump(uint32_t vector_table, uint32_t reset_flags)
{
    const uint32_t *vectors = (const uint32_t *)vector_table;

    SCB_VTOR = vector_table;
    /* In one piece: once the stack pointer has changed, no variable is reliable. */
    __asm__ volatile("dsb\n\tisb\n\tmov r0, %2\n\tmsr msp, %0\n\tcpsie i\n\tbx %1"
                     :
                     : "r"(vectors[0]), "r"(vectors[1]), "r"(reset_flags)
                     : "r0", "memory");
    __builtin_unreachable();
}

void b0_jump_to_rom(void)
{
    RCC->apb2enr |= RCC_APB2ENR_SYSCFG;
    (void)RCC->apb2enr;
    SYSCFG_MEMRMP = SYSCFG_MEMRMP_SYSTEM;
    b0_jump(ROM_BASE, 0);
}
