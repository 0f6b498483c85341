/* SPDX-License-Identifier: MIT */
/*
 * The chip table: one row a DEV_ID.
 *
 * Sources, none of them alone: DEV_ID, RAM sizes and flash pages from stlink's config/chips; ids
 * and the ends of RAM and flash from stm32flash's dev_table.c; flash and RAM by part number from
 * libopencm3's ld/devices.data; sector lists and the addresses of option bytes from strings that
 * ROMs were seen to report (docs of dfu-util, ArduPilot, Klipper and others); which ROMs have USB
 * and the Device Feature from AN2606; the rest, and all that these sources leave open, from the
 * memory maps of the reference manuals. Where the sources differ (F373, F302x8, F469 RAM) the
 * reference manual was followed.
 *
 * An option byte address of 0 means that no string of that ROM is known.
 */
#include "chip_table.h"
#include <core/array.h>

/* Two generations of ROMs differ in the number of spaces before the address. */
#define FLASH(sectors)     "@Internal Flash  /0x08000000/" sectors
#define FLASH_NEW(sectors) "@Internal Flash   /0x08000000/" sectors

#define BANK_1M   "04*016Kg,01*064Kg,07*128Kg"
#define BANK_512K "04*016Kg,01*064Kg,03*128Kg"
#define TWO_BANKS BANK_1M "," BANK_1M

/* microsoft/uf2, utils/uf2families.json; none is assigned for the U5. */
#define UF2_F0 0x647824b6
#define UF2_F1 0x5ee21072
#define UF2_F2 0x5d1a0a2e
#define UF2_F3 0x6b846188
#define UF2_F4 0x57755a57
#define UF2_F7 0x53b80f00
#define UF2_G0 0x300f5633
#define UF2_G4 0x4c71240a
#define UF2_H5 0x4e8f1c5d
#define UF2_H7 0x6db66082
#define UF2_L0 0x202e3a91
#define UF2_L1 0x1e1f432d
#define UF2_L4 0x00ff6919
#define UF2_L5 0x04240bdf
#define UF2_U5 0
#define UF2_WB 0x70d16653

#define UF2_U0 0

/*
 * The CPUs, from the datasheets' "Arm Cortex-... core" chapters. A Cortex-M0+ runs what an M0 runs.
 * M33: with DSP and single-precision FPU in every STM32 that has one.
 */
#define CPU_M0  0
#define CPU_M3  BOOT0_CPU_V7M
#define CPU_M4  (CPU_M3 | BOOT0_CPU_DSP | BOOT0_CPU_FPU)
#define CPU_M7  (CPU_M4 | BOOT0_CPU_FPV5) /* F72x, F74x, F75x: single precision */
#define CPU_M7D (CPU_M7 | BOOT0_CPU_DOUBLE)
#define CPU_M33 (CPU_M4 | BOOT0_CPU_FPV5 | BOOT0_CPU_V8M_BASE | BOOT0_CPU_V8M)

#define CPU_F0 CPU_M0
#define CPU_F1 CPU_M3
#define CPU_F2 CPU_M3
#define CPU_F3 CPU_M4
#define CPU_F4 CPU_M4
#define CPU_F7 CPU_M7
#define CPU_G0 CPU_M0
#define CPU_G4 CPU_M4
#define CPU_H5 CPU_M33
#define CPU_H7 CPU_M7D
#define CPU_L0 CPU_M0
#define CPU_L1 CPU_M3
#define CPU_L4 CPU_M4
#define CPU_L5 CPU_M33
#define CPU_U0 CPU_M0
#define CPU_U5 CPU_M33
#define CPU_WB CPU_M4

/* What the ROM has. */
enum {
    NO_USB = 0,
    USB = 1,     /* DfuSe over USB */
    FEATURE = 2, /* the supply range at 0xFFFF0000: AN2606, 4.4 */
    DOUBLES = 4, /* not of the ROM: the F7 has an FPU for double precision */
};

