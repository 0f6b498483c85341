/* SPDX-License-Identifier: MIT */
/*
 * boot0 complete KIND: prints the values that an option can have here and now, one per line. The
 * shells' completions call it. They show existing values, so an error prints an empty list.
 */
#include "command_session.h"
#include "print.h"
#include "settings.h"

#include <stdlib.h>
#include <string.h>

static void print_chips(const struct boot0_database *database)
{
    const struct boot0_chip *chip;

    for (size_t i = 0; (chip = boot0_database_chip_at(database, i)) != NULL; i++)
        print("%s\n", chip->key);
}

static void print_profiles(const struct boot0_database *database)
{
    const struct boot0_board_profile *profile;

    for (size_t i = 0; (profile = boot0_database_board_at(database, i)) != NULL; i++)
        print("%s\n", profile->key);
}

static void print_ports(const struct boot0_database *database)
{
    struct boot0_serial_port *ports = NULL;
    struct boot0_error ignored;
    size_t count = 0;

    (void)database;
    if (boot0_serial_list(&ports, &count, &ignored) != BOOT0_OK)
        return;
    for (size_t i = 0; i < count; i++)
        print("%s\n", ports[i].path);
    free(ports);
}

/* A device with several DFU interfaces is listed once per interface: skips repeated values. */
static void print_boards(const struct boot0_database *database,
                         const char *(*value)(const struct boot0_board *board))
{
    const struct arguments arguments = {.quiet = true, .database = database};
    const struct boot0_selection all = {0};
    struct command_session command;
    struct boot0_board *boards = NULL;
    struct boot0_error ignored;
    size_t count = 0;

    if (command_open_bus(&command, &arguments, &ignored) == BOOT0_OK &&
        boot0_board_list(&command.bus, &all, &boards, &count, &ignored) == BOOT0_OK)
        for (size_t i = 0; i < count; i++) {
            const char *text = value(&boards[i]);

            if (text[0] && (i == 0 || strcmp(text, value(&boards[i - 1])) != 0))
                print("%s\n", text);
        }
    free(boards);
    command_close(&command);
}

static const char *serial_of(const struct boot0_board *board)
{
    return board->serial;
}

static const char *path_of(const struct boot0_board *board)
{
    return board->usb.path;
}

static void print_serials(const struct boot0_database *database)
{
    print_boards(database, serial_of);
}

static void print_paths(const struct boot0_database *database)
{
    print_boards(database, path_of);
}

static const struct kind {
    const char *name;
    void (*print)(const struct boot0_database *database);
} kinds[] = {
    {"chips", print_chips}, {"boards", print_profiles}, {"serials", print_serials},
    {"paths", print_paths}, {"ports", print_ports},
};

/* With the user's own names, unless a file is wrong. */
static void print_values(const struct kind *kind)
{
    struct settings *settings = calloc(1, sizeof *settings);
    struct boot0_error ignored;

    if (!settings)
        return;
    (void)settings_load(settings, &ignored);
    kind->print(settings->database);
    settings_free(settings);
    free(settings);
}

static int complete(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < B0_LENGTH(kinds); i++)
        if (strcmp(argv[1], kinds[i].name) == 0) {
            print_values(&kinds[i]);
            return exit_code(fflush(stdout) == 0 ? BOOT0_OK : BOOT0_E_NO_OUTPUT);
        }
    print_to(stderr, "Usage: boot0 complete chips|boards|serials|paths|ports\n");
    return exit_code(BOOT0_E_USAGE);
}

const struct command command_complete = {
    .name = "complete",
    .main = complete,
};
