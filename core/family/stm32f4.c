/* SPDX-License-Identifier: MIT */
/* STM32F4: Cortex-M4 with FPU, large sectors, programming width limited by the supply. */
#include "rows.h"

/* DS8626 rev 12, table 40 (F405/407); DS9405 (F42x) has the same for a sector and a bank. */
const struct b0_flash_times b0_stm32f4_times = {
    .program_us = 16,
    .unit_bytes = {1, 2, 4},
    .erase = {{16 * B0_KIB, {400, 300, 250}},
              {64 * B0_KIB, {1200, 700, 550}},
              {128 * B0_KIB, {2000, 1300, 1000}}},
    .mass_erase_ms = {16000, 11000, 8000},
};

#define BANK_1M   "04*016Kg,01*064Kg,07*128Kg"
#define BANK_512K "04*016Kg,01*064Kg,03*128Kg"
#define TWO_BANKS BANK_1M "," BANK_1M

#define F4 .chip.family = "STM32F4", .chip.uf2_family = 0x57755a57, .chip.cpu = B0_CPU_M4

static const struct b0_chip chips[] = {
    {
        F4, .chip.key = "f407", .chip.name = "STM32F405/407/415/417", .chip.id = 0x413,
        .parts = "F405 F407 F415 F417", .chip.layout = B0_FLASH("04*016Kg,01*064Kg,07*128Kg"),
        .chip.min_flash = 512 * B0_KIB, .chip.option_bytes = 0x1fffc000, .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 128 * B0_KIB}, {0x10000000, 64 * B0_KIB}},
        .uf2_families = {0x6d0922fa, 0x8fb060fe}, /* F407, F407VG */
    },
    {
        F4, .chip.key = "f411", .chip.name = "STM32F411", .chip.id = 0x431, .parts = "F411",
        .chip.layout = B0_FLASH("04*016Kg,01*064Kg,03*128Kg"), .chip.min_flash = 256 * B0_KIB,
        .chip.option_bytes = 0x1fffc000, .chip.has_usb_rom = true, .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 128 * B0_KIB}},
        .uf2_families = {0x2dc309c5, 0x06d1097b}, /* F411xE, F411xC */
    },
    {
        F4,
        .chip.key = "f401xe",
        .chip.name = "STM32F401xD/E",
        .chip.id = 0x433,
        .parts = "F401xE F401xD",
        .chip.layout = B0_FLASH("04*016Kg,01*064Kg,03*128Kg"),
        .chip.min_flash = 384 * B0_KIB,
        .chip.option_bytes = 0x1fffc000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 96 * B0_KIB}},
    },
    {
        F4,
        .chip.key = "f401xc",
        .chip.name = "STM32F401xB/C",
        .chip.id = 0x423,
        .parts = "F401xC F401xB",
        .chip.layout = B0_FLASH("04*016Kg,01*064Kg,01*128Kg"),
        .chip.min_flash = 128 * B0_KIB,
        .chip.option_bytes = 0x1fffc000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 64 * B0_KIB}},
    },
    {
        F4,
        .chip.key = "f446",
        .chip.name = "STM32F446",
        .chip.id = 0x421,
        .parts = "F446",
        .chip.layout = B0_FLASH("04*016Kg,01*064Kg,03*128Kg"),
        .chip.min_flash = 256 * B0_KIB,
        .chip.option_bytes = 0x1fffc000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 128 * B0_KIB}},
    },
    {
        F4,
        .chip.key = "f429",
        .chip.name = "STM32F427/429/437/439",
        .chip.id = 0x419,
        .parts = "F429 F427 F437 F439",
        .chip.layout = B0_FLASH(TWO_BANKS),
        .layouts = {B0_FLASH(BANK_512K "," BANK_512K)}, /* 1 MiB, DB1M set: RM0090, RM0386, 3.4 */
        .chip.min_flash = 512 * B0_KIB,
        .chip.option_bytes = 0x1fffc000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 192 * B0_KIB}, {0x10000000, 64 * B0_KIB}},
    },
    {
        F4,
        .chip.key = "f412",
        .chip.name = "STM32F412",
        .chip.id = 0x441,
        .parts = "F412",
        .chip.layout = B0_FLASH("04*016Kg,01*064Kg,07*128Kg"),
        .chip.min_flash = 512 * B0_KIB,
        .chip.option_bytes = 0x1fffc000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 256 * B0_KIB}},
    },
    {
        F4,
        .chip.key = "f413",
        .chip.name = "STM32F413/423",
        .chip.id = 0x463,
        .parts = "F413 F423",
        .chip.layout = B0_FLASH("04*016Kg,01*064Kg,11*128Kg"),
        .chip.min_flash = 1024 * B0_KIB,
        .chip.option_bytes = 0x1fffc000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 320 * B0_KIB}},
    },
    {
        F4,
        .chip.key = "f469",
        .chip.name = "STM32F469/479",
        .chip.id = 0x434,
        .parts = "F469 F479",
        .chip.layout = B0_FLASH(TWO_BANKS),
        .layouts = {B0_FLASH(BANK_512K "," BANK_512K)}, /* 1 MiB, DB1M set: RM0090, RM0386, 3.4 */
        .chip.min_flash = 512 * B0_KIB,
        .chip.option_bytes = 0x1fffc000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 320 * B0_KIB}, {0x10000000, 64 * B0_KIB}},
    },
    {
        F4,
        .chip.key = "f410",
        .chip.name = "STM32F410",
        .chip.id = 0x458,
        .parts = "F410",
        .chip.layout = B0_FLASH("04*016Kg,01*064Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x1fffc000,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 32 * B0_KIB}},
    },
};

