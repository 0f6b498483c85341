/* SPDX-License-Identifier: MIT */
/*
 * STM32L4 and L4+: Cortex-M4 with FPU, pages with ECC.
 *
 * SRAM2 is mapped at 0x10000000 and, except on L47x/48x, also after SRAM1.
 */
#include "rows.h"

/* DS10198 (L476), table 64: double word 81.69 us, page 22.02 ms, bank 22.13 ms (unverified). */
static const struct b0_flash_times times = {
    .program_us = 82,
    .unit_bytes = B0_ANY(8),
    .erase = {{2 * B0_KIB, B0_ANY(22)}, {4 * B0_KIB, B0_ANY(22)}, {8 * B0_KIB, B0_ANY(22)}},
    .mass_erase_ms = B0_ANY(22),
};

#define L4 .chip.family = "STM32L4", .chip.uf2_family = 0x00ff6919, .chip.cpu = B0_CPU_M4

static const struct b0_chip chips[] = {
    {
        L4,
        .chip.key = "l476",
        .chip.name = "STM32L471/475/476/485/486",
        .chip.id = 0x415,
        .parts = "L476 L471 L475 L485 L486",
        .chip.layout = B0_FLASH("0512*0002Kg"),
        .chip.min_flash = 256 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 96 * B0_KIB}, {0x10000000, 32 * B0_KIB}},
    },
    {
        L4,
        .chip.key = "l432",
        .chip.name = "STM32L431/432/433/442/443",
        .chip.id = 0x435,
        .parts = "L432 L431 L433 L442 L443",
        .chip.layout = B0_FLASH("0128*0002Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 64 * B0_KIB}, {0x10000000, 16 * B0_KIB}},
    },
    {
        L4,
        .chip.key = "l452",
        .chip.name = "STM32L451/452/462",
        .chip.id = 0x462,
        .parts = "L452 L451 L462",
        .chip.layout = B0_FLASH("0256*0002Kg"),
        .chip.min_flash = 256 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 160 * B0_KIB}, {0x10000000, 32 * B0_KIB}},
    },
    {
        L4,
        .chip.key = "l496",
        .chip.name = "STM32L496/4A6",
        .chip.id = 0x461,
        .parts = "L496 L4A6",
        .chip.layout = B0_FLASH("0512*0002Kg"),
        .chip.min_flash = 512 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 320 * B0_KIB}, {0x10000000, 64 * B0_KIB}},
    },
    {
        L4,
        .chip.key = "l412",
        .chip.name = "STM32L412/422",
        .chip.id = 0x464,
        .parts = "L412 L422",
        .chip.layout = B0_FLASH("0064*0002Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 40 * B0_KIB}, {0x10000000, 8 * B0_KIB}},
    },
    {
        L4,
        .chip.key = "l4r5",
        .chip.name = "STM32L4R5/4R7/4R9/4S5/4S7/4S9",
        .chip.id = 0x470,
        .parts = "L4R5 L4R7 L4R9 L4S5 L4S7 L4S9",
        .chip.layout = B0_FLASH("512*0004Kg"),
        .layouts = {B0_FLASH("256*0008Kg")}, /* DBANK cleared: RM0432, 3.3.1 */
        .chip.min_flash = 1024 * B0_KIB,
        .chip.option_bytes = 0x1ff00000,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 640 * B0_KIB}, {0x10000000, 64 * B0_KIB}},
    },
    {
        L4,
        .chip.key = "l4p5",
        .chip.name = "STM32L4P5/4Q5",
        .chip.id = 0x471,
        .parts = "L4P5 L4Q5",
        .chip.layout = B0_FLASH("256*0004Kg"),
        .layouts = {B0_FLASH("128*0008Kg")}, /* likewise */
        .chip.min_flash = 512 * B0_KIB,
        .chip.option_bytes = 0x1ff00000,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 320 * B0_KIB}, {0x10000000, 64 * B0_KIB}},
    },
};

/*
 * RM0351, 3.4.1, table 13; RM0394, 3.4.1. Two banks: L47x, L49x. BOOT0 by an option: all except
 * L47x. The L4+ has other option bytes at other addresses.
 */
static const uint16_t two_banks[] = {0x415, 0x461, 0};
static const uint16_t boot_by_option[] = {0x435, 0x462, 0x461, 0x464, 0};
static const struct b0_option_field option_fields[] = {
    B0_OPTIONS_RESETS_AND_WATCHDOGS,
    {"BFB2", 0x1fff7800, 20, 1, "start from bank 2", "0=bank 1|1=bank 2 if it has a program",
     two_banks},
    {"DUALBANK", 0x1fff7800, 21, 1, "banks of a smaller part", "0=one|1=two", two_banks},
    {"nBOOT1", 0x1fff7800, 23, 1, "boot source if BOOT0 is high", "0=RAM|1=the ROM", NULL},
    {"SRAM2_PE", 0x1fff7800, 24, 1, "SRAM2 parity check", "0=on|1=off", NULL},
    {"SRAM2_RST", 0x1fff7800, 25, 1, "SRAM2 at a system reset", "0=erased|1=kept", NULL},
    {"nSWBOOT0", 0x1fff7800, 26, 1, "source of BOOT0", "0=the option nBOOT0|1=the pin",
     boot_by_option},
    {"nBOOT0", 0x1fff7800, 27, 1, "BOOT0 if nSWBOOT0 is 0", "0=as BOOT0 high|1=as BOOT0 low",
     boot_by_option},
    B0_OPTIONS_PCROP_AND_WRP(16, 8),
    {.name = NULL},
};

const struct b0_family b0_stm32l4 = {
    .name = "STM32L4",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 8, /* RM0351, 3.3.7: double words with 8 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .otp = {{0x1fff7000, 0x1fff73ff}},          /* RM0351 */
    .option_bytes = {{0x1fff7800, 0x1fff7827},  /* RM0351, table 13; ROMs report 40 bytes */
                     {0x1ffff800, 0x1ffff827},  /* bank 2 */
                     {0x1ff00000, 0x1ff0102f}}, /* L4+: RM0432 */
    /* RM0351, 3.4.1: each word is followed by its complement. */
    .encodings = {{0, 0, 0xaa, 8, {0xff, 0xff, 0xff, 0xff}}},
    .option_style = "l4",
    .option_size = 40,
    .option_fields = option_fields,
    .option_complement = B0_COMPLEMENT_NEXT_WORD,
    .signature = {{0x1fff7590, 0x1fff75e1}, .unique_id = 0x1fff7590, .flash_size = 0x1fff75e0},
};
