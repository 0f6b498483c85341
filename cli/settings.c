/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include "nearest.h"

#include <base/platform/file.h>
#include <base/platform/folders.h>
#include <core/settings_line.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_MAX = 64 * 1024,
};

static const struct row {
    const char *name, *environment;
    enum option option;
    /* Selects a board: ignored if the command line selects one already. */
    bool selects;
    enum option unless; /* another option for the same; OPTION_COUNT: none */
} rows[] = {
    {"board", "BOOT0_BOARD", OPTION_BOARD_PROFILE, false, OPTION_CHIP},
    {"chip", "BOOT0_CHIP", OPTION_CHIP, false, OPTION_BOARD_PROFILE},
    {"vdd", "BOOT0_VDD", OPTION_VDD, false, OPTION_BOARD_PROFILE},
    {"fast", "BOOT0_FAST", OPTION_FAST, false, OPTION_COUNT},
    {"patient", "BOOT0_PATIENT", OPTION_PATIENT, false, OPTION_COUNT},
    {"port", "BOOT0_PORT", OPTION_PORT, true, OPTION_COUNT},
    {"path", "BOOT0_PATH", OPTION_PATH, true, OPTION_COUNT},
    {"serial", "BOOT0_SERIAL", OPTION_SERIAL, true, OPTION_COUNT},
    {"baud", "BOOT0_BAUD", OPTION_BAUD, false, OPTION_COUNT},
    {"boot", "BOOT0_BOOT", OPTION_BOOT, false, OPTION_COUNT},
};
_Static_assert(B0_LENGTH(rows) <= SETTINGS_MAX, "there is room for all");

/* ---- reading ---- */

static struct setting *find(struct settings *settings, const char *name)
{
    for (struct setting *setting = settings->list; setting->name; setting++)
        if (strcmp(setting->name, name) == 0)
            return setting;
    return NULL;
}

static enum boot0_status fail_line(const char *file, unsigned line, const char *text,
                                   struct boot0_error *error)
{
    struct nearest nearest = nearest_start(text);

    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        nearest_offer(&nearest, rows[i].name);
    boot0_fail(error, BOOT0_E_USAGE, "%s:%u: unknown setting \"%s\"", file, line, text);
    if (nearest.name)
        return boot0_hint(error, "Did you mean %s?", nearest.name);
    return boot0_hint(error, "Run `boot0 config` to list the settings.");
}

/* "name = value", a comment, or nothing. */
static enum boot0_status take_line(struct settings *settings, const char *file, unsigned number,
                                   char *line, struct boot0_error *error)
{
    char *name, *value;
    struct setting *setting;

    b0_line_cut_comment(line);
    name = b0_line_trim(line);
    value = strchr(name, '=');
    if (name[0] == '\0')
        return BOOT0_OK;
    if (value)
        *value++ = '\0';
    name = b0_line_trim(name);
    setting = find(settings, name);
    if (!setting)
        return fail_line(file, number, name, error);
    value = value ? b0_line_trim(value) : value;
    if (!value || value[0] == '\0' || strlen(value) >= SETTING_VALUE_MAX) {
        boot0_fail(error, BOOT0_E_USAGE, "%s:%u: %s has no value", file, number, name);
        return boot0_hint(error, "Use %s = VALUE, with at most %d characters.", name,
                          SETTING_VALUE_MAX - 1);
    }
    snprintf(setting->value, sizeof setting->value, "%s", value);
    snprintf(setting->source, sizeof setting->source, "%.280s:%u", file, number);
    return BOOT0_OK;
}

static enum boot0_status fail_file(const char *file, const char *reason, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_NO_INPUT, "%s: cannot be read: %s", file, reason);
    return boot0_hint(error, "Make the file readable: boot0 reads its settings from it. Nothing "
                             "was done.");
}

/* Reads a file's text, which the caller frees; NULL without an error: the file does not exist. */
static enum boot0_status read_text(const char *file, char **text, struct boot0_error *error)
{
    struct b0_file_status seen;
    uint8_t *data = NULL;
    size_t size = 0;
    bool opened;
    int failure;
    enum boot0_status status = BOOT0_OK;

    *text = NULL;
    if (b0_file_status(file, &seen) != 0 || seen.kind != B0_FILE_REGULAR)
        return BOOT0_OK;
    failure = b0_file_read(file, FILE_MAX, &data, &size, &opened);
    if (failure != 0)
        status = fail_file(file, strerror(failure), error);
    else if (size > FILE_MAX)
        status = fail_file(file, "it is larger than 64 KiB", error);
    else if (size > 0 && memchr(data, 0, size))
        status = fail_file(file, "it is not a text file", error);
    else if (!(*text = calloc(1, size + 1)))
        status = boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    else if (size > 0)
        memcpy(*text, data, size);
    free(data);
    return status;
}

static bool is_section(const char *line)
{
    return line[strspn(line, " \t")] == '[';
}

static enum boot0_status take_sections(struct settings *settings, const char *file, unsigned number,
                                       const char *text, struct boot0_error *error)
{
    if (!settings->database)
        settings->database = boot0_database_new();
    if (!settings->database)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    return boot0_database_read(settings->database, file, number, text, error);
}

enum boot0_status settings_take(struct settings *settings, const char *file, char *text,
                                struct boot0_error *error)
{
    const char *mark = "\xef\xbb\xbf"; /* of UTF-8, as some editors write it */
    enum boot0_status status = BOOT0_OK;
    unsigned number = 1;

    if (strncmp(text, mark, strlen(mark)) == 0)
        text += strlen(mark);
    for (char *line = text; line && status == BOOT0_OK; number++) {
        char *end = strchr(line, '\n');

        if (is_section(line)) /* and so is the rest */
            return take_sections(settings, file, number, line, error);
        if (end)
            *end++ = '\0';
        status = take_line(settings, file, number, line, error);
        line = end;
    }
    return status;
}

