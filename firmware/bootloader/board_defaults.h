/* SPDX-License-Identifier: MIT */
/*
 * All settings of a board, with defaults for a board of which only the chip is known. A board's
 * header in firmware/boards sets those that differ, and must set BOARD_NAME.
 * docs/tutorial/own-board.md explains how to add a board.
 */
#ifndef B0_BOOTLOADER_BOARD_DEFAULTS_H
#define B0_BOOTLOADER_BOARD_DEFAULTS_H

/* Shown by `boot0 info`; at most 16 characters. */
#ifndef BOARD_NAME
#error "a board has a name"
#endif

/* An LED that shows the bootloader's state: 1, with its port, pin and level when lit; or 0. */
#ifndef BOARD_HAS_LED
#define BOARD_HAS_LED   0
#define BOARD_LED_PORT  GPIOA
#define BOARD_LED_PIN   5
#define BOARD_LED_LEVEL 1
#endif

/*
 * Blink patterns: 32 bits for 2 seconds, from the lowest bit, each for 1/16 s. While the bootloader
 * waits; while the flash works; in the half second for a second tap; and without a crystal, when
 * USB cannot work.
 */
#ifndef BOARD_PATTERN_WAITING
#define BOARD_PATTERN_WAITING    0x0000ffffu
#define BOARD_PATTERN_BUSY       0x55555555u
#define BOARD_PATTERN_TAP        0xffffffffu
#define BOARD_PATTERN_NO_CRYSTAL 0x00000015u
#endif

/*
 * A button that keeps the board in the bootloader if it is held during a reset: 1, with its port,
 * pin and level when pressed (the pin is pulled to the other level); or 0.
 */
#ifndef BOARD_HAS_BUTTON
#define BOARD_HAS_BUTTON   0
#define BOARD_BUTTON_PORT  GPIOA
#define BOARD_BUTTON_PIN   0
#define BOARD_BUTTON_LEVEL 1
#endif

/*
 * The crystal in Hz, a multiple of 1 MHz from 4 to 26; 0: measured at each start. Set it if it is
 * 24 to 26 MHz: measuring cannot tell these apart, so the bootloader needs the host's clock and
 * runs at 6/7 of its speed.
 */
#ifndef BOARD_CRYSTAL_HZ
#define BOARD_CRYSTAL_HZ 0u
#endif

/*
 * Bytes per flash operation: 4 needs a supply of 2.7 V, 2 needs 2.1 V, 1 any (RM0090, 3.6.2). 0:
 * chosen by the measured supply. A measurement also reduces a number that is too high for the
 * supply.
 */
#ifndef BOARD_FLASH_BYTES
#define BOARD_FLASH_BYTES 4
#endif

#endif
