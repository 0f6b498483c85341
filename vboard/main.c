/* SPDX-License-Identifier: MIT */
/*
 * The vboard command: runs any command with virtual boards plugged in. This file has its options
 * and the sequence of a run; attach/ does the work.
 */
#include "attach/attach.h"
#include "attach/buttons.h"
#include "attach/child.h"
#include "vboard.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Beyond these speeds, times in microseconds might not fit 64 bits. */
#define SPEED_MIN 0.001
#define SPEED_MAX 1000000.0

enum {
    BOARDS_MAX = 64,
    /* A program needs a moment until it is on the bus; COMMAND should find it there. */
    START_MS = 2000,
    START_STEP_MS = 10,
    /* sysexits.h */
    STATUS_USAGE = 64,
    STATUS_DATA = 65,
    STATUS_NO_INPUT = 66,
    STATUS_UNAVAILABLE = 69,
    STATUS_SOFTWARE = 70,
    STATUS_NO_OUTPUT = 73,
    STATUS_IO = 74,
};

struct options {
    double speed;
    uint16_t gdb_port;   /* 0: not requested */
    const char *buttons; /* file names; NULL: not requested */
    const char *trace;
    const char *stats;
    const char *specs[BOARDS_MAX];
    size_t count;
    char *const *command; /* NULL: none */
};

static int exit_status(enum boot0_status status)
{
    switch (status) {
    case BOOT0_OK:
        return EXIT_SUCCESS;
    case BOOT0_E_USAGE:
        return STATUS_USAGE;
    case BOOT0_E_DATA:
    case BOOT0_E_MISMATCH:
        return STATUS_DATA;
    case BOOT0_E_NO_INPUT:
        return STATUS_NO_INPUT;
    case BOOT0_E_NO_OUTPUT:
        return STATUS_NO_OUTPUT;
    case BOOT0_E_UNSUPPORTED:
        return STATUS_UNAVAILABLE;
    case BOOT0_E_IO:
        return STATUS_IO;
    default:
        return STATUS_SOFTWARE;
    }
}

static int complain(const struct boot0_error *error)
{
    fprintf(stderr, "vboard: %s\n", error->message);
    if (error->hint[0] != '\0') {
        fprintf(stderr, "  %s\n", error->hint);
    }
    return exit_status(error->code);
}

/* ---- help ---- */

static void print_usage(FILE *file)
{
    fputs("Usage: vboard [OPTIONS] BOARD[:KEY=VALUE,...]... -- COMMAND [ARGUMENTS]\n"
          "       vboard list\n"
          "       vboard describe BOARD\n",
          file);
}

static void print_help(void)
{
    const struct vboard_key *key;
    const struct vboard_button *button;

    print_usage(stdout);
    puts("\n"
         "Runs COMMAND, and all processes that it starts, with virtual boards plugged\n"
         "in: ordinary programs (dfu-util, lsusb, boot0, pyusb) see them as USB devices.\n"
         "Returns the exit status of COMMAND.\n"
         "\n"
         "Options:\n"
         "  --speed F      speed of the boards' time: 1 is real time, 10 is ten times as\n"
         "                 fast; 0, the default: the boards' operations take no time\n"
         "  --gdb PORT     let GDB debug the first board's program: target remote :PORT\n"
         "  --buttons FIFO press buttons: each line is a board's number and a word below\n"
         "  --trace FILE   write a line for each transfer and event; - is standard error\n"
         "  --stats FILE   write statistics of each board at the end, as JSON; - likewise\n"
         "  --help, --version\n"
         "\n"
         "`vboard list` shows the boards. A description file defines the board `custom`:\n"
         "`vboard describe BOARD` writes a first one; docs/reference/board-files.md lists its "
         "keys.\n"
         "\n"
         "Keys, separated by commas after the board's name:");
    for (size_t n = 0; (key = vboard_key_at(n))->key != NULL; n++) {
        printf("  %-22s %s\n", key->key, key->summary);
    }
    puts("\n"
         "Buttons (echo 1 reset >FIFO):");
    for (size_t n = 0; (button = vboard_button_at(n)) != NULL; n++) {
        printf("  %-22s %s\n", button->action, button->summary);
    }
    puts("\n"
         "Examples:\n"
         "  vboard f407 -- dfu-util -l\n"
         "  vboard f407:flash=board.bin -- dfu-util -a 0 -s 0x08000000:leave -D firmware.bin\n"
         "  vboard --stats - --trace trace.txt f407:fault=unplug@20 -- boot0 flash firmware.bin\n"
         "  vboard f407:serial=A f411:serial=B -- sh -c 'lsusb; boot0 list'\n"
         "  vboard describe f407 > my.board; vboard custom:describe=my.board -- dfu-util -l\n"
         "  vboard --gdb 3333 f407:flash=board.bin,boot0=0 -- gdb-multiarch firmware.elf\n"
         "  vboard --speed 1 l476 -- \"$SHELL\"");
}