static enum boot0_status take_file(struct settings *settings, const char *file,
                                   struct boot0_error *error)
{
    char *text;
    enum boot0_status status = read_text(file, &text, error);

    if (text)
        status = settings_take(settings, file, text, error);
    free(text);
    return status;
}

enum boot0_status settings_load_file(struct settings *settings, const char *file,
                                     struct boot0_error *error)
{
    struct b0_file_status seen;

    settings_clear(settings);
    if (b0_file_status(file, &seen) == 0 && seen.kind == B0_FILE_REGULAR)
        return take_file(settings, file, error);
    boot0_fail(error, BOOT0_E_NO_INPUT, "%s: there is no such file", file);
    return boot0_hint(error, "Name a file of settings, such as " SETTINGS_PROJECT_FILE ".");
}

static void take_environment(struct settings *settings)
{
    for (struct setting *setting = settings->list; setting->name; setting++) {
        const char *value = getenv(setting->environment);

        if (!value || value[0] == '\0' || strlen(value) >= SETTING_VALUE_MAX)
            continue;
        snprintf(setting->value, sizeof setting->value, "%s", value);
        snprintf(setting->source, sizeof setting->source, "%s", setting->environment);
    }
}

void settings_clear(struct settings *settings)
{
    memset(settings, 0, sizeof *settings);
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        settings->list[i].name = rows[i].name;
        settings->list[i].environment = rows[i].environment;
    }
}

void settings_free(struct settings *settings)
{
    if (!settings)
        return;
    boot0_database_free(settings->database);
    settings->database = NULL;
}

enum boot0_status settings_load(struct settings *settings, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;
    char folder[SETTING_SOURCE_MAX - 20];

    settings_clear(settings);
    if (b0_folder_of_settings(folder, sizeof folder)) {
        snprintf(settings->user_file, sizeof settings->user_file, "%s/boot0/config", folder);
        status = take_file(settings, settings->user_file, error);
    }
    if (status == BOOT0_OK)
        status = take_file(settings, SETTINGS_PROJECT_FILE, error);
    if (status == BOOT0_OK)
        take_environment(settings);
    return status;
}

/* ---- applying ---- */

/* Whether the command line selects a board, in any way. */
static bool selects(const struct arguments *arguments)
{
    static const enum option selecting[] = {OPTION_DEVICE,  OPTION_SERIAL,  OPTION_PATH,
                                            OPTION_PORT,    OPTION_VIRTUAL, OPTION_REPLAY,
                                            OPTION_IDE_PORT};

    for (size_t i = 0; i < B0_LENGTH(selecting); i++)
        if (arguments->given[selecting[i]])
            return true;
    return false;
}

static bool applies(const struct row *row, const struct arguments *arguments, bool chosen)
{
    if (arguments->given[row->option] ||
        (row->unless != OPTION_COUNT && arguments->given[row->unless]))
        return false;
    if (row->option == OPTION_BAUD || row->option == OPTION_BOOT)
        return arguments->select.port != NULL; /* set by rows above, or by the user */
    return !(row->selects && chosen);
}

/* Where the options of a command come from, beside its command line. */
struct application {
    const struct command *command;
    struct arguments *arguments;
    bool chosen;             /* the command line says which board is meant */
    bool done[SETTINGS_MAX]; /* options that a source of more weight has set */
};

static enum boot0_status apply_one(struct application *to, size_t index, const char *value,
                                   const char *source, struct boot0_error *error)
{
    const struct row *row = &rows[index];

    if (to->done[index] || !applies(row, to->arguments, to->chosen))
        return BOOT0_OK;
    to->done[index] = true;
    if (options_set(to->command, row->option, value, to->arguments))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "%s: invalid %s \"%s\"", source, row->name, value);
    return boot0_hint(
        error,
        "Run `boot0 %s --help` to see the values of --%s; fast and patient are yes or "
        "no.",
        to->command->name, row->name);
}

static enum boot0_status apply_settings(struct application *to, const struct settings *settings,
                                        struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0; i < B0_LENGTH(rows) && status == BOOT0_OK; i++)
        if (settings->list[i].source[0])
            status = apply_one(to, i, settings->list[i].value, settings->list[i].source, error);
    return status;
}

/* The options that stand in the user's entry of the board. Chip and supply are the session's. */
static enum boot0_status apply_board(struct application *to, const char *board,
                                     struct boot0_error *error)
{
    struct boot0_board_option option;
    char source[SETTING_SOURCE_MAX];
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0; board && i < B0_LENGTH(rows) && status == BOOT0_OK; i++) {
        if (!boot0_database_board_option(to->arguments->database, board, rows[i].name, &option))
            continue;
        snprintf(source, sizeof source, "%.280s:%u", option.file, option.line);
        status = apply_one(to, i, option.value, source, error);
    }
    return status;
}

/* An entry that the command line names counts more than settings, as the command line does. */
enum boot0_status settings_apply(const struct settings *settings, const struct command *command,
                                 struct arguments *arguments, struct boot0_error *error)
{
    struct application to = {.command = command,
                             .arguments = arguments,
                             .chosen = command->looks_around || selects(arguments)};
    bool named = arguments->given[OPTION_BOARD_PROFILE];
    enum boot0_status status = BOOT0_OK;

    arguments->database = settings->database;
    if (named)
        status = apply_board(&to, arguments->flash.board, error);
    if (status == BOOT0_OK)
        status = apply_settings(&to, settings, error);
    if (status == BOOT0_OK && !named)
        status = apply_board(&to, arguments->flash.board, error);
    return status;
}
