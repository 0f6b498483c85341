/* SPDX-License-Identifier: MIT */
/* Writes JSON (RFC 8259). */
#include "json.h"

#include "utf8.h"

#include <base/platform/terminal.h>
#include <inttypes.h>

/* JSON escapes code points beyond U+FFFF as surrogate pairs (RFC 8259, 7). */
static void put_escape(FILE *file, uint32_t point)
{
    if (point >= 0x10000) {
        fprintf(file, "\\u%04x", (unsigned)(0xd800 + ((point - 0x10000) >> 10)));
        point = 0xdc00 + (point & 0x3ff);
    }
    fprintf(file, "\\u%04x", (unsigned)point);
}

/* Returns the number of leading bytes that need no escape. */
static size_t count_plain(const char *text)
{
    size_t count = 0;
    uint32_t point;
    int length;

    while (text[count] && (length = utf8_decode(text + count, &point)) > 0 && point != '"' &&
           point != '\\' && !utf8_is_control(point))
        count += (size_t)length;
    return count;
}

/*
 * File names need not be text: bytes that are not UTF-8 become U+FFFD, so that the line stays JSON.
 * Characters that a terminal could act on are escaped.
 */
static void put_string(FILE *file, const char *text)
{
    fputc('"', file);
    while (*text) {
        size_t plain = count_plain(text);
        uint32_t point;
        int length;

        if (plain > 0)
            b0_terminal_write(file, text, plain);
        text += plain;
        if (!*text)
            break;
        length = utf8_decode(text, &point);
        if (length == 0)
            fputs("\\ufffd", file);
        else if (point == '"' || point == '\\')
            fprintf(file, "\\%c", (char)point);
        else if (point == '\n')
            fputs("\\n", file);
        else
            put_escape(file, point);
        text += length ? length : 1;
    }
    fputc('"', file);
}

static void put_name(struct json *json, const char *name)
{
    if (!json->first)
        fputc(',', json->file);
    json->first = false;
    if (name) {
        put_string(json->file, name);
        fputc(':', json->file);
    }
}

struct json json_begin(FILE *file)
{
    fputc('{', file);
    return (struct json){file, true};
}

void json_end(struct json *json)
{
    fputs("}\n", json->file);
}

void json_open(struct json *json, const char *name)
{
    put_name(json, name);
    fputc('{', json->file);
    json->first = true;
}

void json_close(struct json *json)
{
    fputc('}', json->file);
    json->first = false;
}

void json_open_list(struct json *json, const char *name)
{
    put_name(json, name);
    fputc('[', json->file);
    json->first = true;
}

void json_close_list(struct json *json)
{
    fputc(']', json->file);
    json->first = false;
}

void json_text(struct json *json, const char *name, const char *text)
{
    put_name(json, name);
    put_string(json->file, text);
}

void json_null(struct json *json, const char *name)
{
    put_name(json, name);
    fputs("null", json->file);
}

void json_number(struct json *json, const char *name, uint64_t number)
{
    put_name(json, name);
    fprintf(json->file, "%" PRIu64, number);
}

void json_literal(struct json *json, const char *name, const char *number)
{
    put_name(json, name);
    fputs(number, json->file);
}

void json_bool(struct json *json, const char *name, bool value)
{
    put_name(json, name);
    fputs(value ? "true" : "false", json->file);
}

void json_hex(struct json *json, const char *name, uint32_t number, int digits)
{
    put_name(json, name);
    fprintf(json->file, "\"0x%0*" PRIx32 "\"", digits, number);
}

void json_seconds(struct json *json, const char *name, uint64_t microseconds)
{
    put_name(json, name);
    fprintf(json->file, "%" PRIu64 ".%06" PRIu64, microseconds / 1000000, microseconds % 1000000);
}
