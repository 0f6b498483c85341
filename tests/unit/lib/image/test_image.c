/* SPDX-License-Identifier: MIT */
/* The image as a container of segments. */
#include "image_test.h"
#include <core/array.h>

static struct boot0_error any_error; /* where only the status matters */

static const uint8_t *bytes(const char *text)
{
    return (const uint8_t *)text;
}

static void add(struct boot0_image *image, uint8_t alternate, uint32_t address, const char *text)
{
    struct boot0_error error = {.message = ""};

    if (boot0_image_add(image, alternate, address, bytes(text), strlen(text), &error) != BOOT0_OK)
        fail_msg("%s", error.message);
}

static struct boot0_image *new_image(void)
{
    struct boot0_image *image = boot0_image_new();

    assert_non_null(image);
    return image;
}

static void test_new(void **state)
{
    struct boot0_image *image = new_image();

    (void)state;
    assert_int_equal(image->segment_count, 0);
    assert_true(image->has_addresses);
    assert_false(image->has_entry);
    assert_int_equal(boot0_image_size(image), 0);
    boot0_image_free(image);
    boot0_image_free(NULL);
}

/* Sorted by alternate and address whatever the order, and separate where they do not touch. */
static void test_sorted(void **state)
{
    struct boot0_image *image = new_image();

    (void)state;
    add(image, 1, 0x100, "d");
    add(image, 0, 0x200, "c");
    add(image, 0, 0x100, "a");
    add(image, 0, 0x180, "b");
    add(image, 1, 0x000, "");
    assert_int_equal(image->segment_count, 4);
    check_segment(image, 0, 0x100, "a", 1);
    check_segment(image, 1, 0x180, "b", 1);
    check_segment(image, 2, 0x200, "c", 1);
    check_segment(image, 3, 0x100, "d", 1);
    assert_int_equal(image->segments[3].alternate, 1);
    assert_int_equal(boot0_image_size(image), 4);
    boot0_image_free(image);
}

