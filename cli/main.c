/* SPDX-License-Identifier: MIT */
/* boot0: finds the subcommand in a table, parses its options, runs it, reports the result. */
#include "command.h"
#include "dfu_util/dfu_util.h"
#include "nearest.h"
#include "print.h"
#include "progress.h"
#include "settings.h"
#include "text.h"
#include "topics.h"

#include <base/platform/process.h>
#include <core/array.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
#define ROW(name) &command_##name,
    COMMANDS(ROW)
#undef ROW
};

/* Internal commands; --help does not list them. */
static const struct command *const internal[] = {&command_driver_elevated, &command_complete};

enum {
    COMMAND_COUNT = B0_LENGTH(commands),
    FIRST_COMMANDS = 10, /* of the list: those that most people need */
};

static void print_usage(FILE *file)
{
    fputs("Usage: boot0 COMMAND [options] [files]\n\n", file);
    print_wrapped(file, "",
                  "Flashes STM32 boards over their own USB port (DFU, DfuSe) or a serial port.");
    fputs("\nCommands:\n", file);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (i == FIRST_COMMANDS)
            fputs("\nMore commands:\n", file);
        print_entry(file, commands[i]->name, commands[i]->summary);
    }
    fputs("\nTopics (run `boot0 help TOPIC`):\n", file);
    topics_list(file);
    fputs("\n"
          "Run `boot0 COMMAND --help` for details. A first flash:\n"
          "\n"
          "  boot0 list                 list connected boards\n"
          "  boot0 flash firmware.bin   write a program and start it\n",
          file);
}

static void print_help(const struct command *command)
{
    char name[] = "", help[] = "--help", *line[] = {name, help, NULL};

    if (command->main) {
        command->main(2, line);
        return;
    }
    print("Usage: boot0 %s [options]%s%s\n\n", command->name, command->operands[0] ? " " : "",
          command->operands);
    print_wrapped(stdout, "", command->text);
    options_print(command, stdout);
    fputs("\nExamples:\n", stdout);
    fputs(command->examples, stdout);
    putchar('\n');
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static enum boot0_status fail_command(const char *name, struct boot0_error *error)
{
    struct nearest nearest = nearest_start(name);

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        nearest_offer(&nearest, commands[i]->name);
    topics_offer(&nearest);
    boot0_fail(error, BOOT0_E_USAGE, "unknown command \"%s\"", name);
    if (nearest.name)
        return boot0_hint(error,
                          "Did you mean `boot0 %s`? Run `boot0 --help` to list the commands.",
                          nearest.name);
    return boot0_hint(error, "Run `boot0 --help` to list the commands.");
}

/* Output may not have reached its destination: a full disk, or a pipe without a reader. */
static enum boot0_status flush_output(struct boot0_error *error)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "cannot write the results to standard output");
    return boot0_hint(error, "Check that the disk is not full and that the reader of the pipe is "
                             "still running.");
}

/* An error may come before the option that selects JSON. */
static bool wants_json(int argc, char *const *argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

/* Commands that use no board need no settings, and work even if a file is wrong. */
static bool uses_settings(const struct command *command)
{
    return options_has(command, OPTION_DEVICE) || options_has(command, OPTION_BOARD_PROFILE);
}

static enum boot0_status parse(const struct command *command, int argc, char *const *argv,
                               struct arguments *arguments, struct settings *settings,
                               struct boot0_error *error)
{
    enum boot0_status status = options_parse(command, argc, argv, arguments, error);

    if (status != BOOT0_OK || arguments->help || !uses_settings(command))
        return status;
    status = settings_load(settings, error);
    return status == BOOT0_OK ? settings_apply(settings, command, arguments, error) : status;
}

static enum boot0_status run_command(const struct command *command, int argc, char *const *argv,
                                     struct boot0_error *error)
{
    struct arguments *arguments = calloc(1, sizeof *arguments);
    struct settings *settings = calloc(1, sizeof *settings); /* arguments point to their values */
    enum boot0_status status;

    if (arguments && settings) {
        status = parse(command, argc, argv, arguments, settings, error);
        if (status == BOOT0_OK && arguments->help)
            print_help(command);
        else if (status == BOOT0_OK)
            status = command->run(arguments, error);
    } else {
        status = boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    }
    free(arguments);
    settings_free(settings);
    free(settings);
    return status;
}

/* Handles "help", "help flash", "--help", "--version", or no words at all. False: none of these. */
static bool run_global(int argc, char *const *argv, enum boot0_status *status,
                       struct boot0_error *error)
{
    const char *first = argc > 1 ? argv[1] : "";
    const struct command *command;

    *status = BOOT0_OK;
    if (argc < 2) {
        print_usage(stderr);
        *status = BOOT0_E_USAGE;
    } else if (argc == 2 && (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0)) {
        *status = run_command(&command_version, 0, argv, error);
    } else if (argc == 2 && (strcmp(first, "help") == 0 || strcmp(first, "--help") == 0 ||
                             strcmp(first, "-h") == 0)) {
        print_usage(stdout);
    } else if (strcmp(first, "help") == 0) {
        command = find_command(argv[2]);
        if (command)
            print_help(command);
        else if (!topics_print(argv[2]))
            *status = fail_command(argv[2], error);
    } else {
        return false;
    }
    return true;
}

/* Finds a command that does everything itself. NULL: none was given. */
static const struct command *independent(int argc, char *const *argv)
{
    const struct command *command;

    if (argc > 0 && dfu_util_is_name(argv[0]))
        return &command_dfu_util;
    for (size_t i = 0; argc > 1 && i < B0_LENGTH(internal); i++)
        if (strcmp(argv[1], internal[i]->name) == 0)
            return internal[i];
    command = argc > 1 ? find_command(argv[1]) : NULL;
    return command && command->main ? command : NULL;
}

/* Moves the command's name to the front: options may precede it. */
static enum boot0_status find_and_run(int argc, char **argv, struct boot0_error *error)
{
    int at = 1 + options_skip(argc - 1, argv + 1);
    const struct command *command;

    if (at >= argc) {
        boot0_fail(error, BOOT0_E_USAGE, "missing COMMAND");
        return boot0_hint(error, "Usage: boot0 COMMAND [options] [files]. Run `boot0 --help` to "
                                 "list the commands.");
    }
    command = find_command(argv[at]);
    if (!command)
        return fail_command(argv[at], error);
    if (command->main) {
        boot0_fail(error, BOOT0_E_USAGE, "options of %s must follow its name", command->name);
        return boot0_hint(error, "Run `boot0 %s --help` to list them.", command->name);
    }
    memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
    return run_command(command, argc - 2, argv + 2, error);
}

int main(int argc, char **argv)
{
    struct boot0_error error = {.code = BOOT0_OK};
    const struct command *alone;
    enum boot0_status status;
    bool json;

    b0_process_start(&argc, &argv);
    signals_install();
    json = wants_json(argc, argv);
    alone = independent(argc, argv);
    if (alone) {
        int skip = dfu_util_is_name(argv[0]) ? 0 : 1;

        return alone->main(argc - skip, argv + skip);
    }
    if (!run_global(argc, argv, &status, &error))
        status = find_and_run(argc, argv, &error);
    if (status == BOOT0_OK) {
        status = flush_output(&error);
        json = false; /* JSON could not be written either */
    }
    if (status != BOOT0_OK && error.message[0])
        report_error(&error, json);
    return exit_code(status);
}
