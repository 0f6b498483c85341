// SPDX-License-Identifier: MIT
/* Arduino's pin numbers, and the clocks: STM32duino's file for this board (BOOT0_VARIANT). */
#include BOOT0_VARIANT
