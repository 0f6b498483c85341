/* SPDX-License-Identifier: MIT */
/* ADC1. */
#ifndef VBOARD_MACHINE_ADC_H
#define VBOARD_MACHINE_ADC_H

#include "device.h"

struct vboard_adc {
    uint32_t sr, cr1, cr2, smpr[2], sqr[3], dr, ccr;
};

VBOARD_DEVICE(adc);
void vboard_adc_event(struct vboard_machine *machine);

#endif
