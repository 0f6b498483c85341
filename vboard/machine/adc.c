/* SPDX-License-Identifier: MIT */
/*
 * ADC1: RM0090, chapter 13, as far as needed to measure the supply and the temperature by polling
 * or interrupt: regular conversions, one after another. All other pins are at 0 V.
 */
#include "adc.h"

#include "../board/board.h"
#include "../board/power.h"
#include "chips.h"
#include "nvic.h"
#include "parts.h"
#include "rcc.h"
#include "report.h"
#include "time.h"

#include <string.h>

enum {
    SR = 0x00,
    CR1 = 0x04,
    CR2 = 0x08,
    SMPR1 = 0x0c,
    SMPR2 = 0x10,
    SQR1 = 0x2c,
    SQR2 = 0x30,
    SQR3 = 0x34,
    DR = 0x4c,
    CCR = 0x304,

    SR_EOC = 1 << 1,
    SR_STRT = 1 << 4,
    SR_OVR = 1 << 5,
    CR1_EOCIE = 1 << 5,
    CR2_ADON = 1 << 0,
    CR2_CONT = 1 << 1,
    CR2_ALIGN = 1 << 11,
    CR2_SWSTART = 1 << 30,
    CCR_VBATE = 1 << 22,
    CCR_TSVREFE = 1 << 23,

    CHANNEL_REFERENCE = 17,
    CHANNEL_VBAT = 18,
    REFERENCE_MV = 1210,  /* DS8626, table 73 */
    TEMPERATURE_MV = 760, /* table 69: V25 */
    CONVERSION_CYCLES = 12,
};

void vboard_adc_reset(struct vboard_machine *machine)
{
    vboard_cancel(machine, VBOARD_EVENT_ADC);
    memset(machine->adc, 0, sizeof *machine->adc);
}

static unsigned channel(const struct vboard_machine *machine)
{
    return machine->adc->sqr[2] & 31; /* the first of the sequence */
}

static uint64_t duration_ns(const struct vboard_machine *machine)
{
    static const uint16_t samples[] = {3, 15, 28, 56, 84, 112, 144, 480};
    unsigned number = channel(machine), divider = 2 * ((machine->adc->ccr >> 16 & 3) + 1);
    uint32_t bits = number < 10 ? machine->adc->smpr[1] >> 3 * number
                                : machine->adc->smpr[0] >> 3 * (number - 10);
    uint32_t hz = vboard_rcc_pclk_hz(machine, 1) / divider;

    return vboard_span_ns(samples[bits & 7] + CONVERSION_CYCLES, hz ? hz : 1);
}

/*
 * RM0090, 13.10: on F42x and the like the sensor shares its channel with VBAT, which takes
 * priority.
 */
static bool is_temperature(const struct vboard_machine *machine, unsigned number)
{
    bool is_vbat = number == CHANNEL_VBAT && (machine->adc->ccr & CCR_VBATE);

    return (machine->adc->ccr & CCR_TSVREFE) && number == machine->chip->temperature_channel &&
           !is_vbat;
}

static uint32_t sample(const struct vboard_machine *machine)
{
    unsigned number = channel(machine);
    uint32_t mv = 0, bits;

    if ((machine->adc->ccr & CCR_TSVREFE) && number == CHANNEL_REFERENCE)
        mv = REFERENCE_MV;
    if (is_temperature(machine, number))
        mv = TEMPERATURE_MV;
    bits = mv * 4095 / vboard_supply_mv(machine->board);
    bits >>= 2 * (machine->adc->cr1 >> 24 & 3); /* resolution */
    return machine->adc->cr2 & CR2_ALIGN ? bits << 4 : bits;
}

static void interrupt(struct vboard_machine *machine)
{
    vboard_nvic_line(machine, VBOARD_IRQ_ADC,
                     (machine->adc->cr1 & CR1_EOCIE) && (machine->adc->sr & SR_EOC));
}

static void start(struct vboard_machine *machine)
{
    if (vboard_rcc_pclk_hz(machine, 1) / (2 * ((machine->adc->ccr >> 16 & 3) + 1)) > 36000000)
        vboard_report(machine, 0x40012304, "the ADC's clock exceeds 36 MHz");
    machine->adc->sr |= SR_STRT;
    vboard_schedule(machine, VBOARD_EVENT_ADC, vboard_time_now_ns(machine) + duration_ns(machine));
}

void vboard_adc_event(struct vboard_machine *machine)
{
    struct vboard_adc *adc = machine->adc;

    if (adc->sr & SR_EOC)
        adc->sr |= SR_OVR;
    adc->dr = sample(machine);
    adc->sr |= SR_EOC;
    if (adc->cr2 & CR2_CONT)
        start(machine);
    interrupt(machine);
}

static uint32_t *plain(struct vboard_adc *adc, uint32_t offset)
{
    switch (offset) {
    case CR1:
        return &adc->cr1;
    case SMPR1:
    case SMPR2:
        return &adc->smpr[(offset - SMPR1) / 4];
    case SQR1:
    case SQR2:
    case SQR3:
        return &adc->sqr[(offset - SQR1) / 4];
    case CCR:
        return &adc->ccr;
    default:
        return NULL;
    }
}

uint32_t vboard_adc_read(struct vboard_machine *machine, uint32_t offset)
{
    struct vboard_adc *adc = machine->adc;
    const uint32_t *word = plain(adc, offset);

    if (word)
        return *word;
    switch (offset) {
    case SR:
        return adc->sr;
    case CR2:
        return adc->cr2;
    case DR:
        adc->sr &= ~(uint32_t)SR_EOC;
        interrupt(machine);
        return adc->dr;
    default:
        return 0;
    }
}

void vboard_adc_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                      uint32_t mask)
{
    struct vboard_adc *adc = machine->adc;
    uint32_t *word = plain(adc, offset);

    if (offset == SR) {
        adc->sr &= value | ~mask;
    } else if (offset == CR2) {
        vboard_merge(&adc->cr2, value & ~(uint32_t)CR2_SWSTART, mask);
        if (!(adc->cr2 & CR2_ADON))
            vboard_cancel(machine, VBOARD_EVENT_ADC);
        else if (value & CR2_SWSTART)
            start(machine);
    } else if (word) {
        vboard_merge(word, value, mask);
    } else {
        return;
    }
    interrupt(machine);
}
