/* SPDX-License-Identifier: MIT */
/*
 * See values.h. Names and texts go to a buffer that is as long as the object: none is longer than
 * what it was read from, and the character behind it makes room for its NUL.
 */
#include "values.h"

#include <base/print/json.h>
#include <base/print/utf8.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct values *values;
    const char *start, *at, *end;
    char *to; /* where the next character of a text goes */
    bool is_secret;
    struct boot0_error *error;
};

static bool broken(struct reader *r, const char *what)
{
    boot0_fail(r->error, BOOT0_E_DATA, "byte %zu: %s", (size_t)(r->at - r->start) + 1, what);
    return false;
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && strchr(" \t\r\n", *r->at))
        r->at++;
}

/* Whether the next character that counts is this one, which is then taken. */
static bool take_mark(struct reader *r, char mark)
{
    skip_space(r);
    if (r->at == r->end || *r->at != mark)
        return false;
    r->at++;
    return true;
}

/* ---- strings ---- */

static int digit(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits at `at`. */
static bool take_hex(struct reader *r, uint32_t *number)
{
    *number = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        int value = r->at < r->end ? digit(*r->at) : -1;

        if (value < 0)
            return broken(r, "expected four hex digits after \\u");
        *number = *number << 4 | (uint32_t)value;
    }
    return true;
}

static void put_point(struct reader *r, uint32_t point)
{
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;

    *r->to++ = (char)(first[more] | (uint8_t)(point >> (6 * more)));
    while (more-- > 0)
        *r->to++ = (char)(0x80 | (point >> (6 * more) & 0x3f));
}

/* What stands behind "\u". Characters beyond U+FFFF are two of them. */
static bool take_point(struct reader *r)
{
    uint32_t point, low;

    if (!take_hex(r, &point))
        return false;
    if (point >= 0xd800 && point < 0xdc00) {
        if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u')
            return broken(r, "half of a surrogate pair");
        r->at += 2;
        if (!take_hex(r, &low))
            return false;
        if (low < 0xdc00 || low > 0xdfff)
            return broken(r, "half of a surrogate pair");
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    } else if (point >= 0xdc00 && point < 0xe000) {
        return broken(r, "half of a surrogate pair");
    }
    if (point == 0)
        return broken(r, "a character of zero cannot be used");
    put_point(r, point);
    return true;
}

static bool take_escape(struct reader *r)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char letter = r->at < r->end ? *r->at : '\0';
    const char *found = letter ? strchr(letters, letter) : NULL;

    if (letter == 'u') {
        r->at++;
        return take_point(r);
    }
    if (!found)
        return broken(r, "unknown escape after \\");
    r->at++;
    *r->to++ = meant[found - letters];
    return true;
}

/* The characters up to the closing quote. The input ends with a NUL, so decoding stays within it.
 */
static bool take_characters(struct reader *r)
{
    while (r->at < r->end && *r->at != '"') {
        uint32_t point;
        int length = utf8_decode(r->at, &point);

        if ((unsigned char)*r->at < 0x20)
            return broken(r, "a control character in a string");
        if (*r->at == '\\') {
            r->at++;
            if (!take_escape(r))
                return false;
            continue;
        }
        if (length == 0)
            return broken(r, "not UTF-8");
        memcpy(r->to, r->at, (size_t)length);
        r->to += length;
        r->at += length;
    }
    if (r->at == r->end)
        return broken(r, "the string has no end");
    r->at++;
    return true;
}

/* NULL: the error is filled. */
static const char *take_string(struct reader *r)
{
    const char *text = r->to;

    if (!take_characters(r))
        return NULL;
    *r->to++ = '\0';
    return text;
}

/* ---- numbers ---- */

static size_t count_digits(const struct reader *r)
{
    size_t count = 0;

    while (r->at + count < r->end && isdigit((unsigned char)r->at[count]))
        count++;
    return count;
}

static bool take_digits(struct reader *r)
{
    size_t count = count_digits(r);

    if (count == 0)
        return broken(r, "expected a digit");
    r->at += count;
    return true;
}

static bool take_one_of(struct reader *r, const char *letters)
{
    if (r->at == r->end || !strchr(letters, *r->at))
        return false;
    r->at++;
    return true;
}

/* NULL: the error is filled. */
static const char *take_number(struct reader *r)
{
    const char *start = r->at, *text = r->to;

    (void)take_one_of(r, "-");
    if (r->at < r->end && *r->at == '0' && count_digits(r) > 1) {
        broken(r, "a number does not begin with 0");
        return NULL;
    }
    if (!take_digits(r) || (take_one_of(r, ".") && !take_digits(r)))
        return NULL;
    if (take_one_of(r, "eE")) {
        (void)take_one_of(r, "+-");
        if (!take_digits(r))
            return NULL;
    }
    memcpy(r->to, start, (size_t)(r->at - start));
    r->to += r->at - start;
    return text;
}

