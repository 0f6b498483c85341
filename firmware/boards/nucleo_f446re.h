/* SPDX-License-Identifier: MIT */
/*
 * ST's NUCLEO-F446RE (UM1724) with a USB cable on PA11 and PA12: LED LD2 on PA5, button B1 on PC13,
 * to ground. The clock is the 8 MHz that the ST-LINK part gives to OSC_IN.
 */
#ifndef BOARD_H
#define BOARD_H

#include <chip/stm32f4/registers.h>

#define BOARD_NAME "nucleo-f446re"

#define BOARD_HAS_LED   1
#define BOARD_LED_PORT  GPIOA
#define BOARD_LED_PIN   5
#define BOARD_LED_LEVEL 1

#define BOARD_HAS_BUTTON   1
#define BOARD_BUTTON_PORT  GPIOC
#define BOARD_BUTTON_PIN   13
#define BOARD_BUTTON_LEVEL 0

#define BOARD_CRYSTAL_HZ 8000000u

#endif
