/* SPDX-License-Identifier: MIT */
/* Terminal output: printf's formats, and nothing that a terminal acts on; errors as JSON. */
#include "cli_test.h"

#include <base/print/json.h>
#include <base/print/utf8.h>
#include <cli/command.h>
#include <cli/print.h>
#include <cli/text.h>
#include <inttypes.h>
#include <string.h>

/* Windows' consoles are set to UTF-8; elsewhere the locale tells what a terminal accepts. */
#ifdef _WIN32
#define setenv(name, value, overwrite) ((void)(overwrite), 0)
static const bool has_locales = false;
#else
static const bool has_locales = true;
#endif

static int use_utf8(void **state)
{
    (void)state;
    return setenv("LC_ALL", "C.UTF-8", 1);
}

/* Compares with printf itself. */
#define SAME(...)                                                                                  \
    do {                                                                                           \
        char wanted_[256];                                                                         \
        struct memory_file memory_;                                                                \
                                                                                                   \
        snprintf(wanted_, sizeof wanted_, __VA_ARGS__);                                            \
        memory_open(&memory_);                                                                     \
        print_to(memory_.file, __VA_ARGS__);                                                       \
        memory_expect(&memory_, wanted_);                                                          \
    } while (0)

static void test_formats(void **state)
{
    (void)state;
    SAME("plain, 100%%\n");
    SAME("%s|%10s|%-10s|%.3s|%-*s|%.*s|%c", "one", "two", "three", "abcdef", 7, "four", 2, "xyz",
         'c');
    SAME("%d %5d %-5d| %05d %+d %i", -1, 42, 42, 42, 42, -7);
    SAME("%u %x %08x %X %#x %3u%%", 7u, 255u, 0x1234u, 0xabcu, 16u, 50u);
    SAME("%zu %lu %ld %" PRIu64 " %.3d %" PRIu8, SIZE_MAX - 1, 5UL, -5L, UINT64_MAX, 7, (uint8_t)9);
    SAME("%-20s%08" PRIx32 ".", "label", UINT32_MAX);
    SAME("%*s|%-*d|", -6, "ab", 4, 7);
}

static void expect_text(const char *text, const char *wanted)
{
    struct memory_file memory;

    memory_open(&memory);
    print_to(memory.file, "%s", text);
    memory_expect(&memory, wanted);
}

static void test_controls(void **state)
{
    /* U+202E, and U+2066 U+200B U+FEFF, in bytes: a compiler warns of them in a string. */
    static const char override[] = {'\xe2', '\x80', '\xae', 't', 'x', 't', '.', 'e', 'x', 'e', 0};
    static const char isolate[] = {'\xe2', '\x81', '\xa6', '\xe2', '\x80',
                                   '\x8b', '\xef', '\xbb', '\xbf', 0};

    (void)state;
    expect_text("a\033[31mb", "a\\x1b[31mb");
    expect_text("a\rb\nc\td\be\177f\aq", "a\\rb\\nc\\td\\x08e\\x7ff\\x07q");
    expect_text("\xc2\x9b"
                "31m",
                "\\x9b31m"); /* CSI as one character */
    expect_text("\x9b"
                "31m\xff",
                "\\x9b31m\\xff"); /* and as a byte */
    expect_text(override, "\\u202etxt.exe");
    expect_text(isolate, "\\u2066\\u200b\\ufeff");
    expect_text("\xf3\xa0\x80\x81", "\\ue0001");
    expect_text("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    expect_text("\xc0\x80\xe0\x80\x80\xed\xa0\x80", "\\xc0\\x80\\xe0\\x80\\x80\\xed\\xa0\\x80");
    expect_text("\xe2\x82", "\\xe2\\x82"); /* cut off */
}

/* All single bytes and all pairs: only printable characters come out. */
static void test_all_pairs(void **state)
{
    (void)state;
    for (unsigned i = 1; i < 65536; i++) {
        const char text[3] = {(char)(i & 0xff ? i & 0xff : 'x'), (char)(i >> 8), '\0'};
        char *safe = print_sanitized(text, 2, false);
        uint32_t point;

        assert_non_null(safe);
        for (const char *at = safe; *at;) {
            int length = utf8_decode(at, &point);

            assert_true(length > 0);
            assert_false(utf8_is_control(point));
            at += length;
        }
        free(safe);
    }
}

/* Latin-1 terminals interpret UTF-8's bytes 0x80 to 0x9f as controls. */
static void test_other_locales(void **state)
{
    (void)state;
    assert_int_equal(setenv("LC_ALL", "C", 1), 0);
    expect_text("\xc3\x9b", has_locales ? "\\xc3\\x9b" : "\xc3\x9b");
    assert_int_equal(setenv("LC_ALL", "", 1), 0);
    assert_int_equal(setenv("LC_CTYPE", "de_DE.utf8", 1), 0);
    expect_text("\xc3\x9b", "\xc3\x9b");
    assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
}

/* A precision cuts the argument, a width counts printed columns. */
static void test_columns(void **state)
{
    struct memory_file memory;

    (void)state;
    memory_open(&memory);
    print_to(memory.file, "[%-8s][%6s][%.2s]",
             "\xc3\xa9"
             "a",
             "\033",
             "\xc3\xa9"
             "b");
    memory_expect(&memory, "[\xc3\xa9"
                           "a      ][  \\x1b][\xc3\xa9]");
}

static void test_paragraphs(void **state)
{
    struct memory_file memory;

    (void)state;
    memory_open(&memory);
    print_wrapped(memory.file, "Note: ", "a\033[2J\n  b\r\xc2\x9b");
    memory_expect(&memory, "Note: a\\x1b[2J\n        b\\r\\x9b\n");
}

static void test_error(void **state)
{
    struct memory_file memory;
    struct boot0_error error;
    struct json json;

    (void)state;
    boot0_fail(&error, BOOT0_E_NO_BOARD, "no board");
    boot0_hint(&error, "plug it in");
    memory_open(&memory);
    json = json_begin(memory.file);
    json_error(&json, &error);
    json_end(&json);
    memory_expect(&memory, "{\"error\":{\"code\":\"no-board\",\"message\":\"no board\","
                           "\"hint\":\"plug it in\",\"exit_code\":69}}\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),   cmocka_unit_test(test_controls),
        cmocka_unit_test(test_all_pairs), cmocka_unit_test(test_other_locales),
        cmocka_unit_test(test_columns),   cmocka_unit_test(test_paragraphs),
        cmocka_unit_test(test_error),
    };

    return cmocka_run_group_tests(tests, use_utf8, NULL);
}
