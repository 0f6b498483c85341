/* SPDX-License-Identifier: MIT */
/* .dfu files: the suffix of DFU 1.0 and 1.1, and DfuSe's targets and elements. */
#include "image_test.h"
#include <core/array.h>
#include <core/bytes.h>
#include <core/crc32.h>

enum {
    FILE_ROOM = 4096,
    PREFIX = 11,
    TARGET = 274,
};

struct dfu {
    uint8_t bytes[FILE_ROOM];
    size_t size;
};

static void put(struct dfu *file, const void *data, size_t size)
{
    assert_true(size <= sizeof file->bytes - file->size);
    memcpy(file->bytes + file->size, data, size);
    file->size += size;
}

static void put32(struct dfu *file, uint32_t value)
{
    uint8_t bytes[4];

    b0_store32(bytes, value);
    put(file, bytes, sizeof bytes);
}

static void correct_crc(struct dfu *file)
{
    b0_store32(file->bytes + file->size - 4, b0_crc32(B0_CRC32_START, file->bytes, file->size - 4));
}

/* A suffix of `length` bytes; bytes beyond 16 come first. */
static void put_suffix(struct dfu *file, uint16_t vendor, uint16_t product, uint16_t version,
                       uint8_t length)
{
    uint8_t suffix[16] = {0x00, 0x21, [8] = 'U', 'F', 'D', length};

    b0_store16(suffix + 2, product);
    b0_store16(suffix + 4, vendor);
    b0_store16(suffix + 6, version);
    for (unsigned i = 16; i < length; i++)
        put(file, "x", 1);
    put(file, suffix, sizeof suffix);
    correct_crc(file);
}

static struct boot0_image *parse_dfu(const struct dfu *file, enum boot0_format format)
{
    struct boot0_image *image = parse(file->bytes, file->size, BOOT0_FORMAT_UNKNOWN);

    assert_int_equal(image->format, format);
    return image;
}

static void refuse_dfu(const struct dfu *file, const char *reason)
{
    refuse(file->bytes, file->size, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA, reason);
}

/* Against a file made by dfu-suffix 0.11: dfu-suffix -v 0483 -p df11 -a, of "0123456789". */
static void test_by_dfu_suffix(void **state)
{
    static const uint8_t bytes[] = {'0',  '1',  '2',  '3',  '4',  '5',  '6',  '7',  '8',
                                    '9',  0xff, 0xff, 0x11, 0xdf, 0x83, 0x04, 0x00, 0x01,
                                    0x55, 0x46, 0x44, 0x10, 0x62, 0xb2, 0x7c, 0xf1};
    struct boot0_image *image = parse(bytes, sizeof bytes, BOOT0_FORMAT_UNKNOWN);

    (void)state;
    assert_int_equal(image->format, BOOT0_FORMAT_DFU);
    assert_false(image->has_addresses);
    assert_int_equal(image->segment_count, 1);
    check_segment(image, 0, 0, "0123456789", 10);
    assert_true(image->has_suffix);
    assert_int_equal(image->suffix.vendor, 0x0483);
    assert_int_equal(image->suffix.product, 0xdf11);
    assert_int_equal(image->suffix.bcd_device, 0xffff);
    assert_int_equal(image->suffix.bcd_dfu, 0x0100);
    boot0_image_free(image);
}

static void test_versions(void **state)
{
    static const uint16_t versions[] = {0x0100, 0x0110};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(versions); i++) {
        struct dfu file = {.size = 0};
        struct boot0_image *image;

        put(&file, "data", 4);
        put_suffix(&file, 0x1eaf, 0x0003, versions[i], 16);
        image = parse_dfu(&file, BOOT0_FORMAT_DFU);
        check_segment(image, 0, 0, "data", 4);
        assert_int_equal(image->suffix.vendor, 0x1eaf);
        assert_int_equal(image->suffix.product, 0x0003);
        assert_int_equal(image->suffix.bcd_device, 0x2100);
        assert_int_equal(image->suffix.bcd_dfu, versions[i]);
        boot0_image_free(image);
    }
}

/* Later versions may have a longer suffix: it grows towards the data. */
static void test_longer_suffix(void **state)
{
    struct dfu file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    put(&file, "data", 4);
    put_suffix(&file, 0x0483, 0xdf11, 0x0110, 40);
    image = parse_dfu(&file, BOOT0_FORMAT_DFU);
    check_segment(image, 0, 0, "data", 4);
    boot0_image_free(image);
}

