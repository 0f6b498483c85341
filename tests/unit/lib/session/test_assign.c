/* SPDX-License-Identifier: MIT */
/*
 * Maps the parts of an image to memories, on a virtual F407: 0 flash, 1 option bytes, 2 OTP, 3
 * device feature. tests/system/memories.py has boards whose memories share addresses.
 */
#include <boot0/boot0.h>
#include <boot0/virtual.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    FLASH = 0x08000000,
    OPTIONS = 0x1fffc000,
    OTP = 0x1fff7800,
};

static struct boot0_error error;

struct bench {
    struct boot0_bus bus;
    struct boot0_session *session;
    struct boot0_image *image;
    struct boot0_image *resolved; /* the last check()'s result; NULL: it failed */
};

static int start(void **state)
{
    static struct bench bench;
    const char *spec = "f407";

    *state = &bench;
    bench.image = boot0_image_new();
    return bench.image == NULL || boot0_virtual_open(&bench.bus, &spec, 1, &error) != BOOT0_OK ||
           boot0_session_open(&bench.session, &bench.bus, NULL, NULL, NULL, &error) != BOOT0_OK;
}

static int stop(void **state)
{
    struct bench *b = *state;

    boot0_image_free(b->image);
    boot0_image_free(b->resolved);
    b->resolved = NULL;
    boot0_session_close(b->session);
    boot0_bus_close(&b->bus);
    return 0;
}

/* Adds bytes: for an alternate as in a DfuSe file's target, or (-1) by address. */
static void put(struct bench *b, int target, uint32_t address, const char *text)
{
    struct boot0_image *part = boot0_image_new();
    uint8_t alternate = target < 0 ? 0 : (uint8_t)target;

    assert_int_equal(
        boot0_image_add(part, alternate, address, (const uint8_t *)text, strlen(text), &error),
        BOOT0_OK);
    part->segments[0].by_target = target >= 0;
    assert_int_equal(boot0_image_merge(b->image, part, &error), BOOT0_OK);
    boot0_image_free(part);
}

static enum boot0_status check(struct bench *b, struct boot0_flash_options options)
{
    boot0_image_free(b->resolved);
    return boot0_session_resolve(b->session, b->image, &options, &b->resolved, &error);
}

static void test_addresses_choose_memories_in_order(void **state)
{
    const struct boot0_flash_options allowed = {.allow_option_bytes = true};
    struct bench *b = *state;
    uint8_t bytes[4];

    put(b, -1, FLASH + 0x10000, "data");
    put(b, -1, OPTIONS, "opti");
    put(b, -1, OTP, "once");
    assert_int_equal(check(b, (struct boot0_flash_options){.force = true}), BOOT0_E_USAGE);
    for (int i = 0; i < 2; i++) { /* the image is unchanged, and can be resolved again */
        assert_int_equal(check(b, allowed), BOOT0_OK);
        assert_int_equal(b->resolved->segment_count, 3);
        for (uint8_t n = 0; n < 3; n++)
            assert_int_equal(b->resolved->segments[n].alternate, n);
        assert_int_equal(boot0_image_copy(b->resolved, 1, OPTIONS, bytes, 4), 4);
        assert_memory_equal(bytes, "opti", 4);
        assert_int_equal(boot0_image_copy(b->resolved, 2, OTP, bytes, 4), 4);
        assert_memory_equal(bytes, "once", 4);
    }
}

/* A HEX file and a DfuSe file with different bytes for one address: neither is right. */
static void test_what_comes_to_one_place_must_agree(void **state)
{
    const struct boot0_flash_options allowed = {.allow_option_bytes = true};
    struct bench *b = *state;

    put(b, 1, OPTIONS, "same");
    put(b, -1, OPTIONS, "same");
    assert_int_equal(b->image->segment_count, 2);
    assert_int_equal(check(b, allowed), BOOT0_OK);
    assert_int_equal(b->resolved->segment_count, 1);
    boot0_image_free(b->image);
    b->image = boot0_image_new();
    put(b, 1, OPTIONS, "same");
    put(b, -1, OPTIONS + 2, "NO");
    assert_int_equal(check(b, allowed), BOOT0_E_DATA);
    assert_non_null(strstr(error.message, "0x1fffc002"));
}

static void test_a_target_goes_where_it_says_or_nowhere(void **state)
{
    const struct boot0_flash_options allowed = {.allow_option_bytes = true};
    const struct boot0_flash_options forced = {.allow_option_bytes = true, .force = true};
    struct bench *b = *state;

    put(b, 0, OTP, "once"); /* the flash has no such address */
    assert_int_equal(check(b, allowed), BOOT0_E_MISMATCH);
    assert_non_null(strstr(error.message, "no such address"));
    assert_null(b->resolved);
    assert_int_equal(check(b, forced), BOOT0_OK);
    assert_int_equal(b->resolved->segments[0].alternate, 2);
    assert_int_equal(b->image->segments[0].alternate, 0);
    assert_int_equal(boot0_session_check(b->session, b->resolved, &allowed, &error), BOOT0_OK);
    put(b, 9, FLASH, "none");
    assert_int_equal(check(b, forced), BOOT0_E_MISMATCH);
    assert_non_null(strstr(error.message, "alternate setting 9"));
}

static void test_a_chosen_memory_takes_one_target(void **state)
{
    struct bench *b = *state;

    assert_int_equal(boot0_session_choose(b->session, "0", &error), BOOT0_OK);
    put(b, 7, FLASH + 0x10000, "data");
    put(b, -1, FLASH + 0x20000, "more");
    assert_int_equal(check(b, (struct boot0_flash_options){0}), BOOT0_OK);
    for (size_t i = 0; i < b->resolved->segment_count; i++)
        assert_int_equal(b->resolved->segments[i].alternate, 0);
    put(b, 3, FLASH + 0x30000, "others");
    assert_int_equal(check(b, (struct boot0_flash_options){.force = true}), BOOT0_E_USAGE);
    assert_non_null(strstr(error.message, "several memories"));
}

static void test_nothing_runs_over_a_memorys_end(void **state)
{
    struct bench *b = *state;

    put(b, -1, FLASH + 0xffffe, "over");
    assert_int_equal(check(b, (struct boot0_flash_options){.force = true}), BOOT0_E_RANGE);
    assert_non_null(strstr(error.message, "0x08100000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_addresses_choose_memories_in_order, start, stop),
        cmocka_unit_test_setup_teardown(test_what_comes_to_one_place_must_agree, start, stop),
        cmocka_unit_test_setup_teardown(test_a_target_goes_where_it_says_or_nowhere, start, stop),
        cmocka_unit_test_setup_teardown(test_a_chosen_memory_takes_one_target, start, stop),
        cmocka_unit_test_setup_teardown(test_nothing_runs_over_a_memorys_end, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
