/* SPDX-License-Identifier: MIT */
/* The version in the headers, in the library, and in the build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <boot0/boot0.h>
#include <cmocka.h>
#include <stdio.h>

static void test_headers_and_library_agree(void **state)
{
    char text[32];

    (void)state;
    snprintf(text, sizeof text, "%d.%d.%d", BOOT0_VERSION_MAJOR, BOOT0_VERSION_MINOR,
             BOOT0_VERSION_PATCH);
    assert_string_equal(BOOT0_VERSION, text);
    assert_string_equal(BOOT0_VERSION, B0_VERSION); /* meson.build's */
    assert_string_equal(boot0_version(), BOOT0_VERSION);
    assert_true(BOOT0_VERSION_NUMBER >= 0x000100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers_and_library_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
