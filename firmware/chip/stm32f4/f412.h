/* SPDX-License-Identifier: MIT */
/* The STM32F412xE/G: RM0402, DS11139. f407.h explains the lines. */
#ifndef CHIP_H
#define CHIP_H

#define CHIP_NAME "F412"

#define CHIP_DEVICE_ID      0x441u
#define CHIP_DEVICE_ID_ALSO 0x441u

#define CHIP_FLASH_KIB_MIN 512u
#define CHIP_FLASH_KIB_MAX 1024u
#define CHIP_HAS_DB1M      0

#define CHIP_SRAM_SIZE 0x40000
#define CHIP_CCM_SIZE  0
#define CHIP_BLOCKS    24

#define CHIP_PLL_P           4u
#define CHIP_WAIT_STATES     2u
#define CHIP_WAIT_STATES_LOW 5u

#define CHIP_PWR_CR_RESET 0x00008000u

#define CHIP_AHB1RSTR_ALL 0x006010ffu
#define CHIP_AHB2RSTR_ALL 0x000000c0u
#define CHIP_AHB3RSTR_ALL 0x00000003u
#define CHIP_APB1RSTR_ALL 0x17e6c9ffu
#define CHIP_APB2RSTR_ALL 0x01177933u

#define CHIP_INTERRUPTS 97 /* RM0402, 10.1.3 */

#define CHIP_OTG_ENDPOINTS 6
#define CHIP_OTG_HAS_VBDEN 1

#endif
