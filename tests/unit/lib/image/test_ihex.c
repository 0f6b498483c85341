/* SPDX-License-Identifier: MIT */
/* Intel HEX: good files of many tools, and each kind of damage. */
#include "image_test.h"
#include <core/array.h>
#include <stdio.h>

#define END ":00000001FF\n"

static struct boot0_image *parse_text(const char *text)
{
    struct boot0_image *image = parse(text, strlen(text), BOOT0_FORMAT_UNKNOWN);

    assert_int_equal(image->format, BOOT0_FORMAT_IHEX);
    assert_true(image->has_addresses);
    return image;
}

static void test_example(void **state)
{
    static const uint8_t data[] = {0x01, 0x02, 0x03, 0x04};
    struct boot0_image *image = parse_text(":020000040800F2\n"
                                           ":0400000001020304F2\n"
                                           ":040000050800018D61\n" END);

    (void)state;
    assert_int_equal(image->segment_count, 1);
    check_segment(image, 0, 0x08000000, data, sizeof data);
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x0800018d);
    assert_false(image->has_suffix);
    assert_false(image->has_family);
    boot0_image_free(image);
}

/* One byte 0xAA at 0, in every form that tools and editors write. */
static void test_tolerated(void **state)
{
    static const char *const files[] = {
        ":01000000AA55\n:00000001FF\n",
        ":01000000AA55\r\n:00000001FF\r\n",
        ":01000000AA55\r:00000001FF\r",
        ":01000000AA55\n:00000001FF",
        ":01000000aa55\n:00000001ff\n",
        "\n\n  :01000000AA55  \t\n\n\t:00000001FF \n\n",
        ":01000000AA55\r\n:00000001FF\r\n\x1a",
        ":01000000AA55\r\n:00000001FF\r\n\x1a\x1a\x1a\r\n",
        "\xef\xbb\xbf:01000000AA55\n:00000001FF\n",
        ":01000000AA55\n:01000000AA55\n:00000001FF\n", /* repeated */
        ":0000000000\n:01000000AA55\n:00000001FF\n",   /* a record without data */
        ":01000000AA55\n:00018D0171\n",                /* an address in the end record */
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        struct boot0_image *image = parse_text(files[i]);

        assert_int_equal(image->segment_count, 1);
        check_segment(image, 0, 0, "\xaa", 1);
        assert_false(image->has_entry);
        boot0_image_free(image);
    }
}

static void test_padding_of_nul(void **state)
{
    static const char file[] = ":01000000AA55\n:00000001FF\n\x1a\0\0\0\0\0\0";
    struct boot0_image *image = parse(file, sizeof file - 1, BOOT0_FORMAT_UNKNOWN);

    (void)state;
    check_segment(image, 0, 0, "\xaa", 1);
    boot0_image_free(image);
}

/* Segment bases: address = base * 16 + offset, wrapping at 64 KiB of offset, not of address. */
static void test_segments(void **state)
{
    struct boot0_image *image = parse_text(":020000021234B6\n"
                                           ":02FFFF00AABB9B\n"
                                           ":0400000312345678E5\n" END);

    (void)state;
    assert_int_equal(image->segment_count, 2);
    check_segment(image, 0, 0x12340, "\xbb", 1);
    check_segment(image, 1, 0x12340 + 0xffff, "\xaa", 1);
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x12340 + 0x5678);
    boot0_image_free(image);
}

/* A linear base does not wrap at 64 KiB; a later base replaces one of the other kind. */
static void test_linear(void **state)
{
    struct boot0_image *image = parse_text(":02000002FFFFFE\n"
                                           ":020000040800F2\n"
                                           ":02FFFF00AABB9B\n" END);

    (void)state;
    assert_int_equal(image->segment_count, 1);
    check_segment(image, 0, 0x0800ffff, "\xaa\xbb", 2);
    boot0_image_free(image);
}

static void test_linear_wraps_at_32_bits(void **state)
{
    struct boot0_image *image = parse_text(":02000004FFFFFC\n"
                                           ":02FFFF00AABB9B\n" END);

    (void)state;
    assert_int_equal(image->segment_count, 2);
    check_segment(image, 0, 0, "\xbb", 1);
    check_segment(image, 1, 0xffffffff, "\xaa", 1);
    boot0_image_free(image);
}

