/* SPDX-License-Identifier: MIT */
/* See patch.h. */
#include "patch.h"

#include "../command.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_MAX = 3 * PATCH_BYTES_MAX + 1, /* as hex digits with a colon between two bytes */
};

static const struct kind {
    const char *name; /* with a colon: a value follows */
    enum patch_kind kind;
    uint8_t number_size;
    bool is_signed;
} kinds[] = {
    {"serial", PATCH_SERIAL, 0, false},   {"text:", PATCH_TEXT, 0, false},
    {"hex:", PATCH_HEX, 0, false},        {"u8:", PATCH_NUMBER, 1, false},
    {"u16:", PATCH_NUMBER, 2, false},     {"u32:", PATCH_NUMBER, 4, false},
    {"u64:", PATCH_NUMBER, 8, false},     {"i8:", PATCH_NUMBER, 1, true},
    {"i16:", PATCH_NUMBER, 2, true},      {"i32:", PATCH_NUMBER, 4, true},
    {"i64:", PATCH_NUMBER, 8, true},      {"csv:", PATCH_CSV, 0, false},
    {"csvhex:", PATCH_CSV_HEX, 0, false},
};

static enum boot0_status fail_option(const char *option, const char *what,
                                     struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_USAGE, "invalid --patch \"%.200s\": %s", option, what);
    return boot0_hint(error,
                      "Use ADDRESS=WHAT or ADDRESS:SIZE=WHAT, such as 0x0800FFF0=u32:{number}. "
                      "WHAT is serial, text:..., hex:..., u8: to u64:, i8: to i64:, csv:COLUMN or "
                      "csvhex:COLUMN.");
}

/* ---- hex ---- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Pairs of digits; a colon, a dash or a space may stand between two bytes. */
static bool parse_hex(const char *text, uint8_t bytes[PATCH_BYTES_MAX], size_t *size)
{
    *size = 0;
    while (*text) {
        int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

        if (low < 0 || *size == PATCH_BYTES_MAX)
            return false;
        bytes[(*size)++] = (uint8_t)(high << 4 | low);
        text += 2;
        if (*text && strchr(":- ", *text) && text[1])
            text++;
    }
    return true;
}

/* ---- numbers ---- */

/* A whole number, decimal or with 0x, and its sign. False: it is none, or has more than 64 bits. */
static bool parse_whole(const char *text, bool *is_negative, uint64_t *number)
{
    bool is_hex;
    char *end;

    *is_negative = *text == '-';
    text += *is_negative;
    is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (!isdigit((unsigned char)text[0]) || (is_hex && digit(text[2]) < 0))
        return false;
    errno = 0;
    *number = strtoull(text, &end, is_hex ? 16 : 10);
    return errno == 0 && *end == '\0';
}

static bool fits(const struct patch *patch, bool is_negative, uint64_t number)
{
    unsigned bits = 8u * patch->number_size - (patch->is_signed ? 1 : 0);
    uint64_t limit = bits < 64 ? UINT64_C(1) << bits : 0; /* 0: beyond 64 bits */

    if (is_negative)
        return number == 0 || (patch->is_signed && number <= limit);
    return limit == 0 || number < limit;
}

static enum boot0_status take_number(const struct patch *patch, const char *text, uint8_t *bytes,
                                     size_t *size, struct boot0_error *error)
{
    const char *sign = patch->is_signed ? "i" : "u";
    bool is_negative;
    uint64_t number;

    if (!parse_whole(text, &is_negative, &number)) {
        boot0_fail(error, BOOT0_E_DATA,
                   "\"%.60s\" is not a whole number, as the patch at 0x%08x "
                   "needs it",
                   text, (unsigned)patch->address);
        return boot0_hint(error, "Numbers are decimal (1000) or hex (0x3e8).");
    }
    if (!fits(patch, is_negative, number)) {
        boot0_fail(error, BOOT0_E_DATA, "%.60s is too large for %s%u at 0x%08x", text, sign,
                   8u * patch->number_size, (unsigned)patch->address);
        return boot0_hint(error, "Use a wider type in --patch, if the program has room for it.");
    }
    if (is_negative)
        number = ~number + 1;
    for (*size = 0; *size < patch->number_size; ++*size)
        bytes[*size] = (uint8_t)(number >> (8 * *size));
    return BOOT0_OK;
}

/* ---- the option ---- */

