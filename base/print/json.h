/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON, one object per line. The caller nests and names; this file does escapes and commas.
 */
#ifndef B0_BASE_JSON_H
#define B0_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *file;
    bool first; /* the next member needs no comma */
};

/* Begins the outermost object; ends it with a newline. */
struct json json_begin(FILE *file);
void json_end(struct json *json);

/* Opens a nested object or list; `name` is NULL within a list. */
void json_open(struct json *json, const char *name);
void json_close(struct json *json);
void json_open_list(struct json *json, const char *name);
void json_close_list(struct json *json);

void json_text(struct json *json, const char *name, const char *text);
void json_null(struct json *json, const char *name);
void json_number(struct json *json, const char *name, uint64_t number);
/* A number as JSON has it, which was read from JSON. */
void json_literal(struct json *json, const char *name, const char *number);
void json_bool(struct json *json, const char *name, bool value);
/* Writes "0x08000000" as a string, because JSON has no hexadecimal numbers. */
void json_hex(struct json *json, const char *name, uint32_t number, int digits);
/* Writes seconds with microseconds. */
void json_seconds(struct json *json, const char *name, uint64_t microseconds);

#endif
