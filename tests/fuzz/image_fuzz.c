/* SPDX-License-Identifier: MIT */
/* Checks of a parsed image, and of its conversion to other formats. */
#include "image_fuzz.h"

#include <string.h>

enum {
    SPAN_MAX = 1 << 20, /* more is not written as raw binary here: it would be too slow */
    RAW_ADDRESS = 0x08000000,
};

static uint64_t end_of(const struct boot0_segment *segment)
{
    return (uint64_t)segment->address + segment->size;
}

static void check_error(const struct boot0_error *error, enum boot0_status status)
{
    require(error->code == status);
    require(status == BOOT0_E_DATA || status == BOOT0_E_USAGE);
    require(error->message[0] != '\0');
    for (const char *c = error->message; *c != '\0'; c++)
        require(*c >= ' ' && *c <= '~');
}

static void check_image(const struct boot0_image *image)
{
    size_t size = 0;

    require(image->segment_count > 0);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        require(segment->size > 0 && end_of(segment) <= UINT64_C(1) << 32);
        if (i > 0)
            require(segment[-1].alternate < segment->alternate ||
                    (segment[-1].alternate == segment->alternate &&
                     end_of(&segment[-1]) < segment->address));
        size += segment->size;
    }
    require(size == boot0_image_size(image) && size <= BOOT0_IMAGE_DATA_MAX);
    require(strlen(image->name) <= BOOT0_IMAGE_NAME_MAX);
}

static bool is_raw(enum boot0_format format)
{
    return format == BOOT0_FORMAT_BINARY || format == BOOT0_FORMAT_DFU;
}

/* Everything in the image is in the other one, in the only alternate that most formats have. */
static void check_contents(const struct boot0_image *image, const struct boot0_image *other)
{
    bool alternates = other->format == BOOT0_FORMAT_DFUSE;

    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];
        uint8_t *copy = malloc(segment->size);

        require(copy != NULL);
        require(boot0_image_copy(other, alternates ? segment->alternate : 0, segment->address, copy,
                                 segment->size) == segment->size);
        require(memcmp(copy, segment->data, segment->size) == 0);
        free(copy);
    }
    if (!is_raw(other->format))
        require(boot0_image_size(other) <= boot0_image_size(image));
}

/* Raw data that looks like another format is refused, rightly. */
static void check_refused(const uint8_t *data, size_t size, enum boot0_format format)
{
    struct boot0_image *image;

    require(is_raw(format));
    if (format == BOOT0_FORMAT_DFU)
        size -= 16;
    if (boot0_image_parse(&image, data, size, NULL, NULL, NULL) == BOOT0_OK)
        require(image->format != BOOT0_FORMAT_BINARY);
    boot0_image_free(image);
}

static void check_format(const struct boot0_image *image, enum boot0_format format)
{
    struct boot0_image_options options = {.format = format};
    struct boot0_error error;
    struct boot0_image *again;
    enum boot0_status status;
    uint8_t *data;
    size_t size;

    status = boot0_image_format(image, &options, &data, &size, &error);
    if (status != BOOT0_OK) {
        check_error(&error, status);
        return;
    }
    status = boot0_image_parse(&again, data, size, NULL, &options, &error);
    if (status == BOOT0_OK) {
        require(again->format == format);
        if (!again->has_addresses)
            require(boot0_image_place(again, image->segments[0].address, NULL) == BOOT0_OK);
        check_image(again);
        check_contents(image, again);
        boot0_image_free(again);
    } else {
        check_error(&error, status);
        check_refused(data, size, format);
    }
    free(data);
}

/* Moves part of the first segment, then removes everything: nothing is lost before that. */
static void check_changes(const struct boot0_image *image)
{
    const struct boot0_segment *first = &image->segments[0];
    struct boot0_image *changed = boot0_image_clone(image);
    uint32_t size = (uint32_t)(first->size / 2 + 1);
    struct boot0_error error;

    require(changed != NULL);
    if (boot0_image_move(changed, first->address, size, ~first->address, &error) == BOOT0_OK)
        check_image(changed);
    require(boot0_image_size(changed) <= boot0_image_size(image));
    require(boot0_image_remove(changed, 0, UINT64_C(1) << 32, &error) == BOOT0_OK);
    require(changed->segment_count == 0);
    boot0_image_free(changed);
}

void fuzz_image(const uint8_t *data, size_t size, enum boot0_format format)
{
    struct boot0_image_options options = {.format = format};
    const struct boot0_segment *last;
    struct boot0_image *image;
    struct boot0_error error;
    enum boot0_status status = boot0_image_parse(&image, data, size, NULL, &options, &error);

    if (status != BOOT0_OK) {
        require(image == NULL);
        check_error(&error, status);
        return;
    }
    require(image->has_addresses != is_raw(image->format));
    require(format == BOOT0_FORMAT_UNKNOWN || image->format == format);
    if (!image->has_addresses)
        require(boot0_image_place(image, RAW_ADDRESS, NULL) == BOOT0_OK);
    check_image(image);
    check_changes(image);
    last = &image->segments[image->segment_count - 1];
    for (unsigned i = 1; i < BOOT0_FORMAT_COUNT; i++) {
        if (!is_raw((enum boot0_format)i) || end_of(last) - image->segments[0].address <= SPAN_MAX)
            check_format(image, (enum boot0_format)i);
    }
    boot0_image_free(image);
}

static int digit_value(uint8_t c)
{
    static const char digits[] = "0123456789ABCDEFabcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, c);

    if (!found)
        return -1;
    return found - digits < 16 ? (int)(found - digits) : (int)(found - digits) - 6;
}

/*
 * Returns the number of hex digits at the start of a text, and the sum of all bytes except the
 * last.
 */
static size_t sum_digits(const uint8_t *text, size_t length, uint8_t *sum)
{
    size_t count = 0;

    while (count < length && digit_value(text[count]) >= 0)
        count++;
    *sum = 0;
    for (size_t i = 0; i + 3 < count; i += 2)
        *sum = (uint8_t)(*sum + digit_value(text[i]) * 16 + digit_value(text[i + 1]));
    return count;
}

uint8_t *repair_checksums(const uint8_t *data, size_t size, size_t mark_length,
                          uint8_t (*checksum)(uint8_t sum))
{
    uint8_t *copy = malloc(size + 1);
    size_t start = 0;

    require(copy != NULL);
    memcpy(copy, data, size);
    while (start + mark_length < size) {
        uint8_t *digits = copy + start + mark_length;
        uint8_t sum;
        size_t count = sum_digits(digits, size - start - mark_length, &sum);

        if (count >= 4 && count % 2 == 0) {
            sum = checksum(sum);
            digits[count - 2] = (uint8_t) "0123456789ABCDEF"[sum >> 4];
            digits[count - 1] = (uint8_t) "0123456789ABCDEF"[sum & 15];
        }
        start += mark_length + count;
        while (start < size && copy[start] != '\n' && copy[start] != '\r')
            start++;
        start++;
    }
    return copy;
}
