/* SPDX-License-Identifier: MIT */
/* The values that a command gives for a board: one JSON object (RFC 8259), read strictly. */
#ifndef BOOT0_CLI_GANG_VALUES_H
#define BOOT0_CLI_GANG_VALUES_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    VALUES_MAX = 64,
    VALUES_JSON_MAX = 32768, /* bytes of the object */
    VALUE_NAME_MAX = 64,     /* with the NUL */
};

struct value {
    const char *name;
    const char *text; /* a number as it was written, or a string without its escapes */
    bool is_number;
    bool is_secret; /* a member of "secret": written to the board, and nowhere else */
};

struct values {
    char *bytes; /* NULL: none were taken */
    struct value list[VALUES_MAX];
    size_t count;
};

/*
 * Takes an object of numbers and strings. A member "secret" is an object of more of them. Names are
 * letters, digits and '_', and each is there once. BOOT0_E_DATA: the message says what is wrong,
 * and at which byte. On success values_free() must follow.
 */
enum boot0_status values_parse(struct values *values, const char *json, size_t size,
                               struct boot0_error *error);
void values_free(struct values *values);

/* NULL: there is none of that name. */
const struct value *values_find(const struct values *values, const char *name, size_t length);

/* The names with commas between them, as many as there is room for. Returns `text`. */
const char *values_names(const struct values *values, char *text, size_t size);

/* All but the secret ones, as a member "values"; nothing if none were taken, or for NULL. */
struct json;
void values_write(const struct values *values, struct json *json);

#endif
