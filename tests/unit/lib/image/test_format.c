/* SPDX-License-Identifier: MIT */
/* Format detection, and conversion between all formats. */
#include "image_test.h"
#include <core/array.h>

static const enum boot0_format all_formats[] = {
    BOOT0_FORMAT_BINARY, BOOT0_FORMAT_IHEX, BOOT0_FORMAT_SREC,  BOOT0_FORMAT_ELF,
    BOOT0_FORMAT_UF2,    BOOT0_FORMAT_DFU,  BOOT0_FORMAT_DFUSE,
};

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(B0_LENGTH(all_formats), BOOT0_FORMAT_COUNT - 1);
    for (size_t i = 0; i < B0_LENGTH(all_formats); i++)
        assert_int_equal(boot0_format_by_name(boot0_format_name(all_formats[i])), all_formats[i]);
    assert_string_equal(boot0_format_name(BOOT0_FORMAT_IHEX), "ihex");
    assert_string_equal(boot0_format_name(BOOT0_FORMAT_UNKNOWN), "unknown");
    assert_string_equal(boot0_format_name((enum boot0_format)99), "unknown");
    assert_int_equal(boot0_format_by_name("unknown"), BOOT0_FORMAT_UNKNOWN);
    assert_int_equal(boot0_format_by_name("hex"), BOOT0_FORMAT_UNKNOWN);
    assert_int_equal(boot0_format_by_name(""), BOOT0_FORMAT_UNKNOWN);
}

/* A file of no other format is a binary, whatever its first bytes. */
static void test_binaries(void **state)
{
    static const struct {
        const char *data;
        size_t size;
    } files[] = {
        {"\x00\x00\x02\x20\x8d\x01\x00\x08", 8}, /* a vector table */
        {"x", 1},
        {"\0", 1},
        {":", 1},
        {":1", 2},
        {":\x10\x00\x00", 4},
        {":12\x80\x01\x02", 6},
        {":1234567\xff", 9},
        {":12\n\x00\x01\x02", 7},
        {"hello: 12\n", 10},
        {":hello\n", 7},
        {"S", 1},
        {"S1", 2},
        {"S1\x00\x00", 4},
        {"S112\x80\x01", 6},
        {"Start\n", 6},
        {"\x7f"
         "EL",
         3},
        {"UF2", 3},
        {"DfuS", 4},
        {"\xff\xfe", 2},
        {"\xff\xfe\x00\x20\x8d\x01\x00\x08", 8},
        {"\xfe\xff", 2},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        struct boot0_image *image = parse(files[i].data, files[i].size, BOOT0_FORMAT_UNKNOWN);

        assert_int_equal(image->format, BOOT0_FORMAT_BINARY);
        assert_false(image->has_addresses);
        assert_int_equal(image->segment_count, 1);
        check_segment(image, 0, 0, files[i].data, files[i].size);
        boot0_image_free(image);
        image = parse(files[i].data, files[i].size, BOOT0_FORMAT_BINARY);
        boot0_image_free(image);
    }
}

/* Damaged, wrapped or re-encoded text of records is an error, and never a binary. */
static void test_not_binaries(void **state)
{
    static const struct {
        const char *file;
        const char *reason;
    } files[] = {
        {":10", "line 1: too short"},
        {":10000000 damaged\n", "line 1"},
        {":12345678\x80\n", "line 1"},
        {"S113", "line 1"},
        {"S113 damaged\n", "line 1"},
        {"10000000AA\n:01000000AA55\n:00000001FF\n", "line 1: does not begin with ':'"},
        {"; made by hand\n:01000000AA55\n:00000001FF\n", "line 1: does not begin with ':'"},
        {"// made by hand\nS1040000AA51\nS9030000FC\n", "line 1: does not begin with 'S'"},
        {"\x80"
         "01000000AA55\n:01000100AA54\n:00000001FF\n",
         "line 1: does not begin with ':'"},
        {"\xef\xbb\xbf;\n:01000000AA55\n:00000001FF\n", "line 1: does not begin with ':'"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        refuse(files[i].file, strlen(files[i].file), BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA,
               files[i].reason);
        refuse(files[i].file, strlen(files[i].file), BOOT0_FORMAT_BINARY, BOOT0_E_USAGE,
               "not a raw binary");
    }
}

static void test_utf16(void **state)
{
    static const char text[] = ":01000000AA55\r\n:00000001FF\r\n";
    uint8_t file[2 * sizeof text];
    size_t size;

    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        file[0] = big_endian ? 0xfe : 0xff;
        file[1] = big_endian ? 0xff : 0xfe;
        size = 2;
        for (size_t i = 0; i < sizeof text - 1; i++) {
            file[size++] = (uint8_t)(big_endian ? 0 : text[i]);
            file[size++] = (uint8_t)(big_endian ? text[i] : 0);
        }
        refuse(file, size, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA, "the text is in UTF-16");
        refuse(file, size, BOOT0_FORMAT_BINARY, BOOT0_E_USAGE, "is an Intel HEX file");
        refuse(file, size, BOOT0_FORMAT_SREC, BOOT0_E_DATA, "the text is in UTF-16");
    }
}

