/* Writing JSON (RFC 8259). */
#include "json.h"

#include <inttypes.h>

static void put_string(FILE *file, const char *text)
{
    fputc('"', file);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(file, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f)
            fprintf(file, "\\u%04x", *c);
        else
            fputc(*c, file);
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
