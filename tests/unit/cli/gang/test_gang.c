/* SPDX-License-Identifier: MIT */
/* The files of boot0 gang: CSV tables, patches, rows that are used once, the record. */
#include "../../portable.h"
#include "../cli_test.h"

#include <cli/gang/csv.h>
#include <cli/gang/patch.h>
#include <cli/gang/record.h>
#include <cli/gang/rows.h>
#include <core/array.h>
#include <string.h>

static struct boot0_error error;

/* ---- CSV ---- */

static enum boot0_status parse(struct csv *csv, const char *text)
{
    return csv_parse(csv, text, strlen(text), "t.csv", &error);
}

static void test_csv(void **state)
{
    struct csv csv;

    (void)state;
    assert_int_equal(parse(&csv, "\xef\xbb\xbfname,key\r\n\r\na,\"1,\"\"2\"\"\n3\"\n,x"), BOOT0_OK);
    assert_int_equal(csv.columns, 2);
    assert_int_equal(csv.rows, 2);
    assert_int_equal(csv_column(&csv, "name"), 0);
    assert_int_equal(csv_column(&csv, "key"), 1);
    assert_int_equal(csv_column(&csv, "none"), 2);
    assert_string_equal(csv_cell(&csv, 0, 0), "a");
    assert_string_equal(csv_cell(&csv, 0, 1), "1,\"2\"\n3");
    assert_string_equal(csv_cell(&csv, 1, 0), "");
    assert_string_equal(csv_cell(&csv, 1, 1), "x");
    assert_int_equal(csv_line(&csv, 0), 3);
    assert_int_equal(csv_line(&csv, 1), 5);
    csv_free(&csv);
    assert_int_equal(parse(&csv, "only\n"), BOOT0_OK);
    assert_int_equal(csv.rows, 0);
    csv_free(&csv);
}

static void test_csv_mistakes(void **state)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        {"", "empty"},
        {"\n\n", "empty"},
        {"a,b\n1\n", "line 2: 1 cells"},
        {"a\n\n1,2\n", "line 3: 2 cells"},
        {"a,a\n1,2\n", "same name"},
        {"a\n\"1", "open until"},
        {"a\n\"1\"2\n", "between a quote"},
        {"a\n1\"2\n", "does not begin with one"},
    };
    struct csv csv;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        assert_int_equal(parse(&csv, rows[i].text), BOOT0_E_DATA);
        assert_non_null(strstr(error.message, rows[i].said));
        assert_null(csv.cells);
    }
    assert_int_equal(csv_parse(&csv, "a\0b", 3, "t.csv", &error), BOOT0_E_DATA);
}

/* ---- patches ---- */

static void expect_bytes(const char *option, const char *serial, const char *wanted, size_t size)
{
    uint8_t bytes[PATCH_BYTES_MAX];
    struct patch patch;
    size_t got;

    assert_int_equal(patch_parse(&patch, option, &error), BOOT0_OK);
    assert_int_equal(patch.address, 0x0800fff0);
    assert_int_equal(patch_bytes(&patch, serial, NULL, 0, bytes, &got, &error), BOOT0_OK);
    assert_int_equal(got, size);
    assert_memory_equal(bytes, wanted, size);
}

static void test_patches(void **state)
{
    (void)state;
    expect_bytes("0x0800FFF0=serial", "315A", "315A", 4);
    expect_bytes("0x0800FFF0:8=serial", "315A", "315A\0\0\0\0", 8);
    expect_bytes("134283248=text:a=b", "", "a=b", 3);
    expect_bytes("0x0800fff0=hex:00aAFf", "", "\x00\xaa\xff", 3);
    expect_bytes("0x0800fff0=hex:00:11-22 33", "", "\x00\x11\x22\x33", 4);
    expect_bytes("0x0800fff0:3=hex:77", "", "\x77\0\0", 3);
}

static void test_patch_mistakes(void **state)
{
    static const char *const options[] = {
        "",
        "0x0800FFF0",
        "=serial",
        "0x0800FFF0=",
        "0x0800FFF0=serials",
        "0x0800FFF0=serial:1",
        "0x0800FFF0=text:",
        "0x0800FFF0=csv:",
        "0x0800FFF0=hex:0",
        "0x0800FFF0=hex:00:",
        "0x0800FFF0=hex:0g",
        "08000000=serial",
        "0x0800FFF0:0=serial",
        "0x0800FFF0:=serial",
        "0x0800FFF0:1M=serial",
        "0x100000000=serial",
        "0xffffffff=text:ab",
    };
    uint8_t bytes[PATCH_BYTES_MAX];
    struct patch patch;
    size_t size;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(options); i++)
        assert_int_equal(patch_parse(&patch, options[i], &error), BOOT0_E_USAGE);
    assert_int_equal(patch_parse(&patch, "0:2=text:abc", &error), BOOT0_E_DATA);
    assert_int_equal(patch_parse(&patch, "0:2=serial", &error), BOOT0_OK);
    assert_int_equal(patch_bytes(&patch, "", NULL, 0, bytes, &size, &error), BOOT0_E_DATA);
    assert_int_equal(patch_bytes(&patch, "abc", NULL, 0, bytes, &size, &error), BOOT0_E_DATA);
    assert_int_equal(patch_parse(&patch, "0=csv:mac", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, NULL, &error), BOOT0_E_USAGE);
}

