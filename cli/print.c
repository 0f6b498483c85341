/* SPDX-License-Identifier: MIT */
/* See print.h. */
#include "print.h"

#include <base/platform/terminal.h>
#include <base/print/utf8.h>
#include <core/array.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    ESCAPE_MAX = 12, /* "\U000e0001" */
    NUMBER_MAX = 128,
    WIDTH_MAX = 100,
    PIECE_MAX = 512,
};

/* ---- sanitizing ---- */

/* Non-ASCII characters are printed unchanged only if the terminal takes them for UTF-8. */
static bool is_utf8_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < B0_LENGTH(names); i++) {
        const char *value = getenv(names[i]);
        const char *codeset = value && *value ? strchr(value, '.') : NULL;

        if (value && *value)
            return codeset && (strncasecmp(codeset, ".UTF-8", 6) == 0 ||
                               strncasecmp(codeset, ".utf8", 5) == 0);
    }
    return b0_terminal_is_utf8();
}

/* Writes one character, or one byte of an invalid one. Returns how many bytes of `text` it was. */
static size_t sanitize_one(const char *text, size_t left, bool is_utf8, bool keeps_lines, char *out)
{
    static const char named[] = "\n\t\r";
    static const char letters[] = "ntr";
    uint32_t point;
    int length = utf8_decode(text, &point);
    const char *name;

    if (length == 0 || (size_t)length > left || (length > 1 && !is_utf8)) {
        snprintf(out, ESCAPE_MAX, "\\x%02x", (unsigned)(unsigned char)*text);
        return 1;
    }
    name = point < 0x80 && point != 0 ? strchr(named, (int)point) : NULL;
    if (!utf8_is_control(point) || (point == '\n' && keeps_lines))
        snprintf(out, ESCAPE_MAX, "%.*s", length, text);
    else if (name)
        snprintf(out, ESCAPE_MAX, "\\%c", letters[name - named]);
    else
        snprintf(out, ESCAPE_MAX, point < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)point);
    return (size_t)length;
}

char *print_sanitized(const char *text, size_t length, bool keeps_lines)
{
    bool is_utf8 = is_utf8_locale();
    char *safe = malloc(length * 4 + ESCAPE_MAX), *end = safe; /* at most "\x1b" for a byte */

    if (!safe)
        return NULL;
    *end = '\0';
    while (length > 0 && *text) {
        size_t taken = sanitize_one(text, length, is_utf8, keeps_lines, end);

        end += strlen(end);
        text += taken;
        length -= taken;
    }
    return safe;
}

/* ---- formats ---- */

/* A conversion: "%-*.3lx" in parts. */
struct spec {
    bool left;
    char flags[8];
    int width;
    int precision;  /* -1: none */
    char length[3]; /* "", "l", "ll", "z", "j", "hh" */
    char conversion;
};

static int take_count(const char **format, va_list *arguments)
{
    int count = 0;

    if (**format == '*') {
        ++*format;
        return va_arg(*arguments, int);
    }
    for (; isdigit((unsigned char)**format); ++*format)
        count = count < 10000 ? count * 10 + (**format - '0') : count;
    return count;
}

/* `format` points after the '%', and moves past the conversion. */
static struct spec take_spec(const char **format, va_list *arguments)
{
    struct spec spec = {.precision = -1};
    size_t count = 0;

    for (; **format && strchr("-+ #0", **format); ++*format)
        if (**format == '-')
            spec.left = true;
        else if (count < sizeof spec.flags - 1)
            spec.flags[count++] = **format;
    spec.width = take_count(format, arguments);
    if (spec.width < 0) {
        spec.left = true;
        spec.width = -spec.width;
    }
    if (**format == '.') {
        ++*format;
        spec.precision = take_count(format, arguments);
    }
    for (count = 0; **format && strchr("hlzj", **format); ++*format)
        if (count < sizeof spec.length - 1)
            spec.length[count++] = **format;
    spec.conversion = **format;
    *format += **format != '\0';
    return spec;
}

static intmax_t take_signed(const struct spec *spec, va_list *arguments)
{
    if (strcmp(spec->length, "ll") == 0)
        return va_arg(*arguments, long long);
    if (strcmp(spec->length, "l") == 0)
        return va_arg(*arguments, long);
    if (strcmp(spec->length, "j") == 0)
        return va_arg(*arguments, intmax_t);
    return va_arg(*arguments, int);
}

