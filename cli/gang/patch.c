/* SPDX-License-Identifier: MIT */
/* See patch.h. */
#include "patch.h"

#include "../command.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *name; /* with a colon: a value follows */
    enum patch_kind kind;
} kinds[PATCH_KIND_COUNT] = {
    {"serial", PATCH_SERIAL}, {"text:", PATCH_TEXT},      {"hex:", PATCH_HEX},
    {"csv:", PATCH_CSV},      {"csvhex:", PATCH_CSV_HEX},
};

static enum boot0_status fail_option(const char *option, const char *what,
                                     struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_USAGE, "--patch does not take \"%.200s\": %s", option, what);
    return boot0_hint(error, "It wants ADDRESS=WHAT or ADDRESS:SIZE=WHAT, as 0x0800FFF0=serial; "
                             "WHAT is serial, text:..., hex:..., csv:COLUMN or csvhex:COLUMN.");
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
    for (size_t i = 0; i < PATCH_KIND_COUNT; i++) {
        size_t length = strlen(kinds[i].name);
        bool with_value = kinds[i].name[length - 1] == ':';

        if (with_value ? strncmp(what, kinds[i].name, length) != 0
                       : strcmp(what, kinds[i].name) != 0)
            continue;
        patch->kind = kinds[i].kind;
        patch->text = what + length;
        return !with_value || patch->text[0] != '\0';
    }
    return false;
}

enum boot0_status patch_parse(struct patch *patch, const char *option, struct boot0_error *error)
{
    const char *equals = strchr(option, '=');
    uint8_t bytes[PATCH_BYTES_MAX];
    size_t size = 0;

    memset(patch, 0, sizeof *patch);
    if (!equals)
        return fail_option(option, "there is no '=' in it", error);
    if (!parse_place(option, (size_t)(equals - option), patch))
        return fail_option(option, "what stands before '=' is no address", error);
    if (!parse_kind(equals + 1, patch))
        return fail_option(option, "what stands behind '=' is not known", error);
    if (patch->kind == PATCH_HEX && !parse_hex(patch->text, bytes, &size))
        return fail_option(option, "these are no pairs of hex digits", error);
    if (patch->kind == PATCH_TEXT || patch->kind == PATCH_HEX)
        return patch_bytes(patch, "", NULL, 0, bytes, &size, error);
    return BOOT0_OK;
}

bool patch_wants_csv(const struct patch *patch)
{
    return patch->kind == PATCH_CSV || patch->kind == PATCH_CSV_HEX;
}

/* ---- what it writes ---- */

static enum boot0_status finish(const struct patch *patch, uint8_t bytes[PATCH_BYTES_MAX],
                                size_t *size, struct boot0_error *error)
{
    uint32_t room = patch->size ? patch->size : PATCH_BYTES_MAX;

    if (*size > room) {
        boot0_fail(error, BOOT0_E_DATA, "the data for 0x%08x is longer than %u bytes",
                   (unsigned)patch->address, (unsigned)room);
        return boot0_hint(error, "Say --patch with a larger size, or shorten the data.");
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
        return boot0_hint(error, "--patch would write nothing.");
    }
    if (*size > PATCH_BYTES_MAX)
        return boot0_fail(error, BOOT0_E_DATA, "%s is longer than %d bytes", from, PATCH_BYTES_MAX);
    memcpy(bytes, text, *size);
    return BOOT0_OK;
}

static enum boot0_status take_cell(const struct patch *patch, const struct csv *csv, size_t row,
                                   uint8_t bytes[PATCH_BYTES_MAX], size_t *size,
                                   struct boot0_error *error)
{
    const char *cell = csv_cell(csv, row, patch->column);
    char from[160];

    snprintf(from, sizeof from, "column %.100s in line %zu", patch->text, csv_line(csv, row));
    if (patch->kind == PATCH_CSV || cell[0] == '\0')
        return take_text(cell, from, bytes, size, error);
    if (parse_hex(cell, bytes, size))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_DATA, "%s does not consist of pairs of hex digits", from);
    return boot0_hint(error, "csvhex: takes bytes as 0011AABB or 00:11:AA:BB; csv: takes text.");
}

enum boot0_status patch_bytes(const struct patch *patch, const char *serial, const struct csv *csv,
                              size_t row, uint8_t bytes[PATCH_BYTES_MAX], size_t *size,
                              struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    if (patch_wants_csv(patch))
        status = take_cell(patch, csv, row, bytes, size, error);
    else if (patch->kind == PATCH_HEX)
        (void)parse_hex(patch->text, bytes, size); /* patch_parse() has looked at it */
    else if (patch->kind == PATCH_TEXT)
        status = take_text(patch->text, "the text", bytes, size, error);
    else
        status = take_text(serial, "the board's serial number", bytes, size, error);
    return status == BOOT0_OK ? finish(patch, bytes, size, error) : status;
}

enum boot0_status patch_resolve(struct patch *patch, const struct csv *csv,
                                struct boot0_error *error)
{
    uint8_t bytes[PATCH_BYTES_MAX];
    size_t size;

    if (!patch_wants_csv(patch))
        return BOOT0_OK;
    if (!csv) {
        boot0_fail(error, BOOT0_E_USAGE, "--patch wants a column of a CSV file, and there is none");
        return boot0_hint(error, "Name the file with --csv FILE.");
    }
    patch->column = csv_column(csv, patch->text);
    if (patch->column == csv->columns) {
        boot0_fail(error, BOOT0_E_USAGE, "the CSV file has no column \"%.100s\"", patch->text);
        return boot0_hint(error, "Its first line names the columns; the first one is \"%.100s\".",
                          csv->cells[0]);
    }
    for (size_t row = 0; row < csv->rows; row++) {
        enum boot0_status status = patch_bytes(patch, "", csv, row, bytes, &size, error);

        if (status != BOOT0_OK)
            return status;
    }
    return BOOT0_OK;
}
