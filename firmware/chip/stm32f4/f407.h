/* SPDX-License-Identifier: MIT */
/*
 * The STM32F405/407/415/417: RM0090, DS8626. The other headers of this folder have the same lines
 * with the figures of their chips; chip.h includes the one that a program is built for.
 */
#ifndef CHIP_H
#define CHIP_H

/* Part of the product name: "boot0 bootloader F407". */
#define CHIP_NAME "F407"

/*
 * DEV_ID: RM0090, 38.6.1. Revision A of these chips reports an F2's, which is _ALSO: ES0182, "MCU
 * device ID is incorrect".
 */
#define CHIP_DEVICE_ID      0x413u
#define CHIP_DEVICE_ID_ALSO 0x411u

/* KiB of the smallest and of the largest part. */
#define CHIP_FLASH_KIB_MIN 512u
#define CHIP_FLASH_KIB_MAX 1024u
/* An option bit divides a flash of 1 MiB into two banks: RM0090, 3.9.10, DB1M. */
#define CHIP_HAS_DB1M 0

/* Bytes of SRAM at 0x20000000, in one piece, and of core-coupled RAM at 0x10000000. */
#define CHIP_SRAM_SIZE 0x20000
#define CHIP_CCM_SIZE  0x10000
/* Blocks of 4 KiB that the bootloader buffers in SRAM. */
#define CHIP_BLOCKS 24

/*
 * Divider from the VCO's 336 MHz to HCLK: 168 MHz, or 84 MHz on chips whose regulator supports no
 * more at its reset setting. APB1 gets a quarter, APB2 a half.
 */
#define CHIP_PLL_P 2u
/* Wait states of the flash at that HCLK, with a supply from 2.7 V and from 2.1 V on: RM0090, 3.5.1,
 * table 10. */
#define CHIP_WAIT_STATES     5u
#define CHIP_WAIT_STATES_LOW 7u

/* PWR_CR after reset: the regulator's scale, RM0090, 5.4.1 and 5.5.1. */
#define CHIP_PWR_CR_RESET 0x00004000u

/* All existing bits of these registers: RM0090, 7.3.5 to 7.3.9; ST's stm32f407xx.h. */
#define CHIP_AHB1RSTR_ALL 0x226011ffu
#define CHIP_AHB2RSTR_ALL 0x000000f1u
#define CHIP_AHB3RSTR_ALL 0x00000001u
#define CHIP_APB1RSTR_ALL 0x36fec9ffu
#define CHIP_APB2RSTR_ALL 0x00075933u

/* Entries of the vector table after the core's 16: RM0090, 12.1.3, table 61. */
#define CHIP_INTERRUPTS 82

/*
 * Endpoints of OTG_FS per direction, including endpoint 0: RM0090, 34.2.2. The controller's later
 * version (RM0390, 31) has no bit to ignore VBUS: the device overrides the session-valid signal
 * instead.
 */
#define CHIP_OTG_ENDPOINTS 4
#define CHIP_OTG_HAS_VBDEN 0

#endif
