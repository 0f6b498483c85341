/* SPDX-License-Identifier: MIT */
/* The clock, from any crystal: RM0090, 7.2. */
#ifndef CHIP_CLOCK_H
#define CHIP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /* Crystals from here on, 24, 25 and 26 MHz, differ by less than the accuracy of HSI. */
    B0_CLOCK_DOUBTFUL_HZ = 24000000,
};

/*
 * Starts the crystal and measures it against the internal oscillator, on which the chip must run,
 * as after a reset. HSI is off by -8 to 4.5 % over all temperatures (DS8626, 5.3.9), so the nearest
 * of the crystals of 4 to 26 MHz is chosen, with the midpoints between neighbours as limits. From
 * B0_CLOCK_DOUBTFUL_HZ on it is a guess (see frames.h). Returns the frequency in Hz; 0 if there is
 * no crystal. The crystal keeps running.
 */
uint32_t b0_clock_measure(void);

/* Starts a crystal of known frequency. False if it does not run. */
bool b0_clock_start_crystal(void);

/*
 * Switches from a running crystal of crystal_hz, a multiple of 1 MHz, to the PLL, with 48 MHz for
 * USB, a quarter of HCLK for APB1 and half of it for APB2. `low_supply`: uses the wait states for a
 * supply from 2.1 V on. Returns HCLK in Hz, for an F407 168 MHz; for a doubtful crystal 144 MHz,
 * which stays within 168 MHz with any crystal of 24 to 26 MHz. Returns 0 and changes nothing if the
 * PLL does not lock.
 */
uint32_t b0_clock_start(uint32_t crystal_hz, bool doubtful, bool low_supply);

/*
 * Clock security, 7.2.7: if the crystal stops, the core continues on HSI with an NMI. The
 * bootloader's NMI is a reset, after which its LED shows a board without a crystal.
 */
void b0_clock_secure(void);

/*
 * Starts the flash's caches and prefetch empty: they may contain data from before the bootloader
 * wrote to the flash (3.4.2).
 */
void b0_clock_start_caches(void);

/* Returns to HSI, with all clocks and wait states as after a reset. */
void b0_clock_stop(void);

#endif
