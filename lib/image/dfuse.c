/* SPDX-License-Identifier: MIT */
/*
 * ST's .dfu files (UM0391): a prefix, one target per alternate setting with elements that have
 * addresses, and a DFU suffix.
 */
#include "formats.h"
#include <core/bytes.h>
#include <string.h>

enum {
    PREFIX_SIZE = 11,
    TARGET_SIZE = 274,
    ELEMENT_SIZE = 8,
    VERSION = 1,
    TARGETS_MAX = 255,
    VENDOR_ST = 0x0483,
    PRODUCT_DFUSE = 0xdf11,
};

/* Offsets of the fields of the prefix. */
enum {
    PREFIX_VERSION = 5,
    PREFIX_IMAGE_SIZE = 6, /* bytes of the file without its suffix */
    PREFIX_TARGETS = 10,
};

/* Offsets of the fields of a target's header. */
enum {
    TARGET_ALTERNATE = 6,
    TARGET_NAMED = 7,
    TARGET_NAME = 11,
    TARGET_BYTES = 266, /* bytes of its elements, including their headers */
    TARGET_ELEMENTS = 270,
};

/* Offsets of the fields of an element's header. */
enum {
    ELEMENT_ADDRESS = 0,
    ELEMENT_BYTES = 4,
};

static const uint8_t signature[5] = {'D', 'f', 'u', 'S', 'e'};
static const uint8_t target_signature[6] = {'T', 'a', 'r', 'g', 'e', 't'};

/* The unread rest. */
struct cursor {
    const uint8_t *next;
    size_t left;
};

struct reader {
    const struct b0_input *input;
    struct b0_builder *builder;
    struct boot0_image *image;
    struct boot0_error *error;
    struct cursor cursor;
    uint32_t elements; /* so far, in all targets */
};

static bool detect_dfuse(const struct b0_input *input)
{
    return input->size >= sizeof signature && memcmp(input->data, signature, sizeof signature) == 0;
}

/* Returns the next bytes; NULL if there are fewer. */
static const uint8_t *take(struct cursor *cursor, size_t size)
{
    const uint8_t *bytes = cursor->next;

    if (size > cursor->left)
        return NULL;
    cursor->next += size;
    cursor->left -= size;
    return bytes;
}

static enum boot0_status fail_dfuse(const struct reader *reader, const char *what)
{
    boot0_fail(reader->error, BOOT0_E_DATA, "%s: %s", reader->input->name, what);
    boot0_hint(reader->error, B0_DAMAGED_HINT);
    return BOOT0_E_DATA;
}

static enum boot0_status read_element(struct reader *reader, uint8_t alternate)
{
    const uint8_t *header = take(&reader->cursor, ELEMENT_SIZE);
    const uint8_t *data;
    uint32_t size;

    if (!header)
        return fail_dfuse(reader, "a DfuSe target ends within an element's header");
    size = b0_load32(header + ELEMENT_BYTES);
    data = take(&reader->cursor, size);
    if (!data)
        return fail_dfuse(reader, "a DfuSe element is larger than its target");
    return b0_builder_add(reader->builder, alternate, b0_load32(header + ELEMENT_ADDRESS), data,
                          size, reader->elements++, reader->error);
}

/* Accepts only printable ASCII, because the name is shown on terminals. */
static enum boot0_status read_name(struct reader *reader, const uint8_t *header, bool first)
{
    const uint8_t *name = header + TARGET_NAME;
    char text[BOOT0_IMAGE_NAME_MAX + 1] = "";

    for (size_t i = 0; i < BOOT0_IMAGE_NAME_MAX && name[i] != '\0'; i++)
        text[i] = name[i] >= ' ' && name[i] <= '~' ? (char)name[i] : '?';
    if (first)
        memcpy(reader->image->name, text, sizeof text);
    return b0_image_name_target(reader->image, header[TARGET_ALTERNATE], text, reader->error);
}

static enum boot0_status read_target(struct reader *reader, bool first)
{
    const uint8_t *header = take(&reader->cursor, TARGET_SIZE);
    struct cursor after = reader->cursor;
    enum boot0_status status = BOOT0_OK;
    uint32_t elements;
    uint32_t size;

    if (!header)
        return fail_dfuse(reader, "ends within the header of a DfuSe target");
    if (memcmp(header, target_signature, sizeof target_signature) != 0)
        return fail_dfuse(reader, "a DfuSe target does not begin with \"Target\"");
    if (header[TARGET_NAMED])
        status = read_name(reader, header, first);
    size = b0_load32(header + TARGET_BYTES);
    elements = b0_load32(header + TARGET_ELEMENTS);
    if (!take(&after, size))
        return fail_dfuse(reader, "a DfuSe target is larger than the file");
    reader->cursor.left = size;
    for (uint32_t i = 0; i < elements && status == BOOT0_OK; i++)
        status = read_element(reader, header[TARGET_ALTERNATE]);
    if (status == BOOT0_OK && reader->cursor.left != 0)
        return fail_dfuse(reader, "a DfuSe target is larger than its elements");
    reader->cursor = after;
    return status;
}

static enum boot0_status read_targets(struct reader *reader)
{
    const uint8_t *prefix = take(&reader->cursor, PREFIX_SIZE);
    size_t size = reader->cursor.left + PREFIX_SIZE;
    enum boot0_status status = BOOT0_OK;

