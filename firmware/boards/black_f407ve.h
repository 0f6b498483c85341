/* SPDX-License-Identifier: MIT */
/*
 * The black boards with an STM32F407VET6 or VGT6: LEDs D2 and D3 on PA6 and PA7, buttons K0 and K1
 * on PE4 and PE3, K_UP on PA0 (STM32duino, variant_BLACK_F407VX.h). Crystal of 8 MHz. The board has
 * a fixed pull-up on D+: the bootloader pulls the line low to re-enumerate.
 */
#ifndef BOARD_H
#define BOARD_H

#include <chip/stm32f4/registers.h>

#define BOARD_NAME "black-f407ve"

#define BOARD_HAS_LED   1
#define BOARD_LED_PORT  GPIOA
#define BOARD_LED_PIN   6
#define BOARD_LED_LEVEL 0

#define BOARD_HAS_BUTTON   1
#define BOARD_BUTTON_PORT  GPIOE
#define BOARD_BUTTON_PIN   4
#define BOARD_BUTTON_LEVEL 0

#define BOARD_CRYSTAL_HZ 8000000u

#endif
