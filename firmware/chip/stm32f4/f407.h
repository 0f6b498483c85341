/* SPDX-License-Identifier: MIT */
/*
 * The STM32F405/407/415/417: RM0090, DS8626. The headers beside this one have the same lines with
 * the figures of their chips; chip.h includes the one that a program is built for.
 */
#ifndef CHIP_H
#define CHIP_H

/* Seen in the product's name: "boot0 bootloader F407". */
#define CHIP_NAME "F407"

/*
 * DEV_ID: RM0090, 38.6.1. Revision A of these chips reports that of an F2, which _ALSO is: ES0182,
 * "MCU device ID is incorrect".
 */
#define CHIP_DEVICE_ID      0x413u
#define CHIP_DEVICE_ID_ALSO 0x411u

/* KiB of the smallest part and of the largest one. */
#define CHIP_FLASH_KIB_MIN 512u
#define CHIP_FLASH_KIB_MAX 1024u
/* An option bit divides a flash of 1 MiB in two banks: RM0090, 3.9.10, DB1M. */
#define CHIP_HAS_DB1M 0

/* Bytes of SRAM at 0x20000000, all that is there in one piece; and at 0x10000000, coupled to the
 * core. */
#define CHIP_SRAM_SIZE 0x20000
#define CHIP_CCM_SIZE  0x10000
/* Blocks of 4 KiB that the bootloader keeps in SRAM for the flash. */
#define CHIP_BLOCKS 24

/*
 * HCLK is the 336 MHz of the VCO, by this: 168 MHz, or 84 MHz where that is what the regulator
 * gives without being told to give more. APB1 gets a quarter, APB2 a half.
 */
#define CHIP_PLL_P 2u
/* Wait states of the flash for that, with a supply from 2.7 V and from 2.1 V on: RM0090, 3.5.1,
 * table 10. */
#define CHIP_WAIT_STATES     5u
#define CHIP_WAIT_STATES_LOW 7u

/* PWR_CR after reset: the regulator's scale, RM0090, 5.4.1 and 5.5.1. */
#define CHIP_PWR_CR_RESET 0x00004000u

/* All bits that these registers have: RM0090, 7.3.5 to 7.3.9; ST's stm32f407xx.h. */
#define CHIP_AHB1RSTR_ALL 0x226011ffu
#define CHIP_AHB2RSTR_ALL 0x000000f1u
#define CHIP_AHB3RSTR_ALL 0x00000001u
#define CHIP_APB1RSTR_ALL 0x36fec9ffu
#define CHIP_APB2RSTR_ALL 0x00075933u

/* Entries of the vector table behind the core's 16: RM0090, 12.1.3, table 61. */
#define CHIP_INTERRUPTS 82

/*
 * Endpoints of OTG_FS each way, with endpoint 0: RM0090, 34.2.2. The controller's later version
 * (RM0390, 31) has no bit to leave VBUS alone: the device says itself that the session is valid.
 */
#define CHIP_OTG_ENDPOINTS 4
#define CHIP_OTG_HAS_VBDEN 0

#endif
