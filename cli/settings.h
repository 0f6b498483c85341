/* SPDX-License-Identifier: MIT */
/*
 * Options that are set once instead of on each command line: in the environment, in a project's
 * folder, in the user's own file. The nearest one counts; the command line overrides them all.
 * After the options, the files can have sections with the user's chips, boards and quirks.
 */
#ifndef BOOT0_CLI_SETTINGS_H
#define BOOT0_CLI_SETTINGS_H

#include "command.h"

enum {
    SETTINGS_MAX = 16,
    SETTING_VALUE_MAX = 128,
    SETTING_SOURCE_MAX = 300,
};

struct setting {
    const char *name;        /* in files; NULL ends the list */
    const char *environment; /* the variable */
    char value[SETTING_VALUE_MAX];
    char source[SETTING_SOURCE_MAX]; /* "boot0.conf:3", "BOOT0_PORT"; "": not set */
};

struct settings {
    struct setting list[SETTINGS_MAX + 1];
    char user_file[SETTING_SOURCE_MAX]; /* "": the system does not say where it is */
    struct boot0_database *database;    /* of the files' sections; NULL: they have none */
};

#define SETTINGS_PROJECT_FILE "boot0.conf"

/* Reads all settings. BOOT0_E_USAGE names the file and the faulty line; BOOT0_E_NO_INPUT. */
enum boot0_status settings_load(struct settings *settings, struct boot0_error *error);

/* Frees what the settings own; no arguments may use them any more. */
void settings_free(struct settings *settings);

/* Reads one file, which must exist. The same errors. */
enum boot0_status settings_load_file(struct settings *settings, const char *file,
                                     struct boot0_error *error);

/* The parts of it: clears everything; then takes the text of a file, which it modifies. */
void settings_clear(struct settings *settings);
enum boot0_status settings_take(struct settings *settings, const char *file, char *text,
                                struct boot0_error *error);

/*
 * Applies the settings to a command's options that the command line does not set, and those of
 * the selected board profile; the settings must outlive the arguments. BOOT0_E_USAGE: a value that
 * the option does not take.
 */
enum boot0_status settings_apply(const struct settings *settings, const struct command *command,
                                 struct arguments *arguments, struct boot0_error *error);

#endif
