/* SPDX-License-Identifier: MIT */
/* The values that a command prints for a board: what is taken, and every way to be refused. */
#include "../cli_test.h"

#include <base/print/json.h>
#include <cli/gang/values.h>
#include <core/array.h>
#include <string.h>

static struct boot0_error error;
static struct values values;

static enum boot0_status parse(const char *json)
{
    return values_parse(&values, json, strlen(json), &error);
}

static const char *text_of(const char *name)
{
    const struct value *value = values_find(&values, name, strlen(name));

    assert_non_null(value);
    return value->text;
}

static void test_values(void **state)
{
    (void)state;
    assert_int_equal(parse("{}"), BOOT0_OK);
    assert_int_equal(values.count, 0);
    values_free(&values);
    assert_int_equal(parse(" { \"number\" : 17 ,\r\n\t\"_key2\":\"00:11\" } \n"), BOOT0_OK);
    assert_int_equal(values.count, 2);
    assert_string_equal(text_of("number"), "17");
    assert_string_equal(text_of("_key2"), "00:11");
    assert_null(values_find(&values, "numbers", 7));
    assert_true(values.list[0].is_number && !values.list[1].is_number);
    values_free(&values);
    assert_int_equal(parse("{\"a\":-0.5e+10,\"b\":0,\"c\":1E9,\"d\":\"\"}"), BOOT0_OK);
    assert_string_equal(text_of("a"), "-0.5e+10");
    assert_string_equal(text_of("b"), "0");
    assert_string_equal(text_of("c"), "1E9");
    assert_string_equal(text_of("d"), "");
    values_free(&values);
}

static void test_escapes(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"b\":"
                           "\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\",\"c\":\"\xc3\xa4\"}"),
                     BOOT0_OK);
    assert_string_equal(text_of("a"), "\"\\/\b\f\n\r\t");
    assert_string_equal(text_of("b"), "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_string_equal(text_of("c"), "\xc3\xa4");
    values_free(&values);
}

/* Secret values are found, and not written. */
static void test_secret(void **state)
{
    struct memory_file memory;
    struct json json;
    char names[40];

    (void)state;
    assert_int_equal(parse("{\"n\":1,\"secret\":{\"key\":\"00\"},\"t\":\"x\"}"), BOOT0_OK);
    assert_string_equal(text_of("key"), "00");
    assert_true(values.list[1].is_secret && !values.list[2].is_secret);
    memory_open(&memory);
    json = json_begin(memory.file);
    values_write(&values, &json);
    json_end(&json);
    memory_expect(&memory, "{\"values\":{\"n\":1,\"t\":\"x\"}}\n");
    assert_string_equal(values_names(&values, names, sizeof names), "n, key, t");
    assert_string_equal(values_names(&values, names, 6), "n, ke");
    values_free(&values);
    assert_int_equal(parse("{\"secret\":{}}"), BOOT0_OK);
    assert_string_equal(values_names(&values, names, sizeof names), "none");
    values_free(&values);
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *json, *said;
    } rows[] = {
        {"", "byte 1: nothing"},
        {" \n", "nothing is there"},
        {"17", "expected {"},
        {"[1]", "expected {"},
        {"Number: 17", "expected {"},
        {"{", "expected a name"},
        {"{\"a\"}", "expected :"},
        {"{\"a\":}", "expected a string or a number"},
        {"{\"a\":1", "expected , or }"},
        {"{\"a\":1,}", "expected a name"},
        {"{\"a\":1}x", "byte 8: something stands after"},
        {"{a:1}", "byte 2: expected a name"},
        {"{'a':1}", "expected a name"},
        {"{\"a\":true}", "expected a string or a number"},
        {"{\"a\":null}", "expected a string or a number"},
        {"{\"a\":{}}", "expected a string or a number"},
        {"{\"a\":[1]}", "expected a string or a number"},
        {"{\"a\":+1}", "expected a string or a number"},
        {"{\"a\":01}", "does not begin with 0"},
        {"{\"a\":-}", "expected a digit"},
        {"{\"a\":1.}", "expected a digit"},
        {"{\"a\":1e}", "expected a digit"},
        {"{\"a\":0x10}", "expected , or }"},
        {"{\"a\":\"x}", "has no end"},
        {"{\"a\":\"x\n\"}", "control character"},
        {"{\"a\":\"\\x\"}", "unknown escape"},
        {"{\"a\":\"\\", "unknown escape"},
        {"{\"a\":\"\\u12g4\"}", "four hex digits"},
        {"{\"a\":\"\\u0000\"}", "character of zero"},
        {"{\"a\":\"\\ud83d\"}", "surrogate"},
        {"{\"a\":\"\\ud83d\\u0041\"}", "surrogate"},
        {"{\"a\":\"\\ude00\"}", "surrogate"},
        {"{\"a\":\"\xff\"}", "not UTF-8"},
        {"{\"a\":1,\"a\":2}", "same name"},
        {"{\"a\":1,\"secret\":{\"a\":2}}", "same name"},
        {"{\"\":1}", "letters, digits"},
        {"{\"1a\":1}", "letters, digits"},
        {"{\"a b\":1}", "letters, digits"},
        {"{\"secret\":\"x\"}", "secret is an object"},
        {"{\"secret\":{\"a\":{}}}", "expected a string or a number"},
        {"{\"secret\":{\"a\":1}", "expected , or }"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        if (parse(rows[i].json) != BOOT0_E_DATA || !strstr(error.message, rows[i].said))
            fail_msg("%s: %s", rows[i].json, error.message);
        assert_null(values.bytes);
        assert_int_equal(values.count, 0);
    }
    assert_int_equal(values_parse(&values, "{\0}", 3, &error), BOOT0_E_DATA);
}

static void test_limits(void **state)
{
    char json[VALUES_MAX * 16 + 32] = "{";
    size_t used = 1;

    (void)state;
    for (int i = 0; i < VALUES_MAX; i++)
        used +=
            (size_t)snprintf(json + used, sizeof json - used, "%s\"v%d\":%d", i ? "," : "", i, i);
    memcpy(json + used, "}", 2);
    assert_int_equal(parse(json), BOOT0_OK);
    assert_string_equal(text_of("v63"), "63");
    values_free(&values);
    memcpy(json + used, ",\"more\":1}", 11);
    assert_int_equal(parse(json), BOOT0_E_DATA);
    assert_non_null(strstr(error.message, "more than 64"));
    memset(json, 'n', sizeof json);
    json[0] = '{';
    json[1] = '"';
    memcpy(json + 2 + VALUE_NAME_MAX, "\":1}", 5);
    assert_int_equal(parse(json), BOOT0_E_DATA);
    memcpy(json + 1 + VALUE_NAME_MAX, "\":1}", 5);
    assert_int_equal(parse(json), BOOT0_OK);
    values_free(&values);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_secret), cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