/* Every position of new bytes relative to the existing segments: 0x10..0x13 and 0x20..0x23. */
static void test_joined(void **state)
{
    static const struct {
        uint32_t address;
        const char *text;
        size_t count; /* of segments afterwards */
        const char *first;
    } pieces[] = {
        {0x14, "efgh", 2, "abcdefgh"},
        {0x0e, "yz", 2, "yzabcd"},
        {0x0e, "yzab", 2, "yzabcd"},
        {0x12, "cdef", 2, "abcdef"},
        {0x11, "bc", 2, "abcd"},
        {0x10, "abcd", 2, "abcd"},
        {0x0f, "zabcde", 2, "zabcde"},
        {0x14, "efghijklmnop", 1, "abcdefghijklmnopABCD"},
        {0x13, "defghijklmnopA", 1, "abcdefghijklmnopABCD"},
        {0x0f, "zabcdefghijklmnopABCDE", 1, "zabcdefghijklmnopABCDE"},
        {0x15, "f", 3, "abcd"},
        {0x0e, "y", 3, "y"},
        {0x24, "E", 2, "abcd"},
        {0x25, "F", 3, "abcd"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(pieces); i++) {
        struct boot0_image *image = new_image();
        uint32_t address = pieces[i].address < 0x10 ? pieces[i].address : 0x10;

        add(image, 0, 0x10, "abcd");
        add(image, 0, 0x20, "ABCD");
        add(image, 1, 0x14, "????");
        add(image, 0, pieces[i].address, pieces[i].text);
        assert_int_equal(image->segment_count, pieces[i].count + 1);
        check_segment(image, 0, address, pieces[i].first, strlen(pieces[i].first));
        check_segment(image, pieces[i].count, 0x14, "????", 4);
        boot0_image_free(image);
    }
}

static void test_contradiction(void **state)
{
    struct boot0_image *image = new_image();
    struct boot0_error error;

    (void)state;
    add(image, 0, 0x10, "abcd");
    add(image, 0, 0x20, "ABCD");
    assert_int_equal(boot0_image_add(image, 0, 0x13, bytes("defghijklmnopAbC"), 16, &error),
                     BOOT0_E_DATA);
    assert_string_equal(error.message, "contradicting data for address 0x00000021: 0x42 and 0x62");
    assert_int_equal(boot0_image_add(image, 0, 0x0f, bytes("zb"), 2, &any_error), BOOT0_E_DATA);
    assert_int_equal(image->segment_count, 2); /* as it was */
    check_segment(image, 0, 0x10, "abcd", 4);
    check_segment(image, 1, 0x20, "ABCD", 4);
    boot0_image_free(image);
}

static void test_limits(void **state)
{
    struct boot0_image *image = new_image();
    uint8_t *data = calloc(1, BOOT0_IMAGE_DATA_MAX);

    (void)state;
    assert_non_null(data);
    add(image, 0, 0xfffffffe, "yz");
    assert_int_equal(boot0_image_add(image, 0, 0xffffffff, bytes("z!"), 2, &any_error),
                     BOOT0_E_DATA);
    assert_int_equal(boot0_image_add(image, 0, 0, data, BOOT0_IMAGE_DATA_MAX - 1, &any_error),
                     BOOT0_E_DATA);
    assert_int_equal(boot0_image_add(image, 0, 0, data, SIZE_MAX, &any_error), BOOT0_E_DATA);
    assert_int_equal(boot0_image_add(image, 0, 0, data, BOOT0_IMAGE_DATA_MAX - 2, &any_error),
                     BOOT0_OK);
    assert_int_equal(boot0_image_size(image), BOOT0_IMAGE_DATA_MAX);
    assert_int_equal(boot0_image_add(image, 1, 0, data, 1, &any_error), BOOT0_E_DATA);
    boot0_image_free(image);
    free(data);
}

/* Many pieces, upwards, downwards and in between: compared with a plain table. */
static void test_many(void **state)
{
    enum {
        SPACE = 4096,
    };
    struct boot0_image *image = new_image();
    uint8_t expected[SPACE] = {0};
    uint8_t copied[SPACE] = {0};
    uint32_t random = 1;
    size_t total = 0;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        uint8_t data[64];
        uint32_t address;
        size_t size;

        random = random * 1103515245 + 12345;
        address = random >> 8 & (SPACE - 1);
        size = random >> 24 & 31;
        if (size > SPACE - address)
            size = SPACE - address;
        for (size_t j = 0; j < size; j++)
            data[j] = expected[address + j] = (uint8_t)((address + j) * 7 + 1);
        assert_int_equal(boot0_image_add(image, 0, address, data, size, &any_error), BOOT0_OK);
        if (i % 100 != 0)
            continue;
        for (size_t j = 1; j < image->segment_count; j++)
            assert_true(image->segments[j - 1].address + image->segments[j - 1].size <
                        image->segments[j].address);
    }
    for (size_t i = 0; i < SPACE; i++)
        total += expected[i] != 0 || (uint8_t)(i * 7 + 1) == 0;
    assert_true(boot0_image_size(image) <= total);
    assert_int_equal(boot0_image_copy(image, 0, 0, copied, SPACE), boot0_image_size(image));
    assert_memory_equal(copied, expected, SPACE);
    boot0_image_free(image);
}

