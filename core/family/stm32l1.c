/* SPDX-License-Identifier: MIT */
/* STM32L1: Cortex-M3, small pages of flash whose erased bits are 0. */
#include "rows.h"

/* DS8576 (L152): 3.28 ms for a page and for a half-page of 128 bytes (unverified). */
static const struct b0_flash_times times = {
    .program_us = 3280,
    .unit_bytes = B0_ANY(128),
    .erase = {{256, B0_ANY(3)}},
    .mass_erase_ms = B0_ANY(7),
};

#define L1 .chip.family = "STM32L1", .chip.uf2_family = 0x1e1f432d, .chip.cpu = B0_CPU_M3

/*
 * FLASHSIZE_BASE of ST's stm32l1 headers: categories 1 and 2, and 3 and up. The xD holds a code,
 * not a size (RM0038, 31.1.1). The unique id is in several pieces.
 */
static const struct b0_signature signature_1 = {.flash_size = 0x1ff8004c};
static const struct b0_signature signature_3 = {.flash_size = 0x1ff800cc};

static const struct b0_chip chips[] = {
    {
        L1,
        .chip.key = "l152",
        .chip.name = "STM32L151/152/162xC, L100xC",
        .chip.id = 0x427,
        .parts = "L152xC L151xC L162xC L100xC",
        .chip.layout = B0_FLASH("1024*256 g"),
        .chip.min_flash = 256 * B0_KIB,
        .chip.option_bytes = 0x1ff80000,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 32 * B0_KIB}},
        .signature = &signature_3,
    },
    {
        L1,
        .chip.key = "l152xd",
        .chip.name = "STM32L151/152/162xD",
        .chip.id = 0x436,
        .parts = "L152xD L151xD L162xD",
        .chip.layout = B0_FLASH("1536*256 g"),
        .chip.min_flash = 256 * B0_KIB,
        .chip.option_bytes = 0x1ff80000,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 48 * B0_KIB}},
    },
    {
        L1,
        .chip.key = "l152xe",
        .chip.name = "STM32L151/152/162xE",
        .chip.id = 0x437,
        .parts = "L152xE L151xE L162xE",
        .chip.layout = B0_FLASH("2048*256 g"),
        .chip.min_flash = 384 * B0_KIB,
        .chip.option_bytes = 0x1ff80000,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 80 * B0_KIB}},
        .signature = &signature_3,
    },
    {
        L1,
        .chip.key = "l152xb",
        .chip.name = "STM32L151/152x6/8/B, L100x6/8/B",
        .chip.id = 0x416,
        .parts = "L152x6 L152x8 L152xB L151x6 L151x8 L151xB L100x6 L100x8 L100xB",
        .chip.layout = B0_FLASH("512*256 g"),
        .chip.min_flash = 32 * B0_KIB,
        .chip.option_bytes = 0x1ff80000,
        .chip.ram = {{0x20000000, 16 * B0_KIB}},
        .signature = &signature_1,
    },
    {
        L1,
        .chip.key = "l152xb-a",
        .chip.name = "STM32L151/152x6/8/B-A, L100x6/8/B-A",
        .chip.id = 0x429,
        .parts = "",
        .chip.layout = B0_FLASH("512*256 g"),
        .chip.min_flash = 32 * B0_KIB,
        .chip.option_bytes = 0x1ff80000,
        .chip.ram = {{0x20000000, 32 * B0_KIB}},
        .signature = &signature_1,
    },
};

const struct b0_family b0_stm32l1 = {
    .name = "STM32L1",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 4,   /* RM0038: words */
    .erased_byte = 0x00, /* RM0038, 3.3; also in OpenOCD's stm32lx.c */
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .option_bytes = {{0x1ff80000, 0x1ff8009f}}, /* RM0038 */
    /* RM0038, 3.9: each half-word is followed by its complement. */
    .encodings = {{0, 0, 0xaa, 4, {0xff, 0xff}}},
    /* RM0038, 31: the addresses differ between categories of chips. */
    .rom = B0_ROM_NO_MASS_ERASE,
};
