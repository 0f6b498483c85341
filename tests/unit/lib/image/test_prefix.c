/* SPDX-License-Identifier: MIT */
/* Vendors' prefixes: added, detected, removed, and data that only resembles one. */
#include "image_test.h"
#include <core/array.h>

static struct boot0_image *raw(const uint8_t *data, size_t size)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_BINARY};
    struct boot0_image *image;
    struct boot0_error error;

    assert_int_equal(boot0_image_parse(&image, data, size, "test", &options, &error), BOOT0_OK);
    return image;
}

static enum boot0_status add(struct boot0_image *image, enum boot0_prefix_kind kind,
                             uint32_t address)
{
    struct boot0_prefix prefix = {kind, address, 0};
    struct boot0_error error = {.code = BOOT0_OK};
    enum boot0_status status = boot0_image_add_prefix(image, &prefix, &error);

    assert_int_equal(error.code, status);
    return status;
}

static enum boot0_status take_off(struct boot0_image *image)
{
    struct boot0_error error = {.code = BOOT0_OK};
    enum boot0_status status = boot0_image_remove_prefix(image, &error);

    assert_int_equal(error.code, status);
    return status;
}

static void test_lmdfu(void **state)
{
    static const uint8_t payload[] = {9, 8, 7, 6, 5};
    static const uint8_t wanted[] = {1, 0, 0x08, 0, 5, 0, 0, 0, 9, 8, 7, 6, 5};
    struct boot0_image *image = raw(payload, sizeof payload);
    struct boot0_prefix prefix;

    (void)state;
    assert_false(boot0_image_find_prefix(image, &prefix));
    assert_int_equal(prefix.kind, BOOT0_PREFIX_NONE);
    assert_int_equal(add(image, BOOT0_PREFIX_LMDFU, 0x2000), BOOT0_OK);
    assert_int_equal(image->segments[0].size, sizeof wanted);
    assert_memory_equal(image->segments[0].data, wanted, sizeof wanted);
    assert_true(boot0_image_find_prefix(image, &prefix));
    assert_int_equal(prefix.kind, BOOT0_PREFIX_LMDFU);
    assert_int_equal(prefix.address, 0x2000);
    assert_int_equal(prefix.payload, 5);
    assert_int_equal(add(image, BOOT0_PREFIX_LPC, 0), BOOT0_E_DATA); /* there already is one */
    assert_int_equal(take_off(image), BOOT0_OK);
    assert_int_equal(image->segments[0].size, sizeof payload);
    assert_memory_equal(image->segments[0].data, payload, sizeof payload);
    assert_int_equal(take_off(image), BOOT0_E_DATA);
    boot0_image_free(image);
}

static void test_lpc(void **state)
{
    static const uint8_t head[] = {0x1a, 0x3f, 2, 0, 0,    0,    0,    0,
                                   0,    0,    0, 0, 0xff, 0xff, 0xff, 0xff};
    uint8_t payload[513] = {1};
    struct boot0_image *image = raw(payload, sizeof payload);
    struct boot0_prefix prefix;

    (void)state;
    assert_int_equal(add(image, BOOT0_PREFIX_LPC, 0), BOOT0_OK);
    assert_int_equal(image->segments[0].size, sizeof head + sizeof payload);
    assert_memory_equal(image->segments[0].data, head, sizeof head);
    assert_true(boot0_image_find_prefix(image, &prefix));
    assert_int_equal(prefix.kind, BOOT0_PREFIX_LPC);
    assert_int_equal(prefix.payload, 1024);
    assert_int_equal(take_off(image), BOOT0_OK);
    assert_int_equal(image->segments[0].size, sizeof payload);
    boot0_image_free(image);
}

/* Two bytes identify NXP's; the length identifies TI's. */
static void test_what_is_no_prefix(void **state)
{
    static const uint8_t not_lmdfu[][9] = {{2, 0, 0, 0, 1, 0, 0, 0, 5},
                                           {1, 1, 0, 0, 1, 0, 0, 0, 5},
                                           {1, 0, 0, 0, 2, 0, 0, 0, 5},
                                           {1, 0, 0, 0, 1, 0, 0, 1, 5}};
    static const uint8_t short_lpc[15] = {0x1a, 0x3f};
    static const uint8_t only_head[16] = {0x9a, 0xff};
    struct boot0_prefix prefix;
    struct boot0_image *image;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(not_lmdfu); i++) {
        image = raw(not_lmdfu[i], sizeof not_lmdfu[i]);
        assert_false(boot0_image_find_prefix(image, &prefix));
        boot0_image_free(image);
    }
    image = raw(short_lpc, sizeof short_lpc);
    assert_false(boot0_image_find_prefix(image, &prefix));
    boot0_image_free(image);
    image = raw(only_head, sizeof only_head);
    assert_true(boot0_image_find_prefix(image, &prefix));
    assert_int_equal(take_off(image), BOOT0_E_DATA); /* nothing would be left */
    boot0_image_free(image);
}

static void test_addresses(void **state)
{
    static const uint8_t bytes[] = {1, 2, 3};
    struct boot0_image *image = raw(bytes, sizeof bytes);
    struct boot0_error error;

    (void)state;
    assert_int_equal(add(image, BOOT0_PREFIX_LMDFU, 1023), BOOT0_E_USAGE);
    assert_int_equal(add(image, BOOT0_PREFIX_LMDFU, 0x04000000), BOOT0_E_USAGE);
    assert_int_equal(add(image, BOOT0_PREFIX_NONE, 0), BOOT0_E_USAGE);
    assert_int_equal(add(image, BOOT0_PREFIX_COUNT, 0), BOOT0_E_USAGE);
    assert_int_equal(image->segments[0].size, sizeof bytes);
    assert_int_equal(boot0_image_place(image, 0x2000, &error), BOOT0_OK);
    assert_int_equal(add(image, BOOT0_PREFIX_LMDFU, 0x03fffc00), BOOT0_OK);
    assert_false(image->has_addresses);
    assert_int_equal(image->segments[0].address, 0);
    boot0_image_free(image);

    image = boot0_image_new();
    assert_non_null(image);
    assert_int_equal(add(image, BOOT0_PREFIX_LPC, 0), BOOT0_E_USAGE); /* empty */
    assert_int_equal(take_off(image), BOOT0_E_DATA);
    assert_int_equal(boot0_image_add(image, 0, 0, bytes, sizeof bytes, &error), BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 0, 100, bytes, sizeof bytes, &error), BOOT0_OK);
    assert_int_equal(add(image, BOOT0_PREFIX_LPC, 0), BOOT0_E_USAGE); /* a gap */
    boot0_image_free(image);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(boot0_prefix_name(BOOT0_PREFIX_NONE), "none");
    assert_string_equal(boot0_prefix_name(BOOT0_PREFIX_LMDFU), "lmdfu");
    assert_string_equal(boot0_prefix_name(BOOT0_PREFIX_LPC), "lpc");
    assert_string_equal(boot0_prefix_name(BOOT0_PREFIX_COUNT), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lmdfu),
        cmocka_unit_test(test_lpc),
        cmocka_unit_test(test_what_is_no_prefix),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
