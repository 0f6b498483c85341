/* Writing JSON (RFC 8259). */
#include "json.h"

#include <inttypes.h>

/* Length of the UTF-8 character at `c` (RFC 3629); 0 if it is none. The text ends with a NUL. */
static int utf8_length(const unsigned char *c)
{
    static const struct {
        uint8_t first, last; /* of the leading byte */
        uint8_t from, to;    /* of the second byte: no overlong forms, no surrogates */
        int length;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    if (c[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (c[0] < rows[i].first || c[0] > rows[i].last || c[1] < rows[i].from || c[1] > rows[i].to)
            continue;
        for (int j = 2; j < rows[i].length; j++)
            if ((c[j] & 0xc0) != 0x80)
                return 0;
        return rows[i].length;
    }
    return 0;
}

/* File names need not be text: what is no UTF-8 becomes U+FFFD, so that the line stays JSON. */
static void put_string(FILE *file, const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    fputc('"', file);
    while (*c) {
        int length = utf8_length(c);

        if (length == 0)
            fputs("\\ufffd", file);
        else if (*c == '"' || *c == '\\')
            fprintf(file, "\\%c", *c);
        else if (*c == '\n')
            fputs("\\n", file);
        else if (*c < 0x20 || *c == 0x7f)
            fprintf(file, "\\u%04x", *c);
        else
            fwrite(c, 1, (size_t)length, file);
        c += length ? length : 1;
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

void json_number(struct json *json, const char *name, uint64_t number)
{
    put_name(json, name);
    fprintf(json->file, "%" PRIu64, number);
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