static int list_models(void)
{
    const struct vboard_model *model;

    for (size_t n = 0; (model = vboard_model_at(n)) != NULL; n++) {
        printf("%-10s %s\n", model->name, model->summary);
    }
    return EXIT_SUCCESS;
}

static int end_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "vboard: cannot write the output: %s\n", strerror(errno));
    return STATUS_IO;
}

/* "f407": its row as a description; "--keys": what a description can contain. */
static int describe_model(const char *name)
{
    if (strcmp(name, "--keys") == 0) {
        vboard_describe_keys(stdout);
        return end_output();
    }
    if (!vboard_describe(name, stdout)) {
        fprintf(stderr,
                "vboard: unknown virtual board \"%s\"\n"
                "  Run `vboard list` to see them; f407 is one.\n",
                name);
        return STATUS_USAGE;
    }
    return end_output();
}

/* ---- options ---- */

static bool parse_speed(const char *text, double *speed)
{
    char *end;

    *speed = strtod(text, &end);
    return end != text && *end == '\0' &&
           (*speed == 0 || (*speed >= SPEED_MIN && *speed <= SPEED_MAX));
}

static bool parse_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    *port = (uint16_t)number;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && number >= 1 && number <= UINT16_MAX;
}

static int usage_error(const char *message, const char *what)
{
    fprintf(stderr, "vboard: %s%s%s\n", message, what == NULL ? "" : ": ",
            what == NULL ? "" : what);
    print_usage(stderr);
    fputs("Run `vboard --help` for details.\n", stderr);
    return STATUS_USAGE;
}

/* The index of "--", or argc. It is not an option's argument: none of them can be "--". */
static int find_separator(int argc, char **argv)
{
    int at = 1;

    while (at < argc && strcmp(argv[at], "--") != 0) {
        at++;
    }
    return at;
}

enum option_code {
    OPTION_BOARD = 1, /* getopt's value for a word that is not an option */
    OPTION_SPEED,
    OPTION_GDB,
    OPTION_BUTTONS,
    OPTION_TRACE,
    OPTION_STATS,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    {"speed", required_argument, NULL, OPTION_SPEED},
    {"gdb", required_argument, NULL, OPTION_GDB},
    {"buttons", required_argument, NULL, OPTION_BUTTONS},
    {"trace", required_argument, NULL, OPTION_TRACE},
    {"stats", required_argument, NULL, OPTION_STATS},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {0},
};

static int add_board(struct options *options, const char *spec)
{
    if (options->count == BOARDS_MAX) {
        return usage_error("too many boards, at", spec);
    }
    options->specs[options->count++] = spec;
    return EXIT_SUCCESS;
}

/* Takes one option from getopt; anything but EXIT_SUCCESS ends the parsing. */
static int take_option(struct options *options, int option, const char *argument)
{
    switch (option) {
    case OPTION_BOARD:
        return add_board(options, argument);
    case OPTION_SPEED:
        return parse_speed(argument, &options->speed)
                   ? EXIT_SUCCESS
                   : usage_error("--speed takes 0, or a number from 0.001 to 1000000", argument);
    case OPTION_GDB:
        return parse_port(argument, &options->gdb_port)
                   ? EXIT_SUCCESS
                   : usage_error("--gdb takes the number of a TCP port, from 1 to 65535", argument);
    case OPTION_BUTTONS:
        options->buttons = argument;
        return EXIT_SUCCESS;
    case OPTION_TRACE:
        options->trace = argument;
        return EXIT_SUCCESS;
    case OPTION_STATS:
        options->stats = argument;
        return EXIT_SUCCESS;
    default: /* getopt has reported the error */
        print_usage(stderr);
        return STATUS_USAGE;
    }
}

/* Help, version and list do their work here. Sets *done then, or after an error. */
static int parse(int argc, char **argv, struct options *options, bool *done)
{
    int separator = find_separator(argc, argv);
    int option, status;

    *done = true;
    if (separator > 1 && strcmp(argv[1], "describe") == 0) {
        return separator == 3 ? describe_model(argv[2])
                              : usage_error("unknown board for `vboard describe`: run `vboard "
                                            "list` to see them",
                                            NULL);
    }
    options->command = separator + 1 < argc ? argv + separator + 1 : NULL;
    while ((option = getopt_long(separator, argv, "-h", long_options, NULL)) != -1) {
        if (option == OPTION_HELP || option == 'h') {
            print_help();
            return EXIT_SUCCESS;
        }
        if (option == OPTION_VERSION) {
            puts("vboard " B0_VERSION);
            return EXIT_SUCCESS;
        }
        status = take_option(options, option, optarg);
        if (status != EXIT_SUCCESS) {
            return status;
        }
    }
    if (options->count == 1 && options->command == NULL && strcmp(options->specs[0], "list") == 0) {
        return list_models();
    }
    if (options->count == 0) {
        return usage_error("missing BOARD: run `vboard list` to see them", NULL);
    }
    if (options->command == NULL) {
        return usage_error("missing COMMAND: vboard BOARD... -- COMMAND", NULL);
    }
    *done = false;
    return EXIT_SUCCESS;
}