static void test_broken_suffix(void **state)
{
    struct dfu file = {.size = 0};

    (void)state;
    put(&file, "data", 4);
    put_suffix(&file, 0x0483, 0xdf11, 0x0110, 16);
    for (size_t i = 0; i < 4; i++) {
        file.bytes[i] ^= 1;
        refuse_dfu(&file, "CRC in the DFU suffix is 0x");
        file.bytes[i] ^= 1;
    }
    file.bytes[file.size - 5] = 15;
    correct_crc(&file);
    refuse_dfu(&file, "impossible length, 15 bytes");
    file.bytes[file.size - 5] = 21;
    correct_crc(&file);
    refuse_dfu(&file, "impossible length, 21 bytes");
    file.bytes[file.size - 5] = 20;
    correct_crc(&file);
    refuse_dfu(&file, "holds no data");
}

static void test_forced(void **state)
{
    struct dfu file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    refuse("data", 4, BOOT0_FORMAT_DFU, BOOT0_E_DATA, "no DFU suffix at the end");
    refuse("DfuSe", 5, BOOT0_FORMAT_DFUSE, BOOT0_E_DATA, "no DFU suffix at the end");
    refuse("data", 4, BOOT0_FORMAT_DFUSE, BOOT0_E_DATA, "does not begin with \"DfuSe\"");

    /* Bytes that only end like a suffix are a binary if the user says so. */
    put(&file, "data", 4);
    put_suffix(&file, 0x0483, 0xdf11, 0x0110, 16);
    refuse(file.bytes, file.size, BOOT0_FORMAT_BINARY, BOOT0_E_USAGE, "is a DFU file");
    file.bytes[0] = 'D';
    image = parse(file.bytes, file.size, BOOT0_FORMAT_BINARY);
    assert_int_equal(boot0_image_size(image), file.size);
    boot0_image_free(image);
}

