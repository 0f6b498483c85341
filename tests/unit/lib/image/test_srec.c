/* SPDX-License-Identifier: MIT */
/* S-records: the three address sizes, counts, ends, and each kind of damage. */
#include "image_test.h"
#include <core/array.h>

static struct boot0_image *parse_text(const char *text)
{
    struct boot0_image *image = parse(text, strlen(text), BOOT0_FORMAT_UNKNOWN);

    assert_int_equal(image->format, BOOT0_FORMAT_SREC);
    assert_true(image->has_addresses);
    return image;
}

static void test_example(void **state)
{
    static const uint8_t data[] = {0x01, 0x02, 0x03, 0x04};
    struct boot0_image *image = parse_text("S00600004844521B\n"
                                           "S3090800000001020304E4\n"
                                           "S5030001FB\n"
                                           "S7050800018D64\n");

    (void)state;
    assert_int_equal(image->segment_count, 1);
    check_segment(image, 0, 0x08000000, data, sizeof data);
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x0800018d);
    boot0_image_free(image);
}

static void test_address_sizes(void **state)
{
    static const struct {
        const char *file;
        uint32_t address;
        uint32_t entry;
    } files[] = {
        {"S1041234AA0B\nS9031000EC\n", 0x1234, 0x1000},
        {"S205123456AAB4\nS804100000EB\n", 0x123456, 0x100000},
        {"S306FFFFFFFFAA53\nS70510000000EA\n", 0xffffffff, 0x10000000},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        struct boot0_image *image = parse_text(files[i].file);

        check_segment(image, 0, files[i].address, "\xaa", 1);
        assert_int_equal(image->entry, files[i].entry);
        boot0_image_free(image);
    }
}

static void test_tolerated(void **state)
{
    static const char *const files[] = {
        "S1040000AA51\nS9030000FC\n",
        "S1040000AA51\r\nS9030000FC\r\n\x1a",
        "S1040000aa51\rS9030000fc",
        "\n  S1040000AA51 \n\n S9030000FC\t\n\n",
        "S1040000AA51\nS5030001FB\nS9030000FC\n",
        "S1040000AA51\nS604000001FA\nS9030000FC\n",
        "S1040000AA51\nS5030001FB\n", /* no end, but the count shows that nothing is missing */
        "S5030000FC\nS1040000AA51\nS9030000FC\n",
        "S1040000AA51\nS70500000000FA\n", /* an end record of another size */
        "S1040000AA51\nS1030000FC\nS9030000FC\n",
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        struct boot0_image *image = parse_text(files[i]);

        check_segment(image, 0, 0, "\xaa", 1);
        assert_false(image->has_entry); /* 0 ends a file without an entry point */
        boot0_image_free(image);
    }
}

