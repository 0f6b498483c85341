/* SPDX-License-Identifier: MIT */
/*
 * The files and texts of boot0 gang: CSV tables, patches, values, labels, rows that are used once,
 * the record. The rows of its table.
 */
#include "../../portable.h"
#include "../cli_test.h"

#include <cli/gang/csv.h>
#include <cli/gang/gang.h>
#include <cli/gang/label.h>
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
        {"a\n\"1", "not closed"},
        {"a\n\"1\"2\n", "between a closing quote"},
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
    const struct facts facts = {.own = {[FACT_SERIAL] = serial}};
    uint8_t bytes[PATCH_BYTES_MAX];
    struct patch patch;
    size_t got;

    assert_int_equal(patch_parse(&patch, option, &error), BOOT0_OK);
    assert_int_equal(patch.address, 0x0800fff0);
    assert_int_equal(patch_bytes(&patch, &facts, bytes, &got, &error), BOOT0_OK);
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
    expect_bytes("0x0800fff0=text:{{{serial}}}", "S1", "{S1}", 4);
    expect_bytes("0x0800fff0=hex:00{serial}", "ff", "\x00\xff", 2);
    expect_bytes("0x0800fff0=u32:{serial}", "0x12345678", "\x78\x56\x34\x12", 4);
    expect_bytes("0x0800fff0=u8:255", "", "\xff", 1);
    expect_bytes("0x0800fff0=i16:-2", "", "\xfe\xff", 2);
    expect_bytes("0x0800fff0=i8:-128", "", "\x80", 1);
    expect_bytes("0x0800fff0:4=u16:007", "", "\x07\0\0\0", 4);
    expect_bytes("0x0800fff0=u64:18446744073709551615", "", "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    expect_bytes("0x0800fff0=i64:-9223372036854775808", "", "\0\0\0\0\0\0\0\x80", 8);
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
        "0x0800FFF0=text:{",
        "0x0800FFF0=text:a}b",
        "0x0800FFF0=text:{}",
        "0x0800FFF0=text:{a{b}}",
        "0x0800FFF0=u24:1",
        "08000000=serial",
        "0x0800FFF0:0=serial",
        "0x0800FFF0:=serial",
        "0x0800FFF0:1M=serial",
        "0x100000000=serial",
        "0xffffffff=text:ab",
    };
    static const char *const values[] = {
        "0=u8:256",
        "0=u8:-1",
        "0=u8:1.5",
        "0=u8:",
        "0=i8:128",
        "0=i8:-129",
        "0=u8:0x",
        "0=u8: 1",
        "0=u32:abc",
        "0=u8:--1",
        "0=u64:18446744073709551616",
        "0:1=u16:1",
        "0=i64:-9223372036854775809",
    };
    static const struct facts nothing = {.own = {[FACT_SERIAL] = ""}};
    static const struct facts abc = {.own = {[FACT_SERIAL] = "abc"}};
    uint8_t bytes[PATCH_BYTES_MAX];
    struct patch patch;
    size_t size;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(values); i++)
        assert_int_not_equal(patch_parse(&patch, values[i], &error), BOOT0_OK);
    for (size_t i = 0; i < B0_LENGTH(options); i++)
        assert_int_equal(patch_parse(&patch, options[i], &error), BOOT0_E_USAGE);
    assert_int_equal(patch_parse(&patch, "0:2=text:abc", &error), BOOT0_E_DATA);
    assert_int_equal(patch_parse(&patch, "0:2=serial", &error), BOOT0_OK);
    assert_int_equal(patch_bytes(&patch, &nothing, bytes, &size, &error), BOOT0_E_DATA);
    assert_int_equal(patch_bytes(&patch, &abc, bytes, &size, &error), BOOT0_E_DATA);
    assert_int_equal(patch_parse(&patch, "0=csv:mac", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, NULL, true, &error), BOOT0_E_USAGE);
    assert_int_equal(patch_parse(&patch, "0=u32:{number}", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, NULL, false, &error), BOOT0_E_USAGE);
    assert_int_equal(patch_resolve(&patch, NULL, true, &error), BOOT0_OK);
    assert_int_equal(patch_bytes(&patch, &abc, bytes, &size, &error), BOOT0_E_DATA);
    assert_non_null(strstr(error.message, "{number}"));
}

static void test_patch_cells(void **state)
{
    uint8_t bytes[PATCH_BYTES_MAX];
    struct facts facts = {.row = 1};
    struct patch patch;
    struct csv csv;
    size_t size;

    (void)state;
    facts.csv = &csv;
    assert_int_equal(parse(&csv, "n,mac\none,00:11\ntwo,2233\n"), BOOT0_OK);
    assert_int_equal(patch_parse(&patch, "0x10=csvhex:mac", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, &csv, false, &error), BOOT0_OK);
    assert_int_equal(patch_bytes(&patch, &facts, bytes, &size, &error), BOOT0_OK);
    assert_int_equal(size, 2);
    assert_memory_equal(bytes, "\x22\x33", 2);
    assert_int_equal(patch_parse(&patch, "0x10=csvhex:n", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, &csv, false, &error), BOOT0_E_DATA);
    assert_non_null(strstr(error.message, "line 2"));
    assert_int_equal(patch_parse(&patch, "0x10:2=csv:n", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, &csv, false, &error), BOOT0_E_DATA);
    assert_int_equal(patch_parse(&patch, "0x10=csv:x", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, &csv, false, &error), BOOT0_E_USAGE);
    /* The same columns by their names in braces: rows are checked early, too. */
    assert_int_equal(patch_parse(&patch, "0x10=text:{n}-{mac}", &error), BOOT0_OK);
    assert_true(patch_wants_csv(&patch, &csv));
    assert_int_equal(patch_resolve(&patch, &csv, false, &error), BOOT0_OK);
    assert_int_equal(patch_bytes(&patch, &facts, bytes, &size, &error), BOOT0_OK);
    assert_int_equal(size, 8);
    assert_memory_equal(bytes, "two-2233", 8);
    assert_int_equal(patch_parse(&patch, "0x10=u8:{mac}", &error), BOOT0_OK);
    assert_int_equal(patch_resolve(&patch, &csv, false, &error), BOOT0_E_DATA);
    assert_int_equal(patch_parse(&patch, "0x10=text:{x}", &error), BOOT0_OK);
    assert_false(patch_wants_csv(&patch, &csv));
    assert_int_equal(patch_resolve(&patch, &csv, false, &error), BOOT0_E_USAGE);
    csv_free(&csv);
}

