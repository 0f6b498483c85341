/* SPDX-License-Identifier: MIT */
/*
 * Reads the user's chips, boards and quirks: lines, sections, keys. A section is collected first,
 * and read when it ends: then its keys can stand in any order.
 */
#include "entry_keys.h"
#include "entry_values.h"

#include <core/settings_line.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    ENTRIES_MAX = 512,
};

static const char *const kind_names[BOOT0_ENTRY_COUNT] = {
    [BOOT0_ENTRY_CHIP] = "chip",
    [BOOT0_ENTRY_BOARD] = "board",
    [BOOT0_ENTRY_QUIRK] = "quirk",
};

struct reader {
    struct boot0_database *database;
    const char *file;
    unsigned line;
    struct b0_entry **end;         /* where the next entry goes: behind those of this text */
    const struct b0_entry *before; /* the first that was there before */
    struct b0_entry *entry;        /* of the open section; not in the database yet */
    struct {
        const char *value;
        unsigned line; /* 0: not there */
    } taken[B0_ENTRY_KEYS_MAX];
    struct boot0_error *error;
};

/* ---- errors ---- */

static bool fail(struct reader *reader, unsigned line, const char *format, ...) BOOT0_PRINTF(3, 4);

static bool fail(struct reader *reader, unsigned line, const char *format, ...)
{
    char what[320];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    boot0_fail(reader->error, BOOT0_E_USAGE, "%s:%u: %s", reader->file, line, what);
    boot0_hint(reader->error, "Correct the file. docs/howto/own-chips.md lists all keys.");
    return false;
}

static bool fail_key(struct reader *reader, const char *name)
{
    const struct b0_entry_key *key;
    char list[300] = "";
    size_t length = 0;

    for (size_t i = 0; (key = b0_entry_key_at(i)) != NULL && length < sizeof list; i++)
        if (key->kind == reader->entry->kind)
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%s",
                                       length ? ", " : "", key->name);
    fail(reader, reader->line, "[%s %s] has no key \"%.40s\"", kind_names[reader->entry->kind],
         reader->entry->key, name);
    boot0_hint(reader->error, "Use one of: %s. Settings stand above the first section.", list);
    return false;
}

/* ---- what must hold across keys, and across sections ---- */

static bool has_key(const struct reader *reader, const char *name)
{
    const struct b0_entry_key *key;

    for (size_t i = 0; (key = b0_entry_key_at(i)) != NULL; i++)
        if (key->kind == reader->entry->kind && strcmp(key->name, name) == 0)
            return reader->taken[i].line != 0;
    return false;
}

static bool check_missing(struct reader *reader)
{
    const struct b0_entry *entry = reader->entry;
    const struct b0_entry_key *key;
    bool like = entry->kind == BOOT0_ENTRY_CHIP && has_key(reader, "like");

    for (size_t i = 0; (key = b0_entry_key_at(i)) != NULL; i++) {
        if (key->kind != entry->kind || !key->example || reader->taken[i].line != 0 ||
            (key->from_like && like))
            continue;
        fail(reader, entry->line, "[%s %s] has no %s", kind_names[entry->kind], entry->key,
             key->name);
        boot0_hint(reader->error, "Add a line such as \"%s = %s\"%s.", key->name, key->example,
                   key->from_like ? ", or \"like = f103\" for all facts of a chip that boot0 knows"
                                  : "");
        return false;
    }
    return true;
}

/* The next entry of the same text. */
static const struct b0_entry *next_of_text(const struct reader *reader,
                                           const struct b0_entry *entry)
{
    const struct b0_entry *next = entry ? entry->next : reader->database->first;

    return next == reader->before ? NULL : next;
}

static bool check_twice(struct reader *reader)
{
    const struct b0_entry *entry = reader->entry, *other = NULL;

    while ((other = next_of_text(reader, other)) != NULL)
        if (entry->kind != BOOT0_ENTRY_QUIRK && other->kind == entry->kind &&
            strcasecmp(other->key, entry->key) == 0)
            return fail(reader, entry->line, "[%s %s] is there twice: line %u has it, too",
                        kind_names[entry->kind], entry->key, other->line);
    return true;
}

