/* SPDX-License-Identifier: MIT */
/*
 * The host's clock as a reference: frames begin every millisecond, accurate to 0.05 % (USB 2.0,
 * 7.1.12). They show which of two crystals a board has if the chip's own oscillator is not accurate
 * enough. A wrong assumption makes a USB clock that is 4 or 8 % off: data transfer is impossible
 * then, but bus resets, and usually the starts of frames, are detected. Independent of the chip.
 */
#ifndef B0_USB_FRAMES_H
#define B0_USB_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

enum {
    B0_FRAMES_MASK = 0x7ff, /* frame numbers have 11 bits: USB 2.0, 8.4.3 */
};

/* Starts zeroed. */
struct b0_frames {
    uint32_t since_us;
    uint16_t frame; /* last frame number at that time */
    bool begun;
    bool hears; /* frames have arrived */
};

/*
 * Call every few milliseconds from the first bus reset on, with the number of the last frame and
 * the time of the doubtful clock, which assumes a crystal of `mhz`. Returns the actual crystal, 24,
 * 25 or 26 MHz, which can be the same one; 0 while unknown. If no frame arrives for a second,
 * returns the next one to try.
 */
uint8_t b0_frames_crystal(struct b0_frames *frames, uint8_t mhz, uint16_t frame, uint32_t now_us);

#endif
