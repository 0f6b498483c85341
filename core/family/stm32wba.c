/* SPDX-License-Identifier: MIT */
/*
 * STM32WBA: Cortex-M33 with a radio, pages of 8 KiB with ECC. It can boot from any address.
 *
 * DEV_IDs, page sizes, OTP: OpenOCD's stm32l4x.c and stm32l4x.h. RAM, smallest parts: probe-rs'
 * STM32WBA_Series.yaml; ST's stm32wba23xx.h. The WBA52's bootloader id 0xb0 (stm32loader's
 * devices.py) means USART, I2C and SPI. Unknown: the UF2 family, and whether the WBA6x's ROM has
 * USB.
 */
#include "rows.h"

/* DS14127 (WBA52): same flash as the U5 (unverified). */
static const struct b0_flash_times times = {
    .program_us = 118,
    .unit_bytes = B0_ANY(16),
    .erase = {{8 * B0_KIB, B0_ANY(2)}},
    .mass_erase_ms = B0_ANY(195),
};

/* UID_BASE and FLASHSIZE_BASE of ST's stm32wba headers. */
static const struct b0_signature wba6_signature = {
    {0x0bfa0700, 0x0bfa07a1}, .unique_id = 0x0bfa0700, .flash_size = 0x0bfa07a0};
static const struct b0_signature wba2_signature = {
    {0x0bf8d700, 0x0bf8d7a1}, .unique_id = 0x0bf8d700, .flash_size = 0x0bf8d7a0};

#define WBA .chip.family = "STM32WBA", .chip.cpu = B0_CPU_M33

static const struct b0_chip chips[] = {
    {
        WBA,
        .chip.key = "wba55",
        .chip.name = "STM32WBA50/52/54/55",
        .chip.id = 0x492,
        .parts = "WBA50 WBA52 WBA54 WBA55 WBA5M",
        .chip.layout = B0_FLASH_NEW("128*08Kg"),
        .chip.min_flash = 512 * B0_KIB,
        .chip.ram = {{0x20000000, 128 * B0_KIB}},
    },
    {
        WBA,
        .chip.key = "wba65",
        .chip.name = "STM32WBA62/63/64/65",
        .chip.id = 0x4b0,
        .parts = "WBA62 WBA63 WBA64 WBA65 WBA6M",
        .chip.layout = B0_FLASH_NEW("256*08Kg"),
        .chip.min_flash = 1024 * B0_KIB,
        .chip.ram = {{0x20000000, 512 * B0_KIB}},
        .signature = &wba6_signature,
    },
    {
        WBA,
        .chip.key = "wba25",
        .chip.name = "STM32WBA20/23/25",
        .chip.id = 0x4b2,
        .parts = "WBA20 WBA23 WBA25",
        .chip.layout = B0_FLASH_NEW("64*08Kg"),
        .chip.min_flash = 512 * B0_KIB,
        .chip.ram = {{0x20000000, 96 * B0_KIB}},
        .signature = &wba2_signature,
    },
};

const struct b0_family b0_stm32wba = {
    .name = "STM32WBA",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 16, /* RM0493: quad words with 9 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .otp = {{0x0bf90000, 0x0bf901ff},           /* WBA5x */
            {0x0bfa0000, 0x0bfa01ff},           /* WBA6x */
            {0x0bf8d000, 0x0bf8d1ff}},          /* WBA2x */
    .option_bytes = {{0x40022040, 0x4002207f}}, /* registers: FLASH_OPTR of ST's stm32wba55xx.h */
    .signature = {{0x0bf90700, 0x0bf907a1}, .unique_id = 0x0bf90700, .flash_size = 0x0bf907a0},
};
