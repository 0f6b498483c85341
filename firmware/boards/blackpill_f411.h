/* SPDX-License-Identifier: MIT */
/*
 * WeAct's Black Pill with an STM32F411CEU6: LED on PC13, button KEY on PA0 to ground (STM32duino,
 * variant_BLACKPILL_F411CE.h). Crystal of 25 MHz.
 */
#ifndef BOARD_H
#define BOARD_H

#include <chip/stm32f4/registers.h>

#define BOARD_NAME "blackpill-f411"

#define BOARD_HAS_LED   1
#define BOARD_LED_PORT  GPIOC
#define BOARD_LED_PIN   13
#define BOARD_LED_LEVEL 0

#define BOARD_HAS_BUTTON   1
#define BOARD_BUTTON_PORT  GPIOA
#define BOARD_BUTTON_PIN   0
#define BOARD_BUTTON_LEVEL 0

#define BOARD_CRYSTAL_HZ 25000000u

#endif
