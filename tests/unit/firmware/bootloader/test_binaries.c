/* SPDX-License-Identifier: MIT */
/* Selection of boot0's built-in bootloader for a board, and refusals. */
#include <cli/bootloader_binaries.h>

#include <boot0/chip.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A vector table: stack, reset handler within the first sector. */
static const uint8_t good[36] = {[2] = 0x01, [3] = 0x10, [4] = 0x41, [7] = 0x08};
/* The same for the address after a bootloader. */
static const uint8_t behind[36] = {[2] = 0x01, [3] = 0x10, [4] = 0x41, [5] = 0x80, [7] = 0x08};

static const struct bootloader_binary table[] = {
    {"black-f407ve", good, sizeof good},
    {"generic-f407", good, sizeof good},
    {"generic-f411", good, sizeof good},
    {"broken", behind, sizeof behind},
    {NULL, NULL, 0},
};
static const struct bootloader_binary empty[] = {{NULL, NULL, 0}};

/* A board that can be any of these chips. */
static struct boot0_board board_of(const char *first, const char *second)
{
    struct boot0_board board = {0};

    board.chips[board.chip_count++] = boot0_chip_by_name(first);
    if (second)
        board.chips[board.chip_count++] = boot0_chip_by_name(second);
    return board;
}

/* Returns the chosen board's name, or "" and the error. */
static const char *choice(const struct boot0_board *board, const char *key,
                          struct boot0_error *error)
{
    const struct bootloader_binary *chosen;

    memset(error, 0, sizeof *error);
    if (bootloader_choose(table, board, key, &chosen, error) != BOOT0_OK)
        return "";
    return chosen->board;
}

static void test_key_comes_first(void **state)
{
    struct boot0_board board = board_of("f407", NULL);
    struct boot0_error error;

    (void)state;
    assert_string_equal(choice(&board, "black-f407ve", &error), "black-f407ve");
    assert_string_equal(choice(&board, "BLACK-F407VE", &error), "black-f407ve");
    assert_string_equal(choice(&board, "discovery-f407", &error), "generic-f407");
}

static void test_chip_chooses_generic(void **state)
{
    struct boot0_board f407 = board_of("f407", NULL), f411 = board_of("f072", "f411");
    struct boot0_error error;

    (void)state;
    assert_string_equal(choice(&f407, NULL, &error), "generic-f407");
    assert_string_equal(choice(&f411, NULL, &error), "generic-f411");
}

/* The flash of 1 MiB is also an F412's; most boards with it have an F405/407. */
static void test_the_most_common_chip_is_chosen(void **state)
{
    struct boot0_board board = board_of("f407", "f411");
    struct boot0_error error;

    (void)state;
    assert_string_equal(choice(&board, NULL, &error), "generic-f407");
}

static void test_update_keeps_board(void **state)
{
    struct boot0_board board = board_of("f407", NULL);
    struct boot0_error error;

    (void)state;
    board.bootloader.present = true;
    snprintf(board.bootloader.board, sizeof board.bootloader.board, "black-f407ve");
    assert_string_equal(choice(&board, NULL, &error), "black-f407ve");
    assert_string_equal(choice(&board, "generic-f407", &error), "generic-f407");
    snprintf(board.bootloader.board, sizeof board.bootloader.board, "my-board");
    assert_string_equal(choice(&board, NULL, &error), "generic-f407");
}

static void test_ambiguous_and_unknown(void **state)
{
    struct boot0_board two = board_of("f411", "f407"), none = board_of("f072", NULL);
    struct boot0_error error;

    (void)state;
    assert_string_equal(choice(&two, NULL, &error), "");
    assert_int_equal(error.code, BOOT0_E_USAGE);
    assert_non_null(strstr(error.message, "several"));
    assert_non_null(strstr(
        error.hint, "--chip: f411, f407. Or name the board with --board: black-f407ve, broken."));
    assert_null(strstr(error.hint, "generic"));
    assert_string_equal(choice(&none, NULL, &error), "");
    assert_int_equal(error.code, BOOT0_E_MISMATCH);
    assert_non_null(strstr(error.hint, "--chip"));
}

static void test_empty_table(void **state)
{
    struct boot0_error error = {0};

    (void)state;
    assert_int_equal(bootloader_check_table(table, &error), BOOT0_OK);
    assert_int_equal(bootloader_check_table(empty, &error), BOOT0_E_NO_INPUT);
    assert_non_null(strstr(error.hint, "arm-none-eabi-gcc"));
}

static void test_images(void **state)
{
    struct boot0_image *image;
    struct boot0_error error = {0};

    (void)state;
    assert_int_equal(bootloader_load_binary(&image, &table[0], &error), BOOT0_OK);
    assert_int_equal(image->segments[0].address, 0x08000000);
    assert_memory_equal(image->segments[0].data, good, sizeof good);
    boot0_image_free(image);
    assert_int_equal(bootloader_load_binary(&image, &table[3], &error), BOOT0_E_DATA);
    assert_null(image);
    assert_int_equal(bootloader_load_file(&image, "/nowhere/b.bin", &error), BOOT0_E_NO_INPUT);
    assert_null(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_comes_first),
        cmocka_unit_test(test_chip_chooses_generic),
        cmocka_unit_test(test_the_most_common_chip_is_chosen),
        cmocka_unit_test(test_update_keeps_board),
        cmocka_unit_test(test_ambiguous_and_unknown),
        cmocka_unit_test(test_empty_table),
        cmocka_unit_test(test_images),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
