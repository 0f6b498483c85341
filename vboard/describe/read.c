/* SPDX-License-Identifier: MIT */
/* Reads a description: lines, sections, keys. values.c and keys.c say what a value may be. */
#include "private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEYS_MAX = 96,
    EXPECTED_MAX = 256,
};

struct parser {
    struct vboard_description *description;
    const char *file;
    unsigned line;
    char *text; /* free space for strings */
    bool in_section;
    enum section_id section;
    unsigned section_line;
    void *record;            /* of the section */
    unsigned seen[KEYS_MAX]; /* the line of each key of the section; 0: missing */
    uint16_t bytes_count;    /* of a KEY_BYTES without a counter of its own */
    struct boot0_error *error;
};

/* ---- errors ---- */

static bool fail(struct parser *parser, unsigned line, const char *format, ...) BOOT0_PRINTF(3, 4);

static bool fail(struct parser *parser, unsigned line, const char *format, ...)
{
    char what[320];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    boot0_fail(parser->error, BOOT0_E_DATA, "%s:%u: %s", parser->file, line, what);
    if (parser->error)
        boot0_hint(parser->error, "Compare with the output of `vboard describe f407`; "
                                  "docs/reference/board-files.md lists all keys.");
    return false;
}

/* ---- sections ---- */

/* Ends the section: checks that all required keys were there. */
static bool end_section(struct parser *parser)
{
    const struct key *key;

    for (size_t i = 0; parser->in_section && (key = vboard_key_row(i)) != NULL; i++)
        if (key->section == parser->section && key->required && parser->seen[i] == 0)
            return fail(parser, parser->section_line, "[%s] lacks the key %s",
                        vboard_section_row(parser->section)->name, key->name);
    return true;
}

/* Counts the section. Returns its index among those of its name, or -1 if there are too many. */
static int count_section(struct parser *parser, enum section_id id)
{
    struct vboard_description *description = parser->description;

    if (id == SECTION_MEMORY) {
        if (description->memory_count == VBOARD_AREAS_MAX)
            return -1;
        description->memories[description->memory_count].line = parser->line;
        return (int)description->memory_count++;
    }
    if (id == SECTION_ALTERNATE) {
        if (description->alternate_count == VBOARD_ALTERNATES_MAX)
            return -1;
        description->alternate_lines[description->alternate_count] = parser->line;
        return (int)description->alternate_count++;
    }
    return description->lines[id] == 0 ? 0 : -1;
}

static bool open_section(struct parser *parser, enum section_id id)
{
    const struct section *section = vboard_section_row(id);
    int index = count_section(parser, id);

    if (index < 0)
        return fail(parser, parser->line,
                    section->repeated ? "there are too many sections [%s]"
                                      : "there is a second section [%s]",
                    section->name);
    if (parser->description->lines[id] == 0)
        parser->description->lines[id] = parser->line;
    parser->in_section = true;
    parser->section = id;
    parser->section_line = parser->line;
    parser->record = vboard_section_record(parser->description, id, (size_t)index);
    parser->bytes_count = 0;
    memset(parser->seen, 0, sizeof parser->seen);
    if (section->repeated)
        vboard_section_presets(parser->record, id);
    return true;
}

static bool is_name(const char *name, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(name, text, length) == 0;
}

/* "[name]", and a comment after it. */
static bool take_section(struct parser *parser, const char *at, const char *end)
{
    const char *close = memchr(at, ']', (size_t)(end - at));
    const char *rest = close ? close + 1 : end;

    while (rest < end && (*rest == ' ' || *rest == '\t'))
        rest++;
    if (!end_section(parser))
        return false;
    for (int id = 0; id < SECTION_COUNT && close && (rest == end || *rest == '#'); id++)
        if (is_name(at + 1, (size_t)(close - at - 1),
                    vboard_section_row((enum section_id)id)->name))
            return open_section(parser, (enum section_id)id);
    return fail(parser, parser->line,
                "expected a section: [board], [chip], [memory], [usb], [alternate], [dfu] or "
                "[uart]");
}

/* ---- keys ---- */

static bool read_value(struct parser *parser, const struct key *key, const char *at,
                       const char *end)
{
    struct value value = {at, end, parser->text, &parser->bytes_count};
    char expected[EXPECTED_MAX];
    uint8_t *record = parser->record;
    uint16_t count = 0;

    if (key->count_offset > 0) {
        memcpy(&count, record + key->count_offset, sizeof count);
        value.bytes_count = &count;
    }
    if (!vboard_value_read(key, parser->record, &value)) {
        vboard_value_expected(key, expected, sizeof expected);
        return fail(parser, parser->line, "%s: expected %s", key->name, expected);
    }
    if (key->count_offset > 0)
        memcpy(record + key->count_offset, &count, sizeof count);
    parser->text = value.text;
    return true;
}

