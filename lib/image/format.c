/* SPDX-License-Identifier: MIT */
/* The table of file formats: names, detection, reading and writing. */
#include "formats.h"
#include <core/array.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct b0_format *const formats[] = {
    [BOOT0_FORMAT_BINARY] = &b0_format_binary, [BOOT0_FORMAT_IHEX] = &b0_format_ihex,
    [BOOT0_FORMAT_SREC] = &b0_format_srec,     [BOOT0_FORMAT_ELF] = &b0_format_elf,
    [BOOT0_FORMAT_UF2] = &b0_format_uf2,       [BOOT0_FORMAT_DFU] = &b0_format_dfu,
    [BOOT0_FORMAT_DFUSE] = &b0_format_dfuse,
};

_Static_assert(B0_LENGTH(formats) == BOOT0_FORMAT_COUNT, "every format has a row");

/*
 * Order of detection. The contents of a .dfu can begin like any other format, so the suffix is
 * checked first.
 */
static const enum boot0_format detection_order[] = {
    BOOT0_FORMAT_DFUSE, BOOT0_FORMAT_DFU,  BOOT0_FORMAT_ELF,
    BOOT0_FORMAT_UF2,   BOOT0_FORMAT_IHEX, BOOT0_FORMAT_SREC,
};

static const struct b0_format *find_row(enum boot0_format format)
{
    if (format <= BOOT0_FORMAT_UNKNOWN || format >= BOOT0_FORMAT_COUNT)
        return NULL;
    return formats[format];
}

const char *boot0_format_name(enum boot0_format format)
{
    const struct b0_format *row = find_row(format);

    return row ? row->name : "unknown";
}

const char *b0_format_title(enum boot0_format format)
{
    const struct b0_format *row = find_row(format);

    return row ? row->title : "a file of unknown format";
}

enum boot0_format boot0_format_by_name(const char *name)
{
    for (unsigned i = 1; i < BOOT0_FORMAT_COUNT; i++) {
        if (strcmp(formats[i]->name, name) == 0)
            return (enum boot0_format)i;
    }
    return BOOT0_FORMAT_UNKNOWN;
}

/* Returns the format that is certain, else BOOT0_FORMAT_BINARY. */
static enum boot0_format detect(const struct b0_input *input)
{
    for (size_t i = 0; i < B0_LENGTH(detection_order); i++) {
        if (formats[detection_order[i]]->detect(input))
            return detection_order[i];
    }
    return BOOT0_FORMAT_BINARY;
}

const struct b0_format *b0_format_inside(const struct b0_input *input)
{
    enum boot0_format format = detect(input);

    return format == BOOT0_FORMAT_BINARY ? NULL : formats[format];
}

/* True if the file begins with the text, after white space and ignoring case. */
static bool begins_with(const struct b0_input *input, const char *text)
{
    size_t at = 0, length = strlen(text);

    if (input->size >= 3 && memcmp(input->data, "\xef\xbb\xbf", 3) == 0)
        at = 3; /* UTF-8 byte order mark */
    while (at < input->size && strchr(" \t\r\n", input->data[at]) && input->data[at] != '\0')
        at++;
    return input->size - at >= length &&
           strncasecmp((const char *)input->data + at, text, length) == 0;
}

/* An HTML page instead of the file: browsers and wget save it under the file's name. */
static bool is_web_page(const struct b0_input *input)
{
    size_t length = strlen(input->name);

    if (!begins_with(input, "<!doctype html") && !begins_with(input, "<html"))
        return false;
    /* Accepts pages for a web server, whose names end in .htm or .html. */
    return !(length > 4 && strcasecmp(input->name + length - 4, ".htm") == 0) &&
           !(length > 5 && strcasecmp(input->name + length - 5, ".html") == 0);
}

