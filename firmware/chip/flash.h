/* SPDX-License-Identifier: MIT */
/*
 * The flash controller: RM0090, chapter 3. Nothing here waits; whoever runs from flash stands still
 * while an operation lasts, so the caller runs from RAM.
 */
#ifndef CHIP_FLASH_H
#define CHIP_FLASH_H

#include "flash_port.h"
#include <stdbool.h>

/* Unlocked for as long as it is used; `unit_bytes` is 1, 2 or 4: 3.6.2, by the supply. */
struct b0_flash {
    uint8_t unit_bytes;
};

extern const struct b0_flash_ops b0_flash_ops;

void b0_flash_unlock(struct b0_flash *flash, uint8_t unit_bytes);
void b0_flash_lock(void);

/* The widest unit that this supply allows: 3.6.2, table 7. 0 mV: unknown. */
uint8_t b0_flash_unit_bytes(uint16_t supply_mv);

/* Write protection by option bytes, 3.7.4. Waits; effective after the next reset. */
bool b0_flash_protected(uint8_t sector);
void b0_flash_protect(uint8_t sector, bool on);

#endif