/* A suffix does not turn a file of another format into firmware. */
static void test_other_format_inside(void **state)
{
    static const char *const insides[][2] = {
        {":01000000AA55\n:00000001FF\n", "is an Intel HEX file"},
        {"S1040000AA51\nS9030000FC\n", "is an S-record file"},
        {"\x7f"
         "ELF",
         "is an ELF file"},
        {"UF2\n", "is a UF2 file"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(insides); i++) {
        struct dfu file = {.size = 0};

        put(&file, insides[i][0], strlen(insides[i][0]));
        put_suffix(&file, 0x0483, 0xdf11, 0x0110, 16);
        refuse_dfu(&file, insides[i][1]);
    }
}

static void put_prefix(struct dfu *file, uint8_t targets)
{
    put(file, "DfuSe\1", 6);
    put32(file, 0); /* set by finish() */
    put(file, &targets, 1);
}

static void put_target(struct dfu *file, uint8_t alternate, const char *name, uint32_t size,
                       uint32_t elements)
{
    uint8_t header[TARGET - 8] = "Target";

    header[6] = alternate;
    header[7] = name != NULL;
    for (size_t i = 0; name && name[i] != '\0'; i++)
        header[11 + i] = (uint8_t)name[i];
    put(file, header, sizeof header);
    put32(file, size);
    put32(file, elements);
}

static void put_element(struct dfu *file, uint32_t address, const char *data)
{
    put32(file, address);
    put32(file, (uint32_t)strlen(data));
    put(file, data, strlen(data));
}

static void finish(struct dfu *file)
{
    b0_store32(file->bytes + 6, (uint32_t)file->size);
    put_suffix(file, 0x0483, 0xdf11, 0x011a, 16);
}

static void test_dfuse(void **state)
{
    struct dfu file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    put_prefix(&file, 3);
    put_target(&file, 0, "Internal\nFl\x80sh", 2 * 8 + 7, 2);
    put_element(&file, 0x08010000, "late");
    put_element(&file, 0x08000000, "one");
    put_target(&file, 1, "Option Bytes", 8 + 2, 1);
    put_element(&file, 0x1fffc000, "ob");
    put_target(&file, 0, NULL, 8 + 3, 1);
    put_element(&file, 0x08000003, "two");
    finish(&file);
    image = parse_dfu(&file, BOOT0_FORMAT_DFUSE);
    assert_true(image->has_addresses);
    assert_int_equal(image->segment_count, 3);
    check_segment(image, 0, 0x08000000, "onetwo", 6);
    check_segment(image, 1, 0x08010000, "late", 4);
    check_segment(image, 2, 0x1fffc000, "ob", 2);
    assert_int_equal(image->segments[1].alternate, 0);
    assert_int_equal(image->segments[2].alternate, 1);
    assert_string_equal(image->name, "Internal?Fl?sh"); /* safe for a terminal */
    assert_true(image->has_suffix);
    assert_int_equal(image->suffix.bcd_dfu, 0x011a);
    boot0_image_free(image);
}

/* The same address in two alternates is not a contradiction. */
static void test_dfuse_alternates(void **state)
{
    struct dfu file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    put_prefix(&file, 2);
    put_target(&file, 7, NULL, 8 + 1, 1);
    put_element(&file, 0x08000000, "7");
    put_target(&file, 3, NULL, 8 + 1, 1);
    put_element(&file, 0x08000000, "3");
    finish(&file);
    image = parse_dfu(&file, BOOT0_FORMAT_DFUSE);
    check_segment(image, 0, 0x08000000, "3", 1);
    check_segment(image, 1, 0x08000000, "7", 1);
    assert_string_equal(image->name, "");
    boot0_image_free(image);
}

/* A name that fills its field has no NUL. */
static void test_dfuse_longest_name(void **state)
{
    struct dfu file = {.size = 0};
    struct boot0_image *image;
    char name[256];

    (void)state;
    memset(name, 'n', 255);
    name[255] = '\0';
    put_prefix(&file, 1);
    put_target(&file, 0, name, 8 + 1, 1);
    put_element(&file, 0x08000000, "1");
    finish(&file);
    image = parse_dfu(&file, BOOT0_FORMAT_DFUSE);
    assert_string_equal(image->name, name);
    boot0_image_free(image);
}

static void make_small(struct dfu *file)
{
    *file = (struct dfu){.size = 0};
    put_prefix(file, 1);
    put_target(file, 0, NULL, 8 + 4, 1);
    put_element(file, 0x08000000, "data");
    finish(file);
}

static void test_dfuse_broken(void **state)
{
    enum {
        ELEMENT = PREFIX + TARGET,
    };
    static const struct {
        size_t offset;
        uint8_t value;
        const char *reason;
    } changes[] = {
        {5, 2, "unknown DfuSe file format version 2"},
        {6, 0, "the DfuSe prefix gives"},
        {9, 0xff, "the DfuSe prefix gives"},
        {10, 0, "has more bytes after the last DfuSe target"},
        {10, 2, "ends within the header of a DfuSe target"},
        {PREFIX, 't', "does not begin with \"Target\""},
        {PREFIX + 266, 11, "a DfuSe element is larger than its target"},
        {PREFIX + 266, 13, "a DfuSe target is larger than the file"},
        {PREFIX + 269, 0xff, "a DfuSe target is larger than the file"},
        {PREFIX + 270, 0, "a DfuSe target is larger than its elements"},
        {PREFIX + 270, 2, "ends within an element's header"},
        {PREFIX + 273, 0xff, "ends within an element's header"},
        {ELEMENT + 4, 3, "a DfuSe target is larger than its elements"},
        {ELEMENT + 4, 5, "a DfuSe element is larger than its target"},
        {ELEMENT + 7, 0xff, "a DfuSe element is larger than its target"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(changes); i++) {
        struct dfu file;

        make_small(&file);
        file.bytes[changes[i].offset] = changes[i].value;
        refuse_dfu(&file, "CRC in the DFU suffix");
        correct_crc(&file);
        refuse_dfu(&file, changes[i].reason);
    }
}

static void test_dfuse_range(void **state)
{
    struct dfu file = {.size = 0};

    (void)state;
    put_prefix(&file, 1);
    put_target(&file, 0, NULL, 8 + 4, 1);
    put_element(&file, 0xfffffffd, "data");
    finish(&file);
    refuse_dfu(&file, "32-bit address space");
}

/* Prefix and suffix must agree on the file's kind. */
static void test_dfuse_suffix(void **state)
{
    struct dfu file;

    (void)state;
    make_small(&file);
    b0_store16(file.bytes + file.size - 10, 0x0110);
    correct_crc(&file);
    refuse_dfu(&file, "begins as a DfuSe file, but the suffix says DFU version 1.10");

    file.size = 0;
    put(&file, "data", 4);
    put_suffix(&file, 0x0483, 0xdf11, 0x011a, 16);
    refuse_dfu(&file, "no DfuSe targets");

    file.size = 0;
    put(&file, "DfuSe\1", 6);
    put_suffix(&file, 0x0483, 0xdf11, 0x011a, 16);
    refuse_dfu(&file, "ends within the DfuSe prefix");

    make_small(&file);
    for (size_t size = 5; size < file.size; size++)
        refuse(file.bytes, size, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA, "DFU suffix");
}

static struct boot0_image *write_and_parse(const struct boot0_image *image,
                                           const struct boot0_image_options *options)
{
    struct boot0_image *again;
    uint8_t *data;
    size_t size;

    assert_int_equal(boot0_image_format(image, options, &data, &size, NULL), BOOT0_OK);
    again = parse(data, size, BOOT0_FORMAT_UNKNOWN);
    assert_int_equal(again->format, options->format);
    free(data);
    return again;
}

static void check_suffix(const struct boot0_image *image, const struct boot0_image_options *options,
                         uint16_t vendor, uint16_t product, uint16_t device, uint16_t version)
{
    struct boot0_image *again = write_and_parse(image, options);

    assert_int_equal(again->suffix.vendor, vendor);
    assert_int_equal(again->suffix.product, product);
    assert_int_equal(again->suffix.bcd_device, device);
    assert_int_equal(again->suffix.bcd_dfu, version);
    boot0_image_free(again);
}

/* Given ids override the image's own, which override the defaults. */
static void test_suffix_written(void **state)
{
    struct boot0_image_options dfu = {.format = BOOT0_FORMAT_DFU};
    struct boot0_image_options dfuse = {.format = BOOT0_FORMAT_DFUSE};
    struct boot0_image *image = boot0_image_new();

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, 0x08000000, (const uint8_t *)"data", 4, NULL),
                     BOOT0_OK);
    check_suffix(image, &dfu, 0xffff, 0xffff, 0xffff, 0x0110);
    check_suffix(image, &dfuse, 0x0483, 0xdf11, 0xffff, 0x011a);

    image->has_suffix = true;
    image->suffix = (struct boot0_suffix){0x0200, 0x0003, 0x1eaf, 0x0100};
    check_suffix(image, &dfu, 0x1eaf, 0x0003, 0x0200, 0x0100);
    check_suffix(image, &dfuse, 0x1eaf, 0x0003, 0x0200, 0x011a);

    dfu.suffix = (struct boot0_suffix){.vendor = 0x0483, .product = 0xdf11};
    check_suffix(image, &dfu, 0x0483, 0xdf11, 0xffff, 0x0110);
    dfu.suffix.bcd_dfu = 0x011a; /* would be wrong */
    check_suffix(image, &dfu, 0x0483, 0xdf11, 0xffff, 0x0110);
    boot0_image_free(image);
}

