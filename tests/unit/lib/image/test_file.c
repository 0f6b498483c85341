/* SPDX-License-Identifier: MIT */
/* Images in files: unreadable files, the meaning of a file's name, and atomic replacement. */
#include "file_test.h"

#include <base/platform/process.h>
#include <core/array.h>
#include <stdio.h>

/* A name below a file: Windows reports a missing path. */
#ifdef _WIN32
#define BELOW_A_FILE "No such file or directory"
#else
#define BELOW_A_FILE "Not a directory"
#endif

static void test_load(void **state)
{
    struct boot0_image *image;

    (void)state;
    write_file("a.bin", "data", 4);
    assert_int_equal(boot0_image_load(&image, "a.bin", NULL, NULL), BOOT0_OK);
    check_segment(image, 0, 0, "data", 4);
    boot0_image_free(image);
}

/* Clear contents override the name: a HEX file may be called .bin. */
static void test_contents_count(void **state)
{
    static const char text[] = ":01000000AA55\n:00000001FF\n";
    struct boot0_image *image;

    (void)state;
    write_file("a.bin", text, sizeof text - 1);
    assert_int_equal(boot0_image_load(&image, "a.bin", NULL, NULL), BOOT0_OK);
    assert_int_equal(image->format, BOOT0_FORMAT_IHEX);
    boot0_image_free(image);
}

/* But raw bytes in a file named .hex are not flashed. */
static void test_name_promises(void **state)
{
    static const struct {
        const char *file;
        const char *message;
    } files[] = {
        {"a.hex", "a.hex: is not an Intel HEX file, as its name says"},
        {"a.HEX", "a.HEX: is not an Intel HEX file, as its name says"},
        {"a.s19", "a.s19: is not an S-record file, as its name says"},
        {"a.elf", "a.elf: is not an ELF file, as its name says"},
        {"a.uf2", "a.uf2: is not a UF2 file, as its name says"},
    };
    static const char *const others[] = {"a.bin", "a.dfu", "a", "a.hex.bin", "hex", ".hex"};
    struct boot0_image_options options = {.format = BOOT0_FORMAT_BINARY};
    struct boot0_image *image;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        write_file(files[i].file, "data", 4);
        refuse_file(files[i].file, BOOT0_E_DATA, files[i].message);
        assert_int_equal(boot0_image_load(&image, files[i].file, &options, NULL), BOOT0_OK);
        boot0_image_free(image);
    }
    for (size_t i = 0; i < B0_LENGTH(others); i++) {
        write_file(others[i], "data", 4);
        assert_int_equal(boot0_image_load(&image, others[i], NULL, NULL), BOOT0_OK);
        boot0_image_free(image);
    }
}

static void test_unreadable(void **state)
{
    (void)state;
    refuse_file("missing.bin", BOOT0_E_NO_INPUT,
                "missing.bin: cannot be opened: No such file or directory");
    refuse_file(".", BOOT0_E_NO_INPUT, ".: cannot be read: Is a directory");
    write_file("empty.bin", "", 0);
    refuse_file("empty.bin", BOOT0_E_DATA, "empty.bin: is empty");
    write_file("a.bin", "data", 4);
    refuse_file("a.bin/b.bin", BOOT0_E_NO_INPUT, "a.bin/b.bin: cannot be opened: " BELOW_A_FILE);
}

static void test_too_large(void **state)
{
    (void)state;
    write_file("large.bin", "", 0);
    assert_int_equal(truncate("large.bin", (off_t)BOOT0_IMAGE_FILE_MAX + 1), 0);
    refuse_file("large.bin", BOOT0_E_DATA, "large.bin: is larger than 64 MiB");
}

static void test_largest(void **state)
{
    struct boot0_image *image;

    (void)state;
    write_file("large.bin", "", 0);
    assert_int_equal(truncate("large.bin", (off_t)BOOT0_IMAGE_FILE_MAX), 0);
    assert_int_equal(boot0_image_load(&image, "large.bin", NULL, NULL), BOOT0_OK);
    assert_int_equal(boot0_image_size(image), BOOT0_IMAGE_FILE_MAX);
    boot0_image_free(image);
}

static void test_save_by_name(void **state)
{
    static const struct {
        const char *file;
        enum boot0_format format;
    } files[] = {
        {"a.bin", BOOT0_FORMAT_BINARY}, {"a.hex", BOOT0_FORMAT_IHEX}, {"a.srec", BOOT0_FORMAT_SREC},
        {"a.S19", BOOT0_FORMAT_SREC},   {"a.elf", BOOT0_FORMAT_ELF},  {"a.uf2", BOOT0_FORMAT_UF2},
        {"a.dfu", BOOT0_FORMAT_DFUSE},
    };
    struct boot0_image *image = make_image();
    struct boot0_image *again;
    struct boot0_error error;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        assert_int_equal(boot0_image_save(image, files[i].file, NULL, NULL), BOOT0_OK);
        assert_int_equal(boot0_image_load(&again, files[i].file, NULL, NULL), BOOT0_OK);
        assert_int_equal(again->format, files[i].format);
        assert_memory_equal(again->segments[0].data, "data", 4);
        boot0_image_free(again);
    }
    image->has_addresses = false;
    image->segments[0].address = 0;
    assert_int_equal(boot0_image_save(image, "b.dfu", NULL, NULL), BOOT0_OK);
    assert_int_equal(boot0_image_load(&again, "b.dfu", NULL, NULL), BOOT0_OK);
    assert_int_equal(again->format, BOOT0_FORMAT_DFU);
    boot0_image_free(again);
    assert_int_equal(boot0_image_save(image, "a.txt", NULL, &error), BOOT0_E_USAGE);
    assert_string_equal(error.message, "a.txt: the extension does not select a format");
    boot0_image_free(image);
}

/* A file is replaced, and no other file remains. */
static void test_replaced(void **state)
{
    struct boot0_image *image = make_image();

    (void)state;
    write_file("a.bin", "longer than before", 18);
    assert_int_equal(boot0_image_save(image, "a.bin", NULL, NULL), BOOT0_OK);
    check_file("a.bin", "data");
    assert_int_equal(count_files(false), 1);
    boot0_image_free(image);
}

/* A leftover of an earlier run, with the same process id, is neither used nor touched. */
static void test_name_taken(void **state)
{
    struct boot0_image *image = make_image();
    char taken[64];

    (void)state;
    snprintf(taken, sizeof taken, ".boot0-%lu-0.tmp", b0_process_id());
    write_file(taken, "before", 6);
    assert_int_equal(boot0_image_save(image, "a.bin", NULL, NULL), BOOT0_OK);
    check_file("a.bin", "data");
    check_file(taken, "before");
    assert_int_equal(count_files(false), 2);
    boot0_image_free(image);
}

static void test_unwritable(void **state)
{
    (void)state;
    refuse_save(".", BOOT0_E_NO_OUTPUT, ".: cannot be written: Is a directory");
    refuse_save("missing/a.bin", BOOT0_E_NO_OUTPUT,
                "missing/a.bin: cannot be written: No such file or directory");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_DIRECTORY(test_load),          IN_DIRECTORY(test_contents_count),
        IN_DIRECTORY(test_name_promises), IN_DIRECTORY(test_unreadable),
        IN_DIRECTORY(test_too_large),     IN_DIRECTORY(test_largest),
        IN_DIRECTORY(test_save_by_name),  IN_DIRECTORY(test_replaced),
        IN_DIRECTORY(test_name_taken),    IN_DIRECTORY(test_unwritable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
