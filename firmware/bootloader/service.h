/* SPDX-License-Identifier: MIT */
/*
 * The bootloader's logic on the chip: starts the clock, and serves host and flash in turns in one
 * loop; interrupts only end its sleep. The bootloader (main.c) and the RAM loader (firmware/loader)
 * add what comes before and after.
 */
#ifndef B0_BOOTLOADER_SERVICE_H
#define B0_BOOTLOADER_SERVICE_H

#include "bootloader.h"

#include <chip/flash.h>
#include <chip/time.h>
#include <usb/frames.h>
#include <usb/otg_fs.h>

/* All state; one instance. The caller fills the first part. */
struct b0_service {
    const struct b0_bootloader_kind *kind;
    uint8_t (*blocks)[B0_BLOCK_SIZE];
    uint8_t block_count;
    uint8_t entry;        /* enum b0_extension_entry */
    uint32_t reset_flags; /* as in RCC_CSR; 0: unknown */

    struct b0_time time;
    struct b0_flash flash;
    struct b0_flash_port port;
    struct b0_bootloader bootloader;
    struct b0_otg_fs otg;
    struct b0_usb usb;
    struct b0_usb_function function;
    struct b0_usb_device device;
    struct b0_frames frames;
    bool doubtful; /* the crystal is a guess */
    uint32_t crystal_hz, core_hz;
};

/* The chip that the firmware is built for. */
extern const struct b0_bootloader_chip b0_service_chip;
/* True if it runs on that chip. */
bool b0_service_is_chip(void);

/*
 * Runs from the chip's reset state (b0_restore_chip()) until the host has requested an exit; then
 * the chip is off the bus.
 */
enum b0_exit b0_service_run(struct b0_service *service);

/* Without a crystal there is no USB. The time runs from HSI. */
_Noreturn void b0_service_without_crystal(struct b0_service *service);

#endif
