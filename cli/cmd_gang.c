/* SPDX-License-Identifier: MIT */
/* boot0 gang: all boards at once, or each as it is plugged in. */
#include "confirm.h"
#include "gang/clock.h"
#include "gang/coordinator.h"
#include "gang/label.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum {
    REDRAW_MS = 100,
    IDLE_MS = 1000, /* hotplug events and ends of threads cut it short */
    WAIT_MS = 1000,
};

/* ---- the run ---- */

static enum boot0_status fail_missing(size_t there, size_t wanted, size_t programs,
                                      struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_NO_BOARD,
               there ? "only %zu of %zu boards are in DFU mode" : "no board in DFU mode was found",
               there, wanted);
    if (programs > 0)
        return boot0_hint(error,
                          "Use --detach to restart running programs into DFU mode: %zu of them are "
                          "there. Nothing was flashed.",
                          programs);
    return boot0_hint(error, "Run `boot0 list` to see the connected boards. Bring each into DFU "
                             "mode: BOOT0 high, reset. --wait waits for them, --follow takes "
                             "them as they come. Nothing was flashed.");
}

/* Without --follow: until as many boards are there as --count says. */
static enum boot0_status wait_for_boards(struct coordinator *coordinator, struct boot0_error *error)
{
    const struct arguments *arguments = coordinator->gang.arguments;
    size_t wanted = arguments->gang.count ? arguments->gang.count : 1, there, programs;
    uint64_t start_ms = clock_ms();

    while ((there = ports_count(coordinator, &programs)) < wanted && !signals_pending()) {
        uint64_t spent_ms = clock_ms() - start_ms;
        uint32_t part_ms = WAIT_MS;

        if (!arguments->select.has_wait || spent_ms >= arguments->select.wait_ms)
            return fail_missing(there, wanted, programs, error);
        if (arguments->select.wait_ms - spent_ms < part_ms)
            part_ms = arguments->select.wait_ms - (uint32_t)spent_ms;
        coordinator->command.bus.ops->wait_change(coordinator->command.bus.context, part_ms);
    }
    if (signals_pending())
        return boot0_fail(error, BOOT0_E_CANCELLED, "stopped while waiting for boards");
    return BOOT0_OK;
}

static enum boot0_status run_virtual(struct coordinator *coordinator, struct boot0_error *error)
{
    const struct arguments *arguments = coordinator->gang.arguments;
    enum boot0_status status = BOOT0_OK;

    if (arguments->gang.count > arguments->select.virtual_count) {
        boot0_fail(error, BOOT0_E_NO_BOARD, "only %zu of %u boards are there",
                   arguments->select.virtual_count, (unsigned)arguments->gang.count);
        return boot0_hint(error, "Use --virtual once for each board. Nothing was flashed.");
    }
    for (size_t i = 0; i < arguments->select.virtual_count && status == BOOT0_OK; i++) {
        struct worker worker = {.virtual_board = arguments->select.virtual_boards[i]};

        snprintf(worker.path, sizeof worker.path, "0-%zu", i + 1);
        status = workers_start(&coordinator->gang, &worker, error);
    }
    return status;
}

/* Joins the threads that have ended, and records their results at their ports. */
static void collect(struct coordinator *coordinator)
{
    const struct worker *worker;

    while ((worker = workers_join(&coordinator->gang)) != NULL)
        ports_learn(coordinator, worker);
}

/* Waits until all threads have ended, also if another one failed to start. */
static void finish_all(struct coordinator *coordinator)
{
    while (collect(coordinator), workers_at_work(&coordinator->gang) > 0) {
        show_update(&coordinator->gang, signals_pending());
        workers_wait(&coordinator->gang, REDRAW_MS);
    }
    show_update(&coordinator->gang, signals_pending());
    show_end(&coordinator->gang);
}

static enum boot0_status follow(struct coordinator *coordinator, struct boot0_error *error)
{
    const struct arguments *arguments = coordinator->gang.arguments;
    enum boot0_status status = BOOT0_OK;