/*
 * elf2dfuse and others count the suffix in the size of the prefix; no other mismatch is accepted.
 */
static void test_dfuse_prefix_size(void **state)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_DFUSE};
    struct boot0_image *image = boot0_image_new();
    struct boot0_image *again, *clone;
    uint8_t *data;
    size_t size;

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, 0x08000000, (const uint8_t *)"data", 4, NULL),
                     BOOT0_OK);
    assert_int_equal(boot0_image_format(image, &options, &data, &size, NULL), BOOT0_OK);
    for (int excess = 0; excess <= 32; excess++) {
        b0_store32(data + 6, (uint32_t)(size - 16) + (uint32_t)excess);
        b0_store32(data + size - 4, b0_crc32(B0_CRC32_START, data, size - 4));
        if (excess != 0 && excess != 16) {
            refuse(data, size, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA, "the DfuSe prefix gives");
            continue;
        }
        again = parse(data, size, BOOT0_FORMAT_UNKNOWN);
        check_segment(again, 0, 0x08000000, "data", 4);
        assert_int_equal(again->notes, excess ? BOOT0_IMAGE_NOTE_PREFIX_SIZE : 0);
        clone = boot0_image_clone(again);
        assert_int_equal(boot0_image_note(clone, 0) != NULL, excess != 0);
        assert_null(boot0_image_note(clone, 1));
        boot0_image_free(clone);
        boot0_image_free(again);
    }
    free(data);
    boot0_image_free(image);
}