/* key, DEV_ID, name, parts, family, flash, smallest part, option bytes, ROM, RAM ranges */
#define CHIP(key_, id_, name_, parts_, family_, layout_, min_flash_, option_bytes_, rom_, ...)     \
    {                                                                                              \
        .chip =                                                                                    \
            {                                                                                      \
                .name = (name_),                                                                   \
                .key = (key_),                                                                     \
                .family = "STM32" #family_,                                                        \
                .id = (id_),                                                                       \
                .uf2_family = UF2_##family_,                                                       \
                .layout = layout_,                                                                 \
                .min_flash = (min_flash_),                                                         \
                .option_bytes = (option_bytes_),                                                   \
                .has_usb_rom = (USB & (rom_)) != 0,                                                \
                .has_device_feature = (FEATURE & (rom_)) != 0,                                     \
                .ram = {__VA_ARGS__},                                                              \
                .cpu = CPU_##family_ | ((rom_)&DOUBLES ? BOOT0_CPU_DOUBLE : 0),                    \
            },                                                                                     \
        .parts = (parts_),                                                                         \
    }

const struct b0_chip_row b0_chip_rows[] = {
    /* F4. The first row that fits a board is the one that a program takes if it must choose,
     * so the most common chips come first. */
    CHIP("f407", 0x413, "STM32F405/407/415/417", "F405 F407 F415 F417", F4,
         FLASH("04*016Kg,01*064Kg,07*128Kg"), 512 * B0_KIB, 0x1fffc000, USB | FEATURE,
         {0x20000000, 128 * B0_KIB}, {0x10000000, 64 * B0_KIB}),
    CHIP("f411", 0x431, "STM32F411", "F411", F4, FLASH("04*016Kg,01*064Kg,03*128Kg"), 256 * B0_KIB,
         0x1fffc000, USB | FEATURE, {0x20000000, 128 * B0_KIB}),
    CHIP("f401xe", 0x433, "STM32F401xD/E", "F401xE F401xD", F4, FLASH("04*016Kg,01*064Kg,03*128Kg"),
         384 * B0_KIB, 0x1fffc000, USB | FEATURE, {0x20000000, 96 * B0_KIB}),
    CHIP("f401xc", 0x423, "STM32F401xB/C", "F401xC F401xB", F4, FLASH("04*016Kg,01*064Kg,01*128Kg"),
         128 * B0_KIB, 0x1fffc000, USB | FEATURE, {0x20000000, 64 * B0_KIB}),
    CHIP("f446", 0x421, "STM32F446", "F446", F4, FLASH("04*016Kg,01*064Kg,03*128Kg"), 256 * B0_KIB,
         0x1fffc000, USB | FEATURE, {0x20000000, 128 * B0_KIB}),
    CHIP("f429", 0x419, "STM32F427/429/437/439", "F429 F427 F437 F439", F4, FLASH(TWO_BANKS),
         512 * B0_KIB, 0x1fffc000, USB | FEATURE, {0x20000000, 192 * B0_KIB},
         {0x10000000, 64 * B0_KIB}),
    CHIP("f412", 0x441, "STM32F412", "F412", F4, FLASH("04*016Kg,01*064Kg,07*128Kg"), 512 * B0_KIB,
         0x1fffc000, USB | FEATURE, {0x20000000, 256 * B0_KIB}),
    CHIP("f413", 0x463, "STM32F413/423", "F413 F423", F4, FLASH("04*016Kg,01*064Kg,11*128Kg"),
         1024 * B0_KIB, 0x1fffc000, USB | FEATURE, {0x20000000, 320 * B0_KIB}),
    CHIP("f469", 0x434, "STM32F469/479", "F469 F479", F4, FLASH(TWO_BANKS), 512 * B0_KIB,
         0x1fffc000, USB | FEATURE, {0x20000000, 320 * B0_KIB}, {0x10000000, 64 * B0_KIB}),
    CHIP("f410", 0x458, "STM32F410", "F410", F4, FLASH("04*016Kg,01*064Kg"), 64 * B0_KIB,
         0x1fffc000, FEATURE, {0x20000000, 32 * B0_KIB}),

    /* F2. Its ROM shows what the F405's shows, and its flash takes the same times. */
    CHIP("f207", 0x411, "STM32F205/207/215/217", "F207 F205 F215 F217", F2,
         FLASH("04*016Kg,01*064Kg,07*128Kg"), 128 * B0_KIB, 0x1fffc000, USB | FEATURE,
         {0x20000000, 128 * B0_KIB}),

    /* F1. Only the connectivity line has a USB bootloader in ROM. */
    CHIP("f107", 0x418, "STM32F105/107", "F107 F105", F1, FLASH("128*002Kg"), 64 * B0_KIB,
         0x1ffff800, USB, {0x20000000, 64 * B0_KIB}),
    CHIP("f103", 0x410, "STM32F103 medium density (F101/102/103x8/B)",
         "F103x8 F103xB F102x8 F102xB F101x8 F101xB", F1, FLASH("128*001Kg"), 64 * B0_KIB, 0,
         NO_USB, {0x20000000, 20 * B0_KIB}),
    CHIP("f103x6", 0x412, "STM32F103 low density (F101/102/103x4/6)",
         "F103x4 F103x6 F102x4 F102x6 F101x4 F101x6", F1, FLASH("32*001Kg"), 16 * B0_KIB, 0, NO_USB,
         {0x20000000, 10 * B0_KIB}),
    CHIP("f103xe", 0x414, "STM32F103 high density (F101/103xC/D/E)",
         "F103xC F103xD F103xE F101xC F101xD F101xE", F1, FLASH("256*002Kg"), 256 * B0_KIB, 0,
         NO_USB, {0x20000000, 64 * B0_KIB}),
    CHIP("f103xg", 0x430, "STM32F103 XL density (F101/103xF/G)", "F103xF F103xG F101xF F101xG", F1,
         FLASH("512*002Kg"), 768 * B0_KIB, 0, NO_USB, {0x20000000, 96 * B0_KIB}),
    CHIP("f100", 0x420, "STM32F100 low and medium density (x4/6/8/B)",
         "F100x4 F100x6 F100x8 F100xB", F1, FLASH("128*001Kg"), 16 * B0_KIB, 0, NO_USB,
         {0x20000000, 8 * B0_KIB}),
    CHIP("f100xe", 0x428, "STM32F100 high density (xC/D/E)", "F100xC F100xD F100xE", F1,
         FLASH("256*002Kg"), 256 * B0_KIB, 0, NO_USB, {0x20000000, 32 * B0_KIB}),

    /* F0 */
    CHIP("f072", 0x448, "STM32F071/072/078, F070xB", "F072 F071 F078 F070xB", F0,
         FLASH("064*0002Kg"), 64 * B0_KIB, 0x1ffff800, USB, {0x20000000, 16 * B0_KIB}),
    CHIP("f042", 0x445, "STM32F042/048, F070x6", "F042 F048 F070x6", F0, FLASH("032*0001Kg"),
         16 * B0_KIB, 0x1ffff800, USB, {0x20000000, 6 * B0_KIB}),
    CHIP("f091", 0x442, "STM32F091/098, F030xC", "F091 F098 F030xC", F0, FLASH("128*002Kg"),
         128 * B0_KIB, 0x1ffff800, NO_USB, {0x20000000, 32 * B0_KIB}),
    CHIP("f051", 0x440, "STM32F051/058, F030x8", "F051 F058 F030x8", F0, FLASH("64*001Kg"),
         16 * B0_KIB, 0x1ffff800, NO_USB, {0x20000000, 8 * B0_KIB}),
    CHIP("f031", 0x444, "STM32F031/038, F030x4/6", "F031 F038 F030x4 F030x6", F0, FLASH("32*001Kg"),
         16 * B0_KIB, 0x1ffff800, NO_USB, {0x20000000, 4 * B0_KIB}),

    /* F3 */
    CHIP("f303", 0x422, "STM32F302/303xB/C, F358", "F303xB F303xC F302xB F302xC F358", F3,
         FLASH("128*0002Kg"), 128 * B0_KIB, 0x1ffff800, USB, {0x20000000, 40 * B0_KIB},
         {0x10000000, 8 * B0_KIB}),
    CHIP("f303xe", 0x446, "STM32F302/303xD/E, F398", "F303xD F303xE F302xD F302xE F398", F3,
         FLASH("256*0002Kg"), 384 * B0_KIB, 0x1ffff800, USB, {0x20000000, 64 * B0_KIB},
         {0x10000000, 16 * B0_KIB}),
    CHIP("f334", 0x438, "STM32F303x6/8, F328, F334", "F334 F328 F303x6 F303x8", F3,
         FLASH("32*002Kg"), 16 * B0_KIB, 0x1ffff800, NO_USB, {0x20000000, 12 * B0_KIB},
         {0x10000000, 4 * B0_KIB}),
    CHIP("f302", 0x439, "STM32F301, F302x6/8, F318", "F302x6 F302x8 F301 F318", F3,
         FLASH("32*002Kg"), 32 * B0_KIB, 0x1ffff800, USB, {0x20000000, 16 * B0_KIB}),
    CHIP("f373", 0x432, "STM32F373/378", "F373 F378", F3, FLASH("128*002Kg"), 64 * B0_KIB,
         0x1ffff800, USB, {0x20000000, 32 * B0_KIB}),

    /* F7. The first RAM is the DTCM with SRAM1 and SRAM2 behind it. The ITCM at 0 is left out:
     * a stack pointer of 0 is rather a program that is not there. */
    CHIP("f722", 0x452, "STM32F722/723/730/732/733", "F722 F723 F730 F732 F733", F7,
         FLASH("04*016Kg,01*64Kg,03*128Kg"), 64 * B0_KIB, 0x1fff0000, USB | FEATURE,
         {0x20000000, 256 * B0_KIB}),
    CHIP("f746", 0x449, "STM32F745/746/750/756", "F746 F745 F750 F756", F7,
         FLASH("04*032Kg,01*128Kg,03*256Kg"), 64 * B0_KIB, 0x1fff0000, USB | FEATURE,
         {0x20000000, 320 * B0_KIB}),
    CHIP("f767", 0x451, "STM32F765/767/769/777/779", "F767 F765 F769 F768 F777 F778 F779", F7,
         FLASH("04*032Kg,01*128Kg,07*256Kg"), 1024 * B0_KIB, 0x1fff0000, USB | FEATURE | DOUBLES,
         {0x20000000, 512 * B0_KIB}),

    /* L0, L1 */
    CHIP("l073", 0x447, "STM32L071/072/073/081/082/083", "L073 L072 L071 L081 L082 L083", L0,
         FLASH("1536*128g"), 64 * B0_KIB, 0x1ff80000, USB, {0x20000000, 20 * B0_KIB}),
    CHIP("l053", 0x417, "STM32L051/052/053/062/063", "L053 L051 L052 L062 L063", L0,
         FLASH("512*128g"), 32 * B0_KIB, 0x1ff80000, NO_USB, {0x20000000, 8 * B0_KIB}),
    CHIP("l031", 0x425, "STM32L031/041", "L031 L041", L0, FLASH("256*128g"), 16 * B0_KIB,
         0x1ff80000, NO_USB, {0x20000000, 8 * B0_KIB}),
    CHIP("l152", 0x427, "STM32L151/152/162xC, L100xC", "L152xC L151xC L162xC L100xC", L1,
         FLASH("1024*256 g"), 256 * B0_KIB, 0x1ff80000, USB, {0x20000000, 32 * B0_KIB}),
    CHIP("l152xd", 0x436, "STM32L151/152/162xD", "L152xD L151xD L162xD", L1, FLASH("1536*256 g"),
         256 * B0_KIB, 0x1ff80000, USB, {0x20000000, 48 * B0_KIB}),
    CHIP("l152xe", 0x437, "STM32L151/152/162xE", "L152xE L151xE L162xE", L1, FLASH("2048*256 g"),
         384 * B0_KIB, 0x1ff80000, USB, {0x20000000, 80 * B0_KIB}),
    CHIP("l152xb", 0x416, "STM32L151/152x6/8/B, L100x6/8/B",
         "L152x6 L152x8 L152xB L151x6 L151x8 L151xB L100x6 L100x8 L100xB", L1, FLASH("512*256 g"),
         32 * B0_KIB, 0x1ff80000, NO_USB, {0x20000000, 16 * B0_KIB}),
    CHIP("l152xb-a", 0x429, "STM32L151/152x6/8/B-A, L100x6/8/B-A", "", L1, FLASH("512*256 g"),
         32 * B0_KIB, 0x1ff80000, NO_USB, {0x20000000, 32 * B0_KIB}),

    /* L4, L5. SRAM2 is seen at 0x10000000 and, but for the L47x/48x, behind SRAM1 as well. */
    CHIP("l476", 0x415, "STM32L471/475/476/485/486", "L476 L471 L475 L485 L486", L4,
         FLASH("0512*0002Kg"), 256 * B0_KIB, 0x1fff7800, USB, {0x20000000, 96 * B0_KIB},
         {0x10000000, 32 * B0_KIB}),
    CHIP("l432", 0x435, "STM32L431/432/433/442/443", "L432 L431 L433 L442 L443", L4,
         FLASH("0128*0002Kg"), 128 * B0_KIB, 0x1fff7800, USB, {0x20000000, 64 * B0_KIB},
         {0x10000000, 16 * B0_KIB}),
    CHIP("l452", 0x462, "STM32L451/452/462", "L452 L451 L462", L4, FLASH("0256*0002Kg"),
         256 * B0_KIB, 0x1fff7800, USB, {0x20000000, 160 * B0_KIB}, {0x10000000, 32 * B0_KIB}),
    CHIP("l496", 0x461, "STM32L496/4A6", "L496 L4A6", L4, FLASH("0512*0002Kg"), 512 * B0_KIB,
         0x1fff7800, USB, {0x20000000, 320 * B0_KIB}, {0x10000000, 64 * B0_KIB}),
    CHIP("l412", 0x464, "STM32L412/422", "L412 L422", L4, FLASH("0064*0002Kg"), 64 * B0_KIB,
         0x1fff7800, USB, {0x20000000, 40 * B0_KIB}, {0x10000000, 8 * B0_KIB}),
    CHIP("l4r5", 0x470, "STM32L4R5/4R7/4R9/4S5/4S7/4S9", "L4R5 L4R7 L4R9 L4S5 L4S7 L4S9", L4,
         FLASH("512*0004Kg"), 1024 * B0_KIB, 0x1ff00000, USB, {0x20000000, 640 * B0_KIB},
         {0x10000000, 64 * B0_KIB}),
    CHIP("l4p5", 0x471, "STM32L4P5/4Q5", "L4P5 L4Q5", L4, FLASH("256*0004Kg"), 512 * B0_KIB,
         0x1ff00000, USB, {0x20000000, 320 * B0_KIB}, {0x10000000, 64 * B0_KIB}),
    CHIP("l552", 0x472, "STM32L552/562", "L552 L562", L5, FLASH_NEW("256*02Kg"), 256 * B0_KIB,
         0x40022040, USB, {0x20000000, 256 * B0_KIB}),

    /* G0, U0. G0B1: its option bytes by RM0444, 3.4. */
    CHIP("u083", 0x489, "STM32U073/083", "U083 U073", U0, FLASH_NEW("128*02Kg"), 64 * B0_KIB,
         0x40022020, USB, {0x20000000, 40 * B0_KIB}),
    CHIP("g0b1", 0x467, "STM32G0B0/0B1/0C1", "G0B1 G0B0 G0C1", G0, FLASH_NEW("256*02Kg"),
         128 * B0_KIB, 0x1fff7800, USB, {0x20000000, 144 * B0_KIB}),
    CHIP("g071", 0x460, "STM32G070/071/081", "G071 G070 G081", G0, FLASH_NEW("64*02Kg"),
         64 * B0_KIB, 0, NO_USB, {0x20000000, 36 * B0_KIB}),
    CHIP("g051", 0x456, "STM32G050/051/061", "G051 G050 G061", G0, FLASH_NEW("32*02Kg"),
         32 * B0_KIB, 0, NO_USB, {0x20000000, 18 * B0_KIB}),
    CHIP("g031", 0x466, "STM32G030/031/041", "G031 G030 G041", G0, FLASH_NEW("32*02Kg"),
         16 * B0_KIB, 0, NO_USB, {0x20000000, 8 * B0_KIB}),

    /* G4. The CCM is seen at 0x10000000 and behind SRAM2. */
    CHIP("g431", 0x468, "STM32G431/441", "G431 G441", G4, FLASH_NEW("64*02Kg"), 32 * B0_KIB,
         0x1fff7800, USB, {0x20000000, 32 * B0_KIB}, {0x10000000, 10 * B0_KIB}),
    CHIP("g474", 0x469, "STM32G471/473/474/483/484", "G474 G471 G473 G483 G484", G4,
         FLASH_NEW("256*02Kg"), 128 * B0_KIB, 0x1fff7800, USB, {0x20000000, 128 * B0_KIB},
         {0x10000000, 32 * B0_KIB}),
    CHIP("g491", 0x479, "STM32G491/4A1", "G491 G4A1", G4, FLASH_NEW("256*02Kg"), 256 * B0_KIB,
         0x1fff7800, USB, {0x20000000, 112 * B0_KIB}, {0x10000000, 16 * B0_KIB}),

    /* H5, H7, U5, WB. H7: DTCM, AXI SRAM, SRAM1 to 3, SRAM4; its ITCM at 0 is left out as the
     * F7's. */
    CHIP("h743", 0x450, "STM32H742/743/745/747/750/753/755/757",
         "H743 H742 H745 H747 H750 H753 H755 H757", H7, FLASH_NEW("16*128Kg"), 128 * B0_KIB,
         0x5200201c, USB, {0x20000000, 128 * B0_KIB}, {0x24000000, 512 * B0_KIB},
         {0x30000000, 288 * B0_KIB}, {0x38000000, 64 * B0_KIB}),
    CHIP("h723", 0x483, "STM32H723/725/730/733/735", "H723 H725 H730 H733 H735", H7,
         FLASH_NEW("8*128Kg"), 128 * B0_KIB, 0x5200201c, USB, {0x20000000, 128 * B0_KIB},
         {0x24000000, 320 * B0_KIB}, {0x30000000, 32 * B0_KIB}, {0x38000000, 16 * B0_KIB}),
    CHIP("h7a3", 0x480, "STM32H7A3/7B0/7B3", "H7A3 H7B0 H7B3", H7, FLASH_NEW("256*08Kg"),
         128 * B0_KIB, 0x5200201c, USB, {0x20000000, 128 * B0_KIB}, {0x24000000, 1024 * B0_KIB},
         {0x30000000, 128 * B0_KIB}, {0x38000000, 32 * B0_KIB}),
    CHIP("h563", 0x484, "STM32H562/563/573", "H563 H562 H573", H5, FLASH_NEW("256*08Kg"),
         1024 * B0_KIB, 0, USB, {0x20000000, 640 * B0_KIB}),
    CHIP("h503", 0x474, "STM32H503", "H503", H5, FLASH_NEW("16*08Kg"), 128 * B0_KIB, 0, USB,
         {0x20000000, 32 * B0_KIB}),
    CHIP("u575", 0x482, "STM32U575/585", "U575 U585", U5, FLASH_NEW("256*08Kg"), 1024 * B0_KIB,
         0x40022040, USB, {0x20000000, 768 * B0_KIB}, {0x28000000, 16 * B0_KIB}),
    CHIP("u535", 0x455, "STM32U535/545", "U535 U545", U5, FLASH_NEW("64*08Kg"), 128 * B0_KIB,
         0x40022040, USB, {0x20000000, 256 * B0_KIB}, {0x28000000, 16 * B0_KIB}),
    CHIP("u599", 0x481, "STM32U595/599/5A5/5A9", "U599 U595 U5A5 U5A9", U5, FLASH_NEW("512*08Kg"),
         2048 * B0_KIB, 0x40022040, USB, {0x20000000, 2496 * B0_KIB}, {0x28000000, 16 * B0_KIB}),
    CHIP("wb55", 0x495, "STM32WB35/55", "WB55 WB35", WB, FLASH_NEW("256*04Kg"), 256 * B0_KIB,
         0x1fff8000, USB, {0x20000000, 256 * B0_KIB}),
};
const size_t b0_chip_row_count = B0_LENGTH(b0_chip_rows);

