/* SPDX-License-Identifier: MIT */
/*
 * STM32F7: Cortex-M7, large sectors, programming width limited by the supply.
 *
 * The first RAM is the DTCM followed by SRAM1 and SRAM2. The ITCM at 0 is omitted: an initial stack
 * pointer of 0 usually means that there is no program.
 */
#include "rows.h"

/*
 * DS10916 (F745/746): typical figures (unverified), about half of the known maxima for x8: 800,
 * 2400 and 4000 ms. A 32 KiB sector measured over DFU: 350 ms (fwupd issue 2696). The F72x has the
 * F4's sectors: 16 and 64 KiB are from DS11853 (unverified); its 128 KiB take closer to 2 s.
 */
static const struct b0_flash_times times = {
    .program_us = 16,
    .unit_bytes = {1, 2, 4},
    .erase = {{16 * B0_KIB, {400, 300, 250}},
              {32 * B0_KIB, {400, 250, 200}},
              {64 * B0_KIB, {1200, 700, 550}},
              {128 * B0_KIB, {1100, 800, 500}},
              {256 * B0_KIB, {2100, 1500, 1000}}},
    .mass_erase_ms = {8000, 5600, 4000},
};

/* F76x, F77x with nDBANK cleared, 2 MiB and 1 MiB: RM0410, 3.3.2. */
#define BANK_1M   "04*016Kg,01*064Kg,07*128Kg"
#define BANK_512K "04*016Kg,01*064Kg,03*128Kg"
#define TWO_BANKS BANK_1M "," BANK_1M

#define F7(cpu_) .chip.family = "STM32F7", .chip.uf2_family = 0x53b80f00, .chip.cpu = (cpu_)

/* UID_BASE and FLASHSIZE_BASE of ST's stm32f722xx.h and its siblings, F73x included. */
static const struct b0_signature f72x_signature = {
    {0x1ff07a10, 0x1ff07a23}, .unique_id = 0x1ff07a10, .flash_size = 0x1ff07a22};

static const struct b0_chip chips[] = {
    {
        F7(B0_CPU_M7),
        .chip.key = "f722",
        .chip.name = "STM32F722/723/730/732/733",
        .chip.id = 0x452,
        .parts = "F722 F723 F730 F732 F733",
        .chip.layout = B0_FLASH("04*016Kg,01*64Kg,03*128Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x1fff0000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 256 * B0_KIB}},
        .signature = &f72x_signature,
    },
    {
        F7(B0_CPU_M7),
        .chip.key = "f746",
        .chip.name = "STM32F745/746/750/756",
        .chip.id = 0x449,
        .parts = "F746 F745 F750 F756",
        .chip.layout = B0_FLASH("04*032Kg,01*128Kg,03*256Kg"),
        .chip.min_flash = 64 * B0_KIB,
        .chip.option_bytes = 0x1fff0000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 320 * B0_KIB}},
    },
    {
        F7(B0_CPU_M7D),
        .chip.key = "f767",
        .chip.name = "STM32F765/767/769/777/779",
        .chip.id = 0x451,
        .parts = "F767 F765 F769 F768 F777 F778 F779",
        .chip.layout = B0_FLASH("04*032Kg,01*128Kg,07*256Kg"),
        .layouts = {B0_FLASH(TWO_BANKS), B0_FLASH(BANK_512K "," BANK_512K)},
        .chip.min_flash = 1024 * B0_KIB,
        .chip.option_bytes = 0x1fff0000,
        .chip.has_usb_rom = true,
        .chip.has_device_feature = true,
        .chip.ram = {{0x20000000, 512 * B0_KIB}},
    },
};

const struct b0_family b0_stm32f7 = {
    .name = "STM32F7",
    .chips = chips,
    .chip_count = B0_LENGTH(chips),
    .times = &times,
    .program_unit = 1, /* RM0385: bytes at the smallest parallelism */
    .erased_byte = 0xff,
    /*
     * The flash has two interfaces: RM0385, 3.3.1, table 3 (bases on AXIM and ITCM); RM0410, 3.3.2;
     * RM0431, 3.3.1. Address 0 is RAM.
     */
    .aliases = {{0x00200000, 0x08000000}},
    .otp = {{0x1ff0f000, 0x1ff0f41f},  /* RM0385; RM0410 */
            {0x1ff07800, 0x1ff07a0f}}, /* F72x, F73x: RM0431 */
    .option_bytes = {{0x1fff0000, 0x1fff001f}},
    /* RM0385, 3.4.1: four words of 16 bits, 8 bytes apart. */
    .encodings = {{0, 1, 0xaa, 8, {0xff, 0xff}}},
    .signature = {{0x1ff0f420, 0x1ff0f443}, .unique_id = 0x1ff0f420, .flash_size = 0x1ff0f442},
    /* A bus log of an F745 shows that the second GETSTATUS is delayed (fwupd #2696). */
    .rom = B0_ROM_POLLS_EARLY,
};