static void test_longest_record(void **state)
{
    static const char start[] = ":FF000000";
    static const char rest[] = "01\n" END;
    char file[600];
    uint8_t data[255];
    struct boot0_image *image;

    (void)state;
    memset(data, 0, sizeof data);
    memset(file, '0', sizeof file);
    memcpy(file, start, sizeof start - 1);
    memcpy(file + sizeof start - 1 + 2 * sizeof data, rest, sizeof rest);
    image = parse_text(file);
    check_segment(image, 0, 0, data, sizeof data);
    boot0_image_free(image);
}

static void test_broken(void **state)
{
    static const struct {
        const char *file;
        const char *reason;
    } files[] = {
        {":01000000AA54\n" END, "line 1: checksum is 0x54, expected 0x55"},
        {":01000000AA55\n:01000100AA55\n" END, "line 2: checksum"},
        {"\r\n\r\n:01000000AA54\r\n" END, "line 3: checksum"},
        {"\r\r:01000000AA54\r" END, "line 3: checksum"},
        {":01000000AA5\n" END, "line 1: an odd number of hex digits"},
        {":02000000AA54\n" END, "line 1: gives a byte count of 2, but holds 1"},
        {":00000000AA56\n" END, "line 1: gives a byte count of 0, but holds 1"},
        {":01000000AG55\n" END, "line 1: 'G' in column 11 is not a hex digit"},
        {":01000000AA\x80"
         "5\n" END,
         "line 1: byte 0x80 in column 12 is not a hex digit"},
        {":01000000AA 55\n" END, "line 1: byte 0x20 in column 12"},
        {":010000\n" END, "line 1: too short"},
        {":01000000AA55\n:\n" END, "line 2: too short"},
        {":01000000AA55\n01000100AA54\n" END, "line 2: does not begin with ':'"},
        {":01000000AA55\n# comment\n" END, "line 2: does not begin with ':'"},
        {":01000000AA55\n:01000006AA4F\n" END, "line 2: record type 06"},
        {":0100000200FD\n" END, "line 1: a record of type 02 holds 1 data bytes instead of 2"},
        {":03000004000800F1\n" END, "line 1: a record of type 04"},
        {":020000030000FB\n" END, "line 1: a record of type 03"},
        {":00000005FB\n" END, "line 1: a record of type 05"},
        {":0100000155A9\n", "line 1: a record of type 01"},
        {":01000000AA55\n", "ends after line 1 without an end record"},
        {":01000000AA55\n" END ":01000100AA54\n" END, "line 3: a record after the end record"},
        {":01000000AA55\n" END "junk\n", "line 3: does not begin with ':'"},
        {":01000000AA55\n" END "\x1a"
         "junk\n",
         "line 3"},
        {END, "holds no data"},
        {":01000000AA55\n:01000000AB54\n" END,
         "line 2 puts 0xab at address 0x00000000, where line 1 put 0xaa"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++)
        refuse(files[i].file, strlen(files[i].file), BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA,
               files[i].reason);
}

static void test_too_long(void **state)
{
    char file[601];

    (void)state;
    memset(file, '0', sizeof file);
    file[0] = ':';
    refuse(file, sizeof file, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA, "line 1: too long");
}

/* A good file cut at any byte is refused, except in the white space at its end. */
static void test_cut_anywhere(void **state)
{
    static const char file[] = ":020000040800F2\n:0400000001020304F2\n" END;

    (void)state;
    for (size_t size = 2 + 1; size < sizeof file - 2; size++) {
        struct boot0_image *image = NULL;

        assert_int_equal(try_parse(&image, file, size, BOOT0_FORMAT_UNKNOWN, NULL), BOOT0_E_DATA);
    }
}

/* A file with any one character changed is never taken for a binary. */
static void test_changed_anywhere(void **state)
{
    static const char good[] = ":020000040800F2\n:0400000001020304F2\n:0400040001020304EE\n" END;
    static const char others[] = "0Z\x80\n:";
    char file[sizeof good];

    (void)state;
    for (size_t i = 0; i < sizeof good - 2; i++) {
        for (size_t j = 0; j < sizeof others - 1; j++) {
            struct boot0_image *image = NULL;

            if (good[i] == others[j])
                continue;
            memcpy(file, good, sizeof good);
            file[i] = others[j];
            if (try_parse(&image, file, sizeof good - 1, BOOT0_FORMAT_UNKNOWN, NULL) == BOOT0_OK)
                fail_msg("taken with character %zu changed to 0x%02x", i, (uint8_t)others[j]);
        }
    }
}

/* The error names the first of the two contradictory lines, whatever their order in memory. */
static void test_contradiction_lines(void **state)
{
    static const char file[] = ":020000040800F2\n"
                               ":0400080001020304EA\n"
                               ":0400040001020304EE\n"
                               ":0400000001020304F2\n"
                               ":0400020003040102F0\n" /* agrees with lines 4 and 3 */
                               ":0400060003040506E4\n" /* 0x05 where line 2 put 0x01 */
        END;

    (void)state;
    refuse(file, sizeof file - 1, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA,
           "line 6 puts 0x05 at address 0x08000008, where line 2 put 0x01");
}

/* Ascending lines are joined during parsing; the line number is still exact. */
static void test_contradiction_in_run(void **state)
{
    static const char file[] = ":020000040800F2\n"
                               ":0400000001020304F2\n"
                               ":0400040001020304EE\n"
                               ":0400080001020304EA\n"
                               ":01000600FFFA\n" END;

    (void)state;
    refuse(file, sizeof file - 1, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA,
           "line 5 puts 0xff at address 0x08000006, where line 3 put 0x03");
}

/* So it is when other lines lie between the joined ones. */
static void test_contradiction_after_gap(void **state)
{
    static const char file[] = ":020000040800F2\n"
                               ":0400000001020304F2\n"
                               "\n"
                               ":020000040800F2\n"
                               ":0400040001020304EE\n"
                               ":0200080001EF06\n" /* a shorter one ends a run */
                               ":04000A0001020304E8\n"
                               ":01000B00FFF5\n" END;

    (void)state;
    refuse(file, sizeof file - 1, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA,
           "line 8 puts 0xff at address 0x0800000b, where line 7 put 0x02");
    refuse(":01000000AA55\n\n:01000100BB43\n:01000100AA54\n" END,
           sizeof ":01000000AA55\n\n:01000100BB43\n:01000100AA54\n" END - 1, BOOT0_FORMAT_UNKNOWN,
           BOOT0_E_DATA, "line 4 puts 0xaa at address 0x00000001, where line 3 put 0xbb");
}

static size_t put_record(char *text, unsigned address, unsigned value)
{
    unsigned sum = 1 + (address >> 8) + address + value;

    return (size_t)snprintf(text, 16, ":01%04X00%02X%02X\n", address, value, -sum & 0xff);
}

/* Sorting: every second byte of 64 KiB from the last to the first, then those between. */
static void test_descending(void **state)
{
    size_t room = 14 * 0x10000 + 32;
    char *file = malloc(room);
    struct boot0_image *image;
    size_t size = 0;

    (void)state;
    assert_non_null(file);
    for (unsigned i = 0; i < 0x10000; i++) {
        unsigned address = i < 0x8000 ? 0xfffe - 2 * i : 2 * (i - 0x8000) + 1;

        size += put_record(file + size, address, address * 7 & 0xff);
    }
    memcpy(file + size, END, sizeof END - 1);
    image = parse(file, size + sizeof END - 1, BOOT0_FORMAT_UNKNOWN);
    assert_int_equal(image->segment_count, 1);
    assert_int_equal(image->segments[0].size, 0x10000);
    for (unsigned i = 0; i < 0x10000; i++)
        assert_int_equal(image->segments[0].data[i], i * 7 & 0xff);
    boot0_image_free(image);
    free(file);
}

/* The exact output, with a base where one is needed and lines that end at it. */
static void test_written(void **state)
{
    static const uint8_t data[20] = {0x11, [19] = 0x22};
    struct boot0_image_options options = {.format = BOOT0_FORMAT_IHEX};
    struct boot0_image *image = boot0_image_new();
    uint8_t *written;
    char *text;
    size_t size;

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, 0x0800fffc, data, sizeof data, NULL), BOOT0_OK);
    image->has_entry = true;
    image->entry = 0x08000101;
    assert_int_equal(boot0_image_format(image, &options, &written, &size, NULL), BOOT0_OK);
    text = to_text(written, size);
    assert_string_equal(text, ":020000040800F2\n"
                              ":04FFFC0011000000F0\n"
                              ":020000040801F1\n"
                              ":1000000000000000000000000000000000000022CE\n"
                              ":0400000508000101ED\n" END);
    free(text);
    boot0_image_free(image);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_tolerated),
        cmocka_unit_test(test_padding_of_nul),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_linear_wraps_at_32_bits),
        cmocka_unit_test(test_longest_record),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_changed_anywhere),
        cmocka_unit_test(test_contradiction_lines),
        cmocka_unit_test(test_contradiction_in_run),
        cmocka_unit_test(test_contradiction_after_gap),
        cmocka_unit_test(test_descending),
        cmocka_unit_test(test_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
