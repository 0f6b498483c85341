/* SPDX-License-Identifier: MIT */
/*
 * The host's clock as a reference: frames begin every millisecond, exact to 0.05 % (USB 2.0,
 * 7.1.12). They tell which of two crystals a board has when the chip's own oscillator is not exact
 * enough to tell. A wrong one makes a USB clock that is 4 or 8 % off: traffic is impossible then,
 * but bus resets, and mostly the starts of frames, are seen. It knows no chip.
 */
#ifndef B0_USB_FRAMES_H
#define B0_USB_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

enum {
    B0_FRAMES_MASK = 0x7ff, /* frame numbers have 11 bits: USB 2.0, 8.4.3 */
};

/* Starts all zero. */
struct b0_frames {
    uint32_t since_us;
    uint16_t frame; /* that was the last one then */
    bool begun;
    bool hears; /* frames have come */
};

/*
 * To be called every few milliseconds from the first bus reset on, with the number of the last
 * frame and the time by the clock in doubt, which was set for a crystal of `mhz`. Returns which of
 * the crystals of 24, 25 and 26 MHz it is, the same one included; while that is unknown 0. Where no
 * frame is heard for a second, the next one is worth a try.
 */
uint8_t b0_frames_crystal(struct b0_frames *frames, uint8_t mhz, uint16_t frame, uint32_t now_us);

#endif
