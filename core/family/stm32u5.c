/* SPDX-License-Identifier: MIT */
/* STM32U5: Cortex-M33, pages of 8 KiB with ECC. It can boot from any address. */
#include "rows.h"

/* DS13086 (U575): quad word 118 us, page 1.5 ms, bank 195 ms (unverified). */
static const struct b0_flash_times times = {
    .program_us = 118,
    .unit_bytes = B0_ANY(16),
    .erase = {{8 * B0_KIB, B0_ANY(2)}},
    .mass_erase_ms = B0_ANY(195),
};

#define U5 .chip.family = "STM32U5", .chip.cpu = B0_CPU_M33

static const struct b0_chip chips[] = {
    {
        U5,
        .chip.key = "u575",
        .chip.name = "STM32U575/585",
        .chip.id = 0x482,
        .parts = "U575 U585",
        .chip.layout = B0_FLASH_NEW("256*08Kg"),
        .chip.min_flash = 1024 * B0_KIB,
        .chip.option_bytes = 0x40022040,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 768 * B0_KIB}, {0x28000000, 16 * B0_KIB}},
    },
    {
        U5,
        .chip.key = "u535",
        .chip.name = "STM32U535/545",
        .chip.id = 0x455,
        .parts = "U535 U545",
        .chip.layout = B0_FLASH_NEW("64*08Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x40022040,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 256 * B0_KIB}, {0x28000000, 16 * B0_KIB}},
    },
    {
        U5,
        .chip.key = "u599",
        .chip.name = "STM32U595/599/5A5/5A9",
        .chip.id = 0x481,
        .parts = "U599 U595 U5A5 U5A9",
        .chip.layout = B0_FLASH_NEW("512*08Kg"),
        .chip.min_flash = 2048 * B0_KIB,
        .chip.option_bytes = 0x40022040,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 2496 * B0_KIB}, {0x28000000, 16 * B0_KIB}},
    },
};

const struct b0_family b0_stm32u5 = {
    .name = "STM32U5",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 16, /* RM0456: quad words with 9 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .otp = {{0x0bfa0000, 0x0bfa01ff}},          /* RM0456 */
    .option_bytes = {{0x40022040, 0x4002207f}}, /* registers, which the ROM exposes as memory */
    .signature = {{0x0bfa0700, 0x0bfa07a1}, .unique_id = 0x0bfa0700, .flash_size = 0x0bfa07a0},
};
