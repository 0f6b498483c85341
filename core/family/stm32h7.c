/* SPDX-License-Identifier: MIT */
/*
 * STM32H7: Cortex-M7, sectors of 128 KiB (H7A3: 8 KiB) with ECC.
 *
 * RAM: DTCM, AXI SRAM, SRAM1 to 3, SRAM4. The ITCM at 0 is omitted, as for the F7.
 */
#include "rows.h"

/*
 * DS12110 rev 11, tables 43 and 140 (H743), for 64 bits, the value of FLASH_CR after reset (RM0433,
 * PSIZE): flash word of 32 bytes 100 us, sector 1 s. 8 KiB sectors are the H7A3's, DS13195: 2 ms,
 * and mass erase (unverified).
 */
static const struct b0_flash_times times = {
    .program_us = 100,
    .unit_bytes = B0_ANY(32),
    .erase = {{8 * B0_KIB, B0_ANY(2)}, {128 * B0_KIB, B0_ANY(1000)}},
    .mass_erase_ms = B0_ANY(8000),
};

#define H7 .chip.family = "STM32H7", .chip.uf2_family = 0x6db66082, .chip.cpu = B0_CPU_M7D

/* UID_BASE and FLASHSIZE_BASE of ST's stm32h7a3xx.h; OpenOCD's stm32h7x.c also has the latter. */
static const struct b0_signature h7a3_signature = {
    {0x08fff800, 0x08fff80f}, .unique_id = 0x08fff800, .flash_size = 0x08fff80c};

static const struct b0_chip chips[] = {
    {
        H7,
        .chip.key = "h743",
        .chip.name = "STM32H742/743/745/747/750/753/755/757",
        .chip.id = 0x450,
        .parts = "H743 H742 H745 H747 H750 H753 H755 H757",
        .chip.layout = B0_FLASH_NEW("16*128Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x5200201c,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 128 * B0_KIB},
                     {0x24000000, 512 * B0_KIB},
                     {0x30000000, 288 * B0_KIB},
                     {0x38000000, 64 * B0_KIB}},
    },
    {
        H7,
        .chip.key = "h723",
        .chip.name = "STM32H723/725/730/733/735",
        .chip.id = 0x483,
        .parts = "H723 H725 H730 H733 H735",
        .chip.layout = B0_FLASH_NEW("8*128Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x5200201c,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 128 * B0_KIB},
                     {0x24000000, 320 * B0_KIB},
                     {0x30000000, 32 * B0_KIB},
                     {0x38000000, 16 * B0_KIB}},
    },
    {
        H7, .chip.key = "h7a3", .chip.name = "STM32H7A3/7B0/7B3", .chip.id = 0x480,
        .parts = "H7A3 H7B0 H7B3", .chip.layout = B0_FLASH_NEW("256*08Kg"),
        .chip.min_flash = 128 * B0_KIB, .chip.option_bytes = 0x5200201c, .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 128 * B0_KIB},
                     {0x24000000, 1024 * B0_KIB},
                     {0x30000000, 128 * B0_KIB},
                     {0x38000000, 32 * B0_KIB}},
        .signature = &h7a3_signature,
        .program_unit = 16, /* RM0455: flash words of 128 bits with 9 bits of ECC */
    },
};

const struct b0_family b0_stm32h7 = {
    .name = "STM32H7",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 32, /* RM0433, 4.3.9: flash words of 256 bits with 10 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .otp = {{0x08fff000, 0x08fff3ff}},          /* RM0455; RM0468 */
    .option_bytes = {{0x5200201c, 0x520021ff}}, /* registers, which the ROM exposes as memory */
    .option_style = "h7",
    .option_size = 32,
    .signature = {{0x1ff1e800, 0x1ff1e881}, .unique_id = 0x1ff1e800, .flash_size = 0x1ff1e880},
    /* H743 rev V: bank 2 stays in dfuDNBUSY after an erase (betaflight-configurator #5348). */
    .rom = B0_ROM_BUSY_FOREVER,
};
