/* SPDX-License-Identifier: MIT */
/* See facts.h. */
#include "facts.h"

#include <stdio.h>
#include <string.h>

static const char *const names[FACT_COUNT] = {
    [FACT_SERIAL] = "serial", [FACT_CHIP] = "chip", [FACT_PATH] = "path",
    [FACT_FILE] = "file",     [FACT_DATE] = "date",
};

/* FACT_COUNT: it is not one of these. */
static enum fact own_fact(const char *name, size_t length)
{
    enum fact fact = 0;

    while (fact < FACT_COUNT &&
           (strlen(names[fact]) != length || memcmp(names[fact], name, length) != 0))
        fact++;
    return fact;
}

bool facts_is_own(const char *name)
{
    return own_fact(name, strlen(name)) < FACT_COUNT;
}

size_t facts_column(const struct csv *csv, const char *name, size_t length)
{
    size_t column = own_fact(name, length) < FACT_COUNT ? csv->columns : 0;

    while (column < csv->columns &&
           (strlen(csv->cells[column]) != length || memcmp(csv->cells[column], name, length) != 0))
        column++;
    return column;
}

const char *facts_find(const struct facts *facts, const char *name, size_t length)
{
    const struct value *value = facts->values ? values_find(facts->values, name, length) : NULL;
    enum fact fact = own_fact(name, length);
    size_t column;

    if (fact < FACT_COUNT)
        return facts->own[fact];
    if (value || !facts->csv)
        return value ? value->text : NULL;
    column = facts_column(facts->csv, name, length);
    return column < facts->csv->columns ? csv_cell(facts->csv, facts->row, column) : NULL;
}

bool facts_is_secret(const struct facts *facts, const char *name, size_t length)
{
    const struct value *value = facts->values ? values_find(facts->values, name, length) : NULL;

    return value && value->is_secret;
}

/* ---- texts ---- */

bool facts_next_part(const char **at, struct facts_part *part)
{
    const char *text = *at;
    size_t length = strcspn(text, "{}");

    *part = (struct facts_part){.text = text, .length = length};
    if (length == 0 && text[0] != '\0' && text[1] == text[0]) {
        part->length = 1;
        *at += 2;
        return true;
    }
    if (length == 0 && text[0] == '{') {
        length = strcspn(text + 1, "{}");
        *part = (struct facts_part){.text = text + 1, .length = length, .is_name = true};
        if (length == 0 || text[1 + length] != '}')
            return false;
        length += 2;
    }
    *at += length;
    return length > 0;
}

bool facts_has_parts(const char *text)
{
    return strpbrk(text, "{}") != NULL;
}

enum boot0_status facts_check(const char *text, const char *option, struct boot0_error *error)
{
    struct facts_part part;

    while (facts_next_part(&text, &part))
        ;
    if (*text == '\0')
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "invalid %s: unmatched brace at \"%.40s\"", option, text);
    return boot0_hint(error,
                      "Names of values stand in braces: {serial}. Write {{ and }} for literal "
                      "braces.");
}

static enum boot0_status fail_missing(const struct facts *facts, const struct facts_part *part,
                                      struct boot0_error *error)
{
    char given[160];

    boot0_fail(error, BOOT0_E_DATA, "no value for {%.*s}",
               (int)(part->length < 64 ? part->length : 64), part->text);
    if (!facts->values)
        return boot0_hint(error, "boot0 knows {serial}, {chip}, {path}, {file} and {date} itself.");
    return boot0_hint(error, "The command of --each gave: %s. The board was not changed.",
                      values_names(facts->values, given, sizeof given));
}

enum boot0_status facts_fill(const struct facts *facts, const char *text, char *filled, size_t room,
                             struct boot0_error *error)
{
    struct facts_part part;
    size_t used = 0;

    while (facts_next_part(&text, &part)) {
        const char *piece = part.is_name ? facts_find(facts, part.text, part.length) : part.text;
        size_t length;

        if (!piece)
            return fail_missing(facts, &part, error);
        length = part.is_name ? strlen(piece) : part.length;
        if (length >= room - used) {
            boot0_fail(error, BOOT0_E_DATA, "the text with its values is longer than %zu bytes",
                       room - 1);
            return boot0_hint(error, "Shorten the values. The board was not changed.");
        }
        memcpy(filled + used, piece, length);
        used += length;
    }
    filled[used] = '\0';
    return BOOT0_OK;
}

enum boot0_status facts_check_names(const char *text, const struct csv *csv, bool any,
                                    const char *option, struct boot0_error *error)
{
    struct facts_part part;

    while (facts_next_part(&text, &part)) {
        if (!part.is_name || any || own_fact(part.text, part.length) < FACT_COUNT ||
            (csv && facts_column(csv, part.text, part.length) < csv->columns))
            continue;
        boot0_fail(error, BOOT0_E_USAGE, "%s: nothing gives a value for {%.*s}", option,
                   (int)(part.length < 64 ? part.length : 64), part.text);
        return boot0_hint(error, "boot0 knows {serial}, {chip}, {path}, {file} and {date}. Use "
                                 "--each COMMAND to take other values from a command, or --csv "
                                 "FILE for its columns.");
    }
    return BOOT0_OK;
}
