/* SPDX-License-Identifier: MIT */
/*
 * The black boards with an STM32F407ZET6 or ZGT6: LEDs D1 and D2 on PF9 and PF10, buttons K0 and K1
 * on PE4 and PE3, WK_UP on PA0 (STM32duino, variant_BLACK_F407ZX.h). Crystal of 8 MHz. The board
 * has a fixed pull-up on D+: the bootloader pulls the line low to re-enumerate.
 */
#ifndef BOARD_H
#define BOARD_H

#include <chip/stm32f4/registers.h>

#define BOARD_NAME "black-f407ze"

#define BOARD_HAS_LED   1
#define BOARD_LED_PORT  GPIOF
#define BOARD_LED_PIN   9
#define BOARD_LED_LEVEL 0

#define BOARD_HAS_BUTTON   1
#define BOARD_BUTTON_PORT  GPIOE
#define BOARD_BUTTON_PIN   4
#define BOARD_BUTTON_LEVEL 0

#define BOARD_CRYSTAL_HZ 8000000u

#endif
