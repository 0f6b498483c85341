/* SPDX-License-Identifier: MIT */
/* LZ4 blocks: one made by hand, all kinds of data encoded and decoded, and invalid blocks. */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <core/lz4.h>
#include <string.h>

/* A block as in the format's description: literals "ab", 10 bytes from 2 back, then "cdefg". */
static void test_by_hand(void **state)
{
    static const uint8_t block[] = {0x26, 'a', 'b', 2, 0, 0x50, 'c', 'd', 'e', 'f', 'g'};
    uint8_t data[17];

    (void)state;
    assert_int_equal(b0_lz4_decode(data, sizeof data, block, sizeof block), 17);
    assert_memory_equal(data, "ababababababcdefg", 17);
    assert_int_equal(b0_lz4_decode(data, 16, block, sizeof block), 0); /* too long */
}

static void test_long_lengths(void **state)
{
    uint8_t data[B0_LZ4_BLOCK_MAX], block[64], back[B0_LZ4_BLOCK_MAX];
    size_t size;

    (void)state;
    memset(data, 0x5a, sizeof data);
    size = b0_lz4_encode(block, sizeof block, data, sizeof data);
    assert_in_range(size, 1, 32);
    assert_int_equal(b0_lz4_decode(back, sizeof back, block, size), sizeof data);
    assert_memory_equal(back, data, sizeof data);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

/* All lengths near the limits of the format, with more and fewer repetitions. */
static void test_there_and_back(void **state)
{
    static const size_t sizes[] = {1,  2,  4,  5,   11,  12,  13,   14,   15,  16,
                                   17, 31, 64, 255, 256, 270, 1000, 4095, 4096};
    uint8_t data[B0_LZ4_BLOCK_MAX], block[2 * B0_LZ4_BLOCK_MAX], back[B0_LZ4_BLOCK_MAX];
    uint32_t seed = 1;

    (void)state;
    for (uint32_t symbols = 1; symbols <= 256; symbols *= 4)
        for (size_t i = 0; i < B0_LENGTH(sizes); i++) {
            size_t size;

            for (size_t at = 0; at < sizes[i]; at++)
                data[at] = (uint8_t)(next_random(&seed) % symbols);
            size = b0_lz4_encode(block, sizeof block, data, sizes[i]);
            assert_int_not_equal(size, 0);
            assert_int_equal(b0_lz4_decode(back, sizes[i], block, size), sizes[i]);
            assert_memory_equal(back, data, sizes[i]);
            assert_int_equal(b0_lz4_encode(block, size - 1, data, sizes[i]), 0); /* no room */
            /* A block that is cut short is invalid, or has fewer bytes. */
            for (size_t cut = 0; cut < size; cut++)
                assert_true(b0_lz4_decode(back, sizes[i], block, cut) < sizes[i]);
        }
}

static void test_nonsense(void **state)
{
    static const struct {
        uint8_t block[8];
        size_t size;
    } bad[] = {
        {{0}, 0},
        {{0x10}, 1},                        /* a missing literal */
        {{0xf0, 0xff}, 2},                  /* an unfinished length */
        {{0x10, 'a', 1}, 3},                /* half a distance */
        {{0x10, 'a', 0, 0, 0x10, 'b'}, 6},  /* distance 0 */
        {{0x10, 'a', 2, 0, 0x10, 'b'}, 6},  /* before the start */
        {{0x10, 'a', 1, 0}, 4},             /* ends in a match */
        {{0x1f, 'a', 1, 0, 0xff, 0xff}, 6}, /* its length is unfinished */
    };
    uint8_t data[64];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(bad); i++)
        assert_int_equal(b0_lz4_decode(data, sizeof data, bad[i].block, bad[i].size), 0);
    assert_int_equal(b0_lz4_encode(data, sizeof data, data, B0_LZ4_BLOCK_MAX + 1), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_long_lengths),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
