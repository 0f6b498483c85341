/* SPDX-License-Identifier: MIT */
/* CRC-32 against known values, which are inverted at the end, whole and in pieces. */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <core/crc32.h>
#include <string.h>

static void test_known(void **state)
{
    static const struct {
        const char *text;
        uint32_t crc;
    } known[] = {
        {"", 0x00000000},
        {"a", 0xe8b7be43},
        {"123456789", 0xcbf43926}, /* the check value of catalogues of CRCs */
        {"The quick brown fox jumps over the lazy dog", 0x414fa339},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(known); i++)
        assert_int_equal(
            b0_crc32(B0_CRC32_START, (const uint8_t *)known[i].text, strlen(known[i].text)),
            known[i].crc ^ 0xffffffff);
}

static void test_pieces(void **state)
{
    static const uint8_t data[] = "123456789";

    (void)state;
    for (size_t i = 0; i <= 9; i++) {
        uint32_t crc = b0_crc32(B0_CRC32_START, data, i);

        assert_int_equal(b0_crc32(crc, data + i, 9 - i), 0x340bc6d9);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
