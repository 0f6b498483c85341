/* SPDX-License-Identifier: MIT */
/* boot0 gang: every board at once, or each as it is plugged in. */
#include "confirm.h"
#include "gang/clock.h"
#include "gang/coordinator.h"
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
                          "There are programs that can be asked for DFU mode: %zu. --detach asks "
                          "them. Nothing was flashed.",
                          programs);
    return boot0_hint(error, "`boot0 list` shows them. Bring each into DFU mode: BOOT0 high, "
                             "reset. --wait waits for them, --follow takes them as they come. "
                             "Nothing was flashed.");
}

/* Without --follow: as many as have to be there. */
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
        return boot0_hint(error, "Say --virtual more often. Nothing was flashed.");
    }
    for (size_t i = 0; i < arguments->select.virtual_count && status == BOOT0_OK; i++) {
        struct worker worker = {.virtual_board = arguments->select.virtual_boards[i]};

        snprintf(worker.path, sizeof worker.path, "0-%zu", i + 1);
        status = workers_start(&coordinator->gang, &worker, error);
    }
    return status;
}

/* Those that have ended: their ports are told how it went. */
static void collect(struct coordinator *coordinator)
{
    const struct worker *worker;

    while ((worker = workers_join(&coordinator->gang)) != NULL)
        ports_learn(coordinator, worker);
}

/* Until all threads have ended; what has failed to start does not stop those that have. */
static void finish_all(struct coordinator *coordinator)
{
    while (collect(coordinator), workers_at_work(&coordinator->gang) > 0) {
        show_update(&coordinator->gang, signals_pending());
        workers_wait(&coordinator->gang, REDRAW_MS);
    }
    show_update(&coordinator->gang, signals_pending());
}

static enum boot0_status follow(struct coordinator *coordinator, struct boot0_error *error)
{
    const struct arguments *arguments = coordinator->gang.arguments;
    enum boot0_status status = BOOT0_OK;

    if (!arguments->quiet && !arguments->json)
        print_wrapped(stderr, "Note: ",
                      "boards are flashed as they are plugged in, in DFU mode; "
                      "Ctrl-C ends this");
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

    if (arguments->select.virtual_count > 0) {
        status = run_virtual(coordinator, error);
    } else {
        status = command_open_bus(&coordinator->command, arguments, error);
        signals_announce(false); /* show.c says it, above its lines */
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

/* A board that failed, and was done later, is none that failed. */
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

/* One status for several failures; a stop by Ctrl-C is not hidden by them. */
static enum boot0_status worse(enum boot0_status one, enum boot0_status other)
{
    if (one == BOOT0_OK || one == other)
        return other;
    return one == BOOT0_E_CANCELLED || other == BOOT0_E_CANCELLED ? BOOT0_E_CANCELLED : BOOT0_E_IO;
}

static enum boot0_status conclude(const struct gang *gang, struct boot0_error *error)
{
    size_t good = workers_good(gang), bad = 0;
    enum boot0_status status = BOOT0_OK;
    char text[64];

    for (size_t i = 0; i < gang->count; i++) {
        enum boot0_status result = gang->workers[i]->result.code;

        if (result == BOOT0_OK || was_done_later(gang, i))
            continue;
        status = worse(status, result);
        bad++;
    }
    if (!gang->arguments->json && !gang->arguments->quiet && good > 0) {
        snprintf(text, sizeof text, "%zu of %zu boards flashed.", good, good + bad);
        print_wrapped(stdout, "", text);
    }
    if (bad == 0)
        return BOOT0_OK;
    boot0_fail(error, status, "%zu of %zu boards %s", bad, good + bad,
               status == BOOT0_E_CANCELLED ? "were not finished" : "failed");
    return boot0_hint(error, "The lines above say which, and why. Flash again: boards that hold "
                             "the program already are done in a moment.");
}

/* The value of a text member of a line of the record, as it stands there. */
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
             "an earlier run did not finish the board %s at port %s, begun at %s: flash it again",
             serial, path, time);
    print_wrapped(stderr, "Note: ", text);
}