/* ---- running ---- */

/* The resources of a run. */
struct run {
    struct vboard *boards[BOARDS_MAX];
    size_t count;
    FILE *trace; /* NULL: not requested */
    FILE *stats;
};

static enum boot0_status open_output(const char *name, FILE **file, struct boot0_error *error)
{
    if (name == NULL) {
        return BOOT0_OK;
    }
    *file = strcmp(name, "-") == 0 ? stderr : fopen(name, "we");
    if (*file == NULL) {
        return boot0_fail(error, BOOT0_E_NO_OUTPUT, "cannot write %s: %s", name, strerror(errno));
    }
    return BOOT0_OK;
}

/* Closes one of our files; BOOT0_E_IO if some of the output was lost. */
static enum boot0_status close_output(FILE *file, const char *name, struct boot0_error *error)
{
    bool failed;

    if (file == NULL) {
        return BOOT0_OK;
    }
    failed = ferror(file) != 0 || fflush(file) != 0;
    if (file != stderr) {
        failed = fclose(file) != 0 || failed;
    }
    return failed ? boot0_fail(error, BOOT0_E_IO, "cannot write all of %s", name) : BOOT0_OK;
}

static void let_start(struct vboard *board)
{
    for (int ms = 0; ms < START_MS && vboard_runs_program(board) && !vboard_connected(board);
         ms += START_STEP_MS) {
        vboard_wait(board, START_STEP_MS * UINT64_C(1000));
    }
}

static enum boot0_status prepare(const struct options *options, struct run *run,
                                 struct boot0_error *error)
{
    enum boot0_status status = open_output(options->trace, &run->trace, error);

    for (size_t n = 0; n < options->count && status == BOOT0_OK; n++) {
        run->boards[n] = vboard_new(options->specs[n], error);
        if (run->boards[n] == NULL) {
            status = error->code;
        } else {
            run->count++;
            vboard_set_trace(run->boards[n], run->trace);
            let_start(run->boards[n]);
        }
    }
    if (status == BOOT0_OK) {
        status = open_output(options->stats, &run->stats, error);
    }
    if (run->trace != NULL) {
        setvbuf(run->trace, NULL, _IOLBF, 0); /* readable while the command runs */
    }
    return status;
}

static void print_stats(const struct run *run)
{
    if (run->stats == NULL) {
        return;
    }
    for (size_t n = 0; n < run->count; n++) {
        fputs(n == 0 ? "[" : ",\n ", run->stats);
        vboard_print_stats(run->boards[n], run->stats);
    }
    fputs("]\n", run->stats);
}

/* Runs the command on the boards. Returns its exit status, or our own with the error filled. */
static int run_command(const struct options *options, const struct run *run, const sigset_t *mask,
                       struct boot0_error *error)
{
    struct vboard_attachment *attachment;
    int status;

    if (vboard_child_environment(error) != BOOT0_OK) {
        return exit_status(error->code);
    }
    attachment = vboard_attach(run->boards, run->count, options->speed, error);
    if (attachment == NULL) {
        return exit_status(error->code);
    }
    if (options->gdb_port != 0 &&
        vboard_attach_gdb(attachment, options->gdb_port, error) != BOOT0_OK) {
        vboard_detach(attachment);
        return exit_status(error->code);
    }
    if (options->buttons != NULL &&
        vboard_attach_buttons(attachment, options->buttons, error) != BOOT0_OK) {
        vboard_detach(attachment);
        return exit_status(error->code);
    }
    status = vboard_child_run(options->command, mask, error);
    vboard_detach(attachment);
    return status;
}

/* Ends a run. A failure here counts only if the command itself succeeded. */
static int finish(const struct options *options, struct run *run, int status)
{
    struct boot0_error error = {0};

    for (size_t n = 0; n < run->count; n++) {
        vboard_set_trace(run->boards[n], NULL);
        if (vboard_free(run->boards[n], &error) != BOOT0_OK) {
            int failure = complain(&error);

            status = status == EXIT_SUCCESS ? failure : status;
        }
    }
    if (close_output(run->trace, options->trace, &error) != BOOT0_OK ||
        close_output(run->stats, options->stats, &error) != BOOT0_OK) {
        int failure = complain(&error);

        status = status == EXIT_SUCCESS ? failure : status;
    }
    return status;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct boot0_error error = {0};
    struct run run = {0};
    sigset_t mask;
    bool done;
    int status = parse(argc, argv, &options, &done);

    if (done) {
        return status;
    }
    vboard_child_block_signals(&mask);
    status = exit_status(prepare(&options, &run, &error));
    if (status == EXIT_SUCCESS) {
        status = run_command(&options, &run, &mask, &error);
        print_stats(&run);
    }
    if (error.code != BOOT0_OK) {
        complain(&error);
    }
    return finish(&options, &run, status);
}