/* "0x0800FFF0" or "0x0800FFF0:16", up to the '='. */
static bool parse_place(const char *option, size_t length, struct patch *patch)
{
    char place[64], *colon;

    if (length >= sizeof place)
        return false;
    memcpy(place, option, length);
    place[length] = '\0';
    colon = strchr(place, ':');
    patch->size = 0;
    if (colon) {
        *colon = '\0';
        if (!parse_number(colon + 1, true, &patch->size) || patch->size == 0 ||
            patch->size > PATCH_BYTES_MAX)
            return false;
    }
    return parse_number(place, false, &patch->address);
}

static bool parse_kind(const char *what, struct patch *patch)
{
    for (size_t i = 0; i < B0_LENGTH(kinds); i++) {
        const struct kind *kind = &kinds[i];
        size_t length = strlen(kind->name);
        bool with_value = kind->name[length - 1] == ':';

        if (with_value ? strncmp(what, kind->name, length) != 0 : strcmp(what, kind->name) != 0)
            continue;
        patch->kind = kind->kind;
        patch->number_size = kind->number_size;
        patch->is_signed = kind->is_signed;
        patch->text = what + length;
        return !with_value || patch->text[0] != '\0';
    }
    return false;
}

/* A text with names of values, which must not be looked for in the names of columns. */
static bool is_filled(const struct patch *patch)
{
    return patch->kind == PATCH_TEXT || patch->kind == PATCH_HEX || patch->kind == PATCH_NUMBER;
}

enum boot0_status patch_parse(struct patch *patch, const char *option, struct boot0_error *error)
{
    static const struct facts none = {.csv = NULL};
    const char *equals = strchr(option, '=');
    uint8_t bytes[PATCH_BYTES_MAX];
    enum boot0_status status = BOOT0_OK;
    size_t size = 0;

    memset(patch, 0, sizeof *patch);
    if (!equals)
        return fail_option(option, "there is no '='", error);
    if (!parse_place(option, (size_t)(equals - option), patch))
        return fail_option(option, "expected an address before '='", error);
    if (!parse_kind(equals + 1, patch))
        return fail_option(option, "unknown kind of data after '='", error);
    if (!is_filled(patch))
        return BOOT0_OK;
    status = facts_check(patch->text, "--patch", error);
    if (status != BOOT0_OK || facts_has_parts(patch->text))
        return status;
    if (patch->kind == PATCH_HEX && !parse_hex(patch->text, bytes, &size))
        return fail_option(option, "expected pairs of hex digits", error);
    return patch_bytes(patch, &none, bytes, &size, error);
}

bool patch_wants_csv(const struct patch *patch, const struct csv *csv)
{
    const char *text = patch->text;
    struct facts_part part;

    if (!is_filled(patch))
        return patch->kind == PATCH_CSV || patch->kind == PATCH_CSV_HEX;
    while (csv && facts_next_part(&text, &part))
        if (part.is_name && facts_column(csv, part.text, part.length) < csv->columns)
            return true;
    return false;
}

/* ---- what it writes ---- */

static enum boot0_status finish(const struct patch *patch, uint8_t bytes[PATCH_BYTES_MAX],
                                size_t *size, struct boot0_error *error)
{
    uint32_t room = patch->size ? patch->size : PATCH_BYTES_MAX;

    if (*size > room) {
        boot0_fail(error, BOOT0_E_DATA, "the data for 0x%08x is longer than %u bytes",
                   (unsigned)patch->address, (unsigned)room);
        return boot0_hint(error, "Use --patch with a larger size, or shorten the data.");
    }
    if (patch->size) {
        memset(bytes + *size, 0, patch->size - *size);
        *size = patch->size;
    }
    if (*size > 0 && *size - 1 > UINT32_MAX - patch->address)
        return boot0_fail(error, BOOT0_E_USAGE, "--patch at 0x%08x runs past the end of addresses",
                          (unsigned)patch->address);
    return BOOT0_OK;
}

static enum boot0_status take_text(const char *text, const char *from, uint8_t *bytes, size_t *size,
                                   struct boot0_error *error)
{
    *size = strlen(text);
    if (*size == 0) {
        boot0_fail(error, BOOT0_E_DATA, "%s is empty", from);
        return boot0_hint(error, "--patch has nothing to write.");
    }
    if (*size > PATCH_BYTES_MAX)
        return boot0_fail(error, BOOT0_E_DATA, "%s is longer than %d bytes", from, PATCH_BYTES_MAX);
    memcpy(bytes, text, *size);
    return BOOT0_OK;
}

