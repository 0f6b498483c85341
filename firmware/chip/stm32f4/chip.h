/* SPDX-License-Identifier: MIT */
/*
 * The chip that a program is built for: CHIP_HEADER, set by firmware/meson.build, is its header in
 * this folder. The facts are constants, so that the compiler removes code for features that a chip
 * lacks.
 */
#ifndef CHIP_STM32F4_CHIP_H
#define CHIP_STM32F4_CHIP_H

#ifndef CHIP_HEADER
#define CHIP_HEADER <chip/stm32f4/f407.h>
#endif
#include CHIP_HEADER

#endif
