/* SPDX-License-Identifier: MIT */
/*
 * STM32C0: Cortex-M0+, pages with ECC.
 *
 * DEV_IDs, OTP: OpenOCD's stm32l4x.c and stm32l4x.h. RAM, flash by part number: probe-rs'
 * STM32C0_Series.yaml. Option bytes: stlink's C011xx.chip. Unknown: the UF2 family, and the strings
 * that the C071's ROM reports.
 */
#include "rows.h"

/* DS13866 (C011), DS13867 (C031): the G0's flash (unverified). */
static const struct b0_flash_times times = {
    .program_us = 85,
    .unit_bytes = B0_ANY(8),
    .erase = {{2 * B0_KIB, B0_ANY(22)}},
    .mass_erase_ms = B0_ANY(22),
};

#define C0 .chip.family = "STM32C0", .chip.cpu = B0_CPU_M0

static const struct b0_chip chips[] = {
    {
        /* The only chip with USB: USB_DRD_BASE of ST's stm32c071xx.h. */
        C0,
        .chip.key = "c071",
        .chip.name = "STM32C071",
        .chip.id = 0x493,
        .parts = "C071",
        .chip.layout = B0_FLASH_NEW("64*02Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 24 * B0_KIB}},
    },
    {
        C0,
        .chip.key = "c011",
        .chip.name = "STM32C011",
        .chip.id = 0x443,
        .parts = "C011",
        .chip.layout = B0_FLASH_NEW("16*02Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.ram = {{0x20000000, 6 * B0_KIB}},
    },
    {
        C0,
        .chip.key = "c031",
        .chip.name = "STM32C031",
        .chip.id = 0x453,
        .parts = "C031",
        .chip.layout = B0_FLASH_NEW("16*02Kg"),
        .chip.min_flash = 16 * B0_KIB,
        .chip.ram = {{0x20000000, 12 * B0_KIB}},
    },
    {
        C0,
        .chip.key = "c051",
        .chip.name = "STM32C051",
        .chip.id = 0x44c,
        .parts = "C051",
        .chip.layout = B0_FLASH_NEW("32*02Kg"),
        .chip.min_flash = 32 * B0_KIB,
        .chip.ram = {{0x20000000, 12 * B0_KIB}},
    },
    {
        /* The C092 has 30 KiB of RAM. */
        C0,
        .chip.key = "c091",
        .chip.name = "STM32C091/092",
        .chip.id = 0x44d,
        .parts = "C091 C092",
        .chip.layout = B0_FLASH_NEW("128*02Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.ram = {{0x20000000, 36 * B0_KIB}},
    },
};

const struct b0_family b0_stm32c0 = {
    .name = "STM32C0",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 8, /* FLASH_TYPEPROGRAM_DOUBLEWORD of ST's HAL; RM0490 */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .otp = {{0x1fff7000, 0x1fff73ff}},
    .option_bytes = {{0x1fff7800, 0x1fff787f}},
    /* RM0490, 3.4.1 (unverified): like the G0's; OB_RDP_LEVEL_0 of ST's HAL. */
    .encodings = {{0, 0, 0xaa, 8, {0xff, 0xff, 0xff, 0xff}}},
    /* UID_BASE and FLASHSIZE_BASE of ST's stm32c0 headers. */
    .signature = {{0x1fff7550, 0x1fff75a1}, .unique_id = 0x1fff7550, .flash_size = 0x1fff75a0},
};
