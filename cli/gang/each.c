/* SPDX-License-Identifier: MIT */
/* See each.h. */
#include "each.h"

#include "../progress.h"
#include "../text.h"

#include <base/platform/shell.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum {
    ERRORS_ROOM = 1024,
    VARIABLES_MAX = 16 + VALUES_MAX,
    NOT_FOUND = 127,      /* sh: there is no such command */
    NOT_EXECUTABLE = 126, /* sh: it is there, but cannot be run */
};

/* A command, and the option that it came by. */
struct run {
    const struct gang_arguments *arguments;
    const char *option;
    const char *command;
    enum boot0_status failure; /* the code of its errors */
    struct b0_shell shell;
    struct b0_variable variables[VARIABLES_MAX];
    char errors[ERRORS_ROOM];
    char note[EACH_NOTE];
};

/* ---- what it is told ---- */

static void add(struct run *run, const char *name, const char *value)
{
    if (run->shell.variable_count < VARIABLES_MAX)
        run->variables[run->shell.variable_count++] =
            (struct b0_variable){name, value ? value : ""};
}

/* SERIAL, CHIP and PATH are boot0's own settings too: a boot0 that it calls means this board. */
static void add_facts(struct run *run, const struct facts *facts)
{
    add(run, "BOOT0_SERIAL", facts->own[FACT_SERIAL]);
    add(run, "BOOT0_CHIP", facts->own[FACT_CHIP]);
    add(run, "BOOT0_PATH", facts->own[FACT_PATH]);
    add(run, "BOOT0_FILE", facts->own[FACT_FILE]);
}

/* ---- how it ended ---- */

void each_fold(const char *text, size_t size, char note[EACH_NOTE])
{
    char folded[ERRORS_ROOM + 1] = "";
    size_t used = 0, from;

    for (size_t i = 0; i < size && used < ERRORS_ROOM; i++) {
        bool is_space = isspace((unsigned char)text[i]) || text[i] == '\0';

        if (!is_space)
            folded[used++] = text[i];
        else if (used > 0 && folded[used - 1] != ' ')
            folded[used++] = ' ';
    }
    used -= used > 0 && folded[used - 1] == ' ';
    folded[used] = '\0';
    from = used < EACH_NOTE ? 0 : used - (EACH_NOTE - 4);
    while (from > 0 && ((unsigned char)folded[from] & 0xc0) == 0x80)
        from++; /* not within a character of UTF-8 */
    snprintf(note, EACH_NOTE, "%s%s", from > 0 ? "..." : "", folded + from);
}

static enum boot0_status fail_exit(const struct run *run, struct boot0_error *error)
{
    const char *gap = run->note[0] ? ": " : "";
    int code = run->shell.code;

    boot0_fail(error, run->failure, "%s `%.60s` ended with exit status %d%s%.200s", run->option,
               run->command, code, gap, run->note);
    if (code == NOT_FOUND)
        return boot0_hint(error, "Check the name of the command. A script in this folder is "
                                 "./script, and its programs must be in PATH.");
    if (code == NOT_EXECUTABLE)
        return boot0_hint(error, "Make the script executable: chmod +x.");
    if (run->failure == BOOT0_E_NO_OUTPUT)
        return boot0_hint(error, "The board is flashed. Run boot0 gang again when the command "
                                 "works: the board keeps its program.");
    return boot0_hint(error, "The command refuses the board, or failed: the board was not changed. "
                             "Run it by hand with BOOT0_SERIAL in its environment to see more.");
}

static enum boot0_status check_end(const struct run *run, enum b0_shell_end end,
                                   struct boot0_error *error)
{
    const char *option = run->option, *command = run->command;

    switch (end) {
    case B0_SHELL_EXITED:
        return run->shell.code == 0 ? BOOT0_OK : fail_exit(run, error);
    case B0_SHELL_KILLED:
        boot0_fail(error, run->failure, "%s `%.60s` was ended by signal %d", option, command,
                   run->shell.code);
        return boot0_hint(error, "The command crashed, or somebody ended it.");
    case B0_SHELL_NOT_STARTED:
        boot0_fail(error, run->failure, "%s `%.60s` cannot be started: %s", option, command,
                   strerror(run->shell.code));
        return boot0_hint(error, "The system has no shell for it, or too many programs run.");
    case B0_SHELL_TIMED_OUT:
        boot0_fail(error, run->failure, "%s `%.60s` did not end within %u s", option, command,
                   (unsigned)(run->shell.timeout_ms / 1000));
        return boot0_hint(error, "It may wait for a database lock, a server or a password. Use "
                                 "--command-timeout N if it needs longer.");
    case B0_SHELL_STOPPED:
        return boot0_fail(error, BOOT0_E_CANCELLED, "stopped while %s `%.60s` was running", option,
                          command);
    case B0_SHELL_FLOODED:
        break;
    }
    boot0_fail(error, run->failure, "%s `%.60s` printed more than %d bytes", option, command,
               VALUES_JSON_MAX);
    return boot0_hint(error, "It prints one JSON object, and nothing else.");
}

/* With NULL for `output`, what it prints is thrown away. */
static enum boot0_status execute(struct run *run, char *output, struct boot0_error *error)
{
    uint32_t timeout_s = run->arguments->timeout_s ? run->arguments->timeout_s : EACH_TIMEOUT_S;
    enum b0_shell_end end;

    run->shell.command = run->command;
    run->shell.variables = run->variables;
    run->shell.timeout_ms = timeout_s * 1000;
    run->shell.output = output;
    run->shell.output_room = VALUES_JSON_MAX;
    run->shell.errors = run->errors;
    run->shell.errors_room = sizeof run->errors;
    end = b0_shell_run(&run->shell);
    each_fold(run->errors, run->shell.errors_size, run->note);
    return check_end(run, end, error);
}

