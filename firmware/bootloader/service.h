/* SPDX-License-Identifier: MIT */
/*
 * The bootloader's logic on the chip: the clock is started, and host and flash are served by turns,
 * in one loop; interrupts only end its sleep. The bootloader (main.c) and the RAM loader
 * (firmware/loader) are this with what comes before it and after it.
 */
#ifndef B0_BOOTLOADER_SERVICE_H
#define B0_BOOTLOADER_SERVICE_H

#include "bootloader.h"

#include <chip/flash.h>
#include <chip/time.h>
#include <usb/frames.h>
#include <usb/otg_fs.h>

/* Everything there is, once. The caller fills the first part. */
struct b0_service {
    const struct b0_bootloader_kind *kind;
    uint8_t (*blocks)[B0_BLOCK_SIZE];
    uint8_t block_count;
    uint8_t entry;        /* enum b0_extension_entry */
    uint32_t reset_flags; /* as RCC_CSR has them; 0: not known */

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

/* The chip that this is built for. */
extern const struct b0_bootloader_chip b0_service_chip;
/* Whether it is the one that this runs on. */
bool b0_service_is_chip(void);

/*
 * From a chip as after a reset (b0_restore_chip()) until the host has said what comes next; by then
 * the chip is off the bus.
 */
enum b0_exit b0_service_run(struct b0_service *service);

/* There is no crystal, so there can be no USB. The time runs, from HSI. */
_Noreturn void b0_service_without_crystal(struct b0_service *service);

#endif