/*
 * RM0090, 3.9.1, tables 15 and 16: the user bits and RDP in the first word, nWRP in the third. Only
 * F42x has BFB2 and DB1M.
 */
static const uint16_t two_banks[] = {0x419, 0x434, 0};
static const struct b0_option_field option_fields[] = {
    {B0_OPTION_RDP, 0x1fffc000, 8, 8, "read protection", B0_RDP_VALUES, NULL},
    {"BOR_LEV", 0x1fffc000, 2, 2, "brown-out reset",
     "0=level 3, 2.7 V|1=level 2, 2.4 V|2=level 1, 2.1 V|3=off, 1.8 V", NULL},
    {"BFB2", 0x1fffc000, 4, 1, "start from bank 2", "0=bank 1|1=bank 2 if it has a program",
     two_banks},
    {"WDG_SW", 0x1fffc000, 5, 1, "independent watchdog", B0_WATCHDOG_VALUES, NULL},
    {"nRST_STOP", 0x1fffc000, 6, 1, "Stop mode", B0_RESET_VALUES, NULL},
    {"nRST_STDBY", 0x1fffc000, 7, 1, "Standby mode", B0_RESET_VALUES, NULL},
    {"nWRP", 0x1fffc008, 0, 12, "write protection", "bits:sector", NULL},
    {"DB1M", 0x1fffc008, 14, 1, "banks of a 1 MiB flash", "0=one|1=two", two_banks},
    {"nWRP_2", 0x1ffec008, 0, 12, "write protection, bank 2", "bits:sector", two_banks},
    {.name = NULL},
};

const struct b0_family b0_stm32f4 = {
    .name = "STM32F4",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &b0_stm32f4_times,
    .program_unit = 1, /* RM0090, 3.6.2: bytes at the smallest parallelism */
    .erased_byte = 0xff,
    .aliases = {B0_BOOT_ALIAS},
    .otp = {{0x1fff7800, 0x1fff7a0f}}, /* RM0090, 3.4, table 5 */
    .otp_lock = true,
    .option_bytes = {{0x1fffc000, 0x1fffc00f}, {0x1ffec000, 0x1ffec00f}}, /* the second: bank 2 */
    /* RM0090, 3.9, tables 15 and 17: user bits and RDP, then nWRP of 12 sectors. */
    .encodings = {{0x1fffc000, 1, 0xaa, 16, {0xec, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0x0f}},
                  {0x1ffec000, 0, 0, 16, {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x0f}}},
    .option_style = "f4",
    .option_size = 16,
    .option_fields = option_fields,
    .signature = {{0x1fff7a10, 0x1fff7a2f}, .unique_id = 0x1fff7a10, .flash_size = 0x1fff7a22},
    /*
     * The ROM always reports 100 ms or more. EdgeTX's flasher and pydfu ignore the timeout on F405,
     * F429 and F7. Reads of the signature: NACK reported at 0x1fff7a10.
     */
    .rom = B0_ROM_POLLS_EARLY | B0_ROM_HIDES_SIGNATURE,
};