    if (!arguments->quiet && !arguments->json)
        print_wrapped(stderr, "Note: ",
                      "boards are flashed as they are plugged in, in DFU mode; press Ctrl-C to "
                      "end");
    while (status == BOOT0_OK && !signals_pending()) {
        collect(coordinator);
        if (arguments->gang.count > 0 && workers_good(&coordinator->gang) >= arguments->gang.count)
            break;
        status = ports_start_due(coordinator, error);
        show_update(&coordinator->gang, signals_pending());
        coordinator->command.bus.ops->wait_change(coordinator->command.bus.context,
                                                  workers_at_work(&coordinator->gang) ? REDRAW_MS
                                                                                      : IDLE_MS);
    }
    return status;
}

static enum boot0_status run_boards(struct coordinator *coordinator, struct boot0_error *error)
{
    const struct arguments *arguments = coordinator->gang.arguments;
    enum boot0_status status;

    signals_announce(false); /* show.c does, above its table */
    if (arguments->select.virtual_count > 0) {
        status = run_virtual(coordinator, error);
    } else {
        status = command_open_bus(&coordinator->command, arguments, error);
        signals_announce(false);
        if (status == BOOT0_OK && arguments->gang.follow) {
            status = follow(coordinator, error);
        } else if (status == BOOT0_OK) {
            status = wait_for_boards(coordinator, error);
            if (status == BOOT0_OK)
                status = ports_start_due(coordinator, error);
        }
    }
    finish_all(coordinator);
    command_close(&coordinator->command);
    return status;
}

/* ---- how it ended ---- */

/* A board that failed and was done later does not count as failed. */
static bool was_done_later(const struct gang *gang, size_t index)
{
    const struct worker *failed = gang->workers[index];

    for (size_t i = index + 1; failed->serial[0] && i < gang->count; i++)
        if (gang->workers[i]->result.code == BOOT0_OK &&
            strcmp(gang->workers[i]->serial, failed->serial) == 0 &&
            strcmp(gang->workers[i]->path, failed->path) == 0)
            return true;
    return false;
}

/* One status for several failures. Ctrl-C goes before all others. */
static enum boot0_status worse(enum boot0_status one, enum boot0_status other)
{
    if (one == BOOT0_OK || one == other)
        return other;
    return one == BOOT0_E_CANCELLED || other == BOOT0_E_CANCELLED ? BOOT0_E_CANCELLED : BOOT0_E_IO;
}

/* Appends the port to a list, and "..." if there is no room for it. */
static void add_path(char *list, size_t size, const char *path)
{
    size_t used = strlen(list);

    if (used + strlen(path) + sizeof ", ..." < size)
        snprintf(list + used, size - used, "%s%s", used ? ", " : "", path);
    else if (used > 0 && list[used - 1] != '.')
        snprintf(list + used, size - used, ", ...");
}

static enum boot0_status conclude(const struct gang *gang, struct boot0_error *error)
{
    size_t good = workers_good(gang), bad = 0;
    enum boot0_status status = BOOT0_OK;
    char text[64], list[200] = "";

    for (size_t i = 0; i < gang->count; i++) {
        enum boot0_status result = gang->workers[i]->result.code;

        if (result == BOOT0_OK || was_done_later(gang, i))
            continue;
        status = worse(status, result);
        add_path(list, sizeof list, gang->workers[i]->path);
        bad++;
    }
    if (!gang->arguments->json && !gang->arguments->quiet && good > 0) {
        snprintf(text, sizeof text, "%zu of %zu boards flashed.", good, good + bad);
        print_wrapped(stdout, "", text);
    }
    if (bad == 0)
        return BOOT0_OK;
    boot0_fail(error, status, "%zu of %zu boards %s: %s", bad, good + bad,
               status == BOOT0_E_CANCELLED ? "were not finished" : "failed", list);
    return boot0_hint(error, "The lines above say why. Run the command again: boards "
                             "that hold the program already take a moment.");
}

