/* SPDX-License-Identifier: MIT */
/*
 * The LED and button of the board's header in firmware/boards. Without one, the functions do
 * nothing.
 */
#ifndef B0_BOOTLOADER_BOARD_H
#define B0_BOOTLOADER_BOARD_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the LED's pin an output and switches the LED off. */
void b0_led_start(void);
/* `pattern` is one of those in board_defaults.h. */
void b0_led_show(uint32_t pattern, uint32_t now_us);

/* Takes about 0.5 ms. Afterwards the pin is in its reset state again. */
bool b0_button_pressed(void);

#endif
