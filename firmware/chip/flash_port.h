/* SPDX-License-Identifier: MIT */
/*
 * The flash interface of the bootloader's logic: operations are started and polled, never waited
 * for. firmware/chip/flash.c implements it for the chip, the unit tests emulate it.
 */
#ifndef B0_BOOTLOADER_FLASH_PORT_H
#define B0_BOOTLOADER_FLASH_PORT_H

#include <stdint.h>

enum b0_flash_state {
    B0_FLASH_READY, /* idle; the last operation succeeded */
    B0_FLASH_BUSY,
    B0_FLASH_FAILED,    /* idle; the last operation failed: reported once */
    B0_FLASH_PROTECTED, /* likewise, because of write protection */
    B0_FLASH_STARVED,   /* idle; the supply is now too low for another operation */
};

struct b0_flash_ops {
    /* Starts erasing a sector. Only when not busy. */
    void (*erase)(void *flash, uint8_t sector);
    /*
     * Starts programming as many of these bytes as the memory takes at once, at least one; or
     * programs some and starts the last. Only when not busy. Returns how many. size > 0, all in one
     * sector.
     */
    uint32_t (*program)(void *flash, uint32_t address, const uint8_t *data, uint32_t size);
    enum b0_flash_state (*state)(void *flash);
    /* Returns where the contents at an address can be read, when not busy. */
    const uint8_t *(*contents)(void *flash, uint32_t address);
    /* Prevents changes of the memory until the next operation. */
    void (*lock)(void *flash);
    /*
     * Returns the typical time in microseconds to erase a sector (size 0) or to program `size`
     * bytes. Worn flash takes up to twice as long to erase (DS8626, 5.3.12).
     */
    uint32_t (*time_us)(void *flash, uint8_t sector, uint32_t size);
};

struct b0_flash_port {
    const struct b0_flash_ops *ops;
    void *context;
};

#endif