static bool check_chip(struct reader *reader)
{
    const struct boot0_chip *chip = &reader->entry->chip.row.chip;
    const struct b0_entry *other = NULL;
    struct boot0_layout layout;
    uint64_t size;

    while ((other = next_of_text(reader, other)) != NULL)
        if (other->kind == BOOT0_ENTRY_CHIP && chip->id != 0 && other->chip.row.chip.id == chip->id)
            return fail(reader, reader->entry->line,
                        "[chip %s] has the id 0x%03x, and so has [chip %s] of line %u: expected "
                        "\"id = none\" in one of them",
                        chip->key, chip->id, other->key, other->line);
    size = boot0_layout_parse(chip->layout, strlen(chip->layout), &layout, NULL)
               ? boot0_layout_size(&layout)
               : 0;
    if (chip->min_flash <= size)
        return true;
    return fail(reader, reader->entry->line,
                "[chip %s] has a min_flash of %u bytes, but its sectors have %u in total",
                chip->key, (unsigned)chip->min_flash, (unsigned)size);
}

static bool check_quirk(struct reader *reader)
{
    const struct b0_quirk *quirk = &reader->entry->quirk;
    const struct b0_entry *other = NULL;

    while ((other = next_of_text(reader, other)) != NULL)
        if (other->kind == BOOT0_ENTRY_QUIRK && other->quirk.vendor == quirk->vendor &&
            other->quirk.product == quirk->product && quirk->bcd_first <= other->quirk.bcd_last &&
            other->quirk.bcd_first <= quirk->bcd_last)
            return fail(reader, reader->entry->line,
                        "[quirk %s] is there twice for the same device_version: line %u has it, "
                        "too",
                        reader->entry->key, other->line);
    return true;
}

/* The chips of boards may stand behind them. */
static bool check_boards(struct reader *reader)
{
    const struct b0_entry *entry = NULL;

    while ((entry = next_of_text(reader, entry)) != NULL) {
        if (entry->kind != BOOT0_ENTRY_BOARD ||
            boot0_database_chip_by_name(reader->database, entry->board.chip))
            continue;
        fail(reader, entry->line, "[board %s] has the chip \"%s\", which is unknown", entry->key,
             entry->board.chip);
        boot0_hint(reader->error,
                   "Use a name such as f407 or STM32F103C8, or add a section "
                   "[chip %s].",
                   entry->board.chip);
        return false;
    }
    return true;
}

/* ---- sections ---- */

static bool read_keys(struct reader *reader)
{
    const struct b0_entry_key *key;

    for (size_t i = 0; (key = b0_entry_key_at(i)) != NULL; i++) {
        const struct b0_entry_value value = {key, reader->taken[i].value, reader->entry,
                                             reader->database};

        if (reader->taken[i].line != 0 && !key->read(&value))
            return fail(reader, reader->taken[i].line, "invalid %s \"%.60s\": expected %s",
                        key->name, value.text, key->expected);
    }
    return true;
}

static void keep_lines(struct reader *reader)
{
    const struct b0_entry_key *key;

    for (size_t i = 0; (key = b0_entry_key_at(i)) != NULL; i++)
        for (size_t j = 0; key->kind == BOOT0_ENTRY_BOARD && j < B0_BOARD_OPTION_COUNT; j++)
            if (strcmp(key->name, b0_board_options[j]) == 0)
                reader->entry->board.lines[j] = reader->taken[i].line;
}

static bool end_section(struct reader *reader)
{
    static bool (*const checks[BOOT0_ENTRY_COUNT])(struct reader * reader) = {
        [BOOT0_ENTRY_CHIP] = check_chip,
        [BOOT0_ENTRY_QUIRK] = check_quirk,
    };
    struct b0_entry *entry = reader->entry;

    if (!entry)
        return true;
    if (!check_missing(reader) || !read_keys(reader) || !check_twice(reader) ||
        (checks[entry->kind] && !checks[entry->kind](reader)))
        return false;
    if (entry->kind == BOOT0_ENTRY_BOARD)
        keep_lines(reader);
    entry->next = *reader->end;
    *reader->end = entry;
    reader->end = &entry->next;
    reader->entry = NULL;
    return true;
}

static bool is_full(const struct boot0_database *database)
{
    size_t count = 0;

    for (const struct b0_entry *entry = database->first; entry; entry = entry->next)
        count++;
    return count >= ENTRIES_MAX;
}

