/* SPDX-License-Identifier: MIT */
/* JSON lines: commas, nesting, escapes, numbers. */
#include "../../cli/cli_test.h"

#include <base/print/json.h>
#include <core/array.h>
#include <string.h>

static void test_empty(void **state)
{
    struct memory_file memory;
    struct json json;

    (void)state;
    memory_open(&memory);
    json = json_begin(memory.file);
    json_end(&json);
    memory_expect(&memory, "{}\n");
}

static void test_nesting(void **state)
{
    struct memory_file memory;
    struct json json;

    (void)state;
    memory_open(&memory);
    json = json_begin(memory.file);
    json_text(&json, "a", "b");
    json_open_list(&json, "list");
    json_open(&json, NULL);
    json_number(&json, "n", 1);
    json_bool(&json, "yes", true);
    json_close(&json);
    json_open(&json, NULL);
    json_close(&json);
    json_text(&json, NULL, "last");
    json_close_list(&json);
    json_open_list(&json, "none");
    json_close_list(&json);
    json_open(&json, "object");
    json_bool(&json, "no", false);
    json_close(&json);
    json_number(&json, "end", UINT64_MAX);
    json_end(&json);
    memory_expect(&memory, "{\"a\":\"b\",\"list\":[{\"n\":1,\"yes\":true},{},\"last\"],\"none\":[],"
                           "\"object\":{\"no\":false},\"end\":18446744073709551615}\n");
}

static void test_numbers(void **state)
{
    struct memory_file memory;
    struct json json;

    (void)state;
    memory_open(&memory);
    json = json_begin(memory.file);
    json_hex(&json, "address", 0x8000000, 8);
    json_hex(&json, "id", 0x483, 4);
    json_seconds(&json, "none", 0);
    json_seconds(&json, "some", 12000345);
    json_end(&json);
    memory_expect(&memory, "{\"address\":\"0x08000000\",\"id\":\"0x0483\",\"none\":0.000000,"
                           "\"some\":12.000345}\n");
}

static void expect_text(const char *text, const char *wanted)
{
    struct memory_file memory;
    struct json json;
    char line[256];

    memory_open(&memory);
    json = json_begin(memory.file);
    json_text(&json, "t", text);
    json_end(&json);
    snprintf(line, sizeof line, "{\"t\":\"%s\"}\n", wanted);
    memory_expect(&memory, line);
}

static void test_escapes(void **state)
{
    (void)state;
    expect_text("", "");
    expect_text("a \"b\" \\c/", "a \\\"b\\\" \\\\c/");
    expect_text("1\n2\t3\x01\x7f", "1\\n2\\u00093\\u0001\\u007f");
}

/* File names and strings of boards are bytes; RFC 8259, 8.1 requires UTF-8. */
static void test_utf8(void **state)
{
    static const struct {
        const char *text;
        const char *wanted;
    } rows[] = {
        {"\xc3\xa4", "\xc3\xa4"},
        {"\xe2\x82\xac", "\xe2\x82\xac"},
        {"\xf0\x9f\x94\xa5!", "\xf0\x9f\x94\xa5!"},
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"}, /* U+10FFFF, the last one */
        {"\xff", "\\ufffd"},
        {"a\x80z", "a\\ufffdz"},                              /* not a leading byte */
        {"\xc3", "\\ufffd"},                                  /* cut short */
        {"\xe2\x82", "\\ufffd\\ufffd"},                       /* likewise */
        {"\xe2\x82(", "\\ufffd\\ufffd("},                     /* a wrong byte */
        {"\xc0\xaf", "\\ufffd\\ufffd"},                       /* an overlong '/' */
        {"\xc1\xbf", "\\ufffd\\ufffd"},                       /* overlong */
        {"\xe0\x9f\xbf", "\\ufffd\\ufffd\\ufffd"},            /* overlong */
        {"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"},            /* a surrogate */
        {"\xf0\x8f\xbf\xbf", "\\ufffd\\ufffd\\ufffd\\ufffd"}, /* overlong */
        {"\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"}, /* past the last one */
        {"\xf5\x80\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        expect_text(rows[i].text, rows[i].wanted);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),   cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
