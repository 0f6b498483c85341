/* SPDX-License-Identifier: MIT */
/* STM32H5: Cortex-M33, sectors of 8 KiB with ECC. It can boot from any address. */
#include "rows.h"

/* DS14258 (H563): quad word 31 us, sector 2 ms (unverified). */
static const struct b0_flash_times times = {
    .program_us = 31,
    .unit_bytes = B0_ANY(16),
    .erase = {{8 * B0_KIB, B0_ANY(2)}},
    .mass_erase_ms = B0_ANY(256),
};

#define H5 .chip.family = "STM32H5", .chip.uf2_family = 0x4e8f1c5d, .chip.cpu = B0_CPU_M33

static const struct b0_chip chips[] = {
    {
        H5,
        .chip.key = "h563",
        .chip.name = "STM32H562/563/573",
        .chip.id = 0x484,
        .parts = "H563 H562 H573",
        .chip.layout = B0_FLASH_NEW("256*08Kg"),
        .chip.min_flash = 1024 * B0_KIB,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 640 * B0_KIB}},
    },
    {
        H5,
        .chip.key = "h503",
        .chip.name = "STM32H503",
        .chip.id = 0x474,
        .parts = "H503",
        .chip.layout = B0_FLASH_NEW("16*08Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 32 * B0_KIB}},
    },
};

const struct b0_family b0_stm32h5 = {
    .name = "STM32H5",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 16, /* RM0481: quad words with 9 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .otp = {{0x08fff000, 0x08fff7ff}},          /* RM0481; FLASH_OTP_SIZE of ST's stm32h563xx.h */
    .option_bytes = {{0x40022050, 0x400220ff}}, /* registers, which the ROM exposes as memory */
    /* UID_BASE and FLASHSIZE_BASE of ST's stm32h563xx.h and stm32h503xx.h. */
    .signature = {{0x08fff800, 0x08fff80f}, .unique_id = 0x08fff800, .flash_size = 0x08fff80c},
};
