/* SPDX-License-Identifier: MIT */
#include "system_registers.h"
#include <chip/identity.h>

enum {
    CALIBRATION_MV = 3300,
    /*
     * For 1.18 to 1.24 V at 12 bits and 3.3 V: DS8626, 5.3.24. Other values are not a calibration.
     */
    CALIBRATION_MIN = 1400,
    CALIBRATION_MAX = 1600,
    CONVERSION_LOOPS = 10000,
};

uint16_t b0_chip_device(void)
{
    return DBGMCU_IDCODE & 0xfff;
}

uint16_t b0_chip_revision(void)
{
    return (uint16_t)(DBGMCU_IDCODE >> 16);
}

uint16_t b0_chip_flash_kib(void)
{
    uint16_t kib = FLASH_KIB;

    if (kib == UINT16_MAX || kib < CHIP_FLASH_KIB_MIN)
        kib = CHIP_FLASH_KIB_MIN;
    else if (kib > CHIP_FLASH_KIB_MAX)
        kib = CHIP_FLASH_KIB_MAX;
    /*
     * With two banks the second bank's sectors have other addresses than with one: 3.4, tables 5
     * and 6.
     */
    if (CHIP_HAS_DB1M && kib == 1024 && (FLASH->optcr & FLASH_OPTCR_DB1M) != 0)
        kib = 512;
    return kib;
}

const uint8_t *b0_chip_unique_id(void)
{
    return UNIQUE_ID;
}

uint16_t b0_chip_supply_mv(void)
{
    uint16_t calibration = VREFINT_CAL;
    uint32_t reading = 0;

    if (calibration < CALIBRATION_MIN || calibration > CALIBRATION_MAX)
        return 0;
    RCC->apb2enr |= RCC_APB2ENR_ADC1;
    (void)RCC->apb2enr;
    ADC_CCR = ADC_CCR_DIV4 | ADC_CCR_TSVREFE;
    ADC1->smpr1 = ADC_SMPR1_480(ADC_VREFINT);
    ADC1->sqr1 = 0;
    ADC1->sqr3 = ADC_VREFINT;
    ADC1->cr2 = ADC_CR2_ADON;
    /* The first conversion also covers the start-up times of converter (3 us) and reference. */
    for (int i = 0; i < 2; i++) {
        ADC1->cr2 = ADC_CR2_ADON | ADC_CR2_SWSTART;
        for (int loops = 0; loops < CONVERSION_LOOPS && (ADC1->sr & ADC_SR_EOC) == 0; loops++) {
        }
        reading = ADC1->dr & 0xfff;
    }
    ADC1->cr2 = 0;
    ADC_CCR = 0;
    RCC->apb2enr &= ~RCC_APB2ENR_ADC1;
    return reading == 0 ? 0 : (uint16_t)((uint32_t)CALIBRATION_MV * calibration / reading);
}
