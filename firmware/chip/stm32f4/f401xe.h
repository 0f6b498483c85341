/* SPDX-License-Identifier: MIT */
/* The STM32F401xD/E: RM0368, DS10086. f407.h explains the lines. */
#ifndef CHIP_H
#define CHIP_H

#define CHIP_NAME "F401"

#define CHIP_DEVICE_ID      0x433u
#define CHIP_DEVICE_ID_ALSO 0x433u

#define CHIP_FLASH_KIB_MIN 384u
#define CHIP_FLASH_KIB_MAX 512u
#define CHIP_HAS_DB1M      0

#define CHIP_SRAM_SIZE 0x18000
#define CHIP_CCM_SIZE  0
#define CHIP_BLOCKS    16

#define CHIP_PLL_P           4u
#define CHIP_WAIT_STATES     2u
#define CHIP_WAIT_STATES_LOW 5u

#define CHIP_PWR_CR_RESET 0x00008000u

#define CHIP_AHB1RSTR_ALL 0x0060109fu
#define CHIP_AHB2RSTR_ALL 0x00000080u
#define CHIP_AHB3RSTR_ALL 0u
#define CHIP_APB1RSTR_ALL 0x10e2c80fu
#define CHIP_APB2RSTR_ALL 0x00077931u

#define CHIP_INTERRUPTS 85 /* RM0368, 10.1.3, table 38 */

#define CHIP_OTG_ENDPOINTS 4
#define CHIP_OTG_HAS_VBDEN 0

#endif