static enum boot0_status take_hex(const char *text, const char *from, uint8_t *bytes, size_t *size,
                                  struct boot0_error *error)
{
    if (text[0] == '\0')
        return take_text(text, from, bytes, size, error);
    if (parse_hex(text, bytes, size))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_DATA, "%s is not pairs of hex digits, at most %d", from,
               PATCH_BYTES_MAX);
    return boot0_hint(error, "Bytes in hex are written 0011AABB or 00:11:AA:BB.");
}

static enum boot0_status take_cell(const struct patch *patch, const struct facts *facts,
                                   uint8_t *bytes, size_t *size, struct boot0_error *error)
{
    const char *cell = csv_cell(facts->csv, facts->row, patch->column);
    char from[160];

    snprintf(from, sizeof from, "column %.100s in line %zu", patch->text,
             csv_line(facts->csv, facts->row));
    if (patch->kind == PATCH_CSV)
        return take_text(cell, from, bytes, size, error);
    return take_hex(cell, from, bytes, size, error);
}

static enum boot0_status take_filled(const struct patch *patch, const struct facts *facts,
                                     uint8_t *bytes, size_t *size, struct boot0_error *error)
{
    char filled[TEXT_MAX], from[80];
    enum boot0_status status = facts_fill(facts, patch->text, filled, sizeof filled, error);

    snprintf(from, sizeof from, "the data for 0x%08x", (unsigned)patch->address);
    if (status != BOOT0_OK)
        return status;
    if (patch->kind == PATCH_NUMBER)
        return take_number(patch, filled, bytes, size, error);
    if (patch->kind == PATCH_HEX)
        return take_hex(filled, from, bytes, size, error);
    return take_text(filled, from, bytes, size, error);
}

enum boot0_status patch_bytes(const struct patch *patch, const struct facts *facts,
                              uint8_t bytes[PATCH_BYTES_MAX], size_t *size,
                              struct boot0_error *error)
{
    const char *serial = facts->own[FACT_SERIAL];
    enum boot0_status status;

    *size = 0;
    if (is_filled(patch))
        status = take_filled(patch, facts, bytes, size, error);
    else if (patch->kind == PATCH_SERIAL)
        status = take_text(serial ? serial : "", "the board's serial number", bytes, size, error);
    else
        status = take_cell(patch, facts, bytes, size, error);
    return status == BOOT0_OK ? finish(patch, bytes, size, error) : status;
}

static enum boot0_status find_column(struct patch *patch, const struct csv *csv,
                                     struct boot0_error *error)
{
    if (!csv) {
        boot0_fail(error, BOOT0_E_USAGE, "--patch uses a CSV file, and there is none");
        return boot0_hint(error, "Name the file with --csv FILE.");
    }
    patch->column = csv_column(csv, patch->text);
    if (patch->column < csv->columns)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "the CSV file has no column \"%.100s\"", patch->text);
    return boot0_hint(error, "Its first line names the columns; the first one is \"%.100s\".",
                      csv->cells[0]);
}

/* Whether the table alone says what is written: all names are columns. */
static bool is_known_early(const struct patch *patch, const struct csv *csv)
{
    const char *text = patch->text;
    struct facts_part part;

    if (!is_filled(patch))
        return patch->kind != PATCH_SERIAL;
    while (facts_next_part(&text, &part))
        if (part.is_name && facts_column(csv, part.text, part.length) == csv->columns)
            return false;
    return true;
}

enum boot0_status patch_resolve(struct patch *patch, const struct csv *csv, bool any,
                                struct boot0_error *error)
{
    struct facts facts = {.csv = csv};
    uint8_t bytes[PATCH_BYTES_MAX];
    enum boot0_status status = BOOT0_OK;
    size_t size;

    if (is_filled(patch))
        status = facts_check_names(patch->text, csv, any, "--patch", error);
    else if (patch_wants_csv(patch, csv))
        status = find_column(patch, csv, error);
    if (!csv || status != BOOT0_OK || !is_known_early(patch, csv))
        return status;
    for (; status == BOOT0_OK && facts.row < csv->rows; facts.row++)
        status = patch_bytes(patch, &facts, bytes, &size, error);
    return status;
}
