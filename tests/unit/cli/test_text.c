/* SPDX-License-Identifier: MIT */
/* Sizes, times, names of boards and wrapped paragraphs; exit codes; suggestions. */
#include "cli_test.h"

#include <cli/command.h>
#include <cli/nearest.h>
#include <cli/text.h>
#include <core/array.h>
#include <string.h>

static void test_sizes(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {
        {0, "0 bytes"},         {1, "1 byte"},          {2, "2 bytes"},
        {1023, "1023 bytes"},   {1024, "1 KiB"},        {1536, "1.5 KiB"},
        {40960, "40 KiB"},      {300008, "293 KiB"},    {1048575, "1024 KiB"},
        {1048576, "1 MiB"},     {1310720, "1.25 MiB"},  {67108864, "64 MiB"},
        {15728641, "15.0 MiB"}, {262144000, "250 MiB"}, {123456789, "118 MiB"},
    };
    char text[TEXT_SHORT];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        assert_string_equal(text_size(text, rows[i].bytes), rows[i].text);
    assert_true(strlen(text_size(text, UINT64_MAX)) < TEXT_SHORT);
}

static void test_times(void **state)
{
    static const struct {
        uint64_t us;
        const char *text;
    } rows[] = {
        {0, "0 ms"},        {999, "0 ms"},           {1000, "1 ms"},           {999999, "999 ms"},
        {1000000, "1.0 s"}, {1990000, "1.9 s"},      {9999999, "9.9 s"},       {10000000, "10 s"},
        {59999999, "59 s"}, {60000000, "1 min 0 s"}, {125000000, "2 min 5 s"},
    };
    char text[TEXT_SHORT];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        assert_string_equal(text_time(text, rows[i].us), rows[i].text);
    assert_true(strlen(text_time(text, UINT64_MAX)) < TEXT_SHORT);
}

static void test_counts(void **state)
{
    char text[TEXT_SHORT];

    (void)state;
    assert_string_equal(text_count(text, 0, "sector", "sectors"), "0 sectors");
    assert_string_equal(text_count(text, 1, "sector", "sectors"), "1 sector");
    assert_string_equal(text_count(text, 2, "sector", "sectors"), "2 sectors");
}

static void test_boards(void **state)
{
    static struct boot0_board board; /* large */
    char text[TEXT_BOARD];

    (void)state;
    memset(&board, 0, sizeof board);
    assert_string_equal(text_board(text, &board), "an unknown chip");
    strcpy(board.product, "Maple 003");
    assert_string_equal(text_board(text, &board), "Maple 003");
    board.chips[0] = boot0_chip_by_name("f407");
    board.chip_count = 1;
    assert_string_equal(text_board(text, &board), "STM32F405/407/415/417");
    board.chips[1] = boot0_chip_by_name("f411");
    board.chips[2] = boot0_chip_by_name("h743");
    board.chip_count = 2;
    assert_string_equal(text_board(text, &board), "STM32, one of 2: F405/407, F411");
    board.chip_count = 3;
    assert_string_equal(text_board(text, &board), "STM32, one of 3: F405/407, ...");
    board.chips[0] = board.chips[2];
    board.chip_count = 1;
    assert_string_equal(text_board(text, &board), "STM32H742/743/745/747/750/753/755/757");
    board.chip_count = 0;
    memset(board.product, 'x', sizeof board.product - 1);
    assert_int_equal(strlen(text_board(text, &board)), TEXT_BOARD - 1);
}

