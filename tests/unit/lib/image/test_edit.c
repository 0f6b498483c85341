/* SPDX-License-Identifier: MIT */
/* Copies of an image, and bytes that replace parts of it. */
#include "image_test.h"
#include <core/array.h>

static struct boot0_error any_error; /* where only the status matters */

/* "abcd" at 100 and "wxyz" at 108. */
static struct boot0_image *two_segments(void)
{
    struct boot0_image *image = boot0_image_new();

    assert_non_null(image);
    assert_int_equal(boot0_image_add(image, 0, 0x100, (const uint8_t *)"abcd", 4, &any_error),
                     BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 0, 0x108, (const uint8_t *)"wxyz", 4, &any_error),
                     BOOT0_OK);
    return image;
}

static void patch(struct boot0_image *image, uint32_t address, const char *text)
{
    assert_int_equal(
        boot0_image_patch(image, 0, address, (const uint8_t *)text, strlen(text), &any_error),
        BOOT0_OK);
}

static void test_clone(void **state)
{
    struct boot0_image *image = two_segments(), *clone;

    (void)state;
    image->has_entry = true;
    image->entry = 0x101;
    clone = boot0_image_clone(image);
    assert_non_null(clone);
    assert_int_equal(clone->entry, 0x101);
    patch(clone, 0x100, "ABCD");
    check_segment(image, 0, 0x100, "abcd", 4);
    boot0_image_free(image);
    check_segment(clone, 0, 0x100, "ABCD", 4);
    check_segment(clone, 1, 0x108, "wxyz", 4);
    assert_int_equal(clone->segment_count, 2);
    boot0_image_free(clone);
}

static void test_clone_empty(void **state)
{
    struct boot0_image *image = boot0_image_new(), *clone = boot0_image_clone(image);

    (void)state;
    assert_non_null(clone);
    assert_int_equal(clone->segment_count, 0);
    patch(clone, 0x100, "a");
    check_segment(clone, 0, 0x100, "a", 1);
    boot0_image_free(clone);
    boot0_image_free(image);
}

/* Within a segment, at its ends, over its end, between two, and apart from all. */
static void test_patch(void **state)
{
    static const struct {
        uint32_t address;
        const char *text;
        size_t count;
        struct {
            uint32_t address;
            const char *text;
        } wanted[3];
    } rows[] = {
        {0x101, "BC", 2, {{0x100, "aBCd"}, {0x108, "wxyz"}}},
        {0x100, "A", 2, {{0x100, "Abcd"}, {0x108, "wxyz"}}},
        {0x103, "DE", 2, {{0x100, "abcDE"}, {0x108, "wxyz"}}},
        {0x104, "EF", 2, {{0x100, "abcdEF"}, {0x108, "wxyz"}}},
        {0x0fe, "__A", 2, {{0x0fe, "__Abcd"}, {0x108, "wxyz"}}},
        {0x102, "CDEFGHWX", 1, {{0x100, "abCDEFGHWXyz"}}},
        {0x0ff, "_ABCDEFGHWXYZ_", 1, {{0x0ff, "_ABCDEFGHWXYZ_"}}},
        {0x200, "new", 3, {{0x100, "abcd"}, {0x108, "wxyz"}, {0x200, "new"}}},
        {0x100, "", 2, {{0x100, "abcd"}, {0x108, "wxyz"}}},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct boot0_image *image = two_segments();

        patch(image, rows[i].address, rows[i].text);
        assert_int_equal(image->segment_count, rows[i].count);
        for (size_t s = 0; s < rows[i].count; s++)
            check_segment(image, s, rows[i].wanted[s].address, rows[i].wanted[s].text,
                          strlen(rows[i].wanted[s].text));
        boot0_image_free(image);
    }
}

