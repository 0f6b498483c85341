/* SPDX-License-Identifier: MIT */
/*
 * Motorola S-records, from the M68000 Family Programmer's Reference Manual, appendix C: S, a type
 * digit, a count of the following bytes, an address, data, a checksum.
 */
#include "formats.h"
#include <string.h>

enum {
    BYTES_A_LINE = 16,
    RECORD_TYPES = 10,
};

enum kind {
    KIND_HEADER,
    KIND_DATA,
    KIND_COUNT,
    KIND_END,
    KIND_RESERVED,
};

/* By type digit. The address field of a count record holds the number of data records. */
static const struct {
    enum kind kind;
    uint8_t address_size; /* bytes */
} record_types[RECORD_TYPES] = {
    {KIND_HEADER, 2}, {KIND_DATA, 2},  {KIND_DATA, 3}, {KIND_DATA, 4}, {KIND_RESERVED, 2},
    {KIND_COUNT, 2},  {KIND_COUNT, 3}, {KIND_END, 4},  {KIND_END, 3},  {KIND_END, 2},
};

/* A decoded line: the count, the address, data, the checksum. */
struct record {
    uint32_t line;
    uint8_t type;
    enum kind kind;
    uint32_t address;
    const uint8_t *data;
    size_t size; /* of data, bytes */
    uint8_t bytes[B0_RECORD_MAX];
};

struct reader {
    const struct b0_input *input;
    struct b0_builder *builder;
    struct boot0_image *image;
    struct boot0_error *error;
    uint32_t data_records;
    bool counted; /* a count record matched */
    bool ended;
};

static enum boot0_status check_record(const struct b0_input *input, const struct record *record,
                                      size_t count, struct boot0_error *error)
{
    uint8_t sum = 0;

    if (count < 1 || count < record->bytes[0] + 1u)
        return b0_line_fail(input, record->line, error, "is cut off");
    if (count > record->bytes[0] + 1u)
        return b0_line_fail(input, record->line, error,
                            "gives a byte count of %u, but holds %zu bytes", record->bytes[0],
                            count - 1);
    if (record->bytes[0] < record_types[record->type].address_size + 1u)
        return b0_line_fail(input, record->line, error, "too short for an S%u record",
                            record->type);
    for (size_t i = 0; i < count - 1; i++)
        sum = (uint8_t)(sum + record->bytes[i]);
    if ((sum ^ record->bytes[count - 1]) != 0xff)
        return b0_line_fail(input, record->line, error, "checksum is 0x%02x, expected 0x%02x",
                            record->bytes[count - 1], (uint8_t)~sum);
    return BOOT0_OK;
}

static enum boot0_status decode_record(const struct b0_input *input, const struct b0_line *line,
                                       struct record *record, struct boot0_error *error)
{
    enum boot0_status status;
    size_t address_size;
    size_t count;

    if (line->length < 2 || line->text[0] != 'S' || line->text[1] < '0' || line->text[1] > '9')
        return b0_line_fail(input, line->number, error, "does not begin with 'S' and a digit");
    record->line = line->number;
    record->type = (uint8_t)(line->text[1] - '0');
    record->kind = record_types[record->type].kind;
    status = b0_line_bytes(input, line, 2, record->bytes, &count, error);
    if (status == BOOT0_OK)
        status = check_record(input, record, count, error);
    if (status != BOOT0_OK)
        return status;
    address_size = record_types[record->type].address_size;
    record->address = 0;
    for (size_t i = 0; i < address_size; i++)
        record->address = record->address << 8 | record->bytes[1 + i];
    record->data = record->bytes + 1 + address_size;
    record->size = count - 2 - address_size;
    return BOOT0_OK;
}

static enum boot0_status take_data(struct reader *reader, const struct record *record)
{
    reader->data_records++;
    reader->counted = false;
    return b0_builder_add(reader->builder, 0, record->address, record->data, record->size,
                          record->line, reader->error);
}

