/* SPDX-License-Identifier: MIT */
/* Reset and clock control: its registers, and what its two files share. */
#ifndef VBOARD_MACHINE_RCC_PRIVATE_H
#define VBOARD_MACHINE_RCC_PRIVATE_H

#include "rcc.h"

/* RM0090, 6.3 (F42x) and 7.3 (F405/407), whose numbers are used in both files. */
enum {
    RCC_CR = 0x00,
    RCC_PLLCFGR = 0x04,
    RCC_CFGR = 0x08,
    RCC_CIR = 0x0c,
    RCC_AHB1RSTR = 0x10,
    RCC_AHB1LPENR = 0x50,
    RCC_BDCR = 0x70,
    RCC_CSR = 0x74,
    RCC_PLLI2SCFGR = 0x84,
    RCC_PLLSAICFGR = 0x88,
    RCC_DCKCFGR = 0x8c,
    RCC_DCKCFGR2 = 0x94, /* RM0390, RM0402 */

    RCC_CR_PLLON = 1 << 24,
    RCC_CR_PLLRDY = 1 << 25,
    RCC_CR_PLLI2SON = 1 << 26,
    RCC_CR_PLLI2SRDY = 1 << 27,
    RCC_CR_PLLSAION = 1 << 28,
    RCC_CR_PLLSAIRDY = 1 << 29,

    RCC_PLLCFGR_HSE = 1 << 22,
    RCC_DCKCFGR2_CK48MSEL = 1 << 27,
};

/* ---- rcc_pll.c ---- */

uint32_t vboard_rcc_hsi_hz(const struct vboard_machine *machine);
/* The main PLL's outputs P and R, which can be selected as the system clock; 0: not ready. */
uint32_t vboard_rcc_pll_hz(const struct vboard_machine *machine);
uint32_t vboard_rcc_pllr_hz(const struct vboard_machine *machine);
/* The PLLs were switched: from these bits of CR to those. */
void vboard_rcc_switch_plls(struct vboard_machine *machine, uint32_t before, uint32_t now);
/* The ready bits of all PLLs. */
uint32_t vboard_rcc_plls_ready(const struct vboard_machine *machine);
/* Whether the PLL whose configuration is at `offset` is on, and thus takes no writes. */
bool vboard_rcc_is_fixed(const struct vboard_machine *machine, uint32_t offset);
/* Reports PLLs that are out of their ranges. */
void vboard_rcc_check_plls(struct vboard_machine *machine);

#endif
