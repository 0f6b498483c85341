/* SPDX-License-Identifier: MIT */
/*
 * STM32H7R and H7S: Cortex-M7, 64 KiB of flash in sectors of 8 KiB with ECC, for a boot program.
 *
 * DEV_ID, sector, unit: OpenOCD's stm32h7x.c. RAM: probe-rs' STM32H7RS_Series.yaml (DTCM, AXI SRAM1
 * to 4, AHB SRAM1 and 2), the largest that option bytes allow. The ITCM at 0 is omitted, as for the
 * F7. USB in the ROM: AN2606 (unverified). Unknown: the UF2 family, and the strings that the ROM
 * reports.
 */
#include "rows.h"

/* Zephyr's stm32h7rs.dtsi: a sector takes 3 ms at most. The rest is the H7A3's (unverified). */
static const struct b0_flash_times times = {
    .program_us = 100,
    .unit_bytes = B0_ANY(16),
    .erase = {{8 * B0_KIB, B0_ANY(2)}},
    .mass_erase_ms = B0_ANY(16),
};

#define H7RS .chip.family = "STM32H7RS", .chip.cpu = B0_CPU_M7D

static const struct b0_chip chips[] = {
    {
        H7RS,
        .chip.key = "h7s7",
        .chip.name = "STM32H7R3/7R7/7S3/7S7",
        .chip.id = 0x485,
        .parts = "H7S7 H7S3 H7R7 H7R3",
        .chip.layout = B0_FLASH_NEW("8*08Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 192 * B0_KIB},
                     {0x24000000, 456 * B0_KIB},
                     {0x30000000, 32 * B0_KIB}},
    },
};

const struct b0_family b0_stm32h7rs = {
    .name = "STM32H7RS",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 16, /* FLASH_TYPEPROGRAM_QUADWORD of ST's HAL; OpenOCD's block_size */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .otp = {{0x08fff000, 0x08fff3ff}}, /* OTP_AREA_BASE of ST's stm32h7s7xx.h */
    /* Registers: FLASH_NVSR to FLASH_OBW2SRP of the same header. */
    .option_bytes = {{0x52002200, 0x5200226f}},
    /* UID_BASE of the same header, FLASHSIZE_BASE from OpenOCD. */
    .signature = {{0x08fff800, 0x08fff80f}, .unique_id = 0x08fff800, .flash_size = 0x08fff80c},
};
