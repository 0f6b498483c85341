/* SPDX-License-Identifier: MIT */
/* STM32F0: Cortex-M0, pages. */
#include "rows.h"

/* DS9773 (F072): half-word 53.5 us, page and mass erase 20 to 40 ms. */
static const struct b0_flash_times times = {
    .program_us = 54,
    .unit_bytes = B0_ANY(2),
    .erase = {{1 * B0_KIB, B0_ANY(30)}, {2 * B0_KIB, B0_ANY(30)}},
    .mass_erase_ms = B0_ANY(30),
};

#define F0 .chip.family = "STM32F0", .chip.uf2_family = 0x647824b6, .chip.cpu = B0_CPU_M0

static const struct b0_chip chips[] = {
    {
        F0,
        .chip.key = "f072",
        .chip.name = "STM32F071/072/078, F070xB",
        .chip.id = 0x448,
        .parts = "F072 F071 F078 F070xB",
        .chip.layout = B0_FLASH("064*0002Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 16 * B0_KIB}},
    },
    {
        F0,
        .chip.key = "f042",
        .chip.name = "STM32F042/048, F070x6",
        .chip.id = 0x445,
        .parts = "F042 F048 F070x6",
        .chip.layout = B0_FLASH("032*0001Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 6 * B0_KIB}},
    },
    {
        F0,
        .chip.key = "f091",
        .chip.name = "STM32F091/098, F030xC",
        .chip.id = 0x442,
        .parts = "F091 F098 F030xC",
        .chip.layout = B0_FLASH("128*002Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.ram = {{0x20000000, 32 * B0_KIB}},
    },
    {
        F0,
        .chip.key = "f051",
        .chip.name = "STM32F051/058, F030x8",
        .chip.id = 0x440,
        .parts = "F051 F058 F030x8",
        .chip.layout = B0_FLASH("64*001Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.ram = {{0x20000000, 8 * B0_KIB}},
    },
    {
        F0,
        .chip.key = "f031",
        .chip.name = "STM32F031/038, F030x4/6",
        .chip.id = 0x444,
        .parts = "F031 F038 F030x4 F030x6",
        .chip.layout = B0_FLASH("32*001Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.option_bytes = 0x1ffff800,
        .chip.ram = {{0x20000000, 4 * B0_KIB}},
    },
};

/* RM0091, 4.1: each byte is followed by its complement. nBOOT0 and BOOT_SEL: F04x and F09x. */
static const uint16_t boot_by_option[] = {0x445, 0x442, 0};
static const struct b0_option_field option_fields[] = {
    {B0_OPTION_RDP, 0x1ffff800, 0, 8, "read protection", B0_RDP_VALUES, NULL},
    B0_OPTIONS_WATCHDOG_AND_RESETS,
    {"nBOOT0", 0x1ffff800, 19, 1, "BOOT0 if BOOT_SEL is 0", "0=as BOOT0 high|1=as BOOT0 low",
     boot_by_option},
    {"nBOOT1", 0x1ffff800, 20, 1, "boot source if BOOT0 is high", "0=RAM|1=the ROM", NULL},
    {"VDDA_MONITOR", 0x1ffff800, 21, 1, "VDDA supervision", "0=off|1=on", NULL},
    {"RAM_PARITY_CHECK", 0x1ffff800, 22, 1, "RAM parity check", "0=on|1=off", NULL},
    {"BOOT_SEL", 0x1ffff800, 23, 1, "source of BOOT0", "0=the option nBOOT0|1=the pin",
     boot_by_option},
    B0_OPTIONS_DATA_AND_WRP,
    {.name = NULL},
};

const struct b0_family b0_stm32f0 = {
    .name = "STM32F0",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 2, /* RM0091: half-words */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .option_bytes = {{0x1ffff800, 0x1ffff80f}},
    /* RM0091, 4: each byte is followed by its complement. */
    .encodings = {{0, 0, 0xaa, 2, {0xff}}},
    .option_style = "f0",
    .option_size = 16,
    .option_fields = option_fields,
    .option_complement = B0_COMPLEMENT_NEXT_BYTE,
    .pages_per_wrp = 2,
    .signature = {{0x1ffff7ac, 0x1ffff7cd}, .unique_id = 0x1ffff7ac, .flash_size = 0x1ffff7cc},
};
