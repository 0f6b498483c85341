/* SPDX-License-Identifier: MIT */
/* STM32F1: Cortex-M3, pages. Only the connectivity line has a USB bootloader in ROM. */
#include "rows.h"

/* PM0075 and DS5319, table 28: half-word 52.5 us, page 20 to 40 ms, mass erase the same. */
static const struct b0_flash_times times = {
    .program_us = 53,
    .unit_bytes = B0_ANY(2),
    .erase = {{1 * B0_KIB, B0_ANY(30)}, {2 * B0_KIB, B0_ANY(30)}},
    .mass_erase_ms = B0_ANY(30),
};

#define F1 .chip.family = "STM32F1", .chip.uf2_family = 0x5ee21072, .chip.cpu = B0_CPU_M3

static const struct b0_chip chips[] = {
    {
        F1,
        .chip.key = "f107",
        .chip.name = "STM32F105/107",
        .chip.id = 0x418,
        .parts = "F107 F105",
        .chip.layout = B0_FLASH("128*002Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 64 * B0_KIB}},
    },
    {
        F1,
        .chip.key = "f103",
        .chip.name = "STM32F103 medium density (F101/102/103x8/B)",
        .chip.id = 0x410,
        .parts = "F103x8 F103xB F102x8 F102xB F101x8 F101xB",
        .chip.layout = B0_FLASH("128*001Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.ram = {{0x20000000, 20 * B0_KIB}},
    },
    {
        F1,
        .chip.key = "f103x6",
        .chip.name = "STM32F103 low density (F101/102/103x4/6)",
        .chip.id = 0x412,
        .parts = "F103x4 F103x6 F102x4 F102x6 F101x4 F101x6",
        .chip.layout = B0_FLASH("32*001Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.ram = {{0x20000000, 10 * B0_KIB}},
    },
    {
        F1,
        .chip.key = "f103xe",
        .chip.name = "STM32F103 high density (F101/103xC/D/E)",
        .chip.id = 0x414,
        .parts = "F103xC F103xD F103xE F101xC F101xD F101xE",
        .chip.layout = B0_FLASH("256*002Kg"),
        .chip.min_flash = 256 * B0_KIB,
        .chip.ram = {{0x20000000, 64 * B0_KIB}},
    },
    {
        F1,
        .chip.key = "f103xg",
        .chip.name = "STM32F103 XL density (F101/103xF/G)",
        .chip.id = 0x430,
        .parts = "F103xF F103xG F101xF F101xG",
        .chip.layout = B0_FLASH("512*002Kg"),
        .chip.min_flash = 768 * B0_KIB,
        .chip.ram = {{0x20000000, 96 * B0_KIB}},
    },
    {
        F1,
        .chip.key = "f100",
        .chip.name = "STM32F100 low and medium density (x4/6/8/B)",
        .chip.id = 0x420,
        .parts = "F100x4 F100x6 F100x8 F100xB",
        .chip.layout = B0_FLASH("128*001Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.ram = {{0x20000000, 8 * B0_KIB}},
    },
    {
        F1,
        .chip.key = "f100xe",
        .chip.name = "STM32F100 high density (xC/D/E)",
        .chip.id = 0x428,
        .parts = "F100xC F100xD F100xE",
        .chip.layout = B0_FLASH("256*002Kg"),
        .chip.min_flash = 256 * B0_KIB,
        .chip.ram = {{0x20000000, 32 * B0_KIB}},
    },
};

/* PM0075, 2.5, table 4: each byte is followed by its complement. */
static const struct b0_option_field option_fields[] = {
    {B0_OPTION_RDP, 0x1ffff800, 0, 8, "read protection", "0=off|1=on", NULL},
    B0_OPTIONS_WATCHDOG_AND_RESETS,
    B0_OPTIONS_DATA_AND_WRP,
    {.name = NULL},
};

const struct b0_family b0_stm32f1 = {
    .name = "STM32F1",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 2, /* PM0075: half-words */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .option_bytes = {{0x1ffff800, 0x1ffff80f}},
    /* PM0075, 2.5: each byte is followed by its complement. */
    .encodings = {{0, 0, 0xa5, 2, {0xff}}},
    .option_style = "f1",
    .option_size = 16,
    .option_fields = option_fields,
    .option_complement = B0_COMPLEMENT_NEXT_BYTE,
    .pages_per_wrp = 4,
    .signature = {{0x1ffff7e0, 0x1ffff7f3}, .unique_id = 0x1ffff7e8, .flash_size = 0x1ffff7e0},
};
