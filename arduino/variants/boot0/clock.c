/* SPDX-License-Identifier: MIT */
/* The clocks of STM32duino's generic boards; other boards have theirs in variant.cpp. */
#include <generic_clock.c>