const struct b0_chip_layout b0_chip_layouts[] = {
    /* F42x, F43x, F469: 1 MiB parts with DB1M set. RM0090, 3.4; RM0386, 3.4. */
    {0x419, FLASH(BANK_512K "," BANK_512K)},
    {0x434, FLASH(BANK_512K "," BANK_512K)},
    /* F76x, F77x with nDBANK cleared, 2 MiB and 1 MiB: RM0410, 3.3.2. */
    {0x451, FLASH(TWO_BANKS)},
    {0x451, FLASH(BANK_512K "," BANK_512K)},
    /* G47x, L552, L4R and L4P with DBANK cleared: RM0440, 3.3.1; RM0438, 6.3.1; RM0432, 3.3.1. */
    {0x469, FLASH_NEW("128*04Kg")},
    {0x472, FLASH_NEW("128*04Kg")},
    {0x470, FLASH("256*0008Kg")},
    {0x471, FLASH("128*0008Kg")},
};
const size_t b0_chip_layout_count = B0_LENGTH(b0_chip_layouts);

const struct b0_chip_uf2 b0_chip_uf2[] = {
    {0x6d0922fa, 0x413}, /* STM32F407 */
    {0x8fb060fe, 0x413}, /* STM32F407VG */
    {0x2dc309c5, 0x431}, /* STM32F411xE */
    {0x06d1097b, 0x431}, /* STM32F411xC */
};
const size_t b0_chip_uf2_count = B0_LENGTH(b0_chip_uf2);

