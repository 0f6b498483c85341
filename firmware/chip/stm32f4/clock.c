/* SPDX-License-Identifier: MIT */
#include "system_registers.h"
#include <chip/clock.h>
#include <chip/watchdog.h>

#include <core/array.h>

enum {
    MHZ = 1000000,
    /* Loops of about 10 cycles at 16 MHz: 150 ms. A crystal starts within a few milliseconds
     * (DS8626, 5.3.8). */
    START_LOOPS = 240000,
    LOCK_LOOPS = 10000, /* the PLL locks within 0.3 ms: DS8626, 5.3.10 */
    /* The longest time between captures, with a crystal of 4 MHz, is 992 cycles. */
    CAPTURE_LOOPS = 2000,

    DIVIDER = 31, /* of the crystal before the timer: the maximum (7.3.3, RTCPRE) */
    PRESCALER = 8,
    CAPTURES = 16,
    MEASURED_MIN_KHZ = 3800, /* 4 MHz if HSI is 4.5 % too fast */

    HCLK_DIVIDER = CHIP_PLL_P,
    VCO_MHZ = 336,
    USB_DIVIDER = 7,
    /*
     * For a doubtful crystal: HCLK stays within its limit even if a crystal of 26 MHz is assumed to
     * have 24 MHz.
     */
    DOUBTFUL_VCO_MHZ = 288,
    DOUBTFUL_USB_DIVIDER = 6,
};
_Static_assert(VCO_MHZ / USB_DIVIDER == 48 && DOUBTFUL_VCO_MHZ / DOUBTFUL_USB_DIVIDER == 48,
               "USB wants 48 MHz");

/*
 * MHz, for the 4 to 26 that the oscillator supports (DS8626, 5.3.8), and the maximum measurement of
 * each, in 0.1 MHz: the midpoint to the next one, which is further than HSI can be off. That of 24
 * to 26 MHz is a guess. Up to 26.1 MHz it can be any of them, so the middle one is assumed: the PLL
 * is then within its range (7.3.2: 0.95 to 2.1 MHz in), and the host's frames can be received.
 */
static const struct {
    uint8_t mhz;
    uint16_t up_to;
} crystals[] = {{4, 50},   {6, 70},   {8, 90},   {10, 110}, {12, 140},
                {16, 180}, {20, 220}, {24, 245}, {25, 261}, {26, 285}};

static bool wait_for(const volatile uint32_t *reg, uint32_t bits, uint32_t loops)
{
    while (loops-- > 0) {
        b0_watchdog_feed();
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
    /*
     * No crystal oscillates; an external oscillator may drive the pin. The bit is locked while it
     * is on.
     */
    RCC->cr &= ~RCC_CR_HSEON;
    RCC->cr |= RCC_CR_HSEBYP;
    RCC->cr |= RCC_CR_HSEON;
    if (wait_for(&RCC->cr, RCC_CR_HSERDY, START_LOOPS))
        return true;
    RCC->cr &= ~RCC_CR_HSEON;
    RCC->cr &= ~RCC_CR_HSEBYP;
    return false;
}

/* Returns the cycles of HSI between the captures of the divided crystal; 0 if it stands still. */
static uint32_t count_cycles(void)
{
    uint32_t cycles = 0;
    uint16_t last = 0;

    for (int i = -1; i < CAPTURES; i++) { /* the first one only starts */
        uint16_t now;

        if (!wait_for(&TIM11->sr, TIM_SR_CC1IF, CAPTURE_LOOPS))
            return 0;
        now = (uint16_t)TIM11->ccr1; /* the read clears the flag: 19.5.4 */
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
    unsigned i = 0;

    if (khz < MEASURED_MIN_KHZ)
        return 0;
    while (i < B0_LENGTH(crystals) && khz > crystals[i].up_to * 100u)
        i++;
    return i < B0_LENGTH(crystals) ? crystals[i].mhz * MHZ : 0;
}

uint32_t b0_clock_start(uint32_t crystal_hz, bool doubtful, bool low_supply)
{
    uint32_t wait_states = low_supply ? CHIP_WAIT_STATES_LOW : CHIP_WAIT_STATES;
    /* 7.3.2: 1 MHz into the VCO. */
    uint32_t vco_mhz = doubtful ? DOUBTFUL_VCO_MHZ : VCO_MHZ;

    RCC->pllcfgr = (RCC_PLLCFGR_RESET & RCC_PLLCFGR_KEPT) | crystal_hz / MHZ |
                   vco_mhz << RCC_PLLCFGR_N_SHIFT | (HCLK_DIVIDER / 2 - 1u) << RCC_PLLCFGR_P_SHIFT |
                   RCC_PLLCFGR_HSE | vco_mhz / 48 << RCC_PLLCFGR_Q_SHIFT;
    RCC->cr |= RCC_CR_PLLON;
    if (!wait_for(&RCC->cr, RCC_CR_PLLRDY, LOCK_LOOPS)) {
        RCC->cr &= ~RCC_CR_PLLON;
        return 0;
    }
    /* Leaves the caches off: they cannot contain stale data then. */
    FLASH->acr = FLASH_ACR_LATENCY(wait_states);
    while (FLASH->acr != FLASH_ACR_LATENCY(wait_states)) {
    }
    RCC->cfgr |= RCC_CFGR_PPRE1_BY_4 | RCC_CFGR_PPRE2_BY_2;
    RCC->cfgr = (RCC->cfgr & ~RCC_CFGR_SW) | RCC_CFGR_SW_PLL;
    while ((RCC->cfgr & RCC_CFGR_SWS) != RCC_CFGR_SWS_PLL) {
    }
    return vco_mhz / HCLK_DIVIDER * MHZ;
}

void b0_clock_start_caches(void)
{
    FLASH->acr |= FLASH_ACR_ICRST | FLASH_ACR_DCRST;
    FLASH->acr &= ~(FLASH_ACR_ICRST | FLASH_ACR_DCRST);
    FLASH->acr |= FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN;
}

void b0_clock_secure(void)
{
    RCC->cr |= RCC_CR_CSSON;
}

void b0_clock_stop(void)
{
    /* Switch to HSI first, then stop the former clock sources: RM0090, 7.2.6. */
    RCC->cr |= RCC_CR_HSION;
    while ((RCC->cr & RCC_CR_HSIRDY) == 0) {
    }
    RCC->cfgr &= ~RCC_CFGR_SW;
    while ((RCC->cfgr & RCC_CFGR_SWS) != 0) {
    }
    RCC->cfgr = 0;
    RCC->cr &= ~(RCC_CR_HSEON | RCC_CR_CSSON | RCC_CR_PLLON);
    RCC->cr &= ~RCC_CR_HSEBYP; /* only while HSE is off */
    RCC->pllcfgr = RCC_PLLCFGR_RESET;
    RCC->cir = 0;
    FLASH->acr = 0;
}