/* The value of a text member of a line of the record, with its escapes. */
static void take_member(const char *line, const char *name, char *value, size_t size)
{
    const char *at = strstr(line, name);

    snprintf(value, size, "%.*s", at ? (int)strcspn(at + strlen(name), "\"") : 0,
             at ? at + strlen(name) : "");
}

static void tell_lost(const char *line)
{
    char time[40], path[64], serial[140], text[400];

    take_member(line, "\"time\":\"", time, sizeof time);
    take_member(line, "\"path\":\"", path, sizeof path);
    take_member(line, "\"serial\":\"", serial, sizeof serial);
    snprintf(text, sizeof text,
             "an earlier run did not finish the board %s at port %s, begun at %s; flash it again",
             serial, path, time);
    print_wrapped(stderr, "Note: ", text);
}

/* Patches, and the columns and names that they use. */
static enum boot0_status prepare_patches(struct gang *gang, const struct arguments *arguments,
                                         struct boot0_error *error)
{
    const struct gang_arguments *given = &arguments->gang;
    const struct csv *csv = gang->has_csv ? &gang->rows.csv : NULL;
    enum boot0_status status = BOOT0_OK;
    bool uses_csv = csv && label_wants_csv(given, csv);

    for (size_t i = 0; i < given->patch_count && status == BOOT0_OK; i++) {
        status = patch_resolve(&gang->patches[i], csv, given->each != NULL, error);
        uses_csv = uses_csv || patch_wants_csv(&gang->patches[i], csv);
    }
    if (status == BOOT0_OK && csv && !uses_csv) {
        boot0_fail(error, BOOT0_E_USAGE, "--csv is given, but no --patch uses it");
        return boot0_hint(error, "Use --patch 0x0800FFF0=csv:COLUMN, or =text:{COLUMN}.");
    }
    return status == BOOT0_OK ? label_check(given, csv, error) : status;
}

static enum boot0_status prepare(struct gang *gang, const struct arguments *arguments,
                                 struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0; i < arguments->gang.patch_count && status == BOOT0_OK; i++)
        status = patch_parse(&gang->patches[i], arguments->gang.patches[i], error);
    gang->has_csv = arguments->gang.csv != NULL;
    if (status == BOOT0_OK && gang->has_csv)
        status = rows_open(&gang->rows, arguments->gang.csv, error);
    if (status == BOOT0_OK)
        status = prepare_patches(gang, arguments, error);
    if (status == BOOT0_OK)
        status = record_open(&gang->record, arguments->gang.record, tell_lost, error);
    return status;
}

static enum boot0_status check(const struct arguments *arguments, struct boot0_error *error)
{
    const struct gang_arguments *given = &arguments->gang;

    if (given->follow && arguments->select.virtual_count > 0) {
        boot0_fail(error, BOOT0_E_USAGE, "--follow cannot be used with --virtual");
        return boot0_hint(error, "Use `vboard f407 ... -- boot0 gang --follow FILE` for virtual "
                                 "boards that come and go.");
    }
    if (given->follow && arguments->select.has_wait) {
        boot0_fail(error, BOOT0_E_USAGE, "--follow cannot be used with --wait");
        return boot0_hint(error, "Omit --wait: --follow waits by itself. --count N ends it after N "
                                 "boards.");
    }
    if (given->timeout_s > 0 && !given->each && !given->done && !given->label_to) {
        boot0_fail(error, BOOT0_E_USAGE, "--command-timeout is given, but no command");
        return boot0_hint(error, "Use it with --each, --done or --label-to '|COMMAND'.");
    }
    return BOOT0_OK;
}

