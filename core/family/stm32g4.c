/* SPDX-License-Identifier: MIT */
/* STM32G4: Cortex-M4 with FPU, pages with ECC. The CCM is mapped at 0x10000000 and after SRAM2. */
#include "rows.h"

/* DS12589 (G431), DS12288 (G474): 81.7 us, 22.02 ms, 22.13 ms (unverified). */
static const struct b0_flash_times times = {
    .program_us = 82,
    .unit_bytes = B0_ANY(8),
    .erase = {{2 * B0_KIB, B0_ANY(22)}, {4 * B0_KIB, B0_ANY(22)}},
    .mass_erase_ms = B0_ANY(22),
};

#define G4 .chip.family = "STM32G4", .chip.uf2_family = 0x4c71240a, .chip.cpu = B0_CPU_M4

static const struct b0_chip chips[] = {
    {
        G4,
        .chip.key = "g431",
        .chip.name = "STM32G431/441",
        .chip.id = 0x468,
        .parts = "G431 G441",
        .chip.layout = B0_FLASH_NEW("64*02Kg"),
        .chip.min_flash = 32 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 32 * B0_KIB}, {0x10000000, 10 * B0_KIB}},
    },
    {
        G4,
        .chip.key = "g474",
        .chip.name = "STM32G471/473/474/483/484",
        .chip.id = 0x469,
        .parts = "G474 G471 G473 G483 G484",
        .chip.layout = B0_FLASH_NEW("256*02Kg"),
        .layouts = {B0_FLASH_NEW("128*04Kg")}, /* DBANK cleared: RM0440, 3.3.1 */
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 128 * B0_KIB}, {0x10000000, 32 * B0_KIB}},
    },
    {
        G4,
        .chip.key = "g491",
        .chip.name = "STM32G491/4A1",
        .chip.id = 0x479,
        .parts = "G491 G4A1",
        .chip.layout = B0_FLASH_NEW("256*02Kg"),
        .chip.min_flash = 256 * B0_KIB,
        .chip.option_bytes = 0x1fff7800,
        .chip.has_usb_rom = true,
        .chip.ram = {{0x20000000, 112 * B0_KIB}, {0x10000000, 16 * B0_KIB}},
    },
};

/* RM0440, 3.4.1 and 3.7.8. Two banks: category 3. */
static const uint16_t two_banks[] = {0x469, 0};
static const struct b0_option_field option_fields[] = {
    B0_OPTIONS_RESETS_AND_WATCHDOGS,
    {"BFB2", 0x1fff7800, 20, 1, "start from bank 2", "0=bank 1|1=bank 2 if it has a program",
     two_banks},
    {"DBANK", 0x1fff7800, 22, 1, "banks of the flash", "0=one|1=two", two_banks},
    {"nBOOT1", 0x1fff7800, 23, 1, "boot source if BOOT0 is high", "0=RAM|1=the ROM", NULL},
    {"SRAM_PE", 0x1fff7800, 24, 1, "SRAM parity check", "0=on|1=off", NULL},
    {"CCMSRAM_RST", 0x1fff7800, 25, 1, "CCM SRAM at a system reset", "0=erased|1=kept", NULL},
    {"nSWBOOT0", 0x1fff7800, 26, 1, "source of BOOT0", "0=the option nBOOT0|1=the pin", NULL},
    {"nBOOT0", 0x1fff7800, 27, 1, "BOOT0 if nSWBOOT0 is 0", "0=as BOOT0 high|1=as BOOT0 low", NULL},
    {"NRST_MODE", 0x1fff7800, 28, 2, "the pin NRST", "1=input only|2=GPIO PG10|3=input and output",
     NULL},
    {"IRHEN", 0x1fff7800, 30, 1, "internal reset holder", "0=pulse of 20 us|1=held until low",
     NULL},
    B0_OPTIONS_PCROP_AND_WRP(15, 7),
    {.name = NULL},
};

const struct b0_family b0_stm32g4 = {
    .name = "STM32G4",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 8, /* RM0440: double words with 8 bits of ECC */
    .erased_byte = 0xff,
    .refuses_unerased = true,
    .aliases = {B0_BOOT_ALIAS},
    .otp = {{0x1fff7000, 0x1fff73ff}},                                    /* RM0440 */
    .option_bytes = {{0x1fff7800, 0x1fff782f}, {0x1ffff800, 0x1ffff82f}}, /* the second: bank 2 */
    /* RM0440, 3.4.1: each word is followed by its complement. */
    .encodings = {{0, 0, 0xaa, 8, {0xff, 0xff, 0xff, 0xff}}},
    .option_style = "l4",
    .option_size = 40,
    .option_fields = option_fields,
    .option_complement = B0_COMPLEMENT_NEXT_WORD,
    .signature = {{0x1fff7590, 0x1fff75e1}, .unique_id = 0x1fff7590, .flash_size = 0x1fff75e0},
};