static void test_copy(void **state)
{
    static const struct {
        uint8_t alternate;
        uint32_t address;
        size_t size;
        size_t copied;
        const char *data;
    } copies[] = {
        {0, 0x10, 4, 4, "abcd...................."},
        {0, 0x0e, 8, 4, "..abcd.................."},
        {0, 0x11, 2, 2, "bc......................"},
        {0, 0x12, 16, 4, "cd............AB........"},
        {0, 0x0e, 24, 8, "..abcd............ABCD.."},
        {0, 0x14, 12, 0, "........................"},
        {0, 0x14, 0, 0, "........................"},
        {0, 0x10, 0, 0, "........................"},
        {0, 0x24, 24, 0, "........................"},
        {0, 0xfffffffe, 24, 2, "yz......................"},
        {1, 0x10, 4, 0, "........................"},
        {1, 0x1f, 4, 1, ".1......................"},
        {2, 0x20, 4, 0, "........................"},
    };
    struct boot0_image *image = new_image();

    (void)state;
    add(image, 0, 0x10, "abcd");
    add(image, 0, 0x20, "ABCD");
    add(image, 0, 0xfffffffe, "yz");
    add(image, 1, 0x20, "1");
    for (size_t i = 0; i < B0_LENGTH(copies); i++) {
        uint8_t data[24];

        memset(data, '.', sizeof data);
        assert_int_equal(
            boot0_image_copy(image, copies[i].alternate, copies[i].address, data, copies[i].size),
            copies[i].copied);
        assert_memory_equal(data, copies[i].data, sizeof data);
    }
    boot0_image_free(image);
}

static void test_place(void **state)
{
    struct boot0_image *image = parse("data", 4, BOOT0_FORMAT_BINARY);
    struct boot0_error error;

    (void)state;
    assert_int_equal(boot0_image_place(image, 0xfffffffd, &error), BOOT0_E_RANGE);
    assert_string_equal(error.message, "4 bytes do not fit at address 0xfffffffd");
    assert_false(image->has_addresses);
    assert_int_equal(boot0_image_place(image, 0xfffffffc, &any_error), BOOT0_OK);
    assert_true(image->has_addresses);
    check_segment(image, 0, 0xfffffffc, "data", 4);
    assert_int_equal(boot0_image_place(image, 0x08000000, &any_error), BOOT0_E_USAGE);
    boot0_image_free(image);
}

static void test_merge(void **state)
{
    struct boot0_image *image = new_image();
    struct boot0_image *other = new_image();

    (void)state;
    add(image, 0, 0x10, "abcd");
    add(other, 0, 0x12, "cdef");
    add(other, 1, 0x10, "1");
    other->format = BOOT0_FORMAT_IHEX;
    other->has_entry = true;
    other->entry = 0x11;
    strcpy(other->name, "name");
    assert_int_equal(boot0_image_merge(image, other, &any_error), BOOT0_OK);
    assert_int_equal(image->segment_count, 2);
    check_segment(image, 0, 0x10, "abcdef", 6);
    check_segment(image, 1, 0x10, "1", 1);
    assert_int_equal(image->format, BOOT0_FORMAT_IHEX);
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x11);
    assert_string_equal(image->name, "name");
    check_segment(other, 0, 0x12, "cdef", 4); /* is a copy */

    other->format = BOOT0_FORMAT_ELF;
    other->entry = 0x13;
    strcpy(other->name, "other");
    assert_int_equal(boot0_image_merge(image, other, &any_error), BOOT0_OK);
    assert_int_equal(image->entry, 0x11); /* the first one's, if it has one */
    assert_int_equal(image->format, BOOT0_FORMAT_IHEX);
    assert_string_equal(image->name, "name");
    boot0_image_free(other);
    boot0_image_free(image);
}

static void test_merge_refused(void **state)
{
    struct boot0_image *first = new_image();
    struct boot0_image *second = new_image();
    struct boot0_image *raw = parse("data", 4, BOOT0_FORMAT_BINARY);
    struct boot0_error error;

    (void)state;
    add(first, 0, 0x10, "abcd");
    add(second, 0, 0x30, "x");
    add(second, 0, 0x13, "x");
    second->has_entry = true;
    assert_int_equal(boot0_image_merge(first, second, &error), BOOT0_E_DATA);
    assert_string_equal(error.message, "contradicting data for address 0x00000013: 0x64, 0x78");
    assert_int_equal(boot0_image_merge(first, raw, &any_error), BOOT0_E_USAGE);
    assert_int_equal(boot0_image_merge(raw, first, &any_error), BOOT0_E_USAGE);
    assert_int_equal(first->segment_count, 1); /* as it was */
    check_segment(first, 0, 0x10, "abcd", 4);
    assert_false(first->has_entry);
    boot0_image_free(raw);
    boot0_image_free(second);
    boot0_image_free(first);
}

