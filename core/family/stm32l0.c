/* SPDX-License-Identifier: MIT */
/* STM32L0: Cortex-M0+, small pages of flash whose erased bits are 0. */
#include "rows.h"

/* DS10182 (L053): 3.2 ms for a page and for a half-page of 64 bytes (unverified). */
static const struct b0_flash_times times = {
    .program_us = 3200,
    .unit_bytes = B0_ANY(64),
    .erase = {{128, B0_ANY(3)}},
    .mass_erase_ms = B0_ANY(6),
};

#define L0 .chip.family = "STM32L0", .chip.uf2_family = 0x202e3a91, .chip.cpu = B0_CPU_M0

static const struct b0_chip chips[] = {
    {
        L0,
        .chip.key = "l073",
        .chip.name = "STM32L071/072/073/081/082/083",
        .chip.id = 0x447,
        .parts = "L073 L072 L071 L081 L082 L083",
        .chip.layout = B0_FLASH("1536*128g"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x1ff80000,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 20 * B0_KIB}},
    },
    {
        L0,
        .chip.key = "l053",
        .chip.name = "STM32L051/052/053/062/063",
        .chip.id = 0x417,
        .parts = "L053 L051 L052 L062 L063",
        .chip.layout = B0_FLASH("512*128g"),
        .chip.min_flash = 32 * B0_KIB,
        .chip.option_bytes = 0x1ff80000,
        .chip.ram = {{0x20000000, 8 * B0_KIB}},
    },
    {
        L0,
        .chip.key = "l031",
        .chip.name = "STM32L031/041",
        .chip.id = 0x425,
        .parts = "L031 L041",
        .chip.layout = B0_FLASH("256*128g"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.option_bytes = 0x1ff80000,
        .chip.ram = {{0x20000000, 8 * B0_KIB}},
    },
};

const struct b0_family b0_stm32l0 = {
    .name = "STM32L0",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 4,   /* RM0367: words */
    .erased_byte = 0x00, /* RM0367, 3.3; also in OpenOCD's stm32lx.c */
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .option_bytes = {{0x1ff80000, 0x1ff8001f}}, /* RM0367 */
    /* RM0367, 3.4: each half-word is followed by its complement. */
    .encodings = {{0, 0, 0xaa, 4, {0xff, 0xff}}},
    .signature = {.flash_size = 0x1ff8007c}, /* the unique id is in several pieces */
    .rom = B0_ROM_NO_MASS_ERASE,
};
