/* SPDX-License-Identifier: MIT */
/*
 * Options that are set once instead of on each command line: in the environment, in a project's
 * folder, in the user's own file. The nearest one counts; the command line overrides them all.
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
};

#define SETTINGS_PROJECT_FILE "boot0.conf"

/* Reads all settings. BOOT0_E_USAGE names the file and the faulty line; BOOT0_E_NO_INPUT. */
enum boot0_status settings_load(struct settings *settings, struct boot0_error *error);

/* The parts of it: clears everything; then takes the text of a file, which it modifies. */
void settings_clear(struct settings *settings);
enum boot0_status settings_take(struct settings *settings, const char *file, char *text,
                                struct boot0_error *error);

/*
 * Applies the settings to a command's options that the command line does not set; the settings must
 * outlive the arguments. BOOT0_E_USAGE: a value that the option does not take.
 */
enum boot0_status settings_apply(const struct settings *settings, const struct command *command,
                                 struct arguments *arguments, struct boot0_error *error);

#endif
