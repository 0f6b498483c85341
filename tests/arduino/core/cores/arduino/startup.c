/* SPDX-License-Identifier: MIT */
/* The vector table and what runs before main() are those of boot0's own programs. */
#include "chip/stm32f4/startup.c"