/* ---- members ---- */

static bool is_name(const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length >= VALUE_NAME_MAX || isdigit((unsigned char)name[0]))
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

static bool take_value(struct reader *r, const char *name)
{
    struct values *values = r->values;
    struct value *value = &values->list[values->count];

    if (values->count == VALUES_MAX)
        return broken(r, "more than 64 values");
    *value = (struct value){.name = name, .is_secret = r->is_secret};
    if (take_mark(r, '"')) {
        value->text = take_string(r);
    } else if (r->at < r->end && (*r->at == '-' || isdigit((unsigned char)*r->at))) {
        value->text = take_number(r);
        value->is_number = true;
    } else {
        return broken(r, "expected a string or a number");
    }
    values->count += value->text != NULL;
    return value->text != NULL;
}

/* A name and its colon. NULL: the error is filled. */
static const char *take_name(struct reader *r)
{
    const char *name = NULL;

    if (!take_mark(r, '"'))
        broken(r, "expected a name in double quotes");
    else
        name = take_string(r);
    if (!name)
        return NULL;
    if (!is_name(name))
        broken(r, "a name is letters, digits and _, and at most 63 of them");
    else if (values_find(r->values, name, strlen(name)))
        broken(r, "two values have the same name");
    else if (!take_mark(r, ':'))
        broken(r, "expected : after a name");
    else
        return name;
    return NULL;
}

static bool take_secret_member(struct reader *r)
{
    const char *name = take_name(r);

    return name && take_value(r, name);
}

/* Up to the closing brace. A number's NUL takes the place of the comma or brace behind it. */
static bool take_members(struct reader *r, bool (*take_member)(struct reader *))
{
    bool more = !take_mark(r, '}');

    while (more) {
        if (!take_member(r))
            return false;
        more = take_mark(r, ',');
        if (!more && !take_mark(r, '}'))
            return broken(r, "expected , or } after a value");
        *r->to++ = '\0';
    }
    return true;
}

static bool take_member(struct reader *r)
{
    const char *name = take_name(r);
    bool good;

    if (!name || strcmp(name, "secret") != 0)
        return name && take_value(r, name);
    if (!take_mark(r, '{'))
        return broken(r, "secret is an object, of values that are written to the board only");
    r->is_secret = true;
    good = take_members(r, take_secret_member);
    r->is_secret = false;
    return good;
}

static bool take_object(struct reader *r)
{
    if (memchr(r->start, '\0', (size_t)(r->end - r->start)))
        return broken(r, "a byte of zero");
    if (!take_mark(r, '{'))
        return broken(r, r->at == r->end ? "nothing is there" : "expected {");
    if (!take_members(r, take_member))
        return false;
    skip_space(r);
    return r->at == r->end || broken(r, "something stands after the object");
}

enum boot0_status values_parse(struct values *values, const char *json, size_t size,
                               struct boot0_error *error)
{
    char *copy = malloc(2 * size + 2); /* with a NUL; behind it the texts */
    struct reader r = {.values = values, .error = error};
    bool good;

    memset(values, 0, sizeof *values);
    if (!copy)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    if (size > 0)
        memcpy(copy, json, size);
    copy[size] = '\0';
    r.start = r.at = copy;
    r.end = copy + size;
    r.to = copy + size + 1;
    values->bytes = copy;
    good = take_object(&r);
    if (good)
        return BOOT0_OK;
    values_free(values);
    return error->code;
}

void values_free(struct values *values)
{
    free(values->bytes);
    memset(values, 0, sizeof *values);
}

const struct value *values_find(const struct values *values, const char *name, size_t length)
{
    for (size_t i = 0; i < values->count; i++)
        if (strlen(values->list[i].name) == length &&
            memcmp(values->list[i].name, name, length) == 0)
            return &values->list[i];
    return NULL;
}

const char *values_names(const struct values *values, char *text, size_t size)
{
    size_t used = 0;

    snprintf(text, size, "none");
    for (size_t i = 0; i < values->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
                                 values->list[i].name);
    return text;
}

void values_write(const struct values *values, struct json *json)
{
    if (!values || !values->bytes)
        return;
    json_open(json, "values");
    for (size_t i = 0; i < values->count; i++) {
        const struct value *value = &values->list[i];

        if (value->is_secret)
            continue;
        if (value->is_number)
            json_literal(json, value->name, value->text);
        else
            json_text(json, value->name, value->text);
    }
    json_close(json);
}
