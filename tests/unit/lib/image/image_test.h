/* SPDX-License-Identifier: MIT */
/* Shared by the tests of the image formats. */
#ifndef B0_TESTS_IMAGE_TEST_H
#define B0_TESTS_IMAGE_TEST_H

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <boot0/image.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Parses a copy of exactly that size, so that a sanitizer sees a read past it. */
static inline enum boot0_status try_parse(struct boot0_image **image, const void *data, size_t size,
                                          enum boot0_format format, struct boot0_error *error)
{
    struct boot0_image_options options = {.format = format};
    uint8_t *copy = malloc(size > 0 ? size : 1);
    enum boot0_status status;

    assert_non_null(copy);
    memcpy(copy, data, size);
    status = boot0_image_parse(image, copy, size, "test", &options, error);
    free(copy);
    return status;
}

/* Parses valid data, by content if `format` is BOOT0_FORMAT_UNKNOWN. */
static inline struct boot0_image *parse(const void *data, size_t size, enum boot0_format format)
{
    struct boot0_error error = {.message = "", .hint = ""};
    struct boot0_image *image;

    if (try_parse(&image, data, size, format, &error) != BOOT0_OK)
        fail_msg("refused: %s", error.message);
    assert_non_null(image);
    return image;
}

/* Parses invalid data and expects a message that contains `reason`. */
static inline void refuse(const void *data, size_t size, enum boot0_format format,
                          enum boot0_status code, const char *reason)
{
    struct boot0_error error = {.message = "", .hint = ""};
    struct boot0_image *image = NULL;

    if (try_parse(&image, data, size, format, &error) == BOOT0_OK)
        fail_msg("taken as %s, should be refused: %s", boot0_format_name(image->format), reason);
    assert_null(image);
    assert_int_equal(error.code, code);
    if (!strstr(error.message, reason))
        fail_msg("\"%s\" does not say \"%s\"", error.message, reason);
    /* Without an error to fill, the status is the same. */
    assert_int_equal(try_parse(&image, data, size, format, NULL), code);
}

/* Returns a writer's output as a string. Takes ownership of the bytes. */
static inline char *to_text(uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    assert_non_null(text);
    memcpy(text, data, size);
    text[size] = '\0';
    free(data);
    return text;
}

static inline void check_segment(const struct boot0_image *image, size_t index, uint32_t address,
                                 const void *data, size_t size)
{
    assert_true(index < image->segment_count);
    assert_int_equal(image->segments[index].address, address);
    assert_int_equal(image->segments[index].size, size);
    assert_memory_equal(image->segments[index].data, data, size);
}

#endif
