/* SPDX-License-Identifier: MIT */
#include "frames.h"

enum {
    FIRST_MHZ = 24,
    LAST_MHZ = 26,
    COUNT = 100, /* frames: checks every millisecond give 1 %, crystals differ by 4 % */
    FRAME_US = 1000,
    SILENCE_US = 1000000,
    GAP_US = 3000, /* plus a deviation of an eighth: some hosts restart after a reset */
};

static uint8_t begin(struct b0_frames *frames, uint16_t frame, uint32_t now_us)
{
    frames->begun = true;
    frames->frame = frame;
    frames->since_us = now_us;
    return 0;
}

uint8_t b0_frames_crystal(struct b0_frames *frames, uint8_t mhz, uint16_t frame, uint32_t now_us)
{
    uint32_t count = (uint32_t)(frame - frames->frame) & B0_FRAMES_MASK;
    uint32_t span_us = now_us - frames->since_us;
    uint32_t host_us = count * FRAME_US;
    uint32_t off_us = span_us > host_us ? span_us - host_us : host_us - span_us;

    if (!frames->begun)
        return begin(frames, frame, now_us);
    if (!frames->hears) {
        frames->hears = count > 0;
        if (frames->hears)
            return begin(frames, frame, now_us);
        return span_us < SILENCE_US ? 0 : (uint8_t)(mhz < LAST_MHZ ? mhz + 1 : FIRST_MHZ);
    }
    if (off_us > host_us / 8 + GAP_US)
        return begin(frames, frame, now_us);
    if (count < COUNT)
        return 0;
    mhz = (uint8_t)((mhz * span_us + host_us / 2) / host_us);
    return mhz < FIRST_MHZ ? FIRST_MHZ : mhz > LAST_MHZ ? LAST_MHZ : mhz;
}
