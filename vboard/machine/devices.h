/* SPDX-License-Identifier: MIT */
/* The peripherals as a whole. */
#ifndef VBOARD_MACHINE_DEVICES_H
#define VBOARD_MACHINE_DEVICES_H

#include "device.h"
#include <stdbool.h>

/* Maps them where the CPU finds them. */
bool vboard_devices_map(struct vboard_machine *machine);
/* The chip is reset. */
void vboard_devices_reset(struct vboard_machine *machine);

extern const struct vboard_wiring vboard_devices_wiring;

#endif
