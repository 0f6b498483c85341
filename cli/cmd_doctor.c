/* SPDX-License-Identifier: MIT */
/* boot0 doctor: finds what keeps the user from the board, and what to do about it. */
#include "command_session.h"
#include "doctor/findings.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>
#include <core/array.h>
#include <stdlib.h>
#include <string.h>

/* ---- gathering ---- */

static enum boot0_status gather(struct facts *facts, const struct arguments *arguments,
                                struct boot0_error *error)
{
    struct command_session command;
    enum boot0_status status;

    /* The system's facts. They do not concern virtual boards. */
    if (arguments->select.virtual_count == 0) {
        facts_from_system(facts);
        facts_from_path(facts, getenv("PATH"));
    }
    status = command_open_bus(&command, arguments, &facts->usb);
    if (status == BOOT0_OK)
        facts_from_boards(facts, &command.bus);
    else if (arguments->select.virtual_count > 0)
        *error = facts->usb; /* the arguments are wrong, not the machine */
    command_close(&command);
    return arguments->select.virtual_count > 0 ? status : BOOT0_OK;
}

/* ---- showing ---- */

/* Findings that end with how to bring the boards into DFU mode. */
static bool is_about_entering(enum finding_code code)
{
    return code == FINDING_NO_DEVICE || code == FINDING_NOTHING_ENUMERATES ||
           code == FINDING_PROGRAM;
}

static bool is_wanted(const struct facts *facts, const struct boot0_board_profile *entry)
{
    return !facts->board || boot0_database_board_by_name(facts->database, facts->board) == entry;
}

/* How a board gets into DFU mode: the user's word, or what is known; NULL: unknown. */
static const char *way_of(const struct facts *facts, const struct boot0_board_profile *entry)
{
    struct boot0_board_option enter;

    if (boot0_database_board_option(facts->database, entry->key, "enter", &enter))
        return enter.value;
    return enter_text(entry->key);
}

/* Prints the text of identical boards once. */
static void print_ways(const struct facts *facts)
{
    const struct boot0_board_profile *entry, *next;

    for (size_t i = 0; (entry = boot0_database_board_at(facts->database, i)) != NULL; i++) {
        const char *way = way_of(facts, entry), *other;

        if (!way || !is_wanted(facts, entry))
            continue;
        next = boot0_database_board_at(facts->database, i + 1);
        other = next && is_wanted(facts, next) ? way_of(facts, next) : NULL;
        print("          %s\n", entry->name);
        if (!other || strcmp(way, other) != 0)
            print_wrapped(stdout, "            ", way);
    }
}

static void print_finding(const struct facts *facts, const struct finding *finding)
{
    static const char *const labels[] = {[SEVERITY_OK] = "OK        ",
                                         [SEVERITY_HINT] = "Hint      ",
                                         [SEVERITY_PROBLEM] = "Problem   "};
    const struct finding_row *row = finding_row(finding->code);
    char line[sizeof finding->line + 64];

    snprintf(line, sizeof line, "%s [%s]", finding->line, row->name);
    print_wrapped(stdout, labels[row->severity], line);
    if (finding->remedy[0])
        print_wrapped(stdout, "          ", finding->remedy);
    if (is_about_entering(finding->code))
        print_ways(facts);
}

static void json_ways(struct json *json, const struct facts *facts)
{
    const struct boot0_board_profile *entry;

    json_open_list(json, "boards");
    for (size_t i = 0; (entry = boot0_database_board_at(facts->database, i)) != NULL; i++) {
        const char *way = way_of(facts, entry);

        if (!way || !is_wanted(facts, entry))
            continue;
        json_open(json, NULL);
        json_text(json, "key", entry->key);
        json_text(json, "name", entry->name);
        json_text(json, "enter", way);
        json_close(json);
    }
    json_close_list(json);
}

static void json_finding(const struct facts *facts, const struct finding *finding)
{
    const struct finding_row *row = finding_row(finding->code);
    struct json json = json_begin(stdout);
    char id[16] = "";

    json_text(&json, "finding", row->name);
    json_text(&json, "severity", severity_name(row->severity));
    if (finding->device)
        snprintf(id, sizeof id, "%04x:%04x", finding->device->vendor, finding->device->product);
    json_text(&json, "path", finding->device ? finding->device->path : "");
    json_text(&json, "id", id);
    json_text(&json, "line", finding->line);
    json_text(&json, "remedy", finding->remedy);
    if (is_about_entering(finding->code))
        json_ways(&json, facts);
    json_end(&json);
}

static void print_summary(const struct findings *findings)
{
    size_t problems = findings_count(findings, SEVERITY_PROBLEM);
    char count[TEXT_SHORT];

    if (problems == 0)
        print("No problem was found.\n");
    else
        print("\n%s. Fix the first one first: it may cause the others.\n",
              text_count(count, problems, "problem", "problems"));
}

static void show(const struct arguments *arguments, const struct facts *facts,
                 const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];

        if (arguments->quiet && finding_row(finding->code)->severity != SEVERITY_PROBLEM)
            continue;
        if (arguments->json)
            json_finding(facts, finding);
        else
            print_finding(facts, finding);
    }
    if (!arguments->json && !arguments->quiet)
        print_summary(findings);
}

static enum boot0_status examine(struct arguments *arguments, struct facts *facts,
                                 struct findings *findings, struct boot0_error *error)
{
    enum boot0_status status = gather(facts, arguments, error);

    if (status != BOOT0_OK)
        return status;
    findings_from(facts, findings);
    show(arguments, facts, findings);
    /* Everything is printed: a status without a message only gives the exit code. */
    return findings_count(findings, SEVERITY_PROBLEM) > 0 ? BOOT0_E_NO_BOARD : BOOT0_OK;
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct facts *facts = calloc(1, sizeof *facts);
    struct findings *findings = calloc(1, sizeof *findings);
    enum boot0_status status;

    if (!facts || !findings) {
        status = boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    } else if (arguments->flash.board &&
               !boot0_database_board_by_name(arguments->database, arguments->flash.board)) {
        boot0_fail(error, BOOT0_E_USAGE, "unknown board \"%s\"", arguments->flash.board);
        status = boot0_hint(error, "Omit --board to see all boards.");
    } else {
        facts->board = arguments->flash.board;
        facts->database = arguments->database;
        status = examine(arguments, facts, findings, error);
    }
    free(facts);
    free(findings);
    return status;
}

static const enum option options[] = {OPTION_BOARD_PROFILE, OPTION_VIRTUAL, OPTIONS_OUTPUT};

const struct command command_doctor = {
    .name = "doctor",
    .operands = "",
    .summary = "find out why a board cannot be flashed",
    .text = "Checks everything between you and the board: cable, DFU mode, permissions, drivers, "
            "other programs, the board's own state. Prints each problem with its remedy, in the "
            "order in which to fix them. Writes nothing to the board. The exit code is 0 if there "
            "is no problem, else 69.",
    .examples = "  boot0 doctor\n  boot0 doctor --board black-f407ve --json",
    COMMAND_OPTIONS(options),
    .looks_around = true,
    .run = run,
};