static void release(struct coordinator *coordinator)
{
    struct gang *gang = &coordinator->gang;

    for (size_t i = 0; i < gang->count; i++) {
        values_free(&gang->workers[i]->values);
        free(gang->workers[i]->label);
        free(gang->workers[i]);
    }
    free(gang->workers);
    rows_close(&gang->rows);
    record_close(&gang->record);
    b0_condition_destroy(&gang->ended);
    b0_mutex_destroy(&gang->label_lock);
    b0_mutex_destroy(&gang->lock);
    free(coordinator);
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_image *image;
    struct coordinator *coordinator;
    enum boot0_status status = check(arguments, error), ended;
    struct boot0_error failure;

    if (status != BOOT0_OK)
        return status;
    image = command_load(arguments, 0, arguments->operand_count, error);
    if (!image)
        return error->code;
    status = confirm_for_all(arguments, error);
    if (status != BOOT0_OK) {
        boot0_image_free(image);
        return status;
    }
    coordinator = calloc(1, sizeof *coordinator);
    if (!coordinator) {
        boot0_image_free(image);
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    }
    coordinator->gang = (struct gang){.arguments = arguments, .image = image};
    coordinator->gang.rows.used.fd = -1;
    coordinator->gang.record.journal.fd = -1;
    coordinator->gang.smart = !arguments->quiet && !arguments->json && terminal_is_smart(stderr);
    coordinator->command.arguments = arguments;
    b0_mutex_init(&coordinator->gang.lock);
    b0_mutex_init(&coordinator->gang.label_lock);
    b0_condition_init(&coordinator->gang.ended);
    status = prepare(&coordinator->gang, arguments, error);
    if (status == BOOT0_OK) {
        status = run_boards(coordinator, error);
        ended = conclude(&coordinator->gang, &failure);
        if (status == BOOT0_OK && ended != BOOT0_OK) {
            *error = failure;
            status = ended;
        }
    }
    release(coordinator);
    boot0_image_free(image);
    return status;
}

static const enum option taken[] = {OPTION_DEVICE,        OPTION_INTERFACE,
                                    OPTION_ALTERNATE,     OPTION_WAIT,
                                    OPTION_VIRTUAL,       OPTION_FOLLOW,
                                    OPTION_COUNT_BOARDS,  OPTION_DETACH,
                                    OPTION_RECORD,        OPTION_PATCH,
                                    OPTION_CSV,           OPTION_EACH,
                                    OPTION_DONE,          OPTION_COMMAND_TIMEOUT,
                                    OPTION_LABEL,         OPTION_LABEL_TO,
                                    OPTION_ADDRESS,       OPTION_FULL,
                                    OPTION_NO_PRESERVE,   OPTION_NO_VERIFY,
                                    OPTION_NO_RUN,        OPTION_VDD,
                                    OPTION_PATIENT,       OPTION_FAST,
                                    OPTION_BOARD_PROFILE, OPTION_CHIP,
                                    OPTION_IGNORE_SUFFIX, OPTION_ALLOW_OPTION_BYTES,
                                    OPTION_SKIP_RAM,      OPTION_FORCE,
                                    OPTION_YES,           OPTION_JSON,
                                    OPTION_QUIET,         OPTION_HELP};

const struct command command_gang = {
    .name = "gang",
    .operands = "FILE...",
    .wants = "FILE",
    .summary = "flash many boards at once, or as they are plugged in",
    .text = "Flashes all boards that are in DFU mode at the same time, and goes on if one fails. "
            "With --follow, it goes on with boards that are plugged in later.\n"
            "--patch writes a board's own data into the program: its serial number, a row of --csv "
            "FILE, or values that the command of --each prints as JSON. {NAME} stands for such a "
            "value, and for {serial}, {chip}, {path}, {file} and {date}. u8: to u64: and i8: to "
            "i64: write numbers, hex: writes bytes. ADDRESS:SIZE=WHAT pads with zeros. See "
            "docs/howto/gang.md.",
    .examples = "  boot0 gang --record made.jsonl firmware.elf\n"
                "  boot0 gang --each ./take.sh --patch 0x0800FFF0=u32:{number} firmware.hex",
    COMMAND_OPTIONS(taken),
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .run = run,
};
