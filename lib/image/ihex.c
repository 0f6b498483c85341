/* SPDX-License-Identifier: MIT */
/*
 * Intel HEX, from Intel's "Hexadecimal Object File Format Specification", revision A, 1988. Numbers
 * in comments are its chapters.
 */
#include "formats.h"
#include <core/bytes.h>
#include <string.h>

/* Record types. */
enum {
    RECORD_DATA = 0,
    RECORD_END = 1,
    RECORD_SEGMENT_BASE = 2,
    RECORD_SEGMENT_START = 3,
    RECORD_LINEAR_BASE = 4,
    RECORD_LINEAR_START = 5,
    RECORD_COUNT,
};

enum {
    BYTES_A_LINE = 16, /* like most other tools */
};

/* A decoded line: length, load offset, type, data, checksum. */
struct record {
    uint32_t line;
    uint8_t size; /* of data */
    uint16_t offset;
    uint8_t type;
    uint8_t bytes[B0_RECORD_MAX];
};

struct reader {
    const struct b0_input *input;
    struct b0_builder *builder;
    struct boot0_image *image;
    struct boot0_error *error;
    uint32_t base;  /* added to the load offsets */
    bool segmented; /* the base is a segment: addresses wrap within its 64 KiB */
    bool ended;
};

static const uint8_t *record_data(const struct record *record)
{
    return record->bytes + 4;
}

static uint16_t load_big_endian16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static enum boot0_status decode_record(const struct b0_input *input, const struct b0_line *line,
                                       struct record *record, struct boot0_error *error)
{
    uint8_t sum = 0;
    size_t count;
    enum boot0_status status;

    if (line->text[0] != ':')
        return b0_line_fail(input, line->number, error, "does not begin with ':'");
    status = b0_line_bytes(input, line, 1, record->bytes, &count, error);
    if (status != BOOT0_OK)
        return status;
    if (count < 5)
        return b0_line_fail(input, line->number, error, "too short for a record");
    if (record->bytes[0] + 5u != count)
        return b0_line_fail(input, line->number, error,
                            "gives a byte count of %u, but holds %zu data bytes", record->bytes[0],
                            count - 5);
    for (size_t i = 0; i < count - 1; i++)
        sum = (uint8_t)(sum + record->bytes[i]);
    if ((uint8_t)(sum + record->bytes[count - 1]) != 0)
        return b0_line_fail(input, line->number, error, "checksum is 0x%02x, expected 0x%02x",
                            record->bytes[count - 1], (uint8_t)-sum);
    record->line = line->number;
    record->size = record->bytes[0];
    record->offset = load_big_endian16(record->bytes + 1);
    record->type = record->bytes[3];
    return BOOT0_OK;
}

/*
 * Adds a record's data. 3.1 and 3.2: within a segment, bytes past offset 0xffff continue at offset
 * 0; in linear form only the whole address wraps, at 32 bits.
 */
static enum boot0_status add_data(struct reader *reader, const struct record *record)
{
    uint32_t address = reader->base + record->offset;
    uint64_t limit = reader->segmented ? 0x10000u - record->offset : (1ull << 32) - address;
    size_t first = record->size < limit ? record->size : (size_t)limit;
    enum boot0_status status = b0_builder_add(reader->builder, 0, address, record_data(record),
                                              first, record->line, reader->error);

    if (status == BOOT0_OK)
        status = b0_builder_add(reader->builder, 0, reader->segmented ? reader->base : 0,
                                record_data(record) + first, record->size - first, record->line,
                                reader->error);
    return status;
}

static enum boot0_status end_file(struct reader *reader, const struct record *record)
{
    (void)record;
    reader->ended = true;
    return BOOT0_OK;
}

static enum boot0_status set_segment_base(struct reader *reader, const struct record *record)
{
    reader->base = (uint32_t)load_big_endian16(record_data(record)) << 4;
    reader->segmented = true;
    return BOOT0_OK;
}

static enum boot0_status set_linear_base(struct reader *reader, const struct record *record)
{
    reader->base = (uint32_t)load_big_endian16(record_data(record)) << 16;
    reader->segmented = false;
    return BOOT0_OK;
}

/* CS and IP: the entry point is CS * 16 + IP. */
static enum boot0_status set_segment_start(struct reader *reader, const struct record *record)
{
    const uint8_t *data = record_data(record);

    reader->image->has_entry = true;
    reader->image->entry = ((uint32_t)load_big_endian16(data) << 4) + load_big_endian16(data + 2);
    return BOOT0_OK;
}

static enum boot0_status set_linear_start(struct reader *reader, const struct record *record)
{
    const uint8_t *data = record_data(record);

    reader->image->has_entry = true;
    reader->image->entry = (uint32_t)load_big_endian16(data) << 16 | load_big_endian16(data + 2);
    return BOOT0_OK;
}

