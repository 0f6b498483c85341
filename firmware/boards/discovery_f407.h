/* SPDX-License-Identifier: MIT */
/*
 * ST's STM32F4DISCOVERY (UM1472): LEDs on PD12 to PD15; the green one is used. User button on PA0,
 * with a resistor to ground. Crystal of 8 MHz. USB is the Micro-AB connector.
 */
#ifndef BOARD_H
#define BOARD_H

#include <chip/stm32f4/registers.h>

#define BOARD_NAME "discovery-f407"

#define BOARD_HAS_LED   1
#define BOARD_LED_PORT  GPIOD
#define BOARD_LED_PIN   12
#define BOARD_LED_LEVEL 1

#define BOARD_HAS_BUTTON   1
#define BOARD_BUTTON_PORT  GPIOA
#define BOARD_BUTTON_PIN   0
#define BOARD_BUTTON_LEVEL 1

#define BOARD_CRYSTAL_HZ 8000000u

#endif
