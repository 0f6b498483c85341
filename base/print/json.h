/* SPDX-License-Identifier: MIT */
/* Writing JSON, one object a line. The caller nests and names; escapes and commas are done here. */
#ifndef B0_BASE_JSON_H
#define B0_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *file;
    bool first; /* nothing stands before the next member */
};

/* The outermost object, and its end with a newline. */
struct json json_begin(FILE *file);
void json_end(struct json *json);

/* A nested object or list; `name` is NULL within a list. */
void json_open(struct json *json, const char *name);
void json_close(struct json *json);
void json_open_list(struct json *json, const char *name);
void json_close_list(struct json *json);

void json_text(struct json *json, const char *name, const char *text);
void json_null(struct json *json, const char *name);
void json_number(struct json *json, const char *name, uint64_t number);
void json_bool(struct json *json, const char *name, bool value);
/* "0x08000000": as text, because JSON knows no hexadecimal numbers. */
void json_hex(struct json *json, const char *name, uint32_t number, int digits);
/* Seconds with microseconds. */
void json_seconds(struct json *json, const char *name, uint64_t microseconds);

#endif
