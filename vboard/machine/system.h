/* SPDX-License-Identifier: MIT */
/* Small peripherals: the CRC unit, SYSCFG, EXTI, the debug unit's identity, the cycle counter. */
#ifndef VBOARD_MACHINE_SYSTEM_H
#define VBOARD_MACHINE_SYSTEM_H

#include "device.h"

struct vboard_system {
    uint32_t crc, crc_idr;
    uint32_t syscfg[8];
    uint32_t exti[6];
    uint32_t dbgmcu[3];
    uint32_t dwt_ctrl;
    uint32_t dwt_count;
    uint64_t dwt_start;
};

VBOARD_DEVICE(crc);
VBOARD_DEVICE(syscfg);
VBOARD_DEVICE(exti);
VBOARD_DEVICE(dbgmcu);
VBOARD_DEVICE(dwt);

#endif