static void test_broken(void **state)
{
    static const struct {
        const char *file;
        const char *reason;
    } files[] = {
        {"S1040000AA50\nS9030000FC\n", "line 1: checksum is 0x50, expected 0x51"},
        {"S1040000AA51\nS1040001AA51\n", "line 2: checksum"},
        {"S1040000AA5\n", "line 1: an odd number of hex digits"},
        {"S1040000AX51\n", "line 1: 'X' in column 10 is not a hex digit"},
        {"S1050000AA50\n", "line 1: is cut off"},
        {"S1040000AA51\nS1\n", "line 2: is cut off"},
        {"S1030000AA51\n", "line 1: gives a byte count of 3, but holds 4"},
        {"S10200FD\n", "line 1: too short for an S1 record"},
        {"S2030000FC\n", "line 1: too short for an S2 record"},
        {"S304000000FB\n", "line 1: too short for an S3 record"},
        {"S1040000AA51\nS704000000FB\n", "line 2: too short for an S7 record"},
        {"S1040000AA51\nS4030000FC\nS9030000FC\n", "line 2: unknown record type S4"},
        {"S1040000AA51\nSA030000FC\n", "line 2: does not begin with 'S' and a digit"},
        {"S1040000AA51\n$$ module\n", "line 2: does not begin with 'S'"},
        {"S1040000AA51\nS\n", "line 2: does not begin with 'S'"},
        {"S1040000AA51\nS5030002FA\nS9030000FC\n",
         "line 2: gives a count of 2 data records, but there are 1"},
        {"S1040000AA51\nS604010001F9\nS9030000FC\n", "line 2: gives a count of 65537 data records"},
        {"S1040000AA51\n", "ends after line 1 without an end record"},
        {"S5030000FC\nS1040000AA51\n", "ends after line 2 without an end record"},
        {"S1040000AA51\nS9030000FC\nS1040001AA50\n", "line 3: a record after the end record"},
        {"S9030000FC\n", "holds no data"},
        {"S307FFFFFFFFAABB97\nS9030000FC\n", "32-bit address space"},
        {"S1040000AA51\nS1040000AB50\nS9030000FC\n",
         "line 2 puts 0xab at address 0x00000000, where line 1 put 0xaa"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++)
        refuse(files[i].file, strlen(files[i].file), BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA,
               files[i].reason);
}

static void test_cut_anywhere(void **state)
{
    static const char file[] = "S1040000AA51\nS1040001AA50\nS9030000FC\n";

    (void)state;
    for (size_t size = 4; size < sizeof file - 2; size++) {
        struct boot0_image *image = NULL;

        assert_int_equal(try_parse(&image, file, size, BOOT0_FORMAT_UNKNOWN, NULL), BOOT0_E_DATA);
    }
}

static void check_written(uint32_t address, bool has_entry, uint32_t entry, const char *expected)
{
    static const uint8_t data[17] = {0xaa, [16] = 0xbb};
    struct boot0_image_options options = {.format = BOOT0_FORMAT_SREC};
    struct boot0_image *image = boot0_image_new();
    uint8_t *written;
    char *text;
    size_t size;

    assert_int_equal(boot0_image_add(image, 0, address, data, sizeof data, NULL), BOOT0_OK);
    image->has_entry = has_entry;
    image->entry = entry;
    assert_int_equal(boot0_image_format(image, &options, &written, &size, NULL), BOOT0_OK);
    text = to_text(written, size);
    assert_string_equal(text, expected);
    free(text);
    boot0_image_free(image);
}

/* The exact output, with the record type by the highest address or the entry point. */
static void test_written(void **state)
{
    (void)state;
    check_written(0xffef, false, 0,
                  "S0030000FC\n"
                  "S113FFEFAA00000000000000000000000000000054\n"
                  "S104FFFFBB42\n"
                  "S5030002FA\n"
                  "S9030000FC\n");
    check_written(0xfff0, false, 0,
                  "S0030000FC\n"
                  "S21400FFF0AA00000000000000000000000000000052\n"
                  "S205010000BB3E\n"
                  "S5030002FA\n"
                  "S804000000FB\n");
    check_written(0, true, 0x08000001,
                  "S0030000FC\n"
                  "S31500000000AA00000000000000000000000000000040\n"
                  "S30600000010BB2E\n"
                  "S5030002FA\n"
                  "S70508000001F1\n");
}

/* More records than S5 can count. */
static void test_written_count(void **state)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_SREC};
    struct boot0_image *image = boot0_image_new();
    uint8_t *data = calloc(1, 0x100000);
    uint8_t *text;
    size_t size;

    (void)state;
    assert_non_null(data);
    assert_int_equal(boot0_image_add(image, 0, 0, data, 0x100000, NULL), BOOT0_OK);
    assert_int_equal(boot0_image_format(image, &options, &text, &size, NULL), BOOT0_OK);
    assert_memory_equal(text + size - strlen("S604010000FA\nS804000000FB\n"),
                        "S604010000FA\nS804000000FB\n", strlen("S604010000FA\nS804000000FB\n"));
    boot0_image_free(image);
    image = parse(text, size, BOOT0_FORMAT_UNKNOWN);
    check_segment(image, 0, 0, data, 0x100000);
    boot0_image_free(image);
    free(text);
    free(data);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example),       cmocka_unit_test(test_address_sizes),
        cmocka_unit_test(test_tolerated),     cmocka_unit_test(test_broken),
        cmocka_unit_test(test_cut_anywhere),  cmocka_unit_test(test_written),
        cmocka_unit_test(test_written_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
