/* SPDX-License-Identifier: MIT */
/* The black board with an STM32F407VE: a sketch's names of its pins. */
#ifndef VARIANT_BLACK_F407VX_H
#define VARIANT_BLACK_F407VX_H

#define PA6         6
#define PA7         7
#define LED_BUILTIN PA6

#endif
