/* SPDX-License-Identifier: MIT */
/* STM32U0: Cortex-M0+, pages with ECC. */
#include "rows.h"

/* DS14463 (U083): same flash and figures as the G0 (unverified). */
static const struct b0_flash_times times = {
    .program_us = 85,
    .unit_bytes = B0_ANY(8),
    .erase = {{2 * B0_KIB, B0_ANY(22)}},
    .mass_erase_ms = B0_ANY(22),
};

#define U0 .chip.family = "STM32U0", .chip.cpu = B0_CPU_M0

/* UID_BASE and FLASHSIZE_BASE of ST's stm32u031xx.h. */
static const struct b0_signature u031_signature = {
    {0x1fff3e50, 0x1fff3ea1}, .unique_id = 0x1fff3e50, .flash_size = 0x1fff3ea0};

static const struct b0_chip chips[] = {
    {
        U0,
        .chip.key = "u083",
        .chip.name = "STM32U073/083",
        .chip.id = 0x489,
        .parts = "U083 U073",
        .chip.layout = B0_FLASH_NEW("128*02Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x40022020,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 40 * B0_KIB}},
    },
    {
        /* No USB: ST's stm32u031xx.h has no USB_DRD_BASE. */
        U0,
        .chip.key = "u031",
        .chip.name = "STM32U031",
        .chip.id = 0x459,
        .parts = "U031",
        .chip.layout = B0_FLASH_NEW("32*02Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.option_bytes = 0x40022020,
        .chip.ram = {{0x20000000, 12 * B0_KIB}},
        .signature = &u031_signature,
    },
};

const struct b0_family b0_stm32u0 = {
    .name = "STM32U0",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 8, /* RM0503: double words with 8 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .otp = {{0x1fff6800, 0x1fff6bff}},          /* RM0503 */
    .option_bytes = {{0x40022020, 0x400220a7}}, /* registers, which the ROM exposes as memory */
    /* UID_BASE and FLASHSIZE_BASE of ST's stm32u083xx.h. */
    .signature = {{0x1fff6e50, 0x1fff6ea1}, .unique_id = 0x1fff6e50, .flash_size = 0x1fff6ea0},
};
