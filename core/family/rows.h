/* SPDX-License-Identifier: MIT */
/*
 * Shared by the families' files: layout strings, CPUs, and figures that do not depend on the width.
 */
#ifndef B0_CORE_FAMILY_ROWS_H
#define B0_CORE_FAMILY_ROWS_H

#include "family.h"

#include <core/array.h>

/* Two generations of ROMs differ in the number of blanks before the address. */
#define B0_FLASH(sectors)     "@Internal Flash  /0x08000000/" sectors
#define B0_FLASH_NEW(sectors) "@Internal Flash   /0x08000000/" sectors

/*
 * The CPUs, from the datasheets' "Arm Cortex-... core" chapters. A Cortex-M0+ executes M0 code.
 * M33: with DSP and single-precision FPU in every STM32 that has one.
 */
#define B0_CPU_M0  0
#define B0_CPU_M3  BOOT0_CPU_V7M
#define B0_CPU_M4  (B0_CPU_M3 | BOOT0_CPU_DSP | BOOT0_CPU_FPU)
#define B0_CPU_M7  (B0_CPU_M4 | BOOT0_CPU_FPV5) /* F72x, F74x, F75x: single precision */
#define B0_CPU_M7D (B0_CPU_M7 | BOOT0_CPU_DOUBLE)
#define B0_CPU_M33 (B0_CPU_M4 | BOOT0_CPU_FPV5 | BOOT0_CPU_V8M_BASE | BOOT0_CPU_V8M)

/* One figure for all three columns of widths, for families without a choice of width. */
#define B0_ANY(value)                                                                              \
    {                                                                                              \
        (value), (value), (value)                                                                  \
    }

/* The boot memory is also mapped at 0: reference manuals, "Boot configuration". */
#define B0_BOOT_ALIAS                                                                              \
    {                                                                                              \
        0x00000000, 0x08000000                                                                     \
    }

/* Values of option fields that several families have. */
#define B0_RDP_VALUES      "0=off|1=on|2=ON PERMANENTLY"
#define B0_WATCHDOG_VALUES "0=started by hardware|1=by software"
#define B0_RESET_VALUES    "0=entering it resets|1=no reset"
#define B0_BOR_VALUES      "0=off, 1.7 V|1=2.0 V|2=2.2 V|3=2.5 V|4=2.8 V"

/* Rows of F0, F1 and F3, whose bytes are followed by their complement: RM0091, 4.1; PM0075, 2.5;
 * RM0316, 5.1. */
#define B0_OPTIONS_WATCHDOG_AND_RESETS                                                             \
    {"WDG_SW", 0x1ffff800, 16, 1, "independent watchdog", B0_WATCHDOG_VALUES, NULL},               \
        {"nRST_STOP", 0x1ffff800, 17, 1, "Stop mode", B0_RESET_VALUES, NULL},                      \
    {                                                                                              \
        "nRST_STDBY", 0x1ffff800, 18, 1, "Standby mode", B0_RESET_VALUES, NULL                     \
    }
#define B0_OPTIONS_DATA_AND_WRP                                                                    \
    {"Data0", 0x1ffff804, 0, 8, "user data byte", NULL, NULL},                                     \
        {"Data1", 0x1ffff804, 16, 8, "user data byte", NULL, NULL},                                \
        {"WRP0", 0x1ffff808, 0, 8, "write protection", "bits:group", NULL},                        \
        {"WRP1", 0x1ffff808, 16, 8, "write protection", "bits:group", NULL},                       \
        {"WRP2", 0x1ffff80c, 0, 8, "write protection", "bits:group", NULL},                        \
    {                                                                                              \
        "WRP3", 0x1ffff80c, 16, 8, "write protection", "bits:group", NULL                          \
    }

/* Rows of L4 and G4, up to bit 19 and from the second word on: RM0351, 3.4.1; RM0440, 3.4.1. */
#define B0_OPTIONS_RESETS_AND_WATCHDOGS                                                            \
    {B0_OPTION_RDP, 0x1fff7800, 0, 8, "read protection", B0_RDP_VALUES, NULL},                     \
        {"BOR_LEV", 0x1fff7800, 8, 3, "brown-out reset", B0_BOR_VALUES, NULL},                     \
        {"nRST_STOP", 0x1fff7800, 12, 1, "Stop mode", B0_RESET_VALUES, NULL},                      \
        {"nRST_STDBY", 0x1fff7800, 13, 1, "Standby mode", B0_RESET_VALUES, NULL},                  \
        {"nRST_SHDW", 0x1fff7800, 14, 1, "Shutdown mode", B0_RESET_VALUES, NULL},                  \
        {"IWDG_SW", 0x1fff7800, 16, 1, "independent watchdog", B0_WATCHDOG_VALUES, NULL},          \
        {"IWDG_STOP", 0x1fff7800, 17, 1, "the same in Stop mode", "0=stands|1=counts", NULL},      \
        {"IWDG_STDBY", 0x1fff7800, 18, 1, "the same in Standby mode", "0=stands|1=counts", NULL},  \
    {                                                                                              \
        "WWDG_SW", 0x1fff7800, 19, 1, "window watchdog", B0_WATCHDOG_VALUES, NULL                  \
    }
/* Addresses in PCROP and WRP have this many bits. */
#define B0_OPTIONS_PCROP_AND_WRP(pcrop_bits, wrp_bits)                                             \
    {"PCROP1_STRT", 0x1fff7808, 0, (pcrop_bits), "execute-only flash, first", NULL, NULL},         \
        {"PCROP1_END", 0x1fff7810, 0, (pcrop_bits), "the same, last", NULL, NULL},                 \
        {"PCROP_RDP", 0x1fff7810, 31, 1, "the same when RDP goes to 0", "0=kept|1=erased", NULL},  \
        {"WRP1A_STRT", 0x1fff7818, 0, (wrp_bits), "write protection A, first page", NULL, NULL},   \
        {"WRP1A_END", 0x1fff7818, 16, (wrp_bits), "the same, last page", NULL, NULL},              \
        {"WRP1B_STRT", 0x1fff7820, 0, (wrp_bits), "write protection B, first page", NULL, NULL},   \
    {                                                                                              \
        "WRP1B_END", 0x1fff7820, 16, (wrp_bits), "the same, last page", NULL, NULL                 \
    }

#endif
