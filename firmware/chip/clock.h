/* SPDX-License-Identifier: MIT */
/* The clock, from whatever crystal the board has: RM0090, 7.2. */
#ifndef CHIP_CLOCK_H
#define CHIP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /* Crystals from here on, 24, 25 and 26 MHz, are closer together than HSI is exact. */
    B0_CLOCK_DOUBTFUL_HZ = 24000000,
};

/*
 * Starts the crystal and measures it against the internal oscillator, from which the chip must run,
 * as after a reset. HSI is off by -8 to 4.5 % over all temperatures (DS8626, 5.3.9), so the crystal
 * is the one of 4 to 26 MHz that is nearest: the midpoints between neighbours are the borders. One
 * from B0_CLOCK_DOUBTFUL_HZ on is a guess (frames.h tells). Returns its frequency in Hz; 0 if there
 * is no crystal. The crystal runs on.
 */
uint32_t b0_clock_measure(void);

/* The crystal's frequency is known: starts it. False if it does not run. */
bool b0_clock_start_crystal(void);

/*
 * Switches from a running crystal of that many Hz, a multiple of 1 MHz, to the PLL, with 48 MHz for
 * USB, a quarter of HCLK for APB1 and half of it for APB2. `low_supply`: with as many wait states
 * as a supply from 2.1 V on wants. Returns HCLK in Hz, of an F407 168 MHz; 144 MHz if the crystal
 * is doubtful, which no crystal of 24 to 26 MHz makes more than 168 MHz. 0 if the PLL does not
 * lock: then all is as before.
 */
uint32_t b0_clock_start(uint32_t crystal_hz, bool doubtful, bool low_supply);

/*
 * Clock security, 7.2.7: if the crystal stops, the core goes on from HSI, with an NMI. The
 * bootloader's NMI is a reset, after which its LED tells of a board without a crystal.
 */
void b0_clock_secure(void);

/*
 * The flash's caches and its prefetch, without what they hold: it may be of a time before the
 * bootloader wrote to the flash (3.4.2).
 */
void b0_clock_start_caches(void);

/* Back to HSI, all clocks and wait states as after a reset. */
void b0_clock_stop(void);

#endif
