/* SPDX-License-Identifier: MIT */
/* STM32WB: Cortex-M4 with FPU (and an M0+ for the radio), pages with ECC. */
#include "rows.h"

/* DS11929 (WB55): double word 81.7 us, page of 4 KiB 22 ms (unverified). */
static const struct b0_flash_times times = {
    .program_us = 82,
    .unit_bytes = B0_ANY(8),
    .erase = {{4 * B0_KIB, B0_ANY(22)}},
    .mass_erase_ms = B0_ANY(22),
};

#define WB .chip.family = "STM32WB", .chip.uf2_family = 0x70d16653, .chip.cpu = B0_CPU_M4

static const struct b0_chip chips[] = {
    {
        WB,
        .chip.key = "wb55",
        .chip.name = "STM32WB35/55",
        .chip.id = 0x495,
        .parts = "WB55 WB35",
        .chip.layout = B0_FLASH_NEW("256*04Kg"),
        .chip.min_flash = 256 * B0_KIB,
        .chip.option_bytes = 0x1fff8000,
        .option_bytes_shown = 0x01ff8000, /* as its ROM reports: "0x1FF8000", one digit missing */
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 256 * B0_KIB}},
    },
};

const struct b0_family b0_stm32wb = {
    .name = "STM32WB",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 8, /* RM0434: double words with 8 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .otp = {{0x1fff7000, 0x1fff73ff}}, /* RM0434 */
    .option_bytes = {{0x1fff8000, 0x1fff807f}},
    /* RM0434, 3.4.1: each word is followed by its complement. */
    .encodings = {{0, 0, 0xaa, 8, {0xff, 0xff, 0xff, 0xff}}},
    .signature = {{0x1fff7590, 0x1fff75e1}, .unique_id = 0x1fff7590, .flash_size = 0x1fff75e0},
};
