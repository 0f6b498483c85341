/* SPDX-License-Identifier: MIT */
/* boot0 config: shows the settings, and where each comes from. */
#include "print.h"
#include "settings.h"
#include "text.h"
#include <base/print/json.h>

#include <stdlib.h>

static void print_settings(const struct settings *settings)
{
    char order[sizeof settings->user_file + 128];

    for (const struct setting *setting = settings->list; setting->name; setting++)
        if (setting->source[0])
            print("%-10s = %-20s # %s\n", setting->name, setting->value, setting->source);
        else
            print("# %-8s not set; %s\n", setting->name, setting->environment);
    snprintf(order, sizeof order,
             "\nRead in this order, the last one takes precedence: %s; ./" SETTINGS_PROJECT_FILE
             "; the environment.",
             settings->user_file[0] ? settings->user_file : "no user file");
    print_labelled(stdout, "", order);
}

static void json_settings(const struct settings *settings)
{
    struct json json = json_begin(stdout);

    json_text(&json, "user_file", settings->user_file);
    json_text(&json, "project_file", SETTINGS_PROJECT_FILE);
    json_open_list(&json, "settings");
    for (const struct setting *setting = settings->list; setting->name; setting++) {
        json_open(&json, NULL);
        json_text(&json, "name", setting->name);
        json_text(&json, "environment", setting->environment);
        if (setting->source[0]) {
            json_text(&json, "value", setting->value);
            json_text(&json, "source", setting->source);
        } else {
            json_null(&json, "value");
            json_null(&json, "source");
        }
        json_close(&json);
    }
    json_close_list(&json);
    json_end(&json);
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct settings *settings = calloc(1, sizeof *settings);
    enum boot0_status status;

    if (!settings)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    status = settings_load(settings, error);
    if (status == BOOT0_OK && arguments->json)
        json_settings(settings);
    else if (status == BOOT0_OK)
        print_settings(settings);
    free(settings);
    return status;
}

static const enum option taken[] = {OPTION_JSON, OPTION_HELP};

const struct command command_config = {
    .name = "config",
    .operands = "",
    .summary = "show settings and their sources",
    .text = "Shows the settings that are used as defaults for options: board, chip, supply, port, "
            "serial number, and whether to use --fast. boot0 reads them from the user's file "
            "(~/.config/boot0/config, on Windows %APPDATA%\\boot0\\config), from ./boot0.conf, "
            "and from the environment (BOOT0_BOARD, BOOT0_PORT, ...). Each source takes "
            "precedence over those before it, and the command line over all. A file has lines "
            "`name = value`, and comments after #. If an option on the command line selects a "
            "board, settings that select a board are ignored.",
    .examples = "  boot0 config\n  BOOT0_VDD=3.3 boot0 flash firmware.elf",
    COMMAND_OPTIONS(taken),
    .run = run,
};
