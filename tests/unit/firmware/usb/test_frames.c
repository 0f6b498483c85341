/* SPDX-License-Identifier: MIT */
/* Detects the crystal from the host's frames. */
#include "firmware/usb/frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/*
 * Polls every `step_us` of the host's time, from frame `first` on, with a clock set for `thought`
 * while the crystal is `is`; the frame numbers restart after `resets_us` (0: never).
 */
static uint8_t found(uint8_t is, uint8_t thought, uint32_t step_us, uint32_t first,
                     uint32_t resets_us)
{
    struct b0_frames frames = {0};

    for (uint32_t now_us = 0; now_us < 1500000; now_us += step_us) {
        uint32_t since_us = resets_us > 0 && now_us >= resets_us ? now_us - resets_us : now_us;
        uint16_t frame = (uint16_t)((first + since_us / 1000) & B0_FRAMES_MASK);
        uint8_t mhz = b0_frames_crystal(&frames, thought, frame,
                                        (uint32_t)((uint64_t)now_us * is / thought) + 5);

        if (mhz != 0)
            return mhz;
    }
    return 0;
}

static void test_each_crystal(void **state)
{
    (void)state;
    for (uint8_t is = 24; is <= 26; is++) {
        for (uint8_t thought = 24; thought <= 26; thought++) {
            assert_int_equal(found(is, thought, 1000, 0, 0), is);
            assert_int_equal(found(is, thought, 9700, 0, 0), is);
            assert_int_equal(found(is, thought, 130, 2000, 0), is); /* the number wraps */
            assert_int_equal(found(is, thought, 1000, 300, 60500), is);
        }
    }
}

/* Without frames from the host, the next crystal is tried after a second. */
static void test_silence(void **state)
{
    struct b0_frames frames = {0};

    (void)state;
    assert_int_equal(b0_frames_crystal(&frames, 26, 0, 1000), 0);
    assert_int_equal(b0_frames_crystal(&frames, 26, 0, 1000000), 0);
    assert_int_equal(b0_frames_crystal(&frames, 26, 0, 1001000), 24);
    assert_int_equal(b0_frames_crystal(&frames, 24, 0, 1001000), 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_crystal),
        cmocka_unit_test(test_silence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
