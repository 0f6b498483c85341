/* SPDX-License-Identifier: MIT */
/*
 * STM32WL: Cortex-M4 without FPU (the WL5x also has an M0+) with a radio, pages with ECC.
 *
 * DEV_ID, page sizes, OTP: OpenOCD's stm32l4x.c and stm32l4x.h. RAM, smallest parts: probe-rs'
 * STM32WL_Series.yaml. Option bytes: stlink's WLEx.chip and stm32loader's devices.py, whose
 * bootloader id 0xc4 means USART and SPI. Unknown: the encoding of the option bytes.
 */
#include "rows.h"

/* DS13293 (WLE5): same flash as the L4 (unverified). */
static const struct b0_flash_times times = {
    .program_us = 82,
    .unit_bytes = B0_ANY(8),
    .erase = {{2 * B0_KIB, B0_ANY(22)}},
    .mass_erase_ms = B0_ANY(22),
};

static const struct b0_chip chips[] = {
    {
        .chip.family = "STM32WL",
        .chip.uf2_family = 0x21460ff0,
        .chip.cpu = B0_CPU_M3 | BOOT0_CPU_DSP,
        .chip.key = "wle5",
        .chip.name = "STM32WLE4/E5/54/55",
        .chip.id = 0x497,
        .parts = "WLE4 WLE5 WL54 WL55 WL5M",
        .chip.layout = B0_FLASH_NEW("128*02Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.ram = {{0x20000000, 64 * B0_KIB}},
    },
};

const struct b0_family b0_stm32wl = {
    .name = "STM32WL",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 8, /* FLASH_TYPEPROGRAM_DOUBLEWORD of ST's HAL */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .otp = {{0x1fff7000, 0x1fff73ff}},
    .option_bytes = {{0x1fff7800, 0x1fff7fff}},
    /* UID_BASE and FLASHSIZE_BASE of ST's stm32wle5xx.h. */
    .signature = {{0x1fff7590, 0x1fff75e1}, .unique_id = 0x1fff7590, .flash_size = 0x1fff75e0},
};