static bool open_section(struct reader *reader, enum boot0_entry_kind kind, const char *key)
{
    struct b0_entry *entry;

    if (is_full(reader->database))
        return fail(reader, reader->line, "there are more than %d sections", ENTRIES_MAX);
    entry = calloc(1, sizeof *entry);
    if (!entry) {
        boot0_fail(reader->error, BOOT0_E_MEMORY, "out of memory");
        return false;
    }
    entry->kind = kind;
    entry->line = reader->line;
    snprintf(entry->key, sizeof entry->key, "%s", key);
    snprintf(entry->file, sizeof entry->file, "%s", reader->file);
    reader->entry = entry;
    memset(reader->taken, 0, sizeof reader->taken);
    if (kind == BOOT0_ENTRY_QUIRK) {
        b0_value_ids(key, &entry->quirk.vendor, &entry->quirk.product);
        snprintf(entry->key, sizeof entry->key, "%04x:%04x", entry->quirk.vendor,
                 entry->quirk.product);
    }
    b0_entry_begin(entry);
    return true;
}

static bool is_key(enum boot0_entry_kind kind, const char *key)
{
    uint16_t vendor, product;

    if (kind == BOOT0_ENTRY_QUIRK)
        return b0_value_ids(key, &vendor, &product);
    for (const char *c = key; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("-_.+", *c))
            return false;
    return key[0] != '\0' && key[0] != '-' && strlen(key) < B0_ENTRY_KEY_MAX;
}

/* ---- lines ---- */

/* "[chip gd32f103cb]" */
static bool take_section(struct reader *reader, char *text)
{
    size_t length = strlen(text);
    char *key = text + 1 + strcspn(text + 1, " \t");

    if (!end_section(reader))
        return false;
    if (text[length - 1] == ']' && *key) {
        text[length - 1] = '\0';
        *key++ = '\0';
        key = b0_line_trim(key);
        for (int kind = 0; kind < BOOT0_ENTRY_COUNT; kind++)
            if (strcmp(b0_line_trim(text + 1), kind_names[kind]) == 0 &&
                is_key((enum boot0_entry_kind)kind, key))
                return open_section(reader, (enum boot0_entry_kind)kind, key);
    }
    return fail(reader, reader->line,
                "invalid section: expected [chip NAME], [board NAME] or [quirk VID:PID]; a name "
                "has at most %d letters, digits and -_.+, ids are as 28e9:0189",
                B0_ENTRY_KEY_MAX - 1);
}

static bool take_key(struct reader *reader, char *text)
{
    const struct b0_entry_key *key;
    char *value = strchr(text, '=');
    size_t i = 0;

    if (value)
        *value++ = '\0';
    text = b0_line_trim(text);
    while ((key = b0_entry_key_at(i)) != NULL &&
           (key->kind != reader->entry->kind || strcmp(key->name, text) != 0))
        i++;
    if (!key)
        return fail_key(reader, text);
    if (reader->taken[i].line != 0)
        return fail(reader, reader->line, "%s is there twice: line %u has it, too", key->name,
                    reader->taken[i].line);
    reader->taken[i].value = value ? b0_line_trim(value) : "";
    reader->taken[i].line = reader->line;
    return true;
}

static bool take_line(struct reader *reader, char *line)
{
    char *text;

    b0_line_cut_comment(line);
    text = b0_line_trim(line);
    if (text[0] == '\0')
        return true;
    if (text[0] == '[')
        return take_section(reader, text);
    if (!reader->entry)
        return fail(reader, reader->line, "\"%.40s\" stands before the first section", text);
    return take_key(reader, text);
}

static bool read_lines(struct reader *reader, char *text)
{
    for (char *line = text; line; reader->line++) {
        char *end = strchr(line, '\n');

        if (end)
            *end++ = '\0';
        if (!take_line(reader, line))
            return false;
        line = end;
    }
    return end_section(reader) && check_boards(reader);
}

/* Takes out what was read of the text. */
static void undo(struct reader *reader)
{
    struct boot0_database *database = reader->database;

    free(reader->entry);
    while (database->first != reader->before) {
        struct b0_entry *entry = database->first;

        database->first = entry->next;
        free(entry);
    }
}

enum boot0_status boot0_database_read(struct boot0_database *database, const char *file,
                                      unsigned line, const char *text, struct boot0_error *error)
{
    struct reader reader = {.database = database,
                            .file = file,
                            .line = line,
                            .end = &database->first,
                            .before = database->first,
                            .error = error};
    char *copy = malloc(strlen(text) + 1);
    bool done;

    if (!copy)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    memcpy(copy, text, strlen(text) + 1);
    done = read_lines(&reader, copy);
    free(copy);
    if (done)
        return BOOT0_OK;
    undo(&reader);
    return error->code;
}