static void test_patch_cells(void **state)
{
    uint8_t bytes[PATCH_BYTES_MAX];
    struct patch patch;
    struct csv csv;
    size_t size;

    (void)state;
    assert_int_equal(parse(&csv, "n,mac\none,00:11\ntwo,2233\n"), BOOT0_OK);
    assert_int_equal(patch_parse(&patch, "0x10=csvhex:mac", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, &csv, &error), BOOT0_OK);
    assert_int_equal(patch_bytes(&patch, "", &csv, 1, bytes, &size, &error), BOOT0_OK);
    assert_int_equal(size, 2);
    assert_memory_equal(bytes, "\x22\x33", 2);
    assert_int_equal(patch_parse(&patch, "0x10=csvhex:n", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, &csv, &error), BOOT0_E_DATA);
    assert_non_null(strstr(error.message, "line 2"));
    assert_int_equal(patch_parse(&patch, "0x10:2=csv:n", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, &csv, &error), BOOT0_E_DATA);
    assert_int_equal(patch_parse(&patch, "0x10=csv:x", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, &csv, &error), BOOT0_E_USAGE);
    csv_free(&csv);
}

/* ---- rows and record: in their own directory ---- */

static char folder[PORTABLE_NAME], before[PORTABLE_NAME];

static int enter_directory(void **state)
{
    (void)state;
    return portable_enter(folder, before) ? 0 : -1;
}

static int leave_directory(void **state)
{
    static const char *const files[] = {"k.csv", "k.csv.used", "r"};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++)
        remove(files[i]);
    return portable_leave(folder, before) ? 0 : -1;
}

static void write_text(const char *name, const char *mode, const char *text)
{
    FILE *file = fopen(name, mode);

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* Two openings of one file are two processes to flock(). */
static void test_rows(void **state)
{
    struct rows one, other;
    size_t row;

    (void)state;
    write_text("k.csv", "w", "n\na\nb\nc\n");
    assert_int_equal(rows_open(&one, "k.csv", &error), BOOT0_OK);
    assert_int_equal(rows_open(&other, "k.csv", &error), BOOT0_OK);
    assert_int_equal(rows_take(&one, &row, &error), BOOT0_OK);
    assert_int_equal(row, 0);
    assert_int_equal(rows_take(&other, &row, &error), BOOT0_OK);
    assert_int_equal(row, 1);
    assert_int_equal(rows_give_back(&one, 0, &error), BOOT0_OK);
    assert_int_equal(rows_take(&other, &row, &error), BOOT0_OK);
    assert_int_equal(row, 0);
    rows_close(&other);
    /* A row is identified by its contents; a line that a crash has cut is ignored. */
    write_text("k.csv", "w", "n\nc\nb\na\n");
    write_text("k.csv.used", "a", "{\"row\":\"00");
    assert_int_equal(rows_open(&other, "k.csv", &error), BOOT0_OK);
    assert_int_equal(rows_left(&other), 1);
    assert_int_equal(rows_take(&other, &row, &error), BOOT0_OK);
    assert_string_equal(csv_cell(&other.csv, row, 0), "c");
    assert_int_equal(rows_take(&other, &row, &error), BOOT0_E_DATA);
    assert_int_equal(rows_take(&one, &row, &error), BOOT0_E_DATA);
    rows_close(&one);
    rows_close(&other);
    write_text("k.csv", "w", "n\na\nb\na\n");
    assert_int_equal(rows_open(&one, "k.csv", &error), BOOT0_E_DATA);
    assert_non_null(strstr(error.message, "lines 2 and 4"));
    rows_close(&one);
}

static unsigned lost_count;

static void on_lost(const char *line)
{
    lost_count++;
    assert_non_null(strstr(line, "\"serial\":\"S2\""));
}

static void test_record(void **state)
{
    static struct boot0_board board;
    struct boot0_report report = {.bytes_written = 5};
    struct boot0_error good = {.code = BOOT0_OK};
    struct record_board first = {.board = &board, .path = "1-1", .digest = "00"}, second = first;
    struct record record, again;

    (void)state;
    lost_count = 0;
    assert_int_equal(record_open(&record, "r", on_lost, &error), BOOT0_OK);
    strcpy(board.serial, "S1");
    assert_int_equal(record_begin(&record, &first, &error), BOOT0_OK);
    strcpy(board.serial, "S2");
    assert_int_equal(record_begin(&record, &second, &error), BOOT0_OK);
    assert_string_not_equal(first.id, second.id);
    assert_int_equal(record_done(&record, &first, &report, &good, &error), BOOT0_OK);
    /* A parallel run does not take this run's boards for lost. */
    assert_int_equal(record_open(&again, "r", on_lost, &error), BOOT0_OK);
    assert_int_equal(lost_count, 0);
    record_close(&again);
    record_close(&record); /* a crash: S2 is unfinished */
    write_text("r", "a", "{\"event\":\"begin\",\"id\":\"x");
    assert_int_equal(record_open(&record, "r", on_lost, &error), BOOT0_OK);
    assert_int_equal(lost_count, 1);
    record_close(&record);
    assert_int_equal(record_open(&record, "r", on_lost, &error), BOOT0_OK);
    assert_int_equal(lost_count, 1); /* reported once */
    record_close(&record);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_csv_mistakes),
        cmocka_unit_test(test_patches),
        cmocka_unit_test(test_patch_mistakes),
        cmocka_unit_test(test_patch_cells),
        cmocka_unit_test_setup_teardown(test_rows, enter_directory, leave_directory),
        cmocka_unit_test_setup_teardown(test_record, enter_directory, leave_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
