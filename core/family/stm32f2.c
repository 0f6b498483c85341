/* SPDX-License-Identifier: MIT */
/* STM32F2: Cortex-M3. Its ROM reports the same layout as the F405's. */
#include "rows.h"

/* DS6329 (F205/207): same flash as the F405 (unverified). */
static const struct b0_flash_times times = {
    .program_us = 16,
    .unit_bytes = {1, 2, 4},
    .erase = {{16 * B0_KIB, {400, 300, 250}},
              {64 * B0_KIB, {1200, 700, 550}},
              {128 * B0_KIB, {2000, 1300, 1000}}},
    .mass_erase_ms = {16000, 11000, 8000},
};

#define F2 .chip.family = "STM32F2", .chip.uf2_family = 0x5d1a0a2e, .chip.cpu = B0_CPU_M3

static const struct b0_chip chips[] = {
    {
        F2,
        .chip.key = "f207",
        .chip.name = "STM32F205/207/215/217",
        .chip.id = 0x411,
        .parts = "F207 F205 F215 F217",
        .chip.layout = B0_FLASH("04*016Kg,01*064Kg,07*128Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x1fffc000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 128 * B0_KIB}},
    },
};

/* RM0033, "Option bytes": like the F4's with one bank. */
static const struct b0_option_field option_fields[] = {
    {B0_OPTION_RDP, 0x1fffc000, 8, 8, "read protection", B0_RDP_VALUES, NULL},
    {"BOR_LEV", 0x1fffc000, 2, 2, "brown-out reset",
     "0=level 3, 2.7 V|1=level 2, 2.4 V|2=level 1, 2.1 V|3=off, 1.8 V", NULL},
    {"WDG_SW", 0x1fffc000, 5, 1, "independent watchdog", B0_WATCHDOG_VALUES, NULL},
    {"nRST_STOP", 0x1fffc000, 6, 1, "Stop mode", B0_RESET_VALUES, NULL},
    {"nRST_STDBY", 0x1fffc000, 7, 1, "Standby mode", B0_RESET_VALUES, NULL},
    {"nWRP", 0x1fffc008, 0, 12, "write protection", "bits:sector", NULL},
    {.name = NULL},
};

const struct b0_family b0_stm32f2 = {
    .name = "STM32F2",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 1, /* RM0033: bytes at the smallest parallelism */
    .erased_byte = 0xff,
    .aliases = {B0_BOOT_ALIAS},
    .otp = {{0x1fff7800, 0x1fff7a0f}}, /* RM0033 */
    .otp_lock = true,
    .option_bytes = {{0x1fffc000, 0x1fffc00f}},
    /* RM0033, "Option bytes": like the F4's. */
    .encodings = {{0x1fffc000, 1, 0xaa, 16, {0xec, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0x0f}}},
    .option_style = "f4",
    .option_size = 16,
    .option_fields = option_fields,
    .signature = {{0x1fff7a10, 0x1fff7a2f}, .unique_id = 0x1fff7a10, .flash_size = 0x1fff7a22},
    .rom = B0_ROM_POLLS_EARLY | B0_ROM_HIDES_SIGNATURE, /* like the F4's */
};