static const struct {
    int size; /* of the data; -1: any */
    enum boot0_status (*take)(struct reader *reader, const struct record *record);
} record_types[RECORD_COUNT] = {
    [RECORD_DATA] = {-1, add_data},
    [RECORD_END] = {0, end_file},
    [RECORD_SEGMENT_BASE] = {2, set_segment_base},
    [RECORD_SEGMENT_START] = {4, set_segment_start},
    [RECORD_LINEAR_BASE] = {2, set_linear_base},
    [RECORD_LINEAR_START] = {4, set_linear_start},
};

static enum boot0_status take_record(struct reader *reader, const struct record *record)
{
    if (reader->ended) {
        b0_line_fail(reader->input, record->line, reader->error, "a record after the end record");
        boot0_hint(reader->error, "Pass the files one by one if two files were joined into one.");
        return BOOT0_E_DATA;
    }
    if (record->type >= RECORD_COUNT)
        return b0_line_fail(reader->input, record->line, reader->error,
                            "record type %02x is not part of Intel HEX", record->type);
    if (record_types[record->type].size >= 0 && record_types[record->type].size != record->size)
        return b0_line_fail(reader->input, record->line, reader->error,
                            "a record of type %02x holds %u data bytes instead of %d", record->type,
                            record->size, record_types[record->type].size);
    return record_types[record->type].take(reader, record);
}

static enum boot0_status read_ihex(const struct b0_input *input, struct b0_builder *builder,
                                   struct boot0_image *image, struct boot0_error *error)
{
    struct reader reader = {.input = input, .builder = builder, .image = image, .error = error};
    struct b0_lines lines = b0_lines_start(input);
    enum boot0_status status = b0_text_check(input, error);
    struct record record;
    struct b0_line line;

    while (status == BOOT0_OK && b0_next_line(&lines, &line)) {
        status = decode_record(input, &line, &record, error);
        if (status == BOOT0_OK)
            status = take_record(&reader, &record);
    }
    if (status == BOOT0_OK && !reader.ended) {
        boot0_fail(error, BOOT0_E_DATA, "%s: ends after line %u without an end record", input->name,
                   lines.number);
        boot0_hint(error, B0_DAMAGED_HINT);
        return BOOT0_E_DATA;
    }
    return status;
}

static bool is_record(const struct b0_input *input, const struct b0_line *line)
{
    struct record record;

    return decode_record(input, line, &record, NULL) == BOOT0_OK;
}

static bool detect_ihex(const struct b0_input *input)
{
    static const struct b0_text_format format = {.mark = ':', .is_record = is_record};

    return b0_text_detect(input, &format);
}

static void put_record(struct b0_output *output, uint8_t type, uint16_t offset, const uint8_t *data,
                       size_t size)
{
    uint8_t bytes[BYTES_A_LINE + 5];
    uint8_t sum = 0;

    bytes[0] = (uint8_t)size;
    bytes[1] = (uint8_t)(offset >> 8);
    bytes[2] = (uint8_t)offset;
    bytes[3] = type;
    if (size > 0)
        memcpy(bytes + 4, data, size);
    for (size_t i = 0; i < size + 4; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[size + 4] = (uint8_t)-sum;
    b0_output_put_record(output, ":", bytes, size + 5);
}

/*
 * Writes data records that do not cross a 64 KiB boundary, and a base record at each such boundary.
 */
static void put_segment(struct b0_output *output, const struct boot0_segment *segment,
                        uint16_t *base)
{
    size_t size;

    for (size_t done = 0; done < segment->size; done += size) {
        uint32_t address = segment->address + (uint32_t)done;
        uint32_t to_border = 0x10000 - (address & 0xffff);
        uint8_t high[2] = {(uint8_t)(address >> 24), (uint8_t)(address >> 16)};

        if (address >> 16 != *base) {
            *base = (uint16_t)(address >> 16);
            put_record(output, RECORD_LINEAR_BASE, 0, high, sizeof high);
        }
        size = segment->size - done;
        if (size > BYTES_A_LINE)
            size = BYTES_A_LINE;
        if (size > to_border)
            size = to_border;
        put_record(output, RECORD_DATA, (uint16_t)address, segment->data + done, size);
    }
}

static enum boot0_status write_ihex(const struct boot0_image *image,
                                    const struct boot0_image_options *options,
                                    struct b0_output *output, struct boot0_error *error)
{
    uint16_t base = 0;

    (void)options;
    (void)error;
    for (size_t i = 0; i < image->segment_count; i++)
        put_segment(output, &image->segments[i], &base);
    if (image->has_entry) {
        uint8_t entry[4] = {(uint8_t)(image->entry >> 24), (uint8_t)(image->entry >> 16),
                            (uint8_t)(image->entry >> 8), (uint8_t)image->entry};

        put_record(output, RECORD_LINEAR_START, 0, entry, sizeof entry);
    }
    put_record(output, RECORD_END, 0, NULL, 0);
    return BOOT0_OK;
}

const struct b0_format b0_format_ihex = {
    .name = "ihex",
    .title = "an Intel HEX file",
    .origin = "line",
    .keeps_addresses = true,
    .detect = detect_ihex,
    .read = read_ihex,
    .write = write_ihex,
};
