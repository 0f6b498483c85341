/* SPDX-License-Identifier: MIT */
/* The board's LED and button, by its header in firmware/boards. Without one they do nothing. */
#ifndef B0_BOOTLOADER_BOARD_H
#define B0_BOOTLOADER_BOARD_H

#include <stdbool.h>
#include <stdint.h>

/* The LED's pin becomes an output, dark. */
void b0_led_start(void);
/* `pattern` is one of board_defaults.h. */
void b0_led_show(uint32_t pattern, uint32_t now_us);

/* Takes some 0.5 ms; the pin is as after a reset again. */
bool b0_button_pressed(void);

#endif
