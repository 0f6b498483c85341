/* SPDX-License-Identifier: MIT */
#include "clock.h"
#include "stm32f4_system.h"

enum {
    MHZ = 1000000,
    /* Loops of some 10 cycles of 16 MHz: 150 ms, while a crystal starts within some
       (DS8626, 5.3.8). */
    START_LOOPS = 240000,
    LOCK_LOOPS = 10000, /* the PLL locks within 0.3 ms: DS8626, 5.3.10 */
    /* The longest time between captures, of a crystal of 4 MHz, is 992 cycles. */
    CAPTURE_LOOPS = 2000,

    DIVIDER = 31, /* of the crystal, before the timer sees it: the highest (7.3.3, RTCPRE) */
    PRESCALER = 8,
    CAPTURES = 16,
    TOLERANCE = 32, /* a thirty-second: HSI is within 1 % at 25 °C, some more when hot or cold */

    WAIT_STATES = 5, /* at 168 MHz and 2.7 to 3.6 V: 3.5.1, table 10 */
    VCO_MHZ = 336,
    USB_DIVIDER = 7,
};

/* MHz, of the 4 to 26 that the oscillator takes (DS8626, 5.3.8). */
static const uint8_t crystals[] = {4, 6, 8, 10, 12, 16, 20, 24, 25, 26};

static bool wait_for(const volatile uint32_t *reg, uint32_t bits, uint32_t loops)
{
    while (loops-- > 0) {
        if ((*reg & bits) == bits)
            return true;
    }
    return false;
}

bool b0_clock_start_crystal(void)
{
    RCC->cr |= RCC_CR_HSEON;
    if (wait_for(&RCC->cr, RCC_CR_HSERDY, START_LOOPS))
        return true;
    /* No crystal swings; an oscillator may drive the pin. The bit is locked while it is on. */
    RCC->cr &= ~RCC_CR_HSEON;
    RCC->cr |= RCC_CR_HSEBYP;
    RCC->cr |= RCC_CR_HSEON;
    if (wait_for(&RCC->cr, RCC_CR_HSERDY, START_LOOPS))
        return true;
    RCC->cr &= ~RCC_CR_HSEON;
    RCC->cr &= ~RCC_CR_HSEBYP;
    return false;
}

/* Cycles of HSI between so many captures of the divided crystal; 0 if it stands. */
static uint32_t count_cycles(void)
{
    uint32_t cycles = 0;
    uint16_t last = 0;

    for (int i = -1; i < CAPTURES; i++) { /* the first one only begins */
        uint16_t now;

        if (!wait_for(&TIM11->sr, TIM_SR_CC1IF, CAPTURE_LOOPS))
            return 0;
        now = (uint16_t)TIM11->ccr1; /* reading it clears the flag: 19.5.4 */
        if (i >= 0)
            cycles += (uint16_t)(now - last);
        last = now;
    }
    return cycles;
}

static uint32_t measure_khz(void)
{
    uint32_t cycles;

    RCC->cfgr = (RCC->cfgr & ~(0x1fu << RCC_CFGR_RTCPRE_SHIFT)) | (uint32_t)DIVIDER
                                                                      << RCC_CFGR_RTCPRE_SHIFT;
    RCC->apb2enr |= RCC_APB2ENR_TIM11;
    (void)RCC->apb2enr;
    TIM11->or_ = TIM11_OR_TI1_HSE_RTC;
    TIM11->arr = UINT16_MAX;
    TIM11->ccmr1 = TIM_CCMR1_CC1S_TI1 | TIM_CCMR1_IC1PSC_8;
    TIM11->ccer = TIM_CCER_CC1E;
    TIM11->sr = 0;
    TIM11->cr1 = TIM_CR1_CEN;
    cycles = count_cycles();
    TIM11->cr1 = 0;
    TIM11->ccer = 0;
    TIM11->or_ = 0;
    RCC->apb2enr &= ~RCC_APB2ENR_TIM11;
    return cycles == 0 ? 0 : HSI_HZ / 1000 * DIVIDER * PRESCALER * CAPTURES / cycles;
}

uint32_t b0_clock_measure(void)
{
    uint32_t khz = b0_clock_start_crystal() ? measure_khz() : 0;
    uint32_t best_mhz = 0;
    uint32_t best_distance = UINT32_MAX;

    for (unsigned i = 0; i < sizeof crystals; i++) {
        uint32_t is_khz = crystals[i] * 1000u;
        uint32_t distance = khz > is_khz ? khz - is_khz : is_khz - khz;

        if (distance < best_distance && distance <= is_khz / TOLERANCE) {
            best_distance = distance;
            best_mhz = crystals[i];
        }
    }
    return best_mhz * MHZ;
}

bool b0_clock_start(uint32_t crystal_hz)
{
    /* 7.3.2: 1 MHz into the VCO; its 336 MHz by 2 (coded 0) and by 7. */
    RCC->pllcfgr = crystal_hz / MHZ | (uint32_t)VCO_MHZ << RCC_PLLCFGR_N_SHIFT | RCC_PLLCFGR_HSE |
                   (uint32_t)USB_DIVIDER << RCC_PLLCFGR_Q_SHIFT;
    RCC->cr |= RCC_CR_PLLON;
    if (!wait_for(&RCC->cr, RCC_CR_PLLRDY, LOCK_LOOPS)) {
        RCC->cr &= ~RCC_CR_PLLON;
        return false;
    }
    /* Caches are left off: the bootloader runs from RAM, and then nothing in them can be stale. */
    FLASH->acr = FLASH_ACR_LATENCY(WAIT_STATES);
    while (FLASH->acr != FLASH_ACR_LATENCY(WAIT_STATES)) {
    }
    RCC->cfgr |= RCC_CFGR_PPRE1_BY_4 | RCC_CFGR_PPRE2_BY_2;
    RCC->cfgr = (RCC->cfgr & ~RCC_CFGR_SW) | RCC_CFGR_SW_PLL;
    while ((RCC->cfgr & RCC_CFGR_SWS) != RCC_CFGR_SWS_PLL) {
    }
    return true;
}
