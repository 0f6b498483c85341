/* SPDX-License-Identifier: MIT */
/*
 * How to enter DFU mode, per board. The ways into ST's ROM are those of AN2606: BOOT0 high and
 * BOOT1 (PB2, if the chip has that pin) low at reset. Jumpers and buttons are the boards' own.
 */
#include "findings.h"

#include <core/array.h>
#include <string.h>

static const struct {
    const char *board;
    const char *text;
} ways[] = {
    {"black-f407ve",
     "Set the BT0 jumper to 3V3 and BT1 to GND, press RESET, and use the USB socket on the board."},
    {"black-f407ze",
     "Set the BT0 jumper to 3V3 and BT1 to GND, press RESET, and use the USB socket on the board."},
    {"discovery-f407",
     "Connect BOOT0 to VDD (neighbouring pins of header P2) and PB2 to GND, press the black "
     "button, and use the micro USB socket CN5, not CN1, which belongs to the ST-LINK."},
    {"discovery-f429",
     "Connect BOOT0 to VDD and PB2 to GND, press the black button. The ROM's USB is on PA11 and "
     "PA12, where the board has no socket: the micro USB socket CN6 is on PB14 and PB15."},
    {"nucleo-f446re", "Connect BOOT0 (CN7, pin 7) to VDD (pin 5), press the black button, and use "
                      "a USB cable on PA11 (D-) and PA12 (D+): the board's socket belongs to the "
                      "ST-LINK."},
    {"blackpill-f401", "Hold BOOT0, press and release NRST, release BOOT0 half a second later. If "
                       "the board does not appear, add a pull-up from PA10 to 3.3 V: the ROM "
                       "mistakes a floating PA10 for a UART."},
    {"blackpill-f411", "Hold BOOT0, press and release NRST, release BOOT0 half a second later. If "
                       "the board does not appear, add a pull-up from PA10 to 3.3 V: the ROM "
                       "mistakes a floating PA10 for a UART."},
    {"bluepill",
     "Its ROM does not support USB. With the STM32duino bootloader in flash, press RESET: the "
     "board is in DFU mode for a second after reset, or permanently with BOOT1 at 1. Use --wait."},
    {"maple",
     "Press RESET: the board is in DFU mode while the LED flashes quickly. To keep it there, "
     "press BUT as well while the LED flashes."},
};

const char *enter_text(const char *board)
{
    for (size_t i = 0; i < B0_LENGTH(ways); i++)
        if (strcmp(ways[i].board, board) == 0)
            return ways[i].text;
    return NULL;
}