static enum boot0_status check_web_page(const struct b0_input *input, enum boot0_format wanted,
                                        struct boot0_error *error)
{
    if (wanted == BOOT0_FORMAT_BINARY || !is_web_page(input))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_DATA, "%s: is a web page, not firmware", input->name);
    return boot0_hint(error, "Download the file with the page's \"Raw\" or \"Download\" link: the "
                             "page that shows the file was saved instead of the file.");
}

/*
 * Chooses the format to read a file in. Rejects raw binary if the file is clearly another format.
 */
static enum boot0_status choose_format(const struct b0_input *input,
                                       const struct boot0_image_options *options,
                                       enum boot0_format *format, struct boot0_error *error)
{
    enum boot0_format wanted = options ? options->format : BOOT0_FORMAT_UNKNOWN;

    if (wanted != BOOT0_FORMAT_UNKNOWN && !find_row(wanted)) {
        boot0_fail(error, BOOT0_E_USAGE, "unknown file format number %d", (int)wanted);
        return BOOT0_E_USAGE;
    }
    if (check_web_page(input, wanted, error) != BOOT0_OK)
        return BOOT0_E_DATA;
    *format = wanted;
    if (wanted != BOOT0_FORMAT_UNKNOWN && wanted != BOOT0_FORMAT_BINARY)
        return BOOT0_OK;
    *format = detect(input);
    if (wanted == BOOT0_FORMAT_BINARY && *format != BOOT0_FORMAT_BINARY) {
        boot0_fail(error, BOOT0_E_USAGE, "%s: is %s, not a raw binary", input->name,
                   formats[*format]->title);
        boot0_hint(error,
                   "Omit the format, because it is detected from the content. As a raw binary, "
                   "the file itself instead of the program in it would be in flash.");
        return BOOT0_E_USAGE;
    }
    /* A suffix signature with a wrong CRC is a damaged .dfu, unless the user selects binary. */
    if (wanted == BOOT0_FORMAT_UNKNOWN && *format == BOOT0_FORMAT_BINARY &&
        b0_suffix_present(input))
        *format = BOOT0_FORMAT_DFU;
    return BOOT0_OK;
}

static enum boot0_status read_input(const struct b0_input *input, enum boot0_format format,
                                    struct boot0_image *image, struct boot0_error *error)
{
    const struct b0_format *row = formats[format];
    struct b0_builder builder = {.name = input->name, .origin = row->origin};
    enum boot0_status status;

    image->format = format;
    status = row->read(input, &builder, image, error);
    if (status == BOOT0_OK)
        status = b0_builder_finish(&builder, image, error);
    b0_builder_free(&builder);
    if (status == BOOT0_OK && image->segment_count == 0)
        status = boot0_fail(error, BOOT0_E_DATA, "%s: holds no data", input->name);
    return status;
}

enum boot0_status boot0_image_parse(struct boot0_image **image, const uint8_t *data, size_t size,
                                    const char *name, const struct boot0_image_options *options,
                                    struct boot0_error *error)
{
    struct b0_input input = {data, size, name ? name : "image"};
    struct boot0_error unwanted;
    enum boot0_format format = BOOT0_FORMAT_UNKNOWN;
    enum boot0_status status;

    *image = NULL;
    if (!error)
        error = &unwanted;
    if (size == 0) {
        boot0_fail(error, BOOT0_E_DATA, "%s: is empty", input.name);
        boot0_hint(error, "Build or download it again: a failed build or download leaves an empty "
                          "file.");
        return BOOT0_E_DATA;
    }
    if (size > BOOT0_IMAGE_FILE_MAX) {
        boot0_fail(error, BOOT0_E_DATA, "%s: is larger than 64 MiB", input.name);
        boot0_hint(error, "Check that it is the right file: no chip has that much flash.");
        return BOOT0_E_DATA;
    }
    status = choose_format(&input, options, &format, error);
    if (status != BOOT0_OK)
        return status;
    *image = boot0_image_new();
    if (!*image)
        return boot0_fail(error, BOOT0_E_MEMORY, "%s: out of memory", input.name);
    status = read_input(&input, format, *image, error);
    if (status != BOOT0_OK) {
        boot0_image_free(*image);
        *image = NULL;
    }
    return status;
}

