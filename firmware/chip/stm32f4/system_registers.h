/* SPDX-License-Identifier: MIT */
/*
 * Further registers of the STM32F4, which a bootloader needs and programs rarely do. Facts of
 * RM0090, whose sections are named.
 */
#ifndef CHIP_STM32F4_SYSTEM_REGISTERS_H
#define CHIP_STM32F4_SYSTEM_REGISTERS_H

#include "registers.h"

/* Flash interface: 3.9. */
struct flash {
    volatile uint32_t acr;     /* 3.9.1 */
    volatile uint32_t keyr;    /* 3.9.3 */
    volatile uint32_t optkeyr; /* 3.9.4 */
    volatile uint32_t sr;      /* 3.9.5 */
    volatile uint32_t cr;      /* 3.9.7 */
    volatile uint32_t optcr;   /* 3.9.9 */
};
REGISTER_AT(0x14, struct flash, optcr);
#define FLASH ((struct flash *)0x40023c00u)

#define FLASH_ACR_LATENCY(waits) ((uint32_t)(waits))
#define FLASH_ACR_PRFTEN         (1u << 8)
#define FLASH_ACR_ICEN           (1u << 9)
#define FLASH_ACR_DCEN           (1u << 10)
#define FLASH_ACR_ICRST          (1u << 11) /* only while the cache is off */
#define FLASH_ACR_DCRST          (1u << 12)
#define FLASH_KEY_1              0x45670123u /* 3.6.1 */
#define FLASH_KEY_2              0xcdef89abu
#define FLASH_OPTION_KEY_1       0x08192a3bu /* 3.7.2 */
#define FLASH_OPTION_KEY_2       0x4c5d6e7fu
#define FLASH_SR_EOP             (1u << 0)
#define FLASH_SR_OPERR           (1u << 1)
#define FLASH_SR_WRPERR          (1u << 4)
#define FLASH_SR_PGAERR          (1u << 5)
#define FLASH_SR_PGPERR          (1u << 6)
#define FLASH_SR_PGSERR          (1u << 7)
#define FLASH_SR_BSY             (1u << 16)
#define FLASH_CR_PG              (1u << 0)
#define FLASH_CR_SER             (1u << 1)
#define FLASH_CR_SNB_SHIFT       3
#define FLASH_CR_PSIZE_SHIFT     8
#define FLASH_CR_STRT            (1u << 16)
#define FLASH_CR_EOPIE           (1u << 24)
#define FLASH_CR_LOCK            (1u << 31)
#define FLASH_OPTCR_OPTLOCK      (1u << 0)
#define FLASH_OPTCR_OPTSTRT      (1u << 1)
#define FLASH_OPTCR_BOR_SHIFT    2
#define FLASH_OPTCR_RDP_SHIFT    8
#define FLASH_OPTCR_NWRP_SHIFT   16
#define FLASH_OPTCR_RDP_OFF      0xaau /* level 0 */
#define FLASH_OPTCR_DB1M         (1u << 30)

/* Power control: 5.4. */
struct pwr {
    volatile uint32_t cr;  /* 5.4.1 */
    volatile uint32_t csr; /* 5.4.2 */
};
#define PWR ((struct pwr *)0x40007000u)

#define PWR_CR_PVDE      (1u << 4) /* the voltage detector is on */
#define PWR_CR_PLS_SHIFT 5
#define PWR_CR_PLS       (7u << 5) /* its level */
#define PWR_CR_DBP       (1u << 8) /* the backup domain is writable */
#define PWR_CSR_PVDO     (1u << 2) /* VDD is below the level */

/* Backup registers 0 to 19 of the RTC: 26.6.20. They do not need the RTC's clock. */
#define RTC_BKPR(number) ((volatile uint32_t *)0x40002850u)[number]

/* System configuration: 9.2.1. */
#define SYSCFG_MEMRMP        (*(volatile uint32_t *)0x40013800u)
#define SYSCFG_MEMRMP_SYSTEM 1u /* the ROM at address 0 */

/* TIM11, the part for captures on channel 1: 19.5. */
struct tim11 {
    volatile uint32_t cr1;
    uint32_t reserved_04[3];
    volatile uint32_t sr;
    volatile uint32_t egr;
    volatile uint32_t ccmr1;
    uint32_t reserved_1c;
    volatile uint32_t ccer;
    volatile uint32_t cnt;
    volatile uint32_t psc;
    volatile uint32_t arr;
    uint32_t reserved_30;
    volatile uint32_t ccr1;
    uint32_t reserved_38[6];
    volatile uint32_t or_; /* 19.5.11 */
};
REGISTER_AT(0x20, struct tim11, ccer);
REGISTER_AT(0x34, struct tim11, ccr1);
REGISTER_AT(0x50, struct tim11, or_);
#define TIM11 ((struct tim11 *)0x40014800u)

#define TIM_CR1_CEN          (1u << 0)
#define TIM_SR_CC1IF         (1u << 1)
#define TIM_CCMR1_CC1S_TI1   (1u << 0)
#define TIM_CCMR1_IC1PSC_8   (3u << 2) /* every eighth edge */
#define TIM_CCER_CC1E        (1u << 0)
#define TIM11_OR_TI1_HSE_RTC (2u << 0) /* the crystal divided by RTCPRE */

/* ADC1 and the registers common to the three ADCs: 13.13. */
struct adc {
    volatile uint32_t sr;
    volatile uint32_t cr1;
    volatile uint32_t cr2;
    volatile uint32_t smpr1;
    uint32_t reserved_10[7];
    volatile uint32_t sqr1;
    uint32_t reserved_30;
    volatile uint32_t sqr3;
    uint32_t reserved_38[5];
    volatile uint32_t dr;
};
REGISTER_AT(0x2c, struct adc, sqr1);
REGISTER_AT(0x4c, struct adc, dr);
#define ADC1    ((struct adc *)0x40012000u)
#define ADC_CCR (*(volatile uint32_t *)0x40012304u)

#define ADC_SR_EOC           (1u << 1)
#define ADC_CR2_ADON         (1u << 0)
#define ADC_CR2_SWSTART      (1u << 30)
#define ADC_SMPR1_480(input) (7u << (3 * ((input)-10u))) /* sampling cycles */
#define ADC_CCR_DIV4         (1u << 16)                  /* ADCPRE: a quarter of APB2's clock */
#define ADC_CCR_TSVREFE      (1u << 23)
#define ADC_VREFINT          17u /* its input: 13.3.3 */

/* The independent watchdog: 21.4.1. */
#define IWDG_KR       (*(volatile uint32_t *)0x40003000u)
#define IWDG_KR_ALIVE 0xaaaau

/* Device electronic signature: 39. Address of the calibration value: DS8626, 5.3.24. */
#define UNIQUE_ID     ((const uint8_t *)0x1fff7a10u)            /* 39.1 */
#define FLASH_KIB     (*(const volatile uint16_t *)0x1fff7a22u) /* 39.2 */
#define VREFINT_CAL   (*(const volatile uint16_t *)0x1fff7a2au) /* at 3.3 V */
#define DBGMCU_IDCODE (*(const volatile uint32_t *)0xe0042000u) /* 38.6.1 */

#define ROM_BASE 0x1fff0000u /* system memory: 3.3, table 5 */

#endif