static void test_dfuse_written(void **state)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_DFUSE};
    struct boot0_image *image = boot0_image_new();
    struct boot0_image *again;

    (void)state;
    strcpy(image->name, "ST...");
    assert_int_equal(boot0_image_add(image, 2, 4, (const uint8_t *)"third", 5, NULL), BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 0, 9, (const uint8_t *)"second", 6, NULL), BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 0, 0, (const uint8_t *)"first", 5, NULL), BOOT0_OK);
    again = write_and_parse(image, &options);
    assert_int_equal(again->segment_count, 3);
    check_segment(again, 0, 0, "first", 5);
    check_segment(again, 1, 9, "second", 6);
    check_segment(again, 2, 4, "third", 5);
    assert_int_equal(again->segments[2].alternate, 2);
    assert_string_equal(again->name, "ST...");
    boot0_image_free(again);
    boot0_image_free(image);
}

/* Segments of a target keep its alternate and its name: alone, copied, merged, written. */
static void check_targets(const struct boot0_image *image)
{
    assert_int_equal(image->segment_count, 3);
    assert_false(image->segments[0].by_target);
    check_segment(image, 0, 0x08000000, "hex", 3);
    assert_true(image->segments[1].by_target);
    check_segment(image, 1, 0, "dct", 3);
    assert_true(image->segments[2].by_target);
    check_segment(image, 2, 0, "serial", 6);
    assert_int_equal(image->segments[2].alternate, 2);
    assert_string_equal(boot0_image_target_name(image, 0), "");
    assert_string_equal(boot0_image_target_name(image, 1), "");
    assert_string_equal(boot0_image_target_name(image, 2), "Serial Flash");
}

static void test_dfuse_targets(void **state)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_DFUSE};
    struct boot0_image *hex = boot0_image_new();
    struct boot0_image *dfuse, *copy;
    struct dfu file = {.size = 0};
    struct boot0_error error;

    (void)state;
    put_prefix(&file, 2);
    put_target(&file, 2, "Serial Flash", 8 + 6, 1);
    put_element(&file, 0, "serial");
    put_target(&file, 1, NULL, 8 + 3, 1);
    put_element(&file, 0, "dct");
    finish(&file);
    dfuse = parse_dfu(&file, BOOT0_FORMAT_DFUSE);
    assert_true(dfuse->segments[0].by_target && dfuse->segments[1].by_target);
    assert_int_equal(boot0_image_add(hex, 0, 0x08000000, (const uint8_t *)"hex", 3, NULL),
                     BOOT0_OK);
    assert_false(hex->segments[0].by_target);
    assert_int_equal(boot0_image_merge(hex, dfuse, &error), BOOT0_OK);
    check_targets(hex);
    copy = boot0_image_clone(hex);
    check_targets(copy);
    boot0_image_free(copy);
    copy = write_and_parse(hex, &options);
    assert_true(copy->segments[0].by_target);
    copy->segments[0].by_target = false;
    check_targets(copy);
    boot0_image_free(copy);
    /* a contradiction changes nothing, not even names */
    dfuse->segments[1].data[0] = 'x';
    strcpy(dfuse->targets[0].name, "other");
    dfuse->targets[0].alternate = 1;
    assert_int_equal(boot0_image_merge(hex, dfuse, &error), BOOT0_E_DATA);
    check_targets(hex);
    boot0_image_free(hex);
    boot0_image_free(dfuse);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_dfu_suffix),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_longer_suffix),
        cmocka_unit_test(test_broken_suffix),
        cmocka_unit_test(test_forced),
        cmocka_unit_test(test_other_format_inside),
        cmocka_unit_test(test_dfuse),
        cmocka_unit_test(test_dfuse_alternates),
        cmocka_unit_test(test_dfuse_targets),
        cmocka_unit_test(test_dfuse_longest_name),
        cmocka_unit_test(test_dfuse_broken),
        cmocka_unit_test(test_dfuse_range),
        cmocka_unit_test(test_dfuse_suffix),
        cmocka_unit_test(test_suffix_written),
        cmocka_unit_test(test_dfuse_prefix_size),
        cmocka_unit_test(test_dfuse_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
