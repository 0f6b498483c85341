/* SPDX-License-Identifier: MIT */
/*
 * STM32U3: Cortex-M33, pages of 4 KiB with ECC. It can boot from any address.
 *
 * DEV_IDs, page sizes, OTP: OpenOCD's stm32l4x.c and stm32l4x.h. RAM, smallest parts: probe-rs'
 * STM32U3_Series.yaml; ST's stm32u3c5xx.h. USB in the ROM: AN2606 (unverified). Unknown: the UF2
 * family, and the strings that the ROM reports.
 */
#include "rows.h"

/* Not from a document: the U5's figures for half of its unit and page (unverified). */
static const struct b0_flash_times times = {
    .program_us = 118,
    .unit_bytes = B0_ANY(8),
    .erase = {{4 * B0_KIB, B0_ANY(2)}},
    .mass_erase_ms = B0_ANY(195),
};

#define U3 .chip.family = "STM32U3", .chip.cpu = B0_CPU_M33

static const struct b0_chip chips[] = {
    {
        U3,
        .chip.key = "u385",
        .chip.name = "STM32U375/385",
        .chip.id = 0x454,
        .parts = "U375 U385",
        .chip.layout = B0_FLASH_NEW("256*04Kg"),
        .chip.min_flash = 512 * B0_KIB,
        .chip.option_bytes = 0x40022040,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 256 * B0_KIB}},
    },
    {
        U3,
        .chip.key = "u3c5",
        .chip.name = "STM32U3B5/3C5",
        .chip.id = 0x42a,
        .parts = "U3B5 U3C5",
        .chip.layout = B0_FLASH_NEW("512*04Kg"),
        .chip.min_flash = 1024 * B0_KIB,
        .chip.option_bytes = 0x40022040,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 640 * B0_KIB}},
    },
};

const struct b0_family b0_stm32u3 = {
    .name = "STM32U3",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 8, /* FLASH_TYPEPROGRAM_DOUBLEWORD of ST's HAL */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .otp = {{0x0bfa0000, 0x0bfa01ff}},
    .option_bytes = {{0x40022040, 0x4002207f}}, /* registers: FLASH_OPTR of ST's stm32u385xx.h */
    /* UID_BASE and FLASHSIZE_BASE of ST's stm32u385xx.h. */
    .signature = {{0x0bfa0700, 0x0bfa07a1}, .unique_id = 0x0bfa0700, .flash_size = 0x0bfa07a0},
};
