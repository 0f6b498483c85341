/* SPDX-License-Identifier: MIT */
/* The core's timer. */
#ifndef VBOARD_MACHINE_SYSTICK_H
#define VBOARD_MACHINE_SYSTICK_H

#include "device.h"

struct vboard_systick {
    uint32_t ctrl, load;
    uint64_t start_cycles; /* when the counter was loaded */
    uint32_t stopped_at;   /* its value while it does not count */
};

VBOARD_DEVICE(systick);
void vboard_systick_event(struct vboard_machine *machine);

#endif
