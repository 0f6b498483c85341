/* SPDX-License-Identifier: MIT */
/* Lines of hex digits, shared by the readers of Intel HEX and S-record files. */
#include "formats.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    PROBE_SIZE = 4096, /* bytes of a file that are examined to recognise text */
    FIRST_SIZE = 64,   /* of its first line, if its start is not conclusive */
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

static bool is_line_end(uint8_t c)
{
    return c == '\n' || c == '\r';
}

static bool is_text(uint8_t c)
{
    return (c >= ' ' && c <= '~') || is_blank(c) || is_line_end(c);
}

/* Returns the value of a hex digit; -1 for other characters. */
static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

struct b0_lines b0_lines_start(const struct b0_input *input)
{
    static const uint8_t utf8_mark[] = {0xef, 0xbb, 0xbf};
    struct b0_lines lines = {.next = input->data, .end = input->data + input->size};

    if (input->size >= 3 && memcmp(input->data, utf8_mark, 3) == 0)
        lines.next += 3;
    while (lines.end > lines.next) {
        uint8_t c = lines.end[-1];

        if (c != 0x1a && c != '\0' && !is_blank(c) && !is_line_end(c))
            break;
        lines.end--;
    }
    return lines;
}

bool b0_next_line(struct b0_lines *lines, struct b0_line *line)
{
    while (lines->next < lines->end) {
        const uint8_t *text = lines->next;
        const uint8_t *end = text;

        while (end < lines->end && !is_line_end(*end))
            end++;
        lines->next = end;
        if (lines->next < lines->end && *lines->next++ == '\r' && lines->next < lines->end &&
            *lines->next == '\n')
            lines->next++;
        lines->number++;
        while (text < end && is_blank(*text))
            text++;
        while (text < end && is_blank(end[-1]))
            end--;
        if (text < end) {
            *line = (struct b0_line){text, (size_t)(end - text), lines->number};
            return true;
        }
    }
    return false;
}

enum boot0_status b0_line_fail(const struct b0_input *input, uint32_t number,
                               struct boot0_error *error, const char *format, ...)
{
    char reason[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    boot0_fail(error, BOOT0_E_DATA, "%s: line %u: %s", input->name, number, reason);
    boot0_hint(error, B0_DAMAGED_HINT);
    return BOOT0_E_DATA;
}

/* Decodes pairs of hex digits. Returns the number of characters consumed. */
static size_t decode(const uint8_t *text, size_t length, uint8_t bytes[B0_RECORD_MAX])
{
    size_t i;

    for (i = 0; i + 1 < length && i / 2 < B0_RECORD_MAX; i += 2) {
        int high = digit_value(text[i]);
        int low = digit_value(text[i + 1]);

        if (high < 0)
            return i;
        if (low < 0)
            return i + 1;
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    return i;
}

enum boot0_status b0_line_bytes(const struct b0_input *input, const struct b0_line *line,
                                size_t from, uint8_t bytes[B0_RECORD_MAX], size_t *count,
                                struct boot0_error *error)
{
    size_t length = line->length - from;
    size_t taken = decode(line->text + from, length, bytes);
    uint8_t odd;

    *count = taken / 2;
    if (taken == length)
        return BOOT0_OK;
    odd = line->text[from + taken];
    if (taken / 2 >= B0_RECORD_MAX)
        return b0_line_fail(input, line->number, error, "too long for a record");
    if (digit_value(odd) >= 0)
        return b0_line_fail(input, line->number, error, "an odd number of hex digits");
    if (odd > ' ' && odd <= '~')
        return b0_line_fail(input, line->number, error, "'%c' in column %zu is not a hex digit",
                            odd, from + taken + 1);
    return b0_line_fail(input, line->number, error, "byte 0x%02x in column %zu is not a hex digit",
                        odd, from + taken + 1);
}

/* True if the file begins with a UTF-16 byte order mark; sets the byte order. */
static bool is_utf16(const struct b0_input *input, bool *little_endian)
{
    if (input->size < 2 || (input->data[0] ^ input->data[1]) != (0xff ^ 0xfe))
        return false;
    *little_endian = input->data[0] == 0xff;
    return *little_endian || input->data[0] == 0xfe;
}

enum boot0_status b0_text_check(const struct b0_input *input, struct boot0_error *error)
{
    bool little_endian;

    if (!is_utf16(input, &little_endian))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_DATA, "%s: the text is in UTF-16, two bytes per character",
               input->name);
    boot0_hint(error,
               "Build it again, or save it as ASCII or UTF-8: an editor, or \">\" in PowerShell, "
               "has converted the file.");
    return BOOT0_E_DATA;
}

/*
 * Reads the start of a file. Reduces UTF-16 to 8 bits, so that it is recognised and then refused.
 */
static size_t read_probe(const struct b0_input *input, uint8_t probe[PROBE_SIZE])
{
    size_t size = input->size < PROBE_SIZE ? input->size : PROBE_SIZE;
    bool little_endian;

    if (!is_utf16(input, &little_endian)) {
        memcpy(probe, input->data, size);
        return size;
    }
    size = size / 2 - 1;
    for (size_t i = 0; i < size; i++)
        probe[i] = input->data[2 + 2 * i + (little_endian ? 0 : 1)];
    return size;
}

static size_t count_text(const uint8_t *data, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        count += is_text(data[i]);
    return count;
}

/*
 * True for the mark followed by hex digits. Two digits are enough if text follows; eight are enough
 * whatever follows.
 */
static bool starts_like(const struct b0_text_format *format, const struct b0_input *probe,
                        const struct b0_line *line)
{
    size_t rest = (size_t)(probe->data + probe->size - line->text);
    size_t shown = rest < FIRST_SIZE ? rest : FIRST_SIZE;
    size_t digits = 0;
    size_t i = 1;

    if (line->text[0] != (uint8_t)format->mark)
        return false;
    if (format->typed) {
        if (line->length < 2 || line->text[1] < '0' || line->text[1] > '9')
            return false;
        i = 2;
    }
    while (i < line->length && digit_value(line->text[i]) >= 0) {
        digits++;
        i++;
    }
    return digits >= 8 || (digits >= 2 && count_text(line->text, shown) == shown);
}

bool b0_text_detect(const struct b0_input *input, const struct b0_text_format *format)
{
    uint8_t bytes[PROBE_SIZE];
    struct b0_input probe = {bytes, read_probe(input, bytes), input->name};
    struct b0_lines lines = b0_lines_start(&probe);
    struct b0_line line;
    bool first = true;

    /* A damaged beginning does not make a file binary: one good record in mostly text is enough. */
    bool mostly_text = count_text(bytes, probe.size) >= probe.size - probe.size / 10;

    while (b0_next_line(&lines, &line)) {
        if (first && starts_like(format, &probe, &line))
            return true;
        if (mostly_text && line.text[0] == (uint8_t)format->mark &&
            format->is_record(&probe, &line))
            return true;
        first = false;
    }
    return false;
}
