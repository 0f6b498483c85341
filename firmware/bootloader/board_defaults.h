/* SPDX-License-Identifier: MIT */
/*
 * All that the bootloader can be told of a board, with the values of one of which nothing is known
 * but its chip. A board's header in firmware/boards sets what differs; it has to set BOARD_NAME.
 * docs/tutorial/own-board.md tells how to add a board.
 */
#ifndef B0_BOOTLOADER_BOARD_DEFAULTS_H
#define B0_BOOTLOADER_BOARD_DEFAULTS_H

/* Shown by `boot0 info`: at most 16 characters. */
#ifndef BOARD_NAME
#error "a board has a name"
#endif

/* An LED that shows what the bootloader does: 1, with its port, pin and level when lit; or 0. */
#ifndef BOARD_HAS_LED
#define BOARD_HAS_LED   0
#define BOARD_LED_PORT  GPIOA
#define BOARD_LED_PIN   5
#define BOARD_LED_LEVEL 1
#endif

/*
 * How it does so: 32 bits for 2 seconds, one after another from the lowest, each for 1/16 s. While
 * the bootloader waits; while the flash works; in the half second for a second tap; and with no
 * crystal, when USB cannot work.
 */
#ifndef BOARD_PATTERN_WAITING
#define BOARD_PATTERN_WAITING    0x0000ffffu
#define BOARD_PATTERN_BUSY       0x55555555u
#define BOARD_PATTERN_TAP        0xffffffffu
#define BOARD_PATTERN_NO_CRYSTAL 0x00000015u
#endif

/*
 * A button that keeps the board in the bootloader when it is held during a reset: 1, with its port,
 * pin and level when pressed (the pin is pulled to the other level); or 0.
 */
#ifndef BOARD_HAS_BUTTON
#define BOARD_HAS_BUTTON   0
#define BOARD_BUTTON_PORT  GPIOA
#define BOARD_BUTTON_PIN   0
#define BOARD_BUTTON_LEVEL 1
#endif

/*
 * The crystal in Hz, a multiple of 1 MHz from 4 to 26; 0: it is measured at each start. Give it
 * if it is one of 24 to 26: measuring cannot tell these apart, the host's clock has to, and the
 * bootloader runs at 6/7 of its speed.
 */
#ifndef BOARD_CRYSTAL_HZ
#define BOARD_CRYSTAL_HZ 0u
#endif

/*
 * Bytes that the flash programs at once: 4 needs a supply of 2.7 V, 2 needs 2.1 V, 1 any (RM0090,
 * 3.6.2). 0: the supply is measured and decides. A measurement also takes back a number that is too
 * high for it.
 */
#ifndef BOARD_FLASH_BYTES
#define BOARD_FLASH_BYTES 4
#endif

#endif