static uintmax_t take_unsigned(const struct spec *spec, va_list *arguments)
{
    if (strcmp(spec->length, "ll") == 0)
        return va_arg(*arguments, unsigned long long);
    if (strcmp(spec->length, "l") == 0)
        return va_arg(*arguments, unsigned long);
    if (strcmp(spec->length, "j") == 0)
        return va_arg(*arguments, uintmax_t);
    if (strcmp(spec->length, "z") == 0)
        return va_arg(*arguments, size_t);
    return va_arg(*arguments, unsigned);
}

/* Output goes to the file in few pieces, none of which ends within a character. */
struct pieces {
    FILE *file;
    size_t used;
    char text[PIECE_MAX];
};

static void flush_pieces(struct pieces *pieces)
{
    b0_terminal_write(pieces->file, pieces->text, pieces->used);
    pieces->used = 0;
}

static void put(struct pieces *pieces, const char *text, size_t size)
{
    if (size > sizeof pieces->text - pieces->used)
        flush_pieces(pieces);
    if (size > sizeof pieces->text) {
        b0_terminal_write(pieces->file, text, size);
        return;
    }
    memcpy(pieces->text + pieces->used, text, size);
    pieces->used += size;
}

static void put_blanks(struct pieces *pieces, int count)
{
    for (; count > 0; count--)
        put(pieces, " ", 1);
}

/* Leaves numbers to snprintf(), in the widest type. */
static void print_number(struct pieces *pieces, const struct spec *spec, va_list *arguments)
{
    char format[24], text[NUMBER_MAX];
    int width = spec->width < WIDTH_MAX ? spec->width : WIDTH_MAX;
    int precision = spec->precision < WIDTH_MAX ? spec->precision : WIDTH_MAX;

    snprintf(format, sizeof format, "%%%s%s*.*j%c", spec->left ? "-" : "", spec->flags,
             spec->conversion);
    if (spec->conversion == 'd' || spec->conversion == 'i')
        snprintf(text, sizeof text, format, width, precision, take_signed(spec, arguments));
    else
        snprintf(text, sizeof text, format, width, precision, take_unsigned(spec, arguments));
    put(pieces, text, strlen(text));
}

/* How many columns a text takes; a UTF-8 character counts as one. */
static int columns_of(const char *text)
{
    int columns = 0;

    for (; *text; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}

static void print_string(struct pieces *pieces, const struct spec *spec, const char *text)
{
    size_t length = spec->precision < 0 ? strlen(text) : strnlen(text, (size_t)spec->precision);
    char *safe = print_sanitized(text, length, false);
    int gap = safe ? spec->width - columns_of(safe) : 0;

    if (safe) {
        put_blanks(pieces, spec->left ? 0 : gap);
        put(pieces, safe, strlen(safe));
        put_blanks(pieces, spec->left ? gap : 0);
    }
    free(safe);
}

static void print_spec(struct pieces *pieces, const struct spec *spec, va_list *arguments)
{
    char single[2] = "";
    const char *text;

    switch (spec->conversion) {
    case '%':
        put(pieces, "%", 1);
        break;
    case 's':
        text = va_arg(*arguments, const char *);
        print_string(pieces, spec, text ? text : "(null)");
        break;
    case 'c':
        single[0] = (char)va_arg(*arguments, int);
        print_string(pieces, spec, single);
        break;
    default:
        print_number(pieces, spec, arguments);
    }
}

void print_list(FILE *file, const char *format, va_list *arguments)
{
    struct pieces pieces = {.file = file, .used = 0};

    while (*format) {
        size_t plain = strcspn(format, "%");

        put(&pieces, format, plain);
        format += plain;
        if (*format == '%') {
            struct spec spec;

            format++;
            spec = take_spec(&format, arguments);
            print_spec(&pieces, &spec, arguments);
        }
    }
    flush_pieces(&pieces);
}

void print_to(FILE *file, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_list(file, format, &arguments);
    va_end(arguments);
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_list(stdout, format, &arguments);
    va_end(arguments);
}