/* ---- --each ---- */

/* Refuses names that mean something already: one of the two would win, in silence. */
static enum boot0_status check_names(const struct values *values, const struct facts *facts,
                                     struct boot0_error *error)
{
    for (size_t i = 0; i < values->count; i++) {
        const char *name = values->list[i].name;
        bool is_column =
            facts->csv && facts_column(facts->csv, name, strlen(name)) < facts->csv->columns;

        if (!is_column && !facts_is_own(name))
            continue;
        boot0_fail(error, BOOT0_E_DATA, "--each must not give a value \"%s\": %s has that name",
                   name, is_column ? "a column of the CSV file" : "a value of boot0's own");
        return boot0_hint(error, "Choose another name for it. The board was not changed.");
    }
    return BOOT0_OK;
}

static enum boot0_status read_values(const struct run *run, const char *output,
                                     struct values *values, struct boot0_error *error)
{
    struct boot0_error reason;
    char start[EACH_NOTE];
    enum boot0_status status = values_parse(values, output, run->shell.output_size, &reason);

    if (status == BOOT0_OK)
        return BOOT0_OK;
    each_fold(output, run->shell.output_size < 60 ? run->shell.output_size : 60, start);
    boot0_fail(error, status, "--each `%.60s` did not print a usable JSON object, %s", run->command,
               reason.message);
    return boot0_hint(error,
                      "Expected numbers and strings, such as {\"number\":17,\"key\":"
                      "\"0011\"}. It printed: %s. The board was not changed.",
                      start[0] ? start : "nothing");
}

enum boot0_status each_ask(const struct gang_arguments *arguments, const struct facts *facts,
                           struct values *values, char note[EACH_NOTE], struct boot0_error *error)
{
    struct run run = {.arguments = arguments,
                      .option = "--each",
                      .command = arguments->each,
                      .failure = BOOT0_E_NO_INPUT,
                      .shell = {.stopped = signals_pending}};
    char output[VALUES_JSON_MAX];
    enum boot0_status status;

    memset(values, 0, sizeof *values);
    add_facts(&run, facts);
    status = execute(&run, output, error);
    if (status == BOOT0_OK)
        status = read_values(&run, output, values, error);
    if (status == BOOT0_OK)
        status = check_names(values, facts, error);
    if (status != BOOT0_OK)
        values_free(values);
    else
        memcpy(note, run.note, sizeof run.note);
    return status;
}

/* ---- --done ---- */

struct numbers {
    char written[TEXT_SHORT], seconds[TEXT_SHORT];
    char names[VALUES_MAX][VALUE_NAME_MAX + sizeof "BOOT0_VALUE_"];
};

static void add_outcome(struct run *run, const struct each_outcome *outcome,
                        struct numbers *numbers)
{
    const struct boot0_report *report = outcome->report;
    bool is_good = outcome->result->code == BOOT0_OK;

    snprintf(numbers->written, sizeof numbers->written, "%" PRIu64, report->bytes_written);
    snprintf(numbers->seconds, sizeof numbers->seconds, "%" PRIu64 ".%03u",
             report->total_us / 1000000, (unsigned)(report->total_us / 1000 % 1000));
    add(run, "BOOT0_RESULT", is_good ? "ok" : "failed");
    add(run, "BOOT0_ERROR", is_good ? "" : outcome->result->message);
    add(run, "BOOT0_ERROR_CODE", is_good ? "" : boot0_status_name(outcome->result->code));
    add(run, "BOOT0_TOUCHED", report->touched ? "yes" : "no");
    add(run, "BOOT0_SHA256", outcome->digest);
    add(run, "BOOT0_BYTES_WRITTEN", numbers->written);
    add(run, "BOOT0_SECONDS", numbers->seconds);
}

static void add_values(struct run *run, const struct values *values, struct numbers *numbers)
{
    for (size_t i = 0; values && i < values->count; i++) {
        snprintf(numbers->names[i], sizeof numbers->names[i], "BOOT0_VALUE_%s",
                 values->list[i].name);
        if (!values->list[i].is_secret)
            add(run, numbers->names[i], values->list[i].text);
    }
}

enum boot0_status each_report(const struct gang_arguments *arguments, const struct facts *facts,
                              const struct each_outcome *outcome, char note[EACH_NOTE],
                              struct boot0_error *error)
{
    struct run run = {.arguments = arguments,
                      .option = "--done",
                      .command = arguments->done,
                      .failure = BOOT0_E_NO_OUTPUT};
    struct numbers numbers = {.written = ""};
    enum boot0_status status;

    add_facts(&run, facts);
    add_outcome(&run, outcome, &numbers);
    add_values(&run, facts->values, &numbers);
    status = execute(&run, NULL, error);
    if (status == BOOT0_OK && run.note[0])
        memcpy(note, run.note, sizeof run.note);
    return status;
}

/* ---- --label-to ---- */

enum boot0_status each_feed(const struct gang_arguments *arguments, const char *command,
                            const char *text, char note[EACH_NOTE], struct boot0_error *error)
{
    struct run run = {.arguments = arguments,
                      .option = "--label-to",
                      .command = command,
                      .failure = BOOT0_E_NO_OUTPUT,
                      .shell = {.input = text, .input_size = strlen(text)}};
    enum boot0_status status = execute(&run, NULL, error);

    if (status == BOOT0_OK && run.note[0])
        memcpy(note, run.note, sizeof run.note);
    return status;
}