static void test_access(void **state)
{
    static const struct {
        enum boot0_status code;
        const char *text;
    } rows[] = {
        {BOOT0_E_PERMISSION, "no permission: see `boot0 udev`"},
        {BOOT0_E_BUSY, "in use by another program"},
        {BOOT0_E_GONE, "unplugged just now"},
        {BOOT0_E_IO, "does not answer: plug it in again"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct boot0_error error = {.code = rows[i].code};

        assert_string_equal(text_access(&error), rows[i].text);
    }
}

static void expect_wrapped(const char *label, const char *text, const char *wanted)
{
    struct memory_file memory;

    memory_open(&memory);
    print_wrapped(memory.file, label, text);
    memory_expect(&memory, wanted);
}

/* A file that is not a terminal has 80 columns, of which paragraphs take 78. */
static void test_wrapping(void **state)
{
    char seventy_eight[80] = "", longer[100] = "", wanted[120];

    (void)state;
    expect_wrapped("", "", "\n");
    expect_wrapped("boot0: ", "short", "boot0: short\n");
    memset(seventy_eight, 'a', 78);
    snprintf(wanted, sizeof wanted, "%s\n", seventy_eight);
    expect_wrapped("", seventy_eight, wanted);
    snprintf(longer, sizeof longer, "%s bc", seventy_eight);
    snprintf(wanted, sizeof wanted, "%s\nbc\n", seventy_eight);
    expect_wrapped("", longer, wanted);
    /* A word longer than any line stays whole. */
    memset(longer, 'b', 90);
    snprintf(wanted, sizeof wanted, "%.90s\n", longer);
    longer[90] = '\0';
    expect_wrapped("", longer, wanted);
    snprintf(wanted, sizeof wanted, "Note: %.90s\n", longer);
    expect_wrapped("Note: ", longer, wanted);
}

static void test_wrapping_lines(void **state)
{
    (void)state;
    expect_wrapped("       ", "Choose one:\n  1-1  A\n  1-2  B",
                   "       Choose one:\n         1-1  A\n         1-2  B\n");
    expect_wrapped("a ", "one two  \nthree", "a one two\n  three\n");
    /* The label is repeated as spaces; no line ends in one. */
    expect_wrapped("Board     ",
                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb  ccccc  ddddd",
                   "Board     aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
                   "          ccccc  ddddd\n");
}

static void test_exit_codes(void **state)
{
    static const struct {
        enum boot0_status status;
        int code;
    } rows[] = {
        {BOOT0_OK, 0},
        {BOOT0_E_USAGE, 64},
        {BOOT0_E_DATA, 65},
        {BOOT0_E_RANGE, 65},
        {BOOT0_E_MISMATCH, 65},
        {BOOT0_E_NO_INPUT, 66},
        {BOOT0_E_NO_BOARD, 69},
        {BOOT0_E_SEVERAL, 69},
        {BOOT0_E_UNSUPPORTED, 69},
        {BOOT0_E_INTERNAL, 70},
        {BOOT0_E_MEMORY, 71},
        {BOOT0_E_NO_OUTPUT, 73},
        {BOOT0_E_IO, 74},
        {BOOT0_E_GONE, 74},
        {BOOT0_E_PROTOCOL, 74},
        {BOOT0_E_BUSY, 75},
        {BOOT0_E_PERMISSION, 77},
        {BOOT0_E_PROTECTED, 77},
        {BOOT0_E_CANCELLED, 130},
    };

    (void)state;
    assert_int_equal(B0_LENGTH(rows), BOOT0_STATUS_COUNT);
    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        assert_int_equal(exit_code(rows[i].status), rows[i].code);
    assert_int_equal(exit_code(BOOT0_STATUS_COUNT), 70);
}

static const char *nearest_of(const char *word)
{
    static const char *const names[] = {"list", "info", "flash", "read", "run", "reset", "erase"};
    struct nearest nearest = nearest_start(word);

    for (size_t i = 0; i < B0_LENGTH(names); i++)
        nearest_offer(&nearest, names[i]);
    return nearest.name;
}

static void test_nearest(void **state)
{
    (void)state;
    assert_string_equal(nearest_of("flash"), "flash");
    assert_string_equal(nearest_of("flahs"), "flash");
    assert_string_equal(nearest_of("lis"), "list");
    assert_string_equal(nearest_of("resset"), "reset");
    assert_string_equal(nearest_of("erse"), "erase");
    assert_null(nearest_of("upload"));
    assert_null(nearest_of(""));
    assert_null(nearest_of("xyz"));
    assert_null(nearest_of("a-word-that-is-longer-than-any-name-can-be"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),          cmocka_unit_test(test_times),
        cmocka_unit_test(test_counts),         cmocka_unit_test(test_boards),
        cmocka_unit_test(test_access),         cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_wrapping_lines), cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