const struct b0_chip_option_bytes b0_chip_option_bytes[] = {
    {0x495, 0x01ff8000}, /* as the ROM writes it: "0x1FF8000", a digit short */
};
const size_t b0_chip_option_bytes_count = B0_LENGTH(b0_chip_option_bytes);

/*
 * The reference manuals' chapters "Boot configuration": what the chip boots from is seen at 0 as
 * well. The F7 and the H7 have RAM there; the L5, the H5 and the U5 boot from any address. The F7's
 * flash has two interfaces: RM0385, 3.3.1, table 3 (bases on AXIM and ITCM); RM0410, 3.3.2;
 * RM0431, 3.3.1.
 */
const struct b0_chip_alias b0_chip_aliases[] = {
    {"STM32F7", {0x00200000, 0x08000000}}, {"STM32F0", {0x00000000, 0x08000000}},
    {"STM32F1", {0x00000000, 0x08000000}}, {"STM32F2", {0x00000000, 0x08000000}},
    {"STM32F3", {0x00000000, 0x08000000}}, {"STM32F4", {0x00000000, 0x08000000}},
    {"STM32G0", {0x00000000, 0x08000000}}, {"STM32G4", {0x00000000, 0x08000000}},
    {"STM32L0", {0x00000000, 0x08000000}}, {"STM32L1", {0x00000000, 0x08000000}},
    {"STM32L4", {0x00000000, 0x08000000}}, {"STM32U0", {0x00000000, 0x08000000}},
    {"STM32WB", {0x00000000, 0x08000000}},
};
const size_t b0_chip_alias_count = B0_LENGTH(b0_chip_aliases);
