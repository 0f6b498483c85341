/* SPDX-License-Identifier: MIT */
/*
 * What the bootloader's logic needs of a flash memory: operations that are begun and asked about,
 * never waited for. firmware/chip/flash.c has it for the chip, the unit tests emulate one.
 */
#ifndef B0_BOOTLOADER_FLASH_PORT_H
#define B0_BOOTLOADER_FLASH_PORT_H

#include <stdint.h>

enum b0_flash_state {
    B0_FLASH_READY, /* idle; the last operation went well */
    B0_FLASH_BUSY,
    B0_FLASH_FAILED,    /* idle; the last operation failed: told once */
    B0_FLASH_PROTECTED, /* likewise, because of write protection */
    B0_FLASH_STARVED,   /* idle; the supply is too low for another operation now */
};

struct b0_flash_ops {
    /* Only when not busy: begins to erase a sector. */
    void (*erase)(void *flash, uint8_t sector);
    /*
     * Only when not busy: begins to program as many of these bytes as the memory takes at once,
     * at least one; or programs some and begins the last. Returns how many. size > 0, and all of
     * them are in one sector.
     */
    uint32_t (*program)(void *flash, uint32_t address, const uint8_t *data, uint32_t size);
    enum b0_flash_state (*state)(void *flash);
    /* Where the contents at an address can be read, while not busy. */
    const uint8_t *(*contents)(void *flash, uint32_t address);
    /* Nothing more to do for now: until the next operation nothing can change the memory. */
    void (*lock)(void *flash);
    /*
     * Typical time in microseconds: to erase a sector, with a size of 0; or to program that many
     * bytes. Worn flash takes up to twice as long to erase (DS8626, 5.3.12).
     */
    uint32_t (*time_us)(void *flash, uint8_t sector, uint32_t size);
};

struct b0_flash_port {
    const struct b0_flash_ops *ops;
    void *context;
};

#endif