static enum boot0_status take_count(struct reader *reader, const struct record *record)
{
    if (record->address != reader->data_records)
        return b0_line_fail(reader->input, record->line, reader->error,
                            "gives a count of %u data records, but there are %u", record->address,
                            reader->data_records);
    reader->counted = true;
    return BOOT0_OK;
}

/* Files without an entry point end with address 0. */
static enum boot0_status take_end(struct reader *reader, const struct record *record)
{
    reader->ended = true;
    reader->image->has_entry = record->address != 0;
    reader->image->entry = record->address;
    return BOOT0_OK;
}

static enum boot0_status take_record(struct reader *reader, const struct record *record)
{
    if (reader->ended) {
        b0_line_fail(reader->input, record->line, reader->error, "a record after the end record");
        boot0_hint(reader->error, "Pass the files one by one if two files were joined into one.");
        return BOOT0_E_DATA;
    }
    switch (record->kind) {
    case KIND_HEADER:
        return BOOT0_OK;
    case KIND_DATA:
        return take_data(reader, record);
    case KIND_COUNT:
        return take_count(reader, record);
    case KIND_END:
        return take_end(reader, record);
    case KIND_RESERVED:
        break;
    }
    return b0_line_fail(reader->input, record->line, reader->error, "unknown record type S%u",
                        record->type);
}

/* A file is complete if its end record, or its count record, follows all data. */
static enum boot0_status read_srec(const struct b0_input *input, struct b0_builder *builder,
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
    if (status == BOOT0_OK && !reader.ended && !reader.counted) {
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

static bool detect_srec(const struct b0_input *input)
{
    static const struct b0_text_format format = {
        .mark = 'S', .typed = true, .is_record = is_record};

    return b0_text_detect(input, &format);
}

static void put_record(struct b0_output *output, unsigned type, uint32_t address,
                       const uint8_t *data, size_t size)
{
    size_t address_size = record_types[type].address_size;
    char prefix[3] = {'S', (char)('0' + type), '\0'};
    uint8_t bytes[1 + 4 + BYTES_A_LINE + 1];
    uint8_t sum = 0;

    bytes[0] = (uint8_t)(address_size + size + 1);
    for (size_t i = 0; i < address_size; i++)
        bytes[1 + i] = (uint8_t)(address >> 8 * (address_size - 1 - i));
    if (size > 0)
        memcpy(bytes + 1 + address_size, data, size);
    for (size_t i = 0; i < 1 + address_size + size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[1 + address_size + size] = (uint8_t)~sum;
    b0_output_put_record(output, prefix, bytes, address_size + size + 2);
}

/* Returns the data record type whose address field fits all addresses: S1, S2 or S3. */
static unsigned choose_type(const struct boot0_image *image)
{
    uint32_t highest = image->has_entry ? image->entry : 0;

    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];
        uint32_t last = segment->address + (uint32_t)(segment->size - 1);

        if (last > highest)
            highest = last;
    }
    return highest > 0xffffff ? 3 : highest > 0xffff ? 2 : 1;
}

static enum boot0_status write_srec(const struct boot0_image *image,
                                    const struct boot0_image_options *options,
                                    struct b0_output *output, struct boot0_error *error)
{
    unsigned type = choose_type(image);
    uint32_t records = 0;

    (void)options;
    (void)error;
    put_record(output, 0, 0, NULL, 0);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        for (size_t done = 0; done < segment->size; done += BYTES_A_LINE) {
            size_t left = segment->size - done;

            put_record(output, type, segment->address + (uint32_t)done, segment->data + done,
                       left < BYTES_A_LINE ? left : BYTES_A_LINE);
            records++;
        }
    }
    if (records <= 0xffffff)
        put_record(output, records <= 0xffff ? 5 : 6, records, NULL, 0);
    put_record(output, 10 - type, image->has_entry ? image->entry : 0, NULL, 0);
    return BOOT0_OK;
}

const struct b0_format b0_format_srec = {
    .name = "srec",
    .title = "an S-record file",
    .origin = "line",
    .keeps_addresses = true,
    .detect = detect_srec,
    .read = read_srec,
    .write = write_srec,
};
