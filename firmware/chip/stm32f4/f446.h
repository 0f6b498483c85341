/* SPDX-License-Identifier: MIT */
/* The STM32F446xC/E: RM0390, DS10693. f407.h explains the lines. */
#ifndef CHIP_H
#define CHIP_H

#define CHIP_NAME "F446"

#define CHIP_DEVICE_ID      0x421u
#define CHIP_DEVICE_ID_ALSO 0x421u

#define CHIP_FLASH_KIB_MIN 256u
#define CHIP_FLASH_KIB_MAX 512u
#define CHIP_HAS_DB1M      0

#define CHIP_SRAM_SIZE 0x20000
#define CHIP_CCM_SIZE  0
#define CHIP_BLOCKS    24

#define CHIP_PLL_P           2u
#define CHIP_WAIT_STATES     5u
#define CHIP_WAIT_STATES_LOW 7u

#define CHIP_PWR_CR_RESET 0x0000c000u

#define CHIP_AHB1RSTR_ALL 0x206010ffu
#define CHIP_AHB2RSTR_ALL 0x00000081u
#define CHIP_AHB3RSTR_ALL 0x00000003u
#define CHIP_APB1RSTR_ALL 0x3fffc9ffu
#define CHIP_APB2RSTR_ALL 0x00c77933u

#define CHIP_INTERRUPTS 97 /* RM0390, 10.1.3 */

#define CHIP_OTG_ENDPOINTS 6
#define CHIP_OTG_HAS_VBDEN 1

#endif
