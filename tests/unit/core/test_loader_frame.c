/* SPDX-License-Identifier: MIT */
/*
 * Frames of the serial RAM loader: known bytes, all lengths encoded and decoded, every damage
 * found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <core/loader_frame.h>
#include <string.h>

static struct b0_loader_input input;

/* Feeds bytes; returns how many whole frames came, and counts broken ones. */
static unsigned feed(const uint8_t *bytes, size_t size, struct b0_loader_frame *frame,
                     unsigned *broken)
{
    unsigned whole = 0;

    for (size_t i = 0; i < size; i++) {
        enum b0_loader_event event = b0_loader_input_add(&input, bytes[i], frame);

        whole += event == B0_LOADER_FRAME;
        *broken += event == B0_LOADER_BROKEN;
    }
    return whole;
}

/* As in docs/reference/loader.md. */
static void test_known(void **state)
{
    static const uint8_t sync[] = {0x00, 0x03, 0x03, 0x07, 0x01, 0x05,
                                   0x88, 0x99, 0x41, 0xc9, 0x00};
    const struct b0_loader_parts nothing = {0};
    uint8_t coded[B0_LOADER_CODED_SIZE(0)];

    (void)state;
    assert_int_equal(b0_loader_frame_encode(coded, 3, 7, &nothing), sizeof sync);
    assert_memory_equal(coded, sync, sizeof sync);
}

static void fill(uint8_t *data, size_t size, unsigned kind)
{
    uint32_t seed = 7;

    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525 + 1013904223;
        data[i] = kind == 0 ? 0 : kind == 1 ? (uint8_t)(i % 255 + 1) : (uint8_t)(seed >> 24);
    }
}

static void test_there_and_back(void **state)
{
    static uint8_t data[B0_LOADER_PAYLOAD_MAX], coded[B0_LOADER_CODED_SIZE(B0_LOADER_PAYLOAD_MAX)];
    struct b0_loader_frame frame;
    unsigned broken = 0;

    (void)state;
    b0_loader_input_init(&input);
    for (unsigned kind = 0; kind < 3; kind++)
        for (size_t length = 0; length <= B0_LOADER_PAYLOAD_MAX; length += length < 600 ? 1 : 97) {
            struct b0_loader_parts parts = {data, length < 4 ? length : 4, data + 4,
                                            length < 4 ? 0 : length - 4};
            size_t size;

            fill(data, length, kind);
            size = b0_loader_frame_encode(coded, 0x41, (uint8_t)length, &parts);
            assert_true(size <= B0_LOADER_CODED_SIZE(length));
            assert_null(memchr(coded + 1, 0, size - 2));
            assert_int_equal(feed(coded, size, &frame, &broken), 1);
            assert_int_equal(frame.type, 0x41);
            assert_int_equal(frame.number, (uint8_t)length);
            assert_int_equal(frame.length, length);
            assert_memory_equal(frame.payload, data, length);
        }
    assert_int_equal(broken, 0);
}

/* One changed bit, one missing byte, one extra byte: dropped, and the next frame is whole. */
static void test_damage(void **state)
{
    static const uint8_t data[] = "what is sent over a line";
    const struct b0_loader_parts parts = {data, sizeof data, NULL, 0};
    uint8_t coded[B0_LOADER_CODED_SIZE(sizeof data)], bad[sizeof coded + 1];
    size_t size = b0_loader_frame_encode(coded, 0x41, 5, &parts);
    struct b0_loader_frame frame;
    unsigned broken = 0;

    (void)state;
    b0_loader_input_init(&input);
    for (size_t at = 1; at + 1 < size; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(bad, coded, size);
            bad[at] ^= (uint8_t)(1u << bit);
            assert_int_equal(feed(bad, size, &frame, &broken), 0);
            assert_true(broken > 0);
            broken = 0;
        }
        memcpy(bad, coded, at);
        memcpy(bad + at, coded + at + 1, size - at - 1);
        assert_int_equal(feed(bad, size - 1, &frame, &broken), 0);
        assert_int_equal(broken, 1);
        memcpy(bad, coded, at);
        bad[at] = 0xa5;
        memcpy(bad + at + 1, coded + at, size - at);
        assert_int_equal(feed(bad, size + 1, &frame, &broken), 0);
        assert_int_equal(broken, 2);
        broken = 0;
        assert_int_equal(feed(coded, size, &frame, &broken), 1);
        assert_int_equal(broken, 0);
    }
}

/* A lost zero joins two frames; data longer than any frame is dropped. */
static void test_joined_and_endless(void **state)
{
    const struct b0_loader_parts nothing = {0};
    uint8_t coded[2 * B0_LOADER_CODED_SIZE(0)];
    size_t size = b0_loader_frame_encode(coded, 3, 1, &nothing);
    struct b0_loader_frame frame;
    unsigned broken = 0;

    (void)state;
    b0_loader_input_init(&input);
    size += b0_loader_frame_encode(coded + size - 1, 3, 2, &nothing) - 1;
    assert_int_equal(feed(coded, size, &frame, &broken), 2); /* one zero between them is enough */
    for (size_t i = 0; i < 3 * sizeof input.body; i++)
        assert_int_equal(b0_loader_input_add(&input, 0x33, &frame), B0_LOADER_NOTHING);
    assert_int_equal(b0_loader_input_add(&input, 0, &frame), B0_LOADER_BROKEN);
    assert_int_equal(feed(coded, size, &frame, &broken), 2);
    assert_int_equal(broken, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_joined_and_endless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
