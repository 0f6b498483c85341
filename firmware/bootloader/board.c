/* SPDX-License-Identifier: MIT */
#include "board.h"

#include BOARD_HEADER
#include "board_defaults.h"
#include <chip/pins.h>

enum {
    PATTERN_STEP_US = 62500,
};

void b0_led_start(void)
{
    if (BOARD_HAS_LED)
        b0_pin_output(BOARD_LED_PORT, BOARD_LED_PIN, !BOARD_LED_LEVEL);
}

void b0_led_show(uint32_t pattern, uint32_t now_us)
{
    bool lit = (pattern >> now_us / PATTERN_STEP_US % 32 & 1) != 0;

    if (BOARD_HAS_LED)
        b0_pin_set(BOARD_LED_PORT, BOARD_LED_PIN, lit == BOARD_LED_LEVEL);
}

bool b0_button_pressed(void)
{
    bool pressed = false;

    if (BOARD_HAS_BUTTON) {
        b0_pin_input(BOARD_BUTTON_PORT, BOARD_BUTTON_PIN, !BOARD_BUTTON_LEVEL);
        for (volatile int i = 0; i < 1000; i++) { /* about 0.5 ms for the pull-up */
        }
        pressed = b0_pin_get(BOARD_BUTTON_PORT, BOARD_BUTTON_PIN) == BOARD_BUTTON_LEVEL;
        b0_port_reset(BOARD_BUTTON_PORT);
    }
    return pressed;
}
