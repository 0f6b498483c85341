/* SPDX-License-Identifier: MIT */
/* Status names and error texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <boot0/error.h>
#include <cmocka.h>
#include <string.h>

static void test_names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BOOT0_STATUS_COUNT; i++) {
        const char *name = boot0_status_name((enum boot0_status)i);

        assert_non_null(name);
        assert_true(name[0] != '\0');
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(name, boot0_status_name((enum boot0_status)j));
    }
    assert_string_equal(boot0_status_name(BOOT0_OK), "ok");
    assert_string_equal(boot0_status_name(BOOT0_E_NO_BOARD), "no-board");
    assert_string_equal(boot0_status_name(BOOT0_STATUS_COUNT), "unknown");
    assert_string_equal(boot0_status_name((enum boot0_status) - 1), "unknown");
}

static void test_texts(void **state)
{
    struct boot0_error error = {.hint = "of an earlier failure"};

    (void)state;
    assert_int_equal(boot0_fail(&error, BOOT0_E_DATA, "line %d", 7), BOOT0_E_DATA);
    assert_int_equal(error.code, BOOT0_E_DATA);
    assert_string_equal(error.message, "line 7");
    assert_string_equal(error.hint, "");
    assert_int_equal(boot0_hint(&error, "do %s", "this"), BOOT0_E_DATA);
    assert_string_equal(error.message, "line 7");
    assert_string_equal(error.hint, "do this");
}

static void test_advice_names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BOOT0_ADVICE_COUNT; i++) {
        const char *name = boot0_advice_name((enum boot0_advice)i);

        assert_non_null(name);
        assert_true(name[0] != '\0');
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(name, boot0_advice_name((enum boot0_advice)j));
    }
    assert_string_equal(boot0_advice_name(BOOT0_ADVICE_NONE), "none");
    assert_string_equal(boot0_advice_name(BOOT0_ADVICE_USB_ACCESS), "usb-access");
    assert_string_equal(boot0_advice_name(BOOT0_ADVICE_COUNT), "unknown");
    assert_string_equal(boot0_advice_name((enum boot0_advice) - 1), "unknown");
}

/* Advice belongs to one message and hint: it is replaced with them, and copied with the error. */
static void test_advice(void **state)
{
    const struct boot0_facts facts = {.address = 0x08000000, .number = 7, .text = "text"};
    struct boot0_error error, copy;

    (void)state;
    boot0_fail(&error, BOOT0_E_RANGE, "message");
    assert_int_equal(error.advice, BOOT0_ADVICE_NONE);
    boot0_hint(&error, "hint");
    assert_int_equal(boot0_advise(&error, BOOT0_ADVICE_PLACE_AT, &facts), BOOT0_E_RANGE);
    assert_int_equal(error.advice, BOOT0_ADVICE_PLACE_AT);
    assert_int_equal(error.facts.address, 0x08000000);
    assert_int_equal(error.facts.number, 7);
    assert_string_equal(error.facts.text, "text");
    assert_string_equal(error.hint, "hint");
    boot0_fail(&copy, BOOT0_E_IO, "prefix: %s", error.message);
    assert_int_equal(boot0_advise(&copy, error.advice, &error.facts), BOOT0_E_IO);
    assert_memory_equal(&copy.facts, &facts, sizeof facts);
    assert_int_equal(boot0_advise(&copy, BOOT0_ADVICE_PLACE, &copy.facts), BOOT0_E_IO);
    assert_memory_equal(&copy.facts, &facts, sizeof facts);

    boot0_hint(&copy, "another");
    assert_int_equal(copy.advice, BOOT0_ADVICE_NONE);
    assert_int_equal(copy.facts.address, 0);
    assert_string_equal(copy.facts.text, "");
    boot0_fail(&error, BOOT0_E_IO, "another");
    assert_int_equal(error.advice, BOOT0_ADVICE_NONE);
    assert_int_equal(error.facts.number, 0);
    boot0_advise(&copy, BOOT0_ADVICE_PLACE_AT, &facts);
    boot0_advise(&copy, BOOT0_ADVICE_PLACE, NULL);
    assert_int_equal(copy.facts.address, 0);
}

static void test_no_error(void **state)
{
    (void)state;
    assert_int_equal(boot0_fail(NULL, BOOT0_E_GONE, "message"), BOOT0_E_GONE);
    assert_int_not_equal(boot0_hint(NULL, "hint"), BOOT0_OK);
    assert_int_not_equal(boot0_advise(NULL, BOOT0_ADVICE_PLACE, NULL), BOOT0_OK);
}

/* A message can be extended by another one. */
static void test_extended(void **state)
{
    struct boot0_error error;

    (void)state;
    boot0_fail(&error, BOOT0_E_DATA, "inner");
    boot0_hint(&error, "hint");
    boot0_fail(&error, BOOT0_E_IO, "outer: %s (%s)", error.message, error.hint);
    assert_string_equal(error.message, "outer: inner (hint)");
    assert_string_equal(error.hint, "");
}

/* Long texts are cut visibly. */
static void test_long(void **state)
{
    struct boot0_error error;
    size_t message = sizeof error.message - 1;
    size_t hint = sizeof error.hint - 1;

    (void)state;
    boot0_fail(&error, BOOT0_E_DATA, "%*s", (int)message, "x");
    assert_int_equal(strlen(error.message), message);
    assert_string_equal(error.message + message - 3, "  x");
    boot0_fail(&error, BOOT0_E_DATA, "%*s", (int)message + 1, "x");
    assert_int_equal(strlen(error.message), message);
    assert_string_equal(error.message + message - 4, " ...");
    boot0_hint(&error, "%*s", 10000, "x");
    assert_int_equal(strlen(error.hint), hint);
    assert_string_equal(error.hint + hint - 4, " ...");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_advice_names), cmocka_unit_test(test_advice),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_no_error),     cmocka_unit_test(test_extended),
        cmocka_unit_test(test_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
