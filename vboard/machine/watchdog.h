/* SPDX-License-Identifier: MIT */
/* The independent watchdog. */
#ifndef VBOARD_MACHINE_WATCHDOG_H
#define VBOARD_MACHINE_WATCHDOG_H

#include "device.h"
#include <stdbool.h>

struct vboard_watchdog {
    bool on, unlocked;
    uint32_t pr, rlr;
};

VBOARD_DEVICE(watchdog);
void vboard_watchdog_event(struct vboard_machine *machine);

#endif
