/* SPDX-License-Identifier: MIT */
/* boot0 watch: flashes whenever the file has changed and a board is connected. */
#include "advice.h"
#include "confirm.h"
#include "files.h"
#include "gang/clock.h"
#include "text.h"
#include "watch_file.h"

#include <base/print/json.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAIT_MS = 250,
};

struct watcher {
    struct arguments *arguments;
    struct command_session command;
    struct watch_file file;
    bool told_waiting;
};

static void say(const struct watcher *watcher, const char *text)
{
    char label[CLOCK_TEXT + 4], now[CLOCK_TEXT];

    if (watcher->arguments->quiet || watcher->arguments->json)
        return;
    snprintf(label, sizeof label, "%s  ", clock_of_day(now));
    print_wrapped(stderr, label, text);
}

static bool on_progress(void *context, const struct boot0_progress *progress)
{
    struct watcher *watcher = context;

    if (progress->phase == BOOT0_PHASE_WAIT && !watcher->told_waiting) {
        watcher->told_waiting = true;
        say(watcher, "waiting for a board in DFU mode");
    }
    return !signals_pending();
}

/* ---- one update ---- */

static enum boot0_status open_session(struct watcher *watcher, struct boot0_session **session,
                                      struct boot0_error *error)
{
    const struct arguments *arguments = watcher->arguments;
    struct boot0_selection selection = command_selection(arguments);
    const struct boot0_session_options options = command_session_options(arguments);
    const struct boot0_observer *observer = &watcher->command.observer;

    if (!arguments->select.has_wait)
        selection.wait_ms = UINT32_MAX;
    watcher->told_waiting = false;
    return boot0_session_open(session, &watcher->command.bus, &selection, &options, observer,
                              error);
}

static void tell_done(struct watcher *watcher, struct boot0_session *session)
{
    char text[256], size[TEXT_SHORT], time[TEXT_SHORT];
    struct boot0_report report;

    boot0_session_report(session, &report);
    if (watcher->arguments->json) {
        watcher->command.session = session;
        struct json json = command_json_begin(&watcher->command);

        json_text(&json, "file", watcher->file.name);
        json_number(&json, "bytes_written", report.bytes_written);
        json_number(&json, "sectors_erased", report.sectors_erased);
        json_seconds(&json, "seconds", report.total_us);
        json_bool(&json, "started", report.started);
        json_end(&json);
        fflush(stdout);
        watcher->command.session = NULL;
        return;
    }
    snprintf(text, sizeof text, "flashed the board at %s: %s written in %s%s",
             boot0_session_board(session)->usb.path, text_size(size, report.bytes_written),
             text_time(time, report.total_us), report.started ? ", program started" : "");
    say(watcher, text);
}

/* The changes that command_load() makes to the options apply to one update only. */
static struct boot0_image *load(struct watcher *watcher, struct arguments *arguments,
                                struct boot0_error *error)
{
    *arguments = *watcher->arguments;
    watch_file_take(&watcher->file);
    return command_load(arguments, 0, 1, error);
}

/*
 * Reads the file before it waits for a board, to report mistakes at once, and again when a board is
 * there, because the file may have changed meanwhile.
 */
static enum boot0_status flash_once(struct watcher *watcher, struct boot0_error *error)
{
    struct arguments arguments;
    struct boot0_session *session = NULL;
    struct boot0_image *image = load(watcher, &arguments, error);
    enum boot0_status status = image ? BOOT0_OK : error->code;

    boot0_image_free(image);
    image = NULL;
    if (status == BOOT0_OK)
        status = open_session(watcher, &session, error);
    if (status == BOOT0_OK) {
        image = load(watcher, &arguments, error);
        status = image ? BOOT0_OK : error->code;
    }
    if (status == BOOT0_OK) {
        struct boot0_flash_options options = command_flash_options(&arguments);

        status = boot0_session_flash(session, image, &options, error);
    }
    if (status == BOOT0_OK)
        tell_done(watcher, session);
    boot0_session_close(session);
    boot0_image_free(image);
    return status;
}

/* An error that plugging in again or a reset may fix. */
static bool is_of_the_board(enum boot0_status status)
{
    return status == BOOT0_E_IO || status == BOOT0_E_GONE || status == BOOT0_E_PROTOCOL ||
           status == BOOT0_E_NO_BOARD || status == BOOT0_E_SEVERAL ||
           status == BOOT0_E_PERMISSION || status == BOOT0_E_BUSY;
}

