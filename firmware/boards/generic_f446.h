/* SPDX-License-Identifier: MIT */
/* Any board with an STM32F446 whose USB is on PA11 and PA12. */
#ifndef BOARD_H
#define BOARD_H

#include <chip/stm32f4/registers.h>

#define BOARD_NAME "generic-f446"

#endif