static enum boot0_status parse_named(const char *text, const char *name, enum boot0_format format)
{
    struct boot0_image_options options = {.format = format};
    struct boot0_error error = {.message = ""};
    struct boot0_image *image;
    enum boot0_status status =
        boot0_image_parse(&image, (const uint8_t *)text, strlen(text), name, &options, &error);

    if (status != BOOT0_OK)
        assert_non_null(strstr(error.message, "is a web page"));
    boot0_image_free(image);
    return status;
}

/* A web page saved under the file's name, whatever its suffix. */
static void test_web_page(void **state)
{
    static const char *const pages[] = {
        "<!DOCTYPE html>\n<html>\n:020000040800F2 in text\n",
        "\n \r\n<!doctype HTML PUBLIC>",
        "\xef\xbb\xbf<HTML lang=en>",
        "<html>",
    };
    static const char *const others[] = {"<htm", "< html>", "x<html>", "<!DOCTYPE svg>", "\n\n"};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(pages); i++) {
        assert_int_equal(parse_named(pages[i], "a.hex", BOOT0_FORMAT_UNKNOWN), BOOT0_E_DATA);
        assert_int_equal(parse_named(pages[i], "a.bin", BOOT0_FORMAT_UNKNOWN), BOOT0_E_DATA);
        assert_int_equal(parse_named(pages[i], NULL, BOOT0_FORMAT_IHEX), BOOT0_E_DATA);
        /* intended: a page for a web server in the chip, by its name or by the format */
        assert_int_equal(parse_named(pages[i], "index.HTML", BOOT0_FORMAT_UNKNOWN), BOOT0_OK);
        assert_int_equal(parse_named(pages[i], "index.htm", BOOT0_FORMAT_UNKNOWN), BOOT0_OK);
        assert_int_equal(parse_named(pages[i], "a.bin", BOOT0_FORMAT_BINARY), BOOT0_OK);
    }
    for (size_t i = 0; i < B0_LENGTH(others); i++)
        assert_int_equal(parse_named(others[i], "a.bin", BOOT0_FORMAT_UNKNOWN), BOOT0_OK);
}

static void test_binary_by_force(void **state)
{
    static const struct {
        const char *file;
        const char *reason;
    } files[] = {
        {":01000000AA55\n:00000001FF\n", "is an Intel HEX file, not a raw binary"},
        {"S1040000AA51\nS9030000FC\n", "is an S-record file, not a raw binary"},
        {"\x7f"
         "ELF and more",
         "is an ELF file, not a raw binary"},
        {"UF2\n and more", "is a UF2 file, not a raw binary"},
        {"DfuSe and more", "is a DfuSe file, not a raw binary"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++)
        refuse(files[i].file, strlen(files[i].file), BOOT0_FORMAT_BINARY, BOOT0_E_USAGE,
               files[i].reason);
}

static void test_limits(void **state)
{
    struct boot0_image *image;

    (void)state;
    refuse("", 0, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA, "is empty");
    refuse("", 0, BOOT0_FORMAT_IHEX, BOOT0_E_DATA, "is empty");
    refuse("data", 4, (enum boot0_format)99, BOOT0_E_USAGE, "unknown file format number 99");
    refuse("data", 4, (enum boot0_format) - 1, BOOT0_E_USAGE, "unknown file format number -1");
    /* A file that is too large is not read at all. */
    assert_int_equal(boot0_image_parse(&image, (const uint8_t *)"data", BOOT0_IMAGE_FILE_MAX + 1,
                                       NULL, NULL, NULL),
                     BOOT0_E_DATA);
    assert_null(image);
}

/* Segments of all lengths, at odd addresses, at both ends of the address space. */
static struct boot0_image *make_image(bool one_segment)
{
    static const struct {
        uint32_t address;
        size_t size;
    } segments[] = {
        {0x00000000, 1},   {0x00000003, 15},   {0x0000fff1, 33}, {0x07ffffff, 2},
        {0x08000100, 256}, {0x08010001, 1000}, {0x1fffc000, 16}, {0xffffff00, 256},
    };
    struct boot0_image *image = boot0_image_new();
    uint8_t data[1000];

    assert_non_null(image);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * i + i / 7);
    if (one_segment)
        assert_int_equal(boot0_image_add(image, 0, 0x08000000, data, sizeof data, NULL), BOOT0_OK);
    for (size_t i = 0; i < B0_LENGTH(segments) && !one_segment; i++)
        assert_int_equal(boot0_image_add(image, 0, segments[i].address, data + i,
                                         segments[i].size - (i == 5 ? 5 : 0), NULL),
                         BOOT0_OK);
    image->has_entry = true;
    image->entry = 0x08000101;
    return image;
}