    if (!prefix)
        return fail_dfuse(reader, "ends within the DfuSe prefix");
    if (prefix[PREFIX_VERSION] != VERSION)
        return boot0_fail(reader->error, BOOT0_E_DATA, "%s: unknown DfuSe file format version %u",
                          reader->input->name, prefix[PREFIX_VERSION]);
    if (b0_load32(prefix + PREFIX_IMAGE_SIZE) == size + B0_SUFFIX_SIZE)
        reader->image->notes |= BOOT0_IMAGE_NOTE_PREFIX_SIZE; /* elf2dfuse and others do this */
    else if (b0_load32(prefix + PREFIX_IMAGE_SIZE) != size)
        return boot0_fail(reader->error, BOOT0_E_DATA,
                          "%s: the DfuSe prefix gives %u bytes, but the file has %zu",
                          reader->input->name, b0_load32(prefix + PREFIX_IMAGE_SIZE), size);
    for (unsigned i = 0; i < prefix[PREFIX_TARGETS] && status == BOOT0_OK; i++)
        status = read_target(reader, i == 0);
    if (status == BOOT0_OK && reader->cursor.left != 0)
        return fail_dfuse(reader, "has more bytes after the last DfuSe target");
    return status;
}

static enum boot0_status read_dfuse(const struct b0_input *input, struct b0_builder *builder,
                                    struct boot0_image *image, struct boot0_error *error)
{
    struct reader reader = {.input = input, .builder = builder, .image = image, .error = error};
    struct b0_input payload;
    enum boot0_status status;

    if (!detect_dfuse(input))
        return boot0_fail(error, BOOT0_E_DATA, "%s: does not begin with \"DfuSe\"", input->name);
    status = b0_suffix_read(input, image, &payload, error);
    if (status != BOOT0_OK)
        return status;
    if (image->suffix.bcd_dfu != B0_SUFFIX_DFUSE)
        return boot0_fail(error, BOOT0_E_DATA,
                          "%s: begins as a DfuSe file, but the suffix says DFU version %x.%02x",
                          input->name, image->suffix.bcd_dfu >> 8, image->suffix.bcd_dfu & 0xff);
    reader.cursor = (struct cursor){payload.data, payload.size};
    builder->by_target = true;
    return read_targets(&reader);
}

/* Returns the number of segments from `first` on with the same alternate. */
static size_t target_length(const struct boot0_image *image, size_t first, uint32_t *bytes)
{
    size_t i = first;

    *bytes = 0;
    while (i < image->segment_count &&
           image->segments[i].alternate == image->segments[first].alternate)
        *bytes += ELEMENT_SIZE + (uint32_t)image->segments[i++].size;
    return i - first;
}

static size_t put_target(struct b0_output *output, const struct boot0_image *image, size_t first)
{
    uint8_t header[TARGET_SIZE] = {0};
    uint32_t bytes;
    size_t count = target_length(image, first, &bytes);
    uint8_t alternate = image->segments[first].alternate;
    const char *name = boot0_image_target_name(image, alternate);

    if (first == 0 && name[0] == '\0' && image->target_count == 0)
        name = image->name; /* the image was made without targets */
    memcpy(header, target_signature, sizeof target_signature);
    header[TARGET_ALTERNATE] = alternate;
    if (name[0] != '\0') {
        header[TARGET_NAMED] = 1;
        memcpy(header + TARGET_NAME, name, strlen(name) + 1); /* at most BOOT0_IMAGE_NAME_MAX */
    }
    b0_store32(header + TARGET_BYTES, bytes);
    b0_store32(header + TARGET_ELEMENTS, (uint32_t)count);
    b0_output_put(output, header, sizeof header);
    for (size_t i = first; i < first + count; i++) {
        const struct boot0_segment *segment = &image->segments[i];
        uint8_t element[ELEMENT_SIZE];

        b0_store32(element + ELEMENT_ADDRESS, segment->address);
        b0_store32(element + ELEMENT_BYTES, (uint32_t)segment->size);
        b0_output_put(output, element, sizeof element);
        b0_output_put(output, segment->data, segment->size);
    }
    return count;
}

static enum boot0_status write_dfuse(const struct boot0_image *image,
                                     const struct boot0_image_options *options,
                                     struct b0_output *output, struct boot0_error *error)
{
    struct boot0_suffix suffix = b0_suffix_choose(image, options, VENDOR_ST, PRODUCT_DFUSE);
    uint8_t prefix[PREFIX_SIZE] = {0};
    unsigned targets = 0;

    memcpy(prefix, signature, sizeof signature);
    prefix[PREFIX_VERSION] = VERSION;
    b0_output_put(output, prefix, sizeof prefix);
    for (size_t first = 0; first < image->segment_count; targets++)
        first += put_target(output, image, first);
    if (targets > TARGETS_MAX)
        return boot0_fail(error, BOOT0_E_DATA,
                          "%u alternate settings are too many for a DfuSe file", targets);
    if (output->status == BOOT0_OK) {
        output->data[PREFIX_TARGETS] = (uint8_t)targets;
        b0_store32(output->data + PREFIX_IMAGE_SIZE, (uint32_t)output->size);
    }
    suffix.bcd_dfu = B0_SUFFIX_DFUSE;
    b0_suffix_write(output, &suffix);
    return BOOT0_OK;
}

const struct b0_format b0_format_dfuse = {
    .name = "dfuse",
    .title = "a DfuSe file",
    .origin = "element",
    .keeps_addresses = true,
    .keeps_alternates = true,
    .detect = detect_dfuse,
    .read = read_dfuse,
    .write = write_dfuse,
};
