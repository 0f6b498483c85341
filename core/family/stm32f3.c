/* SPDX-License-Identifier: MIT */
/* STM32F3: Cortex-M4 with FPU, pages. */
#include "rows.h"

/* DS9118 (F303): same flash as the F0 (unverified). */
static const struct b0_flash_times times = {
    .program_us = 54,
    .unit_bytes = B0_ANY(2),
    .erase = {{2 * B0_KIB, B0_ANY(30)}},
    .mass_erase_ms = B0_ANY(30),
};

#define F3 .chip.family = "STM32F3", .chip.uf2_family = 0x6b846188, .chip.cpu = B0_CPU_M4

static const struct b0_chip chips[] = {
    {
        F3,
        .chip.key = "f303",
        .chip.name = "STM32F302/303xB/C, F358",
        .chip.id = 0x422,
        .parts = "F303xB F303xC F302xB F302xC F358",
        .chip.layout = B0_FLASH("128*0002Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 40 * B0_KIB}, {0x10000000, 8 * B0_KIB}},
    },
    {
        F3,
        .chip.key = "f303xe",
        .chip.name = "STM32F302/303xD/E, F398",
        .chip.id = 0x446,
        .parts = "F303xD F303xE F302xD F302xE F398",
        .chip.layout = B0_FLASH("256*0002Kg"),
        .chip.min_flash = 384 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 64 * B0_KIB}, {0x10000000, 16 * B0_KIB}},
    },
    {
        F3,
        .chip.key = "f334",
        .chip.name = "STM32F303x6/8, F328, F334",
        .chip.id = 0x438,
        .parts = "F334 F328 F303x6 F303x8",
        .chip.layout = B0_FLASH("32*002Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.ram = {{0x20000000, 12 * B0_KIB}, {0x10000000, 4 * B0_KIB}},
    },
    {
        F3,
        .chip.key = "f302",
        .chip.name = "STM32F301, F302x6/8, F318",
        .chip.id = 0x439,
        .parts = "F302x6 F302x8 F301 F318",
        .chip.layout = B0_FLASH("32*002Kg"),
        .chip.min_flash = 32 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 16 * B0_KIB}},
    },
    {
        F3,
        .chip.key = "f373",
        .chip.name = "STM32F373/378",
        .chip.id = 0x432,
        .parts = "F373 F378",
        .chip.layout = B0_FLASH("128*002Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 32 * B0_KIB}},
    },
};

/* RM0316, 5.1: each byte is followed by its complement. */
static const struct b0_option_field option_fields[] = {
    {B0_OPTION_RDP, 0x1ffff800, 0, 8, "read protection", B0_RDP_VALUES, NULL},
    B0_OPTIONS_WATCHDOG_AND_RESETS,
    {"nBOOT1", 0x1ffff800, 20, 1, "boot source if BOOT0 is high", "0=RAM|1=the ROM", NULL},
    {"VDDA_MONITOR", 0x1ffff800, 21, 1, "VDDA supervision", "0=off|1=on", NULL},
    {"SRAM_PE", 0x1ffff800, 22, 1, "RAM parity check", "0=on|1=off", NULL},
    B0_OPTIONS_DATA_AND_WRP,
    {.name = NULL},
};

const struct b0_family b0_stm32f3 = {
    .name = "STM32F3",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 2, /* RM0316: half-words */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .option_bytes = {{0x1ffff800, 0x1ffff80f}},
    /* RM0316, 5: each byte is followed by its complement. */
    .encodings = {{0, 0, 0xaa, 2, {0xff}}},
    .option_style = "f0",
    .option_size = 16,
    .option_fields = option_fields,
    .option_complement = B0_COMPLEMENT_NEXT_BYTE,
    .pages_per_wrp = 2,
    .signature = {{0x1ffff7ac, 0x1ffff7cd}, .unique_id = 0x1ffff7ac, .flash_size = 0x1ffff7cc},
};
