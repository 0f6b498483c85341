/* SPDX-License-Identifier: MIT */
/* The clock of the STM32F405/407/415/417 from whatever crystal the board has: RM0090, 7.2. */
#ifndef CHIP_CLOCK_H
#define CHIP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum {
    B0_CLOCK_FAST_HZ = 168000000, /* HCLK that b0_clock_start() makes, with 48 MHz for USB */
};

/*
 * Starts the crystal and measures it against the internal oscillator, from which the chip has to
 * run, as after reset. Returns the nearest frequency in which crystals for such boards are sold, in
 * Hz; 0 if there is no crystal or it is nowhere near one. The crystal runs on.
 */
uint32_t b0_clock_measure(void);

/* The crystal's frequency is known: starts it. False if it does not run. */
bool b0_clock_start_crystal(void);

/*
 * Goes over to 168 MHz from a running crystal of that many Hz, a multiple of 1 MHz, with 42 MHz for
 * APB1 and 84 MHz for APB2. False if the PLL does not lock: then all is as before.
 */
bool b0_clock_start(uint32_t crystal_hz);

#endif
