/* SPDX-License-Identifier: MIT */
/* What the families' files share: layout strings, CPUs, and figures that hold for every width. */
#ifndef B0_CORE_FAMILY_ROWS_H
#define B0_CORE_FAMILY_ROWS_H

#include "family.h"

#include <core/array.h>

/* Two generations of ROMs differ in the number of blanks before the address. */
#define B0_FLASH(sectors)     "@Internal Flash  /0x08000000/" sectors
#define B0_FLASH_NEW(sectors) "@Internal Flash   /0x08000000/" sectors

/*
 * The CPUs, from the datasheets' "Arm Cortex-... core" chapters. A Cortex-M0+ runs what an M0 runs.
 * M33: with DSP and single-precision FPU in every STM32 that has one.
 */
#define B0_CPU_M0  0
#define B0_CPU_M3  BOOT0_CPU_V7M
#define B0_CPU_M4  (B0_CPU_M3 | BOOT0_CPU_DSP | BOOT0_CPU_FPU)
#define B0_CPU_M7  (B0_CPU_M4 | BOOT0_CPU_FPV5) /* F72x, F74x, F75x: single precision */
#define B0_CPU_M7D (B0_CPU_M7 | BOOT0_CPU_DOUBLE)
#define B0_CPU_M33 (B0_CPU_M4 | BOOT0_CPU_FPV5 | BOOT0_CPU_V8M_BASE | BOOT0_CPU_V8M)

/* One figure for the three columns of widths, for families that have no choice of the width. */
#define B0_ANY(value)                                                                              \
    {                                                                                              \
        (value), (value), (value)                                                                  \
    }

/* What the chip boots from is seen at 0 as well: reference manuals, "Boot configuration". */
#define B0_BOOT_ALIAS                                                                              \
    {                                                                                              \
        0x00000000, 0x08000000                                                                     \
    }

/* Values of option fields that several families have. */
#define B0_RDP_VALUES      "0=off|1=on|2=ON FOR EVER"
#define B0_WATCHDOG_VALUES "0=started by hardware|1=by software"
#define B0_RESET_VALUES    "0=entering it resets|1=no reset"
#define B0_BOR_VALUES      "0=off, 1.7 V|1=2.0 V|2=2.2 V|3=2.5 V|4=2.8 V"

#endif
