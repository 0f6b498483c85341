/* SPDX-License-Identifier: MIT */
/* The STM32F427/429/437/439: RM0090, DS9405. f407.h explains the lines. */
#ifndef CHIP_H
#define CHIP_H

#define CHIP_NAME "F429"

#define CHIP_DEVICE_ID      0x419u
#define CHIP_DEVICE_ID_ALSO 0x419u

#define CHIP_FLASH_KIB_MIN 512u
#define CHIP_FLASH_KIB_MAX 2048u
#define CHIP_HAS_DB1M      1

#define CHIP_SRAM_SIZE 0x30000
#define CHIP_CCM_SIZE  0x10000
#define CHIP_BLOCKS    24

#define CHIP_PLL_P           2u
#define CHIP_WAIT_STATES     5u
#define CHIP_WAIT_STATES_LOW 7u

#define CHIP_PWR_CR_RESET 0x0000c000u

#define CHIP_AHB1RSTR_ALL 0x22e017ffu
#define CHIP_AHB2RSTR_ALL 0x000000f1u
#define CHIP_AHB3RSTR_ALL 0x00000001u
#define CHIP_APB1RSTR_ALL 0xf6fec9ffu
#define CHIP_APB2RSTR_ALL 0x04777933u

#define CHIP_INTERRUPTS 91 /* RM0090, 12.1.3, table 62 */

#define CHIP_OTG_ENDPOINTS 4
#define CHIP_OTG_HAS_VBDEN 0

#endif
