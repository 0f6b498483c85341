/* SPDX-License-Identifier: MIT */
/*
 * The chips that the machine runs, and their differences: one row each. A new chip of this kind is
 * a row here and one of vboard/chip/parts.c.
 */
#ifndef VBOARD_MACHINE_CHIPS_H
#define VBOARD_MACHINE_CHIPS_H

#include <stdint.h>

struct vboard_part;

enum {
    VBOARD_INTERRUPTS_MAX = 97,
    VBOARD_WAIT_RANGES = 4, /* of the supply: from 2.7, 2.4, 2.1 V, and below */
    VBOARD_WAIT_STATES = 9,
    VBOARD_VOS_SHIFT = 14, /* PWR_CR.VOS */
};

/* The buses with enable registers, in the order of the registers. */
enum vboard_bus {
    VBOARD_AHB1,
    VBOARD_AHB2,
    VBOARD_AHB3,
    VBOARD_APB1,
    VBOARD_APB2,
    VBOARD_BUS_COUNT,
};

/* The sources of the USB controller's 48 MHz besides the main PLL. */
enum vboard_usb_pll {
    VBOARD_USB_MAIN, /* none */
    VBOARD_USB_PLLI2S,
    VBOARD_USB_PLLSAI,
};

/* Limits of clocks, in MHz. */
struct vboard_clock_limits {
    /* HCLK by PWR_CR.VOS, without and with over-drive; 0: a reserved value, or no over-drive. */
    uint8_t hclk[4];
    uint8_t hclk_over_drive[4];
    uint8_t pclk[2]; /* APB1, APB2 */
    uint8_t pclk_over_drive[2];
    uint8_t vco_min;
    /* The highest HCLK by wait states; 0 ends a row: everything that the chip allows. */
    uint8_t wait[VBOARD_WAIT_RANGES][VBOARD_WAIT_STATES];
};

/* Implemented bits of RCC registers. */
struct vboard_rcc_bits {
    uint32_t reset[VBOARD_BUS_COUNT];
    uint32_t enable[VBOARD_BUS_COUNT];
    uint32_t low_power[VBOARD_BUS_COUNT]; /* all set after a reset */
    uint32_t ahb1_enabled;                /* AHB1ENR after a reset */
    uint32_t plli2scfgr, pllsaicfgr;
    uint32_t dckcfgr, dckcfgr2; /* 0: no such register */
};

struct vboard_machine_chip {
    const struct vboard_part *part;
    const struct vboard_clock_limits *limits;
    const struct vboard_rcc_bits *rcc;
    uint32_t idcode; /* DBGMCU_IDCODE */
    uint32_t pwr_cr; /* bits of PWR_CR that keep what is written */
    uint16_t vos;    /* VOS among them */
    uint16_t vos_reset;
    uint16_t otg_core; /* OTG_FS_CID */
    uint8_t interrupts;
    uint8_t acr_latency;         /* the field FLASH_ACR.LATENCY */
    uint8_t temperature_channel; /* of ADC1 */
    uint8_t usb_pll;             /* enum vboard_usb_pll */
    uint8_t has_pllr : 1;        /* the main PLL's output R */
    uint8_t pllr_is_sysclk : 1;  /* RCC_CFGR.SW can select it */
};

/* The rows in order; NULL past the end. */
const struct vboard_machine_chip *vboard_machine_chip_at(unsigned index);
/*
 * The row of a board's chip: the one with the part's name if its memories are those of the part,
 * else the first one with the same memories. NULL: the machine runs no such chip.
 */
const struct vboard_machine_chip *vboard_machine_chip_find(const struct vboard_part *part);

#endif