/* Bytes of another alternate at the same address are different bytes. */
static void test_alternates(void **state)
{
    struct boot0_image *image = two_segments();

    (void)state;
    assert_int_equal(boot0_image_patch(image, 1, 0x100, (const uint8_t *)"ONE", 3, &any_error),
                     BOOT0_OK);
    check_segment(image, 0, 0x100, "abcd", 4);
    check_segment(image, 2, 0x100, "ONE", 3);
    assert_int_equal(image->segments[2].alternate, 1);
    boot0_image_free(image);
}

static void test_refused(void **state)
{
    struct boot0_image *image = two_segments();

    (void)state;
    assert_int_equal(boot0_image_patch(image, 0, 0xfffffffe, (const uint8_t *)"end", 3, &any_error),
                     BOOT0_E_DATA);
    patch(image, 0xfffffffd, "end");
    assert_int_equal(image->segment_count, 3);
    image->has_addresses = false;
    assert_int_equal(boot0_image_patch(image, 0, 0x100, (const uint8_t *)"A", 1, &any_error),
                     BOOT0_E_USAGE);
    check_segment(image, 0, 0x100, "abcd", 4);
    boot0_image_free(image);
}

/* Neighbours are joined, alternates stay apart, an entry moves too. */
static void test_move(void **state)
{
    struct boot0_image *image = boot0_image_new();
    struct boot0_error error;

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, 0x100, (const uint8_t *)"abcdef", 6, &error),
                     BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 0, 0x204, (const uint8_t *)"XY", 2, &error), BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 1, 0x102, (const uint8_t *)"1", 1, &error), BOOT0_OK);
    image->has_entry = true;
    image->entry = 0x103;
    assert_int_equal(boot0_image_move(image, 0x102, 2, 0x202, &error), BOOT0_OK);
    assert_int_equal(image->segment_count, 4);
    check_segment(image, 0, 0x100, "ab", 2);
    check_segment(image, 1, 0x104, "ef", 2);
    check_segment(image, 2, 0x202, "cdXY", 4);
    check_segment(image, 3, 0x202, "1", 1);
    assert_int_equal(image->segments[3].alternate, 1);
    assert_int_equal(image->entry, 0x203);
    /* an empty range changes nothing */
    assert_int_equal(boot0_image_move(image, 0x800, 0x100, 0, &error), BOOT0_OK);
    assert_int_equal(image->segment_count, 4);
    /* other bytes are there */
    assert_int_equal(boot0_image_move(image, 0x104, 1, 0x203, &error), BOOT0_E_DATA);
    check_segment(image, 1, 0x104, "ef", 2);
    /* to the end of the address space, and past it */
    assert_int_equal(boot0_image_move(image, 0x104, 2, 0xfffffffe, &error), BOOT0_OK);
    assert_int_equal(boot0_image_move(image, 0xfffffffe, 2, 0xffffffff, &error), BOOT0_E_DATA);
    check_segment(image, 2, 0xfffffffe, "ef", 2);
    boot0_image_free(image);
}

static void test_remove(void **state)
{
    struct boot0_image *image = boot0_image_new();
    struct boot0_error error;

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, 0x100, (const uint8_t *)"abcdef", 6, &error),
                     BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 1, 0xfffffffe, (const uint8_t *)"yz", 2, &error),
                     BOOT0_OK);
    assert_int_equal(boot0_image_remove(image, 0x102, 2, &error), BOOT0_OK);
    assert_int_equal(image->segment_count, 3);
    check_segment(image, 0, 0x100, "ab", 2);
    check_segment(image, 1, 0x104, "ef", 2);
    assert_int_equal(boot0_image_remove(image, 0x106, 0x100, &error), BOOT0_OK);
    assert_int_equal(image->segment_count, 3);
    assert_int_equal(boot0_image_remove(image, 0, (uint64_t)1 << 32, &error), BOOT0_OK);
    assert_int_equal(image->segment_count, 0);
    boot0_image_free(image);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clone),   cmocka_unit_test(test_clone_empty),
        cmocka_unit_test(test_patch),   cmocka_unit_test(test_alternates),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_move),
        cmocka_unit_test(test_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
