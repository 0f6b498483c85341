/* SPDX-License-Identifier: MIT */
/* STM32L5: Cortex-M33, pages with ECC. It can boot from any address. */
#include "rows.h"

/* DS12737 (L552): same flash as the L4 (unverified). */
static const struct b0_flash_times times = {
    .program_us = 82,
    .unit_bytes = B0_ANY(8),
    .erase = {{2 * B0_KIB, B0_ANY(22)}, {4 * B0_KIB, B0_ANY(22)}},
    .mass_erase_ms = B0_ANY(22),
};

#define L5 .chip.family = "STM32L5", .chip.uf2_family = 0x04240bdf, .chip.cpu = B0_CPU_M33

static const struct b0_chip chips[] = {
    {
        L5,
        .chip.key = "l552",
        .chip.name = "STM32L552/562",
        .chip.id = 0x472,
        .parts = "L552 L562",
        .chip.layout = B0_FLASH_NEW("256*02Kg"),
        .layouts = {B0_FLASH_NEW("128*04Kg")}, /* DBANK cleared: RM0438, 6.3.1 */
        .chip.min_flash = 256 * B0_KIB,
        .chip.option_bytes = 0x40022040,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 256 * B0_KIB}},
    },
};

const struct b0_family b0_stm32l5 = {
    .name = "STM32L5",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 8, /* RM0438: double words with 8 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .otp = {{0x0bfa0000, 0x0bfa01ff}},          /* RM0438 */
    .option_bytes = {{0x40022040, 0x4002207f}}, /* registers, which the ROM exposes as memory */
    /* UID_BASE and FLASHSIZE_BASE of ST's stm32l552xx.h. */
    .signature = {{0x0bfa0590, 0x0bfa05e1}, .unique_id = 0x0bfa0590, .flash_size = 0x0bfa05e0},
};
