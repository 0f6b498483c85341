/* SPDX-License-Identifier: MIT */
/* Power control and the backup domain, the RTC's registers included. */
#ifndef VBOARD_MACHINE_POWER_H
#define VBOARD_MACHINE_POWER_H

#include "../board/occupant.h"
#include "device.h"
#include <stdbool.h>

enum {
    VBOARD_BACKUP_WORDS = 20,
};

/* What survives a reset, and on a battery the loss of power: RM0090, 5.1.2. */
struct vboard_backup {
    uint32_t csr; /* reset flags of RCC_CSR: lost with the power in any case */
    uint32_t bdcr;
    uint32_t registers[VBOARD_BACKUP_WORDS];
    uint32_t rtc[0x50 / 4];
};

struct vboard_power {
    uint32_t cr, csr;
    uint64_t dbp_ns;   /* CR.DBP is in force from then on */
    bool from_standby; /* CSR.SBF */
    struct vboard_backup backup;
};

VBOARD_DEVICE(pwr);
VBOARD_DEVICE(rtc);

/* The power is gone; `battery`: there is one on VBAT. */
void vboard_pwr_off(struct vboard_machine *machine, bool battery);
/* The RCC resets PWR: no document says that the flags of Standby survive that. */
void vboard_pwr_forget_standby(struct vboard_machine *machine);
/* The chip is being reset: sets a flag of RCC_CSR. The flags accumulate. */
void vboard_pwr_reset_cause(struct vboard_machine *machine, enum vboard_cause cause);
/* The highest HCLK that PWR_CR allows; whether over-drive is on. */
unsigned vboard_pwr_hclk_max_mhz(const struct vboard_machine *machine);
bool vboard_pwr_over_drive(const struct vboard_machine *machine);
/* Whether the backup domain accepts writes; reports it if not. */
bool vboard_pwr_writable(struct vboard_machine *machine);

#endif
