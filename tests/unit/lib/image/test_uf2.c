/* SPDX-License-Identifier: MIT */
/* UF2: families, flags and numbering, and damaged blocks. */
#include "image_test.h"
#include <boot0/chip.h>
#include <core/array.h>
#include <core/bytes.h>

enum {
    BLOCK = 512,
    BLOCKS_MAX = 20,
    NOT_MAIN_FLASH = 0x0001,
    FILE_CONTAINER = 0x1000,
    HAS_FAMILY = 0x2000,
    HAS_MD5 = 0x4000,
    HAS_TAGS = 0x8000,
    STM32F4 = 0x57755a57,
    STM32F1 = 0x5ee21072,
};
static const uint32_t rp2040 = 0xe48bff56;

struct uf2 {
    uint8_t bytes[BLOCKS_MAX * BLOCK];
    size_t size;
};

/* One block; its payload repeats the low byte of its address. */
static void add_block(struct uf2 *file, uint32_t flags, uint32_t address, uint32_t size,
                      uint32_t number, uint32_t count, uint32_t family)
{
    uint8_t *block = file->bytes + file->size;

    memset(block, (uint8_t)(address >> 8), BLOCK);
    b0_store32(block, 0x0a324655);
    b0_store32(block + 4, 0x9e5d5157);
    b0_store32(block + 8, flags);
    b0_store32(block + 12, address);
    b0_store32(block + 16, size);
    b0_store32(block + 20, number);
    b0_store32(block + 24, count);
    b0_store32(block + 28, family);
    b0_store32(block + 508, 0x0ab16f30);
    file->size += BLOCK;
}

static struct boot0_image *parse_uf2(const struct uf2 *file)
{
    struct boot0_image *image = parse(file->bytes, file->size, BOOT0_FORMAT_UNKNOWN);

    assert_int_equal(image->format, BOOT0_FORMAT_UF2);
    return image;
}

static void refuse_uf2(const struct uf2 *file, const char *reason)
{
    refuse(file->bytes, file->size, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA, reason);
}

static void test_example(void **state)
{
    struct uf2 file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    add_block(&file, HAS_FAMILY | HAS_MD5 | HAS_TAGS, 0x08000100, 256, 1, 3, STM32F4);
    add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 3, STM32F4);
    add_block(&file, HAS_FAMILY, 0x08010000, 476, 2, 3, STM32F4);
    image = parse_uf2(&file);
    assert_int_equal(image->segment_count, 2);
    assert_int_equal(image->segments[0].address, 0x08000000);
    assert_int_equal(image->segments[0].size, 512);
    assert_int_equal(image->segments[0].data[255], 0);
    assert_int_equal(image->segments[0].data[256], 1);
    assert_int_equal(image->segments[1].address, 0x08010000);
    assert_int_equal(image->segments[1].size, 476);
    assert_true(image->has_family);
    assert_int_equal(image->family, STM32F4);
    assert_false(image->has_entry);
    boot0_image_free(image);
}

/* Without its flag, the family field has another meaning. */
static void test_no_family(void **state)
{
    struct uf2 file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    add_block(&file, 0, 0x08000000, 1, 0, 1, STM32F4);
    image = parse_uf2(&file);
    check_segment(image, 0, 0x08000000, "\0", 1);
    assert_false(image->has_family);
    boot0_image_free(image);
}

/* Comment blocks are not data, but they are counted. */
static void test_not_main_flash(void **state)
{
    struct uf2 file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 3, STM32F4);
    add_block(&file, HAS_FAMILY | NOT_MAIN_FLASH, 0x08000100, 256, 1, 3, STM32F4);
    add_block(&file, NOT_MAIN_FLASH, 0x08000100, 256, 2, 3, 0);
    image = parse_uf2(&file);
    assert_int_equal(boot0_image_size(image), 256);
    boot0_image_free(image);

    file.size = 0;
    add_block(&file, HAS_FAMILY | NOT_MAIN_FLASH, 0x08000100, 256, 0, 1, STM32F4);
    refuse_uf2(&file, "holds no data");
}

/* A comment before a data block does not take its number. */
static void test_number_of_comment(void **state)
{
    struct uf2 file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    add_block(&file, NOT_MAIN_FLASH, 0, 256, 0, 2, 0);
    add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 2, STM32F4);
    add_block(&file, HAS_FAMILY, 0x08000100, 256, 1, 2, STM32F4);
    image = parse_uf2(&file);
    assert_int_equal(boot0_image_size(image), 512);
    boot0_image_free(image);
}

