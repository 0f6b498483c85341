/* SPDX-License-Identifier: MIT */
/* The system control block, and the registers of MPU, FPU and debug beside it. */
#ifndef VBOARD_MACHINE_SCB_H
#define VBOARD_MACHINE_SCB_H

#include "device.h"

struct vboard_scb {
    uint32_t vtor, aircr, scr, ccr, shcsr, cfsr, hfsr, mmfar, bfar, cpacr, demcr;
    uint32_t fpccr, fpcar, fpdscr;
    uint32_t mpu[5];
};

VBOARD_DEVICE(scb);

#endif
