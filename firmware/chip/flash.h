/* SPDX-License-Identifier: MIT */
/*
 * The flash controller: RM0090, chapter 3. Nothing here waits, except for option bytes. Code in
 * flash stalls during an operation, so the caller runs from RAM.
 */
#ifndef CHIP_FLASH_H
#define CHIP_FLASH_H

#include "flash_port.h"
#include <stdbool.h>

/* The first operation unlocks it, until b0_flash_ops.lock(). */
struct b0_flash {
    uint8_t unit_bytes;
};

extern const struct b0_flash_ops b0_flash_ops;

/*
 * `unit_bytes` is 1, 2 or 4, by the supply: 3.6.2. Starts the voltage detector, which every
 * operation checks.
 */
void b0_flash_init(struct b0_flash *flash, uint8_t unit_bytes);

/* Returns the largest unit for this supply: 3.6.2, table 7. 0 mV: unknown. */
uint8_t b0_flash_unit_bytes(uint16_t supply_mv);

/* True if the supply is too low for an operation now. */
bool b0_flash_starved(void);

/* ---- option bytes: 3.9.10, for the first bank's sectors ---- */

bool b0_flash_protected(uint8_t sector);
/* True for level 1 or 2. */
bool b0_flash_read_protected(void);
/* Returns the brown-out level, 0 (off) to 3. */
uint8_t b0_flash_brownout(void);

/*
 * These write option bytes if they differ and the supply suffices. They wait, and feed the
 * watchdog. The new values take effect after the next reset.
 */
void b0_flash_protect(uint8_t first_sector, uint8_t last_sector, bool on);
void b0_flash_set_brownout(uint8_t level);

#endif