static void check_equal(const struct boot0_image *actual, const struct boot0_image *expected)
{
    assert_int_equal(actual->segment_count, expected->segment_count);
    for (size_t i = 0; i < actual->segment_count; i++) {
        assert_int_equal(actual->segments[i].alternate, expected->segments[i].alternate);
        check_segment(actual, i, expected->segments[i].address, expected->segments[i].data,
                      expected->segments[i].size);
    }
}

/* Writes and reads; raw data returns to its original address. */
static struct boot0_image *through(const struct boot0_image *image, enum boot0_format format)
{
    struct boot0_image_options options = {.format = format};
    struct boot0_error error = {.message = ""};
    struct boot0_image *again;
    uint8_t *data;
    size_t size;

    if (boot0_image_format(image, &options, &data, &size, &error) != BOOT0_OK)
        fail_msg("%s: %s", boot0_format_name(format), error.message);
    again = parse(data, size, BOOT0_FORMAT_UNKNOWN);
    free(data);
    assert_int_equal(again->format, format);
    if (!again->has_addresses)
        assert_int_equal(boot0_image_place(again, image->segments[0].address, NULL), BOOT0_OK);
    return again;
}

static bool keeps_addresses(enum boot0_format format)
{
    return format != BOOT0_FORMAT_BINARY && format != BOOT0_FORMAT_DFU;
}

static bool keeps_entry(enum boot0_format format)
{
    return format == BOOT0_FORMAT_IHEX || format == BOOT0_FORMAT_SREC || format == BOOT0_FORMAT_ELF;
}

static void round_trip(enum boot0_format from, enum boot0_format to)
{
    bool one_segment = !keeps_addresses(from) || !keeps_addresses(to);
    struct boot0_image *image = make_image(one_segment);
    struct boot0_image *first = through(image, from);
    struct boot0_image *second = through(first, to);

    check_equal(first, image);
    check_equal(second, image);
    assert_int_equal(first->has_entry, keeps_entry(from));
    if (keeps_entry(from) && keeps_entry(to)) {
        assert_true(second->has_entry);
        assert_int_equal(second->entry, image->entry);
    }
    boot0_image_free(second);
    boot0_image_free(first);
    boot0_image_free(image);
}

static void test_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(all_formats); i++) {
        for (size_t j = 0; j < B0_LENGTH(all_formats); j++)
            round_trip(all_formats[i], all_formats[j]);
    }
}

static void refuse_write(const struct boot0_image *image, enum boot0_format format,
                         enum boot0_status code, const char *reason)
{
    struct boot0_image_options options = {.format = format};
    struct boot0_error error = {.message = ""};
    uint8_t *data = NULL;
    size_t size = 1;

    assert_int_equal(boot0_image_format(image, &options, &data, &size, &error), code);
    if (!strstr(error.message, reason))
        fail_msg("\"%s\" does not say \"%s\"", error.message, reason);
    assert_null(data);
    assert_int_equal(size, 0);
    assert_int_equal(boot0_image_format(image, &options, &data, &size, NULL), code);
}

