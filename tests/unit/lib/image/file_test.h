/* SPDX-License-Identifier: MIT */
/* For tests of images in files: the test's own folder, and its contents. */
#ifndef BOOT0_TESTS_FILE_TEST_H
#define BOOT0_TESTS_FILE_TEST_H

#include "../../portable.h"
#include "image_test.h"

#include <dirent.h>

static char folder[PORTABLE_NAME], before[PORTABLE_NAME];

static inline int enter(void **state)
{
    (void)state;
    return portable_enter(folder, before) ? 0 : -1;
}

/* Returns the number of files in the directory; removes them on request. */
static inline unsigned count_files(bool remove_them)
{
    DIR *directory = opendir(".");
    struct dirent *entry;
    unsigned count = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (remove_them)
            remove(entry->d_name);
    }
    closedir(directory);
    return count;
}

static inline int leave(void **state)
{
    (void)state;
    count_files(true);
    return portable_leave(folder, before) ? 0 : -1;
}

static inline void write_file(const char *file, const void *data, size_t size)
{
    FILE *stream = fopen(file, "wb");

    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

static inline void check_file(const char *file, const char *text)
{
    char data[256] = "";
    FILE *stream = fopen(file, "rb");

    assert_non_null(stream);
    assert_int_equal(fread(data, 1, sizeof data - 1, stream), strlen(text));
    fclose(stream);
    assert_string_equal(data, text);
}

static inline void refuse_file(const char *file, enum boot0_status code, const char *message)
{
    struct boot0_error error;
    struct boot0_image *image;

    assert_int_equal(boot0_image_load(&image, file, NULL, &error), code);
    assert_null(image);
    assert_string_equal(error.message, message);
    assert_true(error.hint[0] != '\0' || code == BOOT0_E_DATA);
    assert_int_equal(boot0_image_load(&image, file, NULL, NULL), code);
}

static inline struct boot0_image *make_image(void)
{
    struct boot0_image *image = boot0_image_new();

    assert_non_null(image);
    assert_int_equal(boot0_image_add(image, 0, 0x08000000, (const uint8_t *)"data", 4, NULL),
                     BOOT0_OK);
    return image;
}

static inline void refuse_save(const char *file, enum boot0_status code, const char *message)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_BINARY};
    struct boot0_image *image = make_image();
    struct boot0_error error;

    assert_int_equal(boot0_image_save(image, file, &options, &error), code);
    assert_string_equal(error.message, message);
    boot0_image_free(image);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter, leave)

#endif
