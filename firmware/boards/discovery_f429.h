/* SPDX-License-Identifier: MIT */
/*
 * ST's 32F429IDISCOVERY (UM1670): LEDs on PG13 (green) and PG14, user button on PA0, with a
 * resistor to ground. Crystal of 8 MHz. The board's USB connector is on PB14 and PB15, the pins of
 * OTG_HS, which neither ST's ROM nor this bootloader uses. It needs a cable on PA11 and PA12, which
 * the display uses as R4 and R5.
 */
#ifndef BOARD_H
#define BOARD_H

#include <chip/stm32f4/registers.h>

#define BOARD_NAME "discovery-f429"

#define BOARD_HAS_LED   1
#define BOARD_LED_PORT  GPIOG
#define BOARD_LED_PIN   13
#define BOARD_LED_LEVEL 1

#define BOARD_HAS_BUTTON   1
#define BOARD_BUTTON_PORT  GPIOA
#define BOARD_BUTTON_PIN   0
#define BOARD_BUTTON_LEVEL 1

#define BOARD_CRYSTAL_HZ 8000000u

#endif
