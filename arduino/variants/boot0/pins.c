/* SPDX-License-Identifier: MIT */
/* Pin functions: STM32duino's tables for this board, found by -I (build.boot0_variant). */
#include <PeripheralPins.c>
#ifdef BOOT0_PINS
#include BOOT0_PINS
#endif
