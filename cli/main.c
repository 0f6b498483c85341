/* boot0: finds the subcommand in a table, parses its options, runs it, says how it ended. */
#include "command.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_list,    &command_info,  &command_flash,   &command_read,
    &command_verify,  &command_erase, &command_run,     &command_reset,
    &command_convert, &command_udev,  &command_version,
};

enum {
    COMMAND_COUNT = sizeof commands / sizeof commands[0],
};

static void print_usage(FILE *file)
{
    fputs("Usage: boot0 COMMAND [options] [files]\n\n"
          "Flashes STM32 boards over their own USB port: DFU and DfuSe.\n\n"
          "Commands:\n",
          file);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(file, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n`boot0 COMMAND --help` tells more. A first flash:\n\n"
          "  boot0 list                 which boards are there\n"
          "  boot0 flash firmware.bin   write a program and start it\n",
          file);
}

static void print_help(const struct command *command)
{
    printf("Usage: boot0 %s [options]%s%s\n\n%s\n\nOptions:\n", command->name,
           command->operands[0] ? " " : "", command->operands, command->text);
    options_print(command, stdout);
    printf("\nExamples:\n%s\n", command->examples);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    struct boot0_error error;

    boot0_fail(&error, B0_E_USAGE, "there is no command \"%s\"", name);
    boot0_hint(&error, "`boot0 --help` lists the commands.");
    print_error(&error, false);
    return exit_code(error.code);
}

/* What was printed may not have reached the disk: full, or a pipe that nobody reads. */
static enum boot0_status flush_output(struct boot0_error *error)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return B0_OK;
    boot0_fail(error, B0_E_NO_OUTPUT, "the results could not be written to standard output");
    return boot0_hint(error, "Is the disk full, or the reading end of a pipe closed?");
}

static int run_command(const struct command *command, int argc, char *const *argv)
{
    struct arguments *arguments = calloc(1, sizeof *arguments);
    struct boot0_error error = {B0_OK, "", ""};
    enum boot0_status status;

    if (!arguments)
        return exit_code(B0_E_MEMORY);
    status = options_parse(command, argc, argv, arguments, &error);
    if (status == B0_OK && arguments->help)
        print_help(command);
    else if (status == B0_OK)
        status = command->run(arguments, &error);
    if (status == B0_OK)
        status = flush_output(&error);
    if (status != B0_OK)
        print_error(&error, arguments->json);
    free(arguments);
    return exit_code(status);
}

int main(int argc, char **argv)
{
    const struct command *command;
    const char *name = argc > 1 ? argv[1] : "";

    signals_install();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
        (strcmp(name, "help") == 0 && argc == 2)) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(name, "help") == 0) {
        command = find_command(argv[2]);
        if (!command)
            return unknown_command(argv[2]);
        print_help(command);
        return 0;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    if (argc < 2) {
        print_usage(stderr);
        return exit_code(B0_E_USAGE);
    }
    command = find_command(name);
    return command ? run_command(command, argc - 2, argv + 2) : unknown_command(name);
}