/*
 * Suffixes: any device and a certain one become the certain one; two different ones do not match.
 */
static void test_merge_suffixes(void **state)
{
    struct boot0_image *image = new_image();
    struct boot0_image *other = new_image();
    struct boot0_error error;

    (void)state;
    other->has_suffix = true;
    other->suffix = (struct boot0_suffix){0xffff, 0xffff, 0x0483, 0x0110};
    assert_int_equal(boot0_image_merge(image, other, &any_error), BOOT0_OK);
    assert_true(image->has_suffix);
    assert_int_equal(image->suffix.vendor, 0x0483);
    assert_int_equal(image->suffix.product, 0xffff);
    other->suffix.product = 0xdf11;
    assert_int_equal(boot0_image_merge(image, other, &any_error), BOOT0_OK);
    assert_int_equal(image->suffix.product, 0xdf11);
    other->suffix = (struct boot0_suffix){0xffff, 0xffff, 0xffff, 0x0110};
    assert_int_equal(boot0_image_merge(image, other, &any_error), BOOT0_OK);
    assert_int_equal(image->suffix.vendor, 0x0483);
    other->suffix = (struct boot0_suffix){0xffff, 0x0003, 0x1eaf, 0x0110};
    assert_int_equal(boot0_image_merge(image, other, &error), BOOT0_E_MISMATCH);
    assert_string_equal(error.message,
                        "the files are for different devices: 0483:df11 and 1eaf:0003");
    assert_int_equal(image->suffix.vendor, 0x0483);
    boot0_image_free(other);
    boot0_image_free(image);
}

static void test_merge_families(void **state)
{
    struct boot0_image *image = new_image();
    struct boot0_image *other = new_image();

    (void)state;
    other->has_family = true;
    other->family = 0x57755a57;
    assert_int_equal(boot0_image_merge(image, other, &any_error), BOOT0_OK);
    assert_true(image->has_family);
    assert_int_equal(image->family, 0x57755a57);
    assert_int_equal(boot0_image_merge(image, other, &any_error), BOOT0_OK);
    other->family = 0x5ee21072;
    assert_int_equal(boot0_image_merge(image, other, &any_error), BOOT0_E_MISMATCH);
    boot0_image_free(other);
    boot0_image_free(image);
}

static void test_vectors(void **state)
{
    static const uint8_t table[] = {0x00, 0x00, 0x02, 0x20, 0x8d, 0x01, 0x00, 0x08};
    struct boot0_image *image = new_image();
    struct boot0_vectors vectors;

    (void)state;
    assert_false(boot0_image_vectors(image, 0x08000000, &vectors));
    boot0_image_add(image, 1, 0x08000000, table, sizeof table, &any_error);
    boot0_image_add(image, 1, 0xfffffff9, table, 7, &any_error);
    assert_true(boot0_image_vectors(image, 0x08000000, &vectors));
    assert_int_equal(vectors.address, 0x08000000);
    assert_int_equal(vectors.stack, 0x20020000);
    assert_int_equal(vectors.reset, 0x0800018d);
    assert_false(boot0_image_vectors(image, 0x08000001, &vectors));
    assert_false(boot0_image_vectors(image, 0x07ffffff, &vectors));
    assert_false(boot0_image_vectors(image, 0xfffffff9, &vectors));
    boot0_image_free(image);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),
        cmocka_unit_test(test_sorted),
        cmocka_unit_test(test_joined),
        cmocka_unit_test(test_contradiction),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_merge_refused),
        cmocka_unit_test(test_merge_suffixes),
        cmocka_unit_test(test_merge_families),
        cmocka_unit_test(test_vectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
