/* Power control and the backup domain, the RTC's registers included. */
#ifndef VBOARD_MACHINE_POWER_H
#define VBOARD_MACHINE_POWER_H

#include "device.h"
#include <stdbool.h>

struct vboard_power {
    uint32_t cr, csr;
};

VBOARD_DEVICE(pwr);
VBOARD_DEVICE(rtc);

/* Whether the backup domain takes writes; reports it if not. */
bool vboard_pwr_writable(struct vboard_machine *machine);

#endif
