/* SPDX-License-Identifier: MIT */
/* SHA-256 against the examples of FIPS 180-4 and other known results, whole and in pieces. */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <core/sha256.h>
#include <stdio.h>
#include <string.h>

static void expect(struct b0_sha256 *sha, const char *wanted)
{
    uint8_t digest[B0_SHA256_SIZE];
    char text[2 * B0_SHA256_SIZE + 1];

    b0_sha256_end(sha, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(text, wanted);
}

static void test_known(void **state)
{
    static const struct {
        const char *text, *digest;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
         "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(known); i++) {
        struct b0_sha256 sha;

        b0_sha256_begin(&sha);
        b0_sha256_add(&sha, (const uint8_t *)known[i].text, strlen(known[i].text));
        expect(&sha, known[i].digest);
    }
}

static void test_million(void **state)
{
    static const uint8_t piece[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct b0_sha256 sha;

    (void)state;
    b0_sha256_begin(&sha);
    for (size_t i = 0; i < 1000000 / 80; i++)
        b0_sha256_add(&sha, piece, 80);
    expect(&sha, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Lengths around the ends of blocks, each cut at every position. */
static void test_pieces(void **state)
{
    static const struct {
        size_t length;
        const char *digest; /* of `length` zeros */
    } rows[] = {
        {55, "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"},
        {56, "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"},
        {63, "c7723fa1e0127975e49e62e753db53924c1bd84b8ac1ac08df78d09270f3d971"},
        {64, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
        {65, "98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7"},
    };
    static const uint8_t zeros[65];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        for (size_t cut = 0; cut <= rows[i].length; cut++) {
            struct b0_sha256 sha;

            b0_sha256_begin(&sha);
            b0_sha256_add(&sha, zeros, cut);
            b0_sha256_add(&sha, zeros, rows[i].length - cut);
            expect(&sha, rows[i].digest);
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_million),
        cmocka_unit_test(test_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