/* Nor does a comment with its own or an arbitrary numbering. */
static void test_wild_comments(void **state)
{
    static const uint32_t numbers[][2] = {{1, 3}, {2, 2}, {0xffffffff, 2}, {1, 0}};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(numbers); i++) {
        struct uf2 file = {.size = 0};

        add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 2, STM32F4);
        add_block(&file, NOT_MAIN_FLASH, 0, 256, numbers[i][0], numbers[i][1], 0);
        refuse_uf2(&file, "block 1 is missing");
    }
}

/* Joined files for several chips: the STM32's part is used if there is only one. */
static void test_families(void **state)
{
    struct uf2 file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    add_block(&file, HAS_FAMILY, 0x10000000, 256, 0, 1, rp2040);
    add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 2, STM32F4);
    add_block(&file, HAS_FAMILY, 0x08000100, 256, 1, 2, STM32F4);
    add_block(&file, 0, 0x20000000, 256, 0, 1, 0);
    image = parse_uf2(&file);
    assert_int_equal(image->family, STM32F4);
    assert_int_equal(image->segment_count, 1);
    assert_int_equal(image->segments[0].size, 512);
    boot0_image_free(image);

    add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 1, STM32F1);
    refuse_uf2(&file, "several chip families: 0xe48bff56, 0x57755a57 (STM32F4), 0x5ee21072 "
                      "(STM32F1), and none");
}

static void test_families_unknown(void **state)
{
    struct uf2 file = {.size = 0};
    struct boot0_image *image;

    (void)state;
    add_block(&file, HAS_FAMILY, 0x10000000, 256, 0, 1, rp2040);
    image = parse_uf2(&file); /* whether it fits the board is checked later */
    assert_int_equal(image->family, rp2040);
    boot0_image_free(image);
    add_block(&file, HAS_FAMILY, 0x10000000, 256, 0, 1, 0x12345678);
    refuse_uf2(&file, "several chip families: 0xe48bff56, 0x12345678");
    for (uint32_t i = 0; i < 15; i++)
        add_block(&file, HAS_FAMILY, 0x10000000, 256, 0, 1, i);
    refuse_uf2(&file, "more than 16 chip families");
}

/* More than fit into a message. */
static void test_families_known(void **state)
{
    struct uf2 file = {.size = 0};
    uint32_t last = 0;
    unsigned count = 0;

    (void)state;
    for (size_t i = 0; boot0_chip_at(i) && count < 16; i++) {
        uint32_t family = boot0_chip_at(i)->uf2_family;

        if (family == 0 || family == last)
            continue;
        add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 1, family);
        last = family;
        count++;
    }
    assert_true(count > 10);
    refuse_uf2(&file, "several chip families: 0x");
}

static void test_file_container(void **state)
{
    struct uf2 file = {.size = 0};

    (void)state;
    add_block(&file, HAS_FAMILY | FILE_CONTAINER, 0, 256, 0, 1, STM32F4);
    refuse_uf2(&file, "block 0 contains a file");
}

static void test_numbering(void **state)
{
    static const struct {
        uint32_t number[2];
        uint32_t count[2];
        const char *reason;
    } files[] = {
        {{0, 2}, {3, 3}, "holds 2 of 3"},
        {{0, 1}, {0xffffffff, 0xffffffff}, "holds 2 of 4294967295"},
        {{0, 1}, {2, 1}, "block 1 gives another number"},
        {{0, 0}, {2, 2}, "block 1 has the number of an earlier one"},
        {{0, 2}, {2, 2}, "block 1 has a number beyond the last one"},
        {{0, 0xffffffff}, {2, 2}, "block 1 has a number beyond the last one"},
        {{0, 0}, {0, 0}, "block 0 has a number beyond the last one"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        struct uf2 file = {.size = 0};

        for (uint32_t j = 0; j < 2; j++)
            add_block(&file, HAS_FAMILY, 0x08000000 + 256 * j, 256, files[i].number[j],
                      files[i].count[j], STM32F4);
        refuse_uf2(&file, files[i].reason);
    }
}

/* Blocks of another family make the file long enough, but are no substitute. */
static void test_missing(void **state)
{
    struct uf2 file = {.size = 0};

    (void)state;
    add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 2, STM32F4);
    add_block(&file, HAS_FAMILY, 0x10000000, 256, 1, 2, rp2040);
    refuse_uf2(&file, "block 1 is missing");
}