static enum boot0_status prepare(struct gang *gang, const struct arguments *arguments,
                                 struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;
    bool uses_csv = false;

    for (size_t i = 0; i < arguments->gang.patch_count && status == BOOT0_OK; i++) {
        status = patch_parse(&gang->patches[i], arguments->gang.patches[i], error);
        uses_csv = uses_csv || patch_wants_csv(&gang->patches[i]);
    }
    if (status == BOOT0_OK && arguments->gang.csv && !uses_csv) {
        boot0_fail(error, BOOT0_E_USAGE, "--csv is given, but no --patch uses it");
        return boot0_hint(error, "As --patch 0x0800FFF0=csv:COLUMN, or csvhex:COLUMN.");
    }
    gang->has_csv = arguments->gang.csv != NULL;
    if (status == BOOT0_OK && arguments->gang.csv)
        status = rows_open(&gang->rows, arguments->gang.csv, error);
    for (size_t i = 0; i < arguments->gang.patch_count && status == BOOT0_OK; i++)
        status = patch_resolve(&gang->patches[i], gang->has_csv ? &gang->rows.csv : NULL, error);
    if (status == BOOT0_OK)
        status = record_open(&gang->record, arguments->gang.record, tell_lost, error);
    return status;
}

static enum boot0_status check(const struct arguments *arguments, struct boot0_error *error)
{
    if (arguments->gang.follow && arguments->select.virtual_count > 0) {
        boot0_fail(error, BOOT0_E_USAGE, "--follow goes with no --virtual: nobody plugs them in");
        return boot0_hint(error, "`vboard f407 ... -- boot0 gang --follow FILE` has boards that "
                                 "come and go.");
    }
    if (arguments->gang.follow && arguments->select.has_wait) {
        boot0_fail(error, BOOT0_E_USAGE, "--follow waits by itself");
        return boot0_hint(error, "Leave --wait away; --count says after how many boards to end.");
    }
    return BOOT0_OK;
}

static void release(struct coordinator *coordinator)
{
    struct gang *gang = &coordinator->gang;

    for (size_t i = 0; i < gang->count; i++)
        free(gang->workers[i]);
    free(gang->workers);
    rows_close(&gang->rows);
    record_close(&gang->record);
    b0_condition_destroy(&gang->ended);
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

static const enum option taken[] = {OPTION_DEVICE,
                                    OPTION_INTERFACE,
                                    OPTION_ALTERNATE,
                                    OPTION_WAIT,
                                    OPTION_VIRTUAL,
                                    OPTION_FOLLOW,
                                    OPTION_COUNT_BOARDS,
                                    OPTION_DETACH,
                                    OPTION_RECORD,
                                    OPTION_PATCH,
                                    OPTION_CSV,
                                    OPTION_ADDRESS,
                                    OPTION_FULL,
                                    OPTION_NO_PRESERVE,
                                    OPTION_NO_VERIFY,
                                    OPTION_NO_RUN,
                                    OPTION_VDD,
                                    OPTION_PATIENT,
                                    OPTION_FAST,
                                    OPTION_BOARD_PROFILE,
                                    OPTION_CHIP,
                                    OPTION_IGNORE_SUFFIX,
                                    OPTION_ALLOW_OPTION_BYTES,
                                    OPTION_SKIP_RAM,
                                    OPTION_FORCE,
                                    OPTION_YES,
                                    OPTION_JSON,
                                    OPTION_QUIET,
                                    OPTION_HELP};

const struct command command_gang = {
    .name = "gang",
    .operands = "FILE...",
    .wants = "FILE",
    .summary = "flash many boards at once, or as they are plugged in",
    .text = "Flashes every board that is in DFU mode, all at the same time, and goes on when one "
            "fails. --follow goes on with boards that are plugged in later; a board that was done "
            "is not done again while it stays plugged in. --patch puts a board's own data into "
            "the program, as its serial number or a row of --csv FILE; each row is used once, and "
            "FILE.used says which are. ADDRESS:SIZE=WHAT fills up with zeros; csvhex:COLUMN takes "
            "bytes in hex.",
    .examples = "  boot0 gang --record made.jsonl firmware.elf\n"
                "  boot0 gang --follow --csv keys.csv --patch 0x0800FFF0:16=csvhex:key app.hex",
    COMMAND_OPTIONS(taken),
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .run = run,
};
