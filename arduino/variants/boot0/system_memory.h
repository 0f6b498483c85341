/* SPDX-License-Identifier: MIT */
/*
 * Address of ST's bootloader in ROM, and how it is mapped to address 0: one row per family.
 * boards.txt selects the row of a board: -DBOOT0_ROM=f4.
 *
 * AN2606, the devices' chapters ("System memory") and the note on dual bank boot: a program must
 * map the ROM to address 0 before it jumps to it. The U5 cannot remap memories; its ROM starts at
 * its own address.
 *
 *        manual    the registers' descriptions in it
 *   f4   RM0090    7.3.14 (RCC_APB2ENR), 9.2.1 (SYSCFG_MEMRMP); so in all manuals of F4
 *   l0   RM0367    RCC_APB2ENR, SYSCFG_CFGR1
 *   l1   RM0038    RCC_APB2ENR, SYSCFG_MEMRMP
 *   l4   RM0351    RCC_APB2ENR, SYSCFG_MEMRMP
 *   u5   RM0456    SYSCFG, which has no such register
 *
 * The addresses are those of ST's CMSIS device headers: stm32f407xx.h, stm32l072xx.h,
 * stm32l152xe.h, stm32l476xx.h, stm32u575xx.h. The rows l0, l1, l4 and u5 are not tested on a chip.
 */
#ifndef BOOT0_SYSTEM_MEMORY_H
#define BOOT0_SYSTEM_MEMORY_H

#include <stdint.h>

struct system_memory {
    uint32_t vectors;      /* the ROM's vector table */
    uint32_t clock_enable; /* RCC_APB2ENR; 0: the chip cannot remap memory */
    uint32_t syscfg_clock; /* SYSCFGEN in RCC_APB2ENR */
    uint32_t remap;        /* the register whose lowest bits select the memory at address 0 */
};

/* clang-format off */
/*                                    vectors       RCC_APB2ENR   SYSCFGEN   SYSCFG */
#define SYSTEM_MEMORY_f4 {            0x1fff0000u,  0x40023844u,  1u << 14,  0x40013800u }
#define SYSTEM_MEMORY_l0 {            0x1ff00000u,  0x40021034u,  1u << 0,   0x40010000u }
#define SYSTEM_MEMORY_l1 {            0x1ff00000u,  0x40023820u,  1u << 0,   0x40010000u }
#define SYSTEM_MEMORY_l4 {            0x1fff0000u,  0x40021060u,  1u << 0,   0x40010000u }
#define SYSTEM_MEMORY_u5 {            0x0bf90000u,  0,            0,         0           }
/* clang-format on */

/* The row of a family whose name is a macro. */
#define SYSTEM_MEMORY_ROW(family) SYSTEM_MEMORY_##family
#define SYSTEM_MEMORY(family)     SYSTEM_MEMORY_ROW(family)

/* MEM_MODE: 3 bits on F42x/43x and L4; the third one is reserved on the others. */
#define REMAP_MASK   7u
#define REMAP_SYSTEM 1u

#endif
