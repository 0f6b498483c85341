/* SPDX-License-Identifier: MIT */
/* The vector table and the code before main() are those of boot0's own programs. */
#include "chip/stm32f4/startup.c"