/* "name = value" */
static bool take_key(struct parser *parser, const char *at, const char *end)
{
    const char *name_end = at, *value;
    const struct key *key;

    while (name_end < end && ((*name_end >= 'a' && *name_end <= 'z') || *name_end == '_'))
        name_end++;
    for (value = name_end; value < end && (*value == ' ' || *value == '\t');)
        value++;
    if (name_end == at || value == end || *value != '=')
        return fail(parser, parser->line, "expected \"key = value\", a [section] or a # comment");
    if (!parser->in_section)
        return fail(parser, parser->line, "expected a section such as [usb] before the first key");
    for (value++; value < end && (*value == ' ' || *value == '\t');)
        value++;
    for (size_t i = 0; (key = vboard_key_row(i)) != NULL; i++) {
        if (key->section != parser->section || !is_name(at, (size_t)(name_end - at), key->name))
            continue;
        if (parser->seen[i] > 0 && key->type != KEY_BYTES)
            return fail(parser, parser->line, "%s is already set in line %u", key->name,
                        parser->seen[i]);
        parser->seen[i] = parser->line;
        return read_value(parser, key, value, end);
    }
    return fail(parser, parser->line, "[%s] has no key \"%.*s\"",
                vboard_section_row(parser->section)->name,
                (int)(name_end - at < 40 ? name_end - at : 40), at);
}

static bool take_line(struct parser *parser, const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    if (at == end || *at == '#')
        return true;
    return *at == '[' ? take_section(parser, at, end) : take_key(parser, at, end);
}

/* ---- the whole file ---- */

static bool take_lines(struct parser *parser, const char *text, size_t size)
{
    const char *end = text + size;
    unsigned line;
    char wrong[EXPECTED_MAX];

    for (const char *at = text; at < end; parser->line++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));

        if (!take_line(parser, at, next ? next : end))
            return false;
        at = next ? next + 1 : end;
    }
    if (!end_section(parser))
        return false;
    if (!vboard_description_complete(parser->description, &line, wrong, sizeof wrong))
        return fail(parser, line > 0 ? line : parser->line, "%s", wrong);
    return true;
}

static void set_defaults(struct vboard_description *description)
{
    for (int id = 0; id < SECTION_COUNT; id++)
        if (!vboard_section_row((enum section_id)id)->repeated)
            vboard_section_presets(description, (enum section_id)id);
    description->rom.uart.version = 0;
}

struct vboard_description *vboard_description_read(const char *text, size_t size, const char *file,
                                                   struct boot0_error *error)
{
    struct vboard_description *description = calloc(1, sizeof *description);
    struct parser parser = {.description = description, .file = file, .line = 1, .error = error};

    if (description)
        description->text = malloc(size + 1);
    if (!description || !description->text) {
        vboard_description_free(description);
        boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
        return NULL;
    }
    parser.text = description->text;
    set_defaults(description);
    if (take_lines(&parser, text, size))
        return description;
    vboard_description_free(description);
    return NULL;
}

struct vboard_description *vboard_description_load(const char *file, struct boot0_error *error)
{
    FILE *input = fopen(file, "rb");
    struct vboard_description *description = NULL;
    char *text = malloc(VBOARD_DESCRIPTION_FILE_MAX + 1);
    size_t size;

    if (!text) {
        boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    } else if (!input) {
        boot0_fail(error, BOOT0_E_NO_INPUT, "cannot open the description \"%s\": %s", file,
                   strerror(errno));
    } else {
        size = fread(text, 1, VBOARD_DESCRIPTION_FILE_MAX + 1, input);
        if (ferror(input))
            boot0_fail(error, BOOT0_E_NO_INPUT, "cannot read the description \"%s\": %s", file,
                       strerror(errno));
        else if (size > VBOARD_DESCRIPTION_FILE_MAX)
            boot0_fail(error, BOOT0_E_DATA, "%s: a description has at most %d bytes", file,
                       VBOARD_DESCRIPTION_FILE_MAX);
        else
            description = vboard_description_read(text, size, file, error);
    }
    if (input)
        fclose(input);
    free(text);
    return description;
}

void vboard_description_free(struct vboard_description *description)
{
    if (!description)
        return;
    free(description->text);
    free(description);
}

const struct vboard_rom *vboard_description_rom(const struct vboard_description *description)
{
    return &description->rom;
}
