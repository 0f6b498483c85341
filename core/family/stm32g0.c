/* SPDX-License-Identifier: MIT */
/* STM32G0: Cortex-M0+, pages with ECC. Option bytes of the G0B1 from RM0444, 3.4. */
#include "rows.h"

/* DS12991 (G030): double word 85 us, page 22 ms; mass erase (unverified). */
static const struct b0_flash_times times = {
    .program_us = 85,
    .unit_bytes = B0_ANY(8),
    .erase = {{2 * B0_KIB, B0_ANY(22)}},
    .mass_erase_ms = B0_ANY(22),
};

#define G0 .chip.family = "STM32G0", .chip.uf2_family = 0x300f5633, .chip.cpu = B0_CPU_M0

static const struct b0_chip chips[] = {
    {
        G0,
        .chip.key = "g0b1",
        .chip.name = "STM32G0B0/0B1/0C1",
        .chip.id = 0x467,
        .parts = "G0B1 G0B0 G0C1",
        .chip.layout = B0_FLASH_NEW("256*02Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 144 * B0_KIB}},
    },
    {
        G0,
        .chip.key = "g071",
        .chip.name = "STM32G070/071/081",
        .chip.id = 0x460,
        .parts = "G071 G070 G081",
        .chip.layout = B0_FLASH_NEW("64*02Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.ram = {{0x20000000, 36 * B0_KIB}},
    },
    {
        G0,
        .chip.key = "g051",
        .chip.name = "STM32G050/051/061",
        .chip.id = 0x456,
        .parts = "G051 G050 G061",
        .chip.layout = B0_FLASH_NEW("32*02Kg"),
        .chip.min_flash = 32 * B0_KIB,
        .chip.ram = {{0x20000000, 18 * B0_KIB}},
    },
    {
        G0,
        .chip.key = "g031",
        .chip.name = "STM32G030/031/041",
        .chip.id = 0x466,
        .parts = "G031 G030 G041",
        .chip.layout = B0_FLASH_NEW("32*02Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.ram = {{0x20000000, 8 * B0_KIB}},
    },
};

const struct b0_family b0_stm32g0 = {
    .name = "STM32G0",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 8, /* RM0444: double words with 8 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .otp = {{0x1fff7000, 0x1fff73ff}}, /* RM0444 */
    .option_bytes = {{0x1fff7800, 0x1fff787f}},
    /* RM0444, 3.4.1: each word is followed by its complement. */
    .encodings = {{0, 0, 0xaa, 8, {0xff, 0xff, 0xff, 0xff}}},
    .signature = {{0x1fff7590, 0x1fff75e1}, .unique_id = 0x1fff7590, .flash_size = 0x1fff75e0},
};