static void test_gaps(void **state)
{
    struct boot0_image_options options = {
        .format = BOOT0_FORMAT_BINARY, .has_fill = true, .fill = 0xee};
    struct boot0_image *image = boot0_image_new();
    uint8_t *data;
    size_t size;

    (void)state;
    boot0_image_add(image, 0, 0x08000002, (const uint8_t *)"ab", 2, NULL);
    boot0_image_add(image, 0, 0x08000006, (const uint8_t *)"c", 1, NULL);
    assert_int_equal(boot0_image_format(image, &options, &data, &size, NULL), BOOT0_OK);
    assert_int_equal(size, 5);
    assert_memory_equal(data,
                        "ab\xee\xee"
                        "c",
                        5);
    free(data);
    image->format = BOOT0_FORMAT_BINARY;
    assert_int_equal(boot0_image_format(image, NULL, &data, &size, NULL), BOOT0_OK);
    assert_memory_equal(data,
                        "ab\xff\xff"
                        "c",
                        5);
    free(data);
    boot0_image_add(image, 0, 0x1fffc000, (const uint8_t *)"d", 1, NULL);
    refuse_write(image, BOOT0_FORMAT_BINARY, BOOT0_E_DATA, "has 383 MiB");
    refuse_write(image, BOOT0_FORMAT_DFU, BOOT0_E_DATA, "has 383 MiB");
    boot0_image_free(image);
}

static void test_alternates(void **state)
{
    struct boot0_image *image = boot0_image_new();
    struct boot0_image *again;

    (void)state;
    boot0_image_add(image, 1, 0x1fffc000, (const uint8_t *)"ob", 2, NULL);
    boot0_image_add(image, 2, 0x08000000, (const uint8_t *)"abcd", 4, NULL);
    again = through(image, BOOT0_FORMAT_DFUSE);
    check_equal(again, image);
    boot0_image_free(again);
    again = through(image, BOOT0_FORMAT_IHEX); /* sorted by address then */
    check_segment(again, 0, 0x08000000, "abcd", 4);
    check_segment(again, 1, 0x1fffc000, "ob", 2);
    boot0_image_free(again);
    refuse_write(image, BOOT0_FORMAT_BINARY, BOOT0_E_DATA, "several alternate settings");
    refuse_write(image, BOOT0_FORMAT_DFU, BOOT0_E_DATA, "several alternate settings");
    boot0_image_add(image, 3, 0x08000002, (const uint8_t *)"X", 1, NULL);
    refuse_write(image, BOOT0_FORMAT_UF2, BOOT0_E_DATA,
                 "contradicting data for address 0x08000002");
    boot0_image_free(image);
}

static void test_not_writable(void **state)
{
    struct boot0_image *image = boot0_image_new();

    (void)state;
    refuse_write(image, BOOT0_FORMAT_IHEX, BOOT0_E_USAGE, "holds no data");
    boot0_image_free(image);
    image = parse("data", 4, BOOT0_FORMAT_BINARY);
    for (size_t i = 0; i < B0_LENGTH(all_formats); i++) {
        if (keeps_addresses(all_formats[i]))
            refuse_write(image, all_formats[i], BOOT0_E_USAGE, "raw binary data has none");
    }
    refuse_write(image, (enum boot0_format)99, BOOT0_E_USAGE, "file format");
    image->format = BOOT0_FORMAT_UNKNOWN;
    refuse_write(image, BOOT0_FORMAT_UNKNOWN, BOOT0_E_USAGE, "file format");
    boot0_image_free(image);
}

/* A format that expands the data: each separate byte becomes a block of 512. */
static void test_too_large(void **state)
{
    enum {
        BYTES = 600000,
    };
    struct boot0_image image = {.has_addresses = true, .segment_count = BYTES};
    uint8_t byte = 0;

    (void)state;
    image.segments = calloc(BYTES, sizeof *image.segments);
    assert_non_null(image.segments);
    for (uint32_t i = 0; i < BYTES; i++)
        image.segments[i] = (struct boot0_segment){.address = 2 * i, .size = 1, .data = &byte};
    refuse_write(&image, BOOT0_FORMAT_UF2, BOOT0_E_DATA, "larger than 256 MiB");
    refuse_write(&image, BOOT0_FORMAT_ELF, BOOT0_E_DATA, "too many for an ELF file");
    free(image.segments);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_binaries),
        cmocka_unit_test(test_not_binaries),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_binary_by_force),
        cmocka_unit_test(test_web_page),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_alternates),
        cmocka_unit_test(test_not_writable),
        cmocka_unit_test(test_too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