static void tell_error(struct watcher *watcher, const struct boot0_error *error)
{
    char text[1200], remedy[ADVICE_TEXT];

    if (watcher->arguments->json) {
        report_error(error, true);
        return;
    }
    snprintf(text, sizeof text, "failed: %s", error->message);
    if (!watcher->arguments->quiet) {
        say(watcher, text);
        /* watch waits for a board that is gone: the user need not repeat anything. */
        if (error->code != BOOT0_E_GONE && advice_text(remedy, error)[0])
            print_wrapped(stderr, "          ", remedy);
        say(watcher, is_of_the_board(error->code)
                         ? "waiting for boards to come or go, or for the file to change"
                         : "waiting for the file to change");
    } else {
        report_error(error, false);
    }
}

/* ---- waiting ---- */

/* A hash of the connected boards. */
static uint32_t boards_there(const struct watcher *watcher)
{
    struct boot0_candidate list[32];
    struct boot0_error error;
    uint32_t sum = 2166136261u; /* FNV-1a */
    size_t count;

    if (watcher->command.bus.ops->scan(watcher->command.bus.context, list, 32, &count, &error) !=
        BOOT0_OK)
        return 0;
    for (size_t i = 0; i < count && i < 32; i++) {
        for (const char *c = list[i].path; *c; c++)
            sum = (sum ^ (uint8_t)*c) * 16777619u;
        sum = (sum ^ list[i].address) * 16777619u;
    }
    return sum;
}

/*
 * Waits until the file has changed and is complete; after a board's failure also until boards
 * change.
 */
static void wait_for_work(struct watcher *watcher, enum boot0_status last)
{
    uint32_t before = boards_there(watcher);

    while (!signals_pending()) {
        if (watch_file_wait(&watcher->file, is_of_the_board(last) ? WAIT_MS : -1)) {
            say(watcher, "the file has changed");
            return;
        }
        if (is_of_the_board(last)) {
            watcher->command.bus.ops->wait_change(watcher->command.bus.context, 1);
            if (boards_there(watcher) != before)
                return;
        }
    }
}

static enum boot0_status watch(struct watcher *watcher, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    if (!watch_file_is_there(&watcher->file)) {
        say(watcher, "the file does not exist yet: waiting for it");
        wait_for_work(watcher, BOOT0_OK);
    }
    while (!signals_pending()) {
        status = flash_once(watcher, error);
        if (signals_pending())
            break;
        if (status != BOOT0_OK)
            tell_error(watcher, error);
        wait_for_work(watcher, status);
    }
    /* Ctrl-C is the normal end; it is an error only if it leaves a board in the middle. */
    if (status == BOOT0_E_CANCELLED && !watcher->told_waiting)
        return status;
    return BOOT0_OK;
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct watcher watcher = {.arguments = arguments};
    enum boot0_status status = BOOT0_OK;
    char text[400];

    if (file_is_standard(arguments->operands[0])) {
        boot0_fail(error, BOOT0_E_USAGE, "cannot watch standard input: it does not change");
        return boot0_hint(error, "Name a file; `boot0 flash -` reads standard input.");
    }
    status = watch_file_open(&watcher.file, arguments->operands[0], error);
    if (status != BOOT0_OK)
        return status;
    status = confirm_for_all(arguments, error);
    if (status == BOOT0_OK)
        status = command_open_bus(&watcher.command, arguments, error);
    if (status == BOOT0_OK) {
        watcher.command.observer =
            (struct boot0_observer){.progress = on_progress, .context = &watcher};
        signals_announce(false);
        snprintf(text, sizeof text, "watching %.300s; press Ctrl-C to stop", watcher.file.name);
        say(&watcher, text);
        status = watch(&watcher, error);
    }
    command_close(&watcher.command);
    watch_file_close(&watcher.file);
    return status;
}

static const enum option taken[] = {
    OPTIONS_BOARD,        OPTION_ADDRESS, OPTION_FULL,          OPTION_NO_PRESERVE,
    OPTION_NO_VERIFY,     OPTION_NO_RUN,  OPTION_VDD,           OPTION_PATIENT,
    OPTION_BOARD_PROFILE, OPTION_CHIP,    OPTION_IGNORE_SUFFIX, OPTION_ALLOW_OPTION_BYTES,
    OPTION_SKIP_RAM,      OPTION_FORCE,   OPTION_YES,           OPTION_JSON,
    OPTION_QUIET,         OPTION_HELP};

const struct command command_watch = {
    .name = "watch",
    .operands = "FILE",
    .wants = "FILE",
    .summary = "flash a board each time a file changes",
    .text = "Flashes the file, and again each time it changes, as soon as nobody has written to "
            "it for a moment. If no board is in DFU mode, boot0 waits for one, and reboots "
            "programs that have a DFU interface into DFU mode. It continues after errors, until "
            "Ctrl-C. The file can be missing at first, and can be replaced by another file of the "
            "same name.",
    .examples = "  boot0 watch build/firmware.elf\n  boot0 watch --vdd 3.3 -s 315A28A0B956 app.bin",
    COMMAND_OPTIONS(taken),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