/* Checks that the format can hold the image. */
static enum boot0_status check_writable(const struct boot0_image *image,
                                        const struct b0_format *row, struct boot0_error *error)
{
    if (image->segment_count == 0)
        return boot0_fail(error, BOOT0_E_USAGE, "the image holds no data");
    if (row->keeps_addresses && !image->has_addresses) {
        boot0_fail(error, BOOT0_E_USAGE, "%s holds addresses, but raw binary data has none",
                   row->title);
        boot0_hint(error, "Give the address of the data, usually 0x08000000.");
        return BOOT0_E_USAGE;
    }
    return BOOT0_OK;
}

static bool has_one_alternate(const struct boot0_image *image)
{
    return image->segments[0].alternate == image->segments[image->segment_count - 1].alternate;
}

/* Merges the alternates, for formats without them, if their data does not contradict. */
static enum boot0_status flatten(const struct boot0_image *image, struct boot0_image *flat,
                                 struct boot0_error *error)
{
    struct b0_builder builder = {0};
    enum boot0_status status = BOOT0_OK;

    *flat = *image;
    flat->segments = NULL;
    flat->segment_count = 0;
    for (size_t i = 0; i < image->segment_count && status == BOOT0_OK; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        status =
            b0_builder_add(&builder, 0, segment->address, segment->data, segment->size, 0, error);
    }
    if (status == BOOT0_OK)
        status = b0_builder_finish(&builder, flat, error);
    b0_builder_free(&builder);
    return status;
}

static enum boot0_status fail_alternates(const struct b0_format *row, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_DATA, "data of several alternate settings does not fit into %s",
               row->title);
    boot0_hint(error, "Choose a format that keeps them apart (dfuse), or one with addresses "
                      "(ihex, srec, elf, uf2).");
    return BOOT0_E_DATA;
}

static enum boot0_status write_image(const struct boot0_image *image, const struct b0_format *row,
                                     const struct boot0_image_options *options,
                                     struct b0_output *output, struct boot0_error *error)
{
    struct boot0_image flat = {0};
    enum boot0_status status;

    if (row->keeps_alternates || has_one_alternate(image))
        return row->write(image, options, output, error);
    if (!row->keeps_addresses)
        return fail_alternates(row, error);
    status = flatten(image, &flat, error);
    if (status == BOOT0_OK)
        status = row->write(&flat, options, output, error);
    b0_image_free_segments(&flat);
    return status;
}

/* A failure of the buffer takes precedence over one that the writer reported. */
static enum boot0_status check_output(const struct b0_output *output, const struct b0_format *row,
                                      struct boot0_error *error)
{
    if (output->status == BOOT0_E_MEMORY)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    if (output->status != BOOT0_OK)
        return boot0_fail(error, BOOT0_E_DATA, "as %s the image would be larger than %u MiB",
                          row->title, B0_OUTPUT_MAX >> 20);
    return BOOT0_OK;
}

enum boot0_status boot0_image_format(const struct boot0_image *image,
                                     const struct boot0_image_options *options, uint8_t **data,
                                     size_t *size, struct boot0_error *error)
{
    static const struct boot0_image_options defaults;
    struct b0_output output = {0};
    struct boot0_error unwanted;
    const struct b0_format *row;
    enum boot0_status status;

    *data = NULL;
    *size = 0;
    if (!error)
        error = &unwanted;
    if (!options)
        options = &defaults;
    row = find_row(options->format ? options->format : image->format);
    if (!row)
        return boot0_fail(error, BOOT0_E_USAGE, "no output file format was given");
    status = check_writable(image, row, error);
    if (status == BOOT0_OK)
        status = write_image(image, row, options, &output, error);
    if (status == BOOT0_OK)
        status = check_output(&output, row, error);
    if (status != BOOT0_OK) {
        free(output.data);
        return status;
    }
    *data = output.data;
    *size = output.size;
    return BOOT0_OK;
}