static void test_broken(void **state)
{
    static const struct {
        size_t offset;
        uint32_t value;
        const char *reason;
    } changes[] = {
        {BLOCK, 0x0a324656, "block 1 lacks one of the three magic numbers"},
        {BLOCK + 4, 0, "block 1 lacks"},
        {BLOCK + 508, 0, "block 1 lacks"},
        {0, 0, "block 0 lacks"}, /* known by the second one */
        {BLOCK + 16, 0, "block 1 has a payload"},
        {BLOCK + 16, 477, "block 1 has a payload"},
        {BLOCK + 16, 0xffffffff, "block 1 has a payload"},
        {BLOCK + 12, 0xffffff01, "32-bit address space"},
        {BLOCK + 12, 0x080000ff, "block 1 puts 0x01 at address 0x080000ff, where block 0 put 0x00"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(changes); i++) {
        struct uf2 file = {.size = 0};

        add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 2, STM32F4);
        add_block(&file, HAS_FAMILY, 0x08000100, 256, 1, 2, STM32F4);
        b0_store32(file.bytes + changes[i].offset, changes[i].value);
        refuse_uf2(&file, changes[i].reason);
    }
}

static void test_cut_anywhere(void **state)
{
    struct uf2 file = {.size = 0};

    (void)state;
    add_block(&file, 0, 0x08000000, 256, 0, 2, 0);
    add_block(&file, 0, 0x08000100, 256, 1, 2, 0);
    for (size_t size = 4; size < (size_t)2 * BLOCK; size++)
        refuse(file.bytes, size, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA,
               size == BLOCK ? "holds 1 of 2 UF2 blocks" : "not a whole number of UF2 blocks");
}

/* Blocks end at multiples of 256, nothing is padded, numbers run through all segments. */
static void test_written(void **state)
{
    static const uint8_t data[300] = {[299] = 0x55};
    struct boot0_image_options options = {.format = BOOT0_FORMAT_UF2, .family = STM32F4};
    struct boot0_image *image = boot0_image_new();
    uint8_t *file;
    size_t size;

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, 0x080000f0, data, sizeof data, NULL), BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 0, 0x08010000, data, 1, NULL), BOOT0_OK);
    assert_int_equal(boot0_image_format(image, &options, &file, &size, NULL), BOOT0_OK);
    assert_int_equal(size, 4 * BLOCK);
    for (uint32_t i = 0; i < 4; i++) {
        static const uint32_t expected[][2] = {
            {0x080000f0, 16}, {0x08000100, 256}, {0x08000200, 28}, {0x08010000, 1}};
        const uint8_t *block = file + (size_t)i * BLOCK;

        assert_int_equal(b0_load32(block + 8), HAS_FAMILY);
        assert_int_equal(b0_load32(block + 12), expected[i][0]);
        assert_int_equal(b0_load32(block + 16), expected[i][1]);
        assert_int_equal(b0_load32(block + 20), i);
        assert_int_equal(b0_load32(block + 24), 4);
        assert_int_equal(b0_load32(block + 28), STM32F4);
    }
    assert_int_equal(file[2 * BLOCK + 32 + 27], 0x55);
    assert_int_equal(file[3 * BLOCK + 32 + 27], 0); /* nothing of the previous block remains */
    free(file);
    options.family = 0;
    assert_int_equal(boot0_image_format(image, &options, &file, &size, NULL), BOOT0_OK);
    assert_int_equal(b0_load32(file + 8), 0);
    free(file);
    boot0_image_free(image);
}

/* A file's own family is kept when it is written again. */
static void test_family_kept(void **state)
{
    struct uf2 file = {.size = 0};
    struct boot0_image *image;
    uint8_t *written;
    size_t size;

    (void)state;
    add_block(&file, HAS_FAMILY, 0x08000000, 256, 0, 1, STM32F4);
    image = parse_uf2(&file);
    assert_int_equal(boot0_image_format(image, NULL, &written, &size, NULL), BOOT0_OK);
    assert_int_equal(size, BLOCK);
    assert_int_equal(b0_load32(written + 28), STM32F4);
    free(written);
    boot0_image_free(image);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example),          cmocka_unit_test(test_no_family),
        cmocka_unit_test(test_not_main_flash),   cmocka_unit_test(test_number_of_comment),
        cmocka_unit_test(test_wild_comments),    cmocka_unit_test(test_families),
        cmocka_unit_test(test_families_unknown), cmocka_unit_test(test_families_known),
        cmocka_unit_test(test_file_container),   cmocka_unit_test(test_numbering),
        cmocka_unit_test(test_missing),          cmocka_unit_test(test_broken),
        cmocka_unit_test(test_cut_anywhere),     cmocka_unit_test(test_written),
        cmocka_unit_test(test_family_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