/* ---- labels ---- */

static void test_labels(void **state)
{
    static const char json[] = "{\"number\":17,\"bad\":\"a\\u001bb\",\"secret\":{\"key\":\"00\"}}";
    struct gang_arguments arguments = {.label = "N {number}: {serial} {{}}", .each = "true"};
    struct facts facts = {.own = {[FACT_SERIAL] = "315A"}};
    struct values values;
    char label[LABEL_MAX];

    (void)state;
    assert_int_equal(values_parse(&values, json, strlen(json), &error), BOOT0_OK);
    facts.values = &values;
    assert_int_equal(label_check(&arguments, NULL, &error), BOOT0_OK);
    assert_int_equal(label_fill(&arguments, &facts, label, &error), BOOT0_OK);
    assert_string_equal(label, "N 17: 315A {}");
    arguments.label = "{bad}";
    assert_int_equal(label_fill(&arguments, &facts, label, &error), BOOT0_E_DATA);
    arguments.label = "{key}";
    assert_int_equal(label_fill(&arguments, &facts, label, &error), BOOT0_E_DATA);
    arguments.label = "{none}";
    assert_int_equal(label_fill(&arguments, &facts, label, &error), BOOT0_E_DATA);
    assert_non_null(strstr(error.hint, "number, bad, key"));
    arguments.each = NULL;
    assert_int_equal(label_check(&arguments, NULL, &error), BOOT0_E_USAGE);
    arguments = (struct gang_arguments){.label_to = "f"};
    assert_int_equal(label_check(&arguments, NULL, &error), BOOT0_E_USAGE);
    values_free(&values);
}

/* What a command wrote to standard error is one line, and its end is kept. */
static void test_fold(void **state)
{
    char note[EACH_NOTE], text[601];

    (void)state;
    each_fold("", 0, note);
    assert_string_equal(note, "");
    each_fold("\n Error:  a\n\tb \n", 14, note);
    assert_string_equal(note, "Error: a b");
    memset(text, 'x', sizeof text);
    snprintf(text + 590, sizeof text - 590, " the end!\n");
    each_fold(text, 600, note);
    assert_int_equal(strlen(note), EACH_NOTE - 1);
    assert_memory_equal(note, "...xxx", 6);
    assert_string_equal(note + EACH_NOTE - 10, " the end!");
}

/* ---- the table ---- */

static void expect_row(const struct worker *worker, int width, const char *wanted)
{
    char line[GANG_LINE];

    table_row(worker, width, line);
    assert_string_equal(line, wanted);
    assert_true(strlen(line) < (size_t)width);
}

static void test_table(void **state)
{
    static struct worker worker = {.path = "1-2.3", .serial = "315A28A0B956", .chip_count = 1};

    (void)state;
    worker.chips[0] = boot0_chip_by_name("f407");
    expect_row(&worker, 80, "1-2.3   f407      opening");
    worker.stage = WORKER_ASKING;
    expect_row(&worker, 40, "1-2.3   asking");
    worker.stage = WORKER_FLASHING;
    worker.has_progress = true;
    worker.progress = (struct boot0_progress){.phase = BOOT0_PHASE_WRITE,
                                              .done = 20480,
                                              .total = 40960,
                                              .elapsed_us = 2000000,
                                              .left_us = 2000000};
    expect_row(&worker, 40, "1-2.3   writing   [#######-------]  50%");
    expect_row(&worker, 60, "1-2.3   f407      writing   [######------]  50%  2.0 s left");
    expect_row(&worker, 80,
               "1-2.3   f407      writing   [#########----------]  50%  10 KiB/s, 2.0 s left");
    expect_row(&worker, 120,
               "1-2.3   315A28A0B956  f407      writing   [##########----------]  50%"
               "  10 KiB/s, 2.0 s left");
    worker.progress = (struct boot0_progress){.phase = BOOT0_PHASE_ERASE, .expected_us = 16000000};
    expect_row(&worker, 40, "1-2.3   erasing   about 16 s");
    worker.stage = WORKER_ENDED;
    worker.report = (struct boot0_report){.bytes_written = 40960, .total_us = 12000000};
    expect_row(&worker, 40, "1-2.3   done      40 KiB in 12 s");
    boot0_fail(&worker.result, BOOT0_E_GONE, "the board went away\x1b while it was written to");
    expect_row(&worker, 40, "1-2.3   FAILED    the board went awa...");
    assert_true(table_order("1-2", "1-10") < 0 && table_order("1-2.1", "1-2") > 0);
    assert_int_equal(table_order("1-2", "1-2"), 0);
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
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_table),
        cmocka_unit_test_setup_teardown(test_rows, enter_directory, leave_directory),
        cmocka_unit_test_setup_teardown(test_record, enter_directory, leave_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
