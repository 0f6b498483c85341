/* SPDX-License-Identifier: MIT */
/* boot0 config: shows the settings and their sources, and the user's chips, boards and quirks. */
#include "print.h"
#include "settings.h"
#include "text.h"

#include <base/print/json.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[BOOT0_ENTRY_COUNT] = {
    [BOOT0_ENTRY_CHIP] = "chip",
    [BOOT0_ENTRY_BOARD] = "board",
    [BOOT0_ENTRY_QUIRK] = "quirk",
};

static uint64_t flash_of(const struct boot0_chip *chip)
{
    struct boot0_layout layout;

    return boot0_layout_parse(chip->layout, strlen(chip->layout), &layout, NULL)
               ? boot0_layout_size(&layout)
               : 0;
}

/* What an entry is, in a few words. */
static const char *describe(const struct boot0_entry *entry, char *text, size_t size)
{
    if (entry->kind == BOOT0_ENTRY_CHIP) {
        char flash[TEXT_SHORT];

        snprintf(text, size, "%s, family %s, %s", entry->name, entry->chip->family,
                 text_size(flash, flash_of(entry->chip)));
    } else if (entry->kind == BOOT0_ENTRY_BOARD) {
        snprintf(text, size, "%s, chip %s", entry->name, entry->board->chip);
    } else {
        snprintf(text, size, "%s", entry->name);
    }
    return text;
}

/* ---- text ---- */

static void print_settings(const struct settings *settings)
{
    for (const struct setting *setting = settings->list; setting->name; setting++)
        if (setting->source[0])
            print("%-10s = %-20s # %s\n", setting->name, setting->value, setting->source);
        else
            print("# %-8s not set; %s\n", setting->name, setting->environment);
}

static void print_entries(const struct boot0_database *database)
{
    struct boot0_entry entry;
    char text[200];

    for (size_t i = 0; boot0_database_entry_at(database, i, &entry); i++) {
        print("\n[%s %s] # %s:%u%s\n", kind_names[entry.kind], entry.key, entry.file, entry.line,
              entry.replaced   ? ", not used: a later file replaces it"
              : entry.replaces ? ", replaces another one"
                               : "");
        if (entry.kind != BOOT0_ENTRY_QUIRK || strcmp(entry.name, entry.key) != 0)
            print("# %s\n", describe(&entry, text, sizeof text));
    }
}

static void print_order(const struct settings *settings)
{
    char text[SETTING_SOURCE_MAX + 100];

    snprintf(text, sizeof text,
             "Read in this order, the last one takes precedence: %s; ./" SETTINGS_PROJECT_FILE
             "; the environment.",
             settings->user_file[0] ? settings->user_file : "no user file");
    putchar('\n');
    print_labelled(stdout, "", text);
}

/* ---- JSON ---- */

static void json_source(struct json *json, const char *file, unsigned line)
{
    char source[SETTING_SOURCE_MAX];

    snprintf(source, sizeof source, "%.280s:%u", file, line);
    json_text(json, "source", source);
}

static void json_entry(struct json *json, const struct boot0_entry *entry)
{
    json_open(json, NULL);
    json_text(json, "key", entry->key);
    json_text(json, "name", entry->name);
    if (entry->kind == BOOT0_ENTRY_CHIP) {
        entry->chip->id ? json_hex(json, "id", entry->chip->id, 3) : json_null(json, "id");
        json_text(json, "family", entry->chip->family);
        json_number(json, "flash_bytes", flash_of(entry->chip));
    }
    if (entry->kind == BOOT0_ENTRY_BOARD)
        json_text(json, "chip", entry->board->chip);
    json_source(json, entry->file, entry->line);
    json_bool(json, "replaces", entry->replaces);
    json_bool(json, "replaced", entry->replaced);
    json_close(json);
}

static void json_entries(struct json *json, const struct boot0_database *database)
{
    static const char *const lists[BOOT0_ENTRY_COUNT] = {
        [BOOT0_ENTRY_CHIP] = "chips",
        [BOOT0_ENTRY_BOARD] = "boards",
        [BOOT0_ENTRY_QUIRK] = "quirks",
    };
    struct boot0_entry entry;

    for (int kind = 0; kind < BOOT0_ENTRY_COUNT; kind++) {
        json_open_list(json, lists[kind]);
        for (size_t i = 0; boot0_database_entry_at(database, i, &entry); i++)
            if ((int)entry.kind == kind)
                json_entry(json, &entry);
        json_close_list(json);
    }
}

static void json_setting(struct json *json, const struct setting *setting)
{
    json_open(json, NULL);
    json_text(json, "name", setting->name);
    json_text(json, "environment", setting->environment);
    if (setting->source[0]) {
        json_text(json, "value", setting->value);
        json_text(json, "source", setting->source);
    } else {
        json_null(json, "value");
        json_null(json, "source");
    }
    json_close(json);
}

static void json_settings(const struct settings *settings)
{
    struct json json = json_begin(stdout);

    json_text(&json, "user_file", settings->user_file);
    json_text(&json, "project_file", SETTINGS_PROJECT_FILE);
    json_open_list(&json, "settings");
    for (const struct setting *setting = settings->list; setting->name; setting++)
        json_setting(&json, setting);
    json_close_list(&json);
    json_entries(&json, settings->database);
    json_end(&json);
}

/* ---- the command ---- */

static void show(const struct settings *settings, const struct arguments *arguments)
{
    if (arguments->json) {
        json_settings(settings);
        return;
    }
    print_settings(settings);
    print_entries(settings->database);
    if (arguments->operand_count == 0)
        print_order(settings);
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct settings *settings = calloc(1, sizeof *settings);
    enum boot0_status status;

    if (!settings)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    if (arguments->operand_count > 0)
        status = settings_load_file(settings, arguments->operands[0], error);
    else
        status = settings_load(settings, error);
    if (status == BOOT0_OK)
        show(settings, arguments);
    settings_free(settings);
    free(settings);
    return status;
}

static const enum option taken[] = {OPTION_JSON, OPTION_HELP};

const struct command command_config = {
    .name = "config",
    .operands = "[FILE]",
    .summary = "show settings and their sources",
    .text = "Shows the settings that are used as defaults for options: board, chip, supply, port, "
            "serial number, and whether to use --fast. boot0 reads them from the user's file "
            "(~/.config/boot0/config, on Windows %APPDATA%\\boot0\\config), from ./boot0.conf, "
            "and from the environment (BOOT0_BOARD, BOOT0_PORT, ...). Each source takes "
            "precedence over those before it, and the command line over all. A file has lines "
            "`name = value`, and comments after #. If an option on the command line selects a "
            "board, settings that select a board are ignored.\n\n"
            "After the settings, a file can have your own chips, boards and quirks, in sections "
            "[chip NAME], [board NAME] and [quirk VID:PID]. They are shown, too. With FILE: checks "
            "and shows only that file.",
    .examples = "  boot0 config\n  boot0 config boot0.conf",
    COMMAND_OPTIONS(taken),
    .operands_max = 1,
    .run = run,
};
