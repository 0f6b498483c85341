/* SPDX-License-Identifier: MIT */
/*
 * The flash controller: RM0090, chapter 3. Nothing here waits, but for option bytes. Whoever runs
 * from flash stands still while an operation lasts, so the caller runs from RAM.
 */
#ifndef CHIP_FLASH_H
#define CHIP_FLASH_H

#include "flash_port.h"
#include <stdbool.h>

/* It is unlocked by the first operation, until b0_flash_ops.lock(). */
struct b0_flash {
    uint8_t unit_bytes;
};

extern const struct b0_flash_ops b0_flash_ops;

/*
 * `unit_bytes` is 1, 2 or 4: 3.6.2, by the supply. Starts the voltage detector, which every
 * operation asks.
 */
void b0_flash_init(struct b0_flash *flash, uint8_t unit_bytes);

/* The widest unit that this supply allows: 3.6.2, table 7. 0 mV: unknown. */
uint8_t b0_flash_unit_bytes(uint16_t supply_mv);

/* The supply is too low for an operation now. */
bool b0_flash_starved(void);

/* ---- option bytes: 3.9.10 ---- */

/* Bits of OPTCR for b0_flash_set_options(). */
#define B0_OPTIONS_PROTECTION(sector) (1u << (16 + (sector))) /* nWRP: 0 protects */
#define B0_OPTIONS_BROWNOUT(level)    ((3u - (level)) << 2)   /* BOR_LEV: 0 is off */
#define B0_OPTIONS_BROWNOUT_MASK      (3u << 2)

bool b0_flash_protected(uint8_t sector);
/* Level 1 or 2. */
bool b0_flash_read_protected(void);
/* The brown-out level, 0 (off) to 3. */
uint8_t b0_flash_brownout(void);
/*
 * Writes bits of the option bytes, if they differ and the supply suffices. Waits, and feeds the
 * watchdog; effective after the next reset.
 */
void b0_flash_set_options(uint32_t mask, uint32_t value);

#endif
