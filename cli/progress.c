/* SPDX-License-Identifier: MIT */
/* Progress on stderr. */
#include "progress.h"
#include "advice.h"
#include "print.h"
#include "text.h"
#include "ticker.h"
#include <base/print/json.h>

#include <base/clock.h>
#include <stdio.h>
#include <string.h>

enum {
    REDRAW_US = 100000,
    RATE_AFTER_US = 300000, /* before that, rate and time left are guesses */
    BAR_MAX = 30,
    BAR_MIN = 10,
    NARROW_BAR_MIN = 4,
    LINE_MAX_LENGTH = 256,
    MOMENT_US = 900000,   /* a wait too short to report */
    DOCTOR_US = 10000000, /* a wait for a board long enough for a remark */
    EXPECT_US = 2000000,  /* a time too short to announce */
};

/* Columns: "Verifying ", then "[] 100%  " around the bar, then what format_numbers() writes. */
enum {
    LABEL_COLUMNS = 10,
    PERCENT_COLUMNS = 9,
    NUMBERS_COLUMNS = 45, /* "1.25 MiB of 2.00 MiB, 55.6 KiB/s, 9.6 s left" and one to spare */
    LEFT_COLUMNS = 16,    /* "59 min 59 s left" */
    TIME_COLUMNS = 60,    /* all of what format_time() writes */
};

struct words {
    const char *doing;
    const char *done; /* NULL: no line at the end */
};

static struct words words_of(const struct progress *progress, enum boot0_phase phase)
{
    static const struct words phases[BOOT0_PHASE_COUNT] = {
        [BOOT0_PHASE_WAIT] = {"Waiting for a board", NULL},
        [BOOT0_PHASE_READ] = {"Comparing", "Compared"},
        [BOOT0_PHASE_ERASE] = {"Erasing", "Erased"},
        [BOOT0_PHASE_WRITE] = {"Writing", "Wrote"},
        [BOOT0_PHASE_VERIFY] = {"Verifying", "Verified"},
        [BOOT0_PHASE_RUN] = {"Starting", NULL},
        [BOOT0_PHASE_PREPARE] = {"Preparing", NULL},
    };

    if (phase == BOOT0_PHASE_READ && progress->copies)
        return (struct words){"Reading", "Read"};
    return phases[phase];
}

struct progress progress_start(bool silent, bool quiet)
{
    signals_announce(!quiet);
    return (struct progress){.silent = silent,
                             .quiet = quiet,
                             .bar = terminal_is_smart(stderr),
                             .last.phase = BOOT0_PHASE_COUNT};
}

/* "1.1 s left", of the whole operation; nothing if that is unknown. */
static void format_left(const struct boot0_progress *now, const char *before, char *text,
                        size_t size)
{
    char left[TEXT_SHORT];

    text[0] = '\0';
    if (now->left_us > 0)
        snprintf(text, size, "%s%s left", before,
                 now->left_us < 1000000 ? "<1 s" : text_time(left, now->left_us));
}

/* "20 KiB of 40 KiB, 19.0 KiB/s, 1.1 s left" */
static void format_numbers(const struct boot0_progress *now, char *text, size_t size)
{
    char done[TEXT_SHORT], total[TEXT_SHORT], rate[TEXT_SHORT], left[TEXT_SHORT + 8];
    uint64_t speed = now->elapsed_us ? now->done * 1000000 / now->elapsed_us : 0;
    size_t length;

    snprintf(text, size, "%s of %s", text_size(done, now->done), text_size(total, now->total));
    if (speed == 0 || now->elapsed_us < RATE_AFTER_US)
        return;
    length = strlen(text);
    format_left(now, ", ", left, sizeof left);
    snprintf(text + length, size - length, ", %s/s%s", text_size(rate, speed), left);
}

/* "Erasing... 5.2 s of about 16 s, 10 s left": for a phase whose length is an estimate. */
static void format_time(const struct boot0_progress *now, const char *doing, int width, char *line,
                        size_t size)
{
    char elapsed[TEXT_SHORT], expected[TEXT_SHORT], left[TEXT_SHORT], rest[TEXT_SHORT + 8] = "";
    bool begun = now->elapsed_us >= 1000000;

    text_time(elapsed, now->elapsed_us);
    text_time(expected, now->expected_us);
    if (now->expected_us < EXPECT_US) {
        snprintf(line, size, begun ? "%s... %s" : "%s...", doing, elapsed);
    } else if (now->elapsed_us > now->expected_us) {
        snprintf(line, size, "%s... %s, more than the usual %s", doing, elapsed, expected);
    } else {
        if (width >= TIME_COLUMNS)
            snprintf(rest, sizeof rest, ", %s left",
                     text_time(left, now->expected_us - now->elapsed_us));
        snprintf(line, size, "%s... %s of about %s%s", doing, elapsed, expected, rest);
    }
}

void progress_format(const struct progress *progress, const struct boot0_progress *now, int width,
                     char *line, size_t size)
{
    int room = width - 1 - LABEL_COLUMNS - PERCENT_COLUMNS, filled;
    bool with_numbers = room >= BAR_MIN + NUMBERS_COLUMNS;
    bool with_left = room >= NARROW_BAR_MIN + LEFT_COLUMNS;
    const char *doing = words_of(progress, now->phase).doing;
    char numbers[LINE_MAX_LENGTH] = "", bar[BAR_MAX + 1];

    if (size > (size_t)width)
        size = (size_t)width;
    if (now->total == 0) {
        format_time(now, doing, width, line, size);
        return;
    }
    if (with_numbers)
        format_numbers(now, numbers, sizeof numbers);
    else if (with_left)
        format_left(now, "", numbers, sizeof numbers);
    room -= with_numbers ? NUMBERS_COLUMNS : with_left ? LEFT_COLUMNS : 0;
    room = room > BAR_MAX ? BAR_MAX : room;
    room = room < 0 ? 0 : room;
    filled = (int)(now->done * (uint64_t)room / now->total);
    memset(bar, '-', (size_t)room);
    memset(bar, '#', (size_t)filled);
    bar[room] = '\0';
    snprintf(line, size, "%-*s[%s] %3u%%%s%s", LABEL_COLUMNS, doing, bar,
             (unsigned)(now->done * 100 / now->total), numbers[0] ? "  " : "", numbers);
}

/* ---- the line on the terminal ---- */

static void put_line(const struct progress *progress, const struct boot0_progress *now)
{
    char line[LINE_MAX_LENGTH];

    progress_format(progress, now, terminal_width(stderr), line, sizeof line);
    fputs(CLEAR_LINE, stderr);
    print_to(stderr, "%s", line);
    fflush(stderr);
}

/* Runs in the ticker's thread: during a long transfer, time goes on. */
static void tick(void *context)
{
    struct progress *progress = context;
    struct boot0_progress now = progress->last;

    uint64_t passed_us = b0_clock_us() - progress->told_us;

    now.elapsed_us += passed_us;
    now.left_us -= now.left_us < passed_us ? now.left_us : passed_us;
    put_line(progress, &now);
}

void progress_clear(struct progress *progress)
{
    ticker_stop(progress->ticker);
    progress->ticker = NULL;
    if (progress->on_line) {
        fputs(CLEAR_LINE, stderr);
        fflush(stderr);
    }
    progress->on_line = false;
    signals_line(false);
}

static void draw(struct progress *progress, const struct boot0_progress *now)
{
    signals_line(true);
    put_line(progress, now);
    progress->on_line = true;
    progress->drawn_us = now->elapsed_us;
}

/* Takes an update, and shows it if a redraw is due. */
static void take_news(struct progress *progress, const struct boot0_progress *now)
{
    bool shows = progress->bar && !progress->silent;

    if (progress->ticker)
        ticker_lock(progress->ticker);
    progress->last = *now;
    progress->told_us = b0_clock_us();
    if (shows && (!progress->on_line || now->elapsed_us >= progress->drawn_us + REDRAW_US))
        draw(progress, now);
    if (progress->ticker)
        ticker_unlock(progress->ticker);
    else if (shows && now->total == 0)
        progress->ticker = ticker_start(tick, progress);
}

void progress_line(struct progress *progress, const char *label, const char *text)
{
    char column[LABEL_COLUMNS + 1];

    if (progress->silent)
        return;
    progress_clear(progress);
    snprintf(column, sizeof column, "%-*s", LABEL_COLUMNS, label);
    print_wrapped(stderr, column, text);
}

/* Prints the lasting line of a completed phase. */
static void finish_phase(struct progress *progress)
{
    const struct boot0_progress *last = &progress->last;
    char text[2 * TEXT_SHORT + 8], size[TEXT_SHORT], time[TEXT_SHORT];
    struct words words;

    progress_clear(progress);
    if (last->phase == BOOT0_PHASE_COUNT || last->done == 0)
        return;
    words = words_of(progress, last->phase);
    if (!words.done)
        return;
    snprintf(text, sizeof text, "%s in %s", text_size(size, last->done),
             text_time(time, last->elapsed_us));
    progress_line(progress, words.done, text);
}

/*
 * Whether a phase begins, or begins again: a second plan after a failure. A wait for a board can
 * consist of several.
 */
static bool is_new(const struct progress *progress, const struct boot0_progress *now)
{
    return now->phase != progress->last.phase ||
           (now->phase != BOOT0_PHASE_WAIT && now->elapsed_us < progress->last.elapsed_us);
}

/* Replaces the moving line. */
static void announce(const struct boot0_progress *now)
{
    char time[TEXT_SHORT];

    if (now->phase == BOOT0_PHASE_WAIT)
        fputs("Waiting for a board...\n", stderr);
    else if (now->total == 0 && now->expected_us >= EXPECT_US)
        print_to(stderr, "Erasing, which takes about %s...\n", text_time(time, now->expected_us));
}

/* Suggests `boot0 doctor` when a wait leads to nothing. */
static void tell_doctor(struct progress *progress, const struct boot0_progress *now)
{
    if (now->phase != BOOT0_PHASE_WAIT || now->elapsed_us < DOCTOR_US || progress->told_doctor)
        return;
    progress->told_doctor = true;
    progress_note(progress, "no board yet; run `boot0 doctor` to find out why");
}

/* A board that changes its mode is away only for a moment. */
static bool is_moment(const struct boot0_progress *now)
{
    return now->phase == BOOT0_PHASE_WAIT && now->elapsed_us < MOMENT_US;
}

/* Writes an object at the start and end of a phase, and in between as often as a bar is drawn. */
static void write_object(struct progress *progress, const struct boot0_progress *now)
{
    static const char *const phases[BOOT0_PHASE_COUNT] = {
        [BOOT0_PHASE_WAIT] = "wait",       [BOOT0_PHASE_READ] = "read",
        [BOOT0_PHASE_ERASE] = "erase",     [BOOT0_PHASE_WRITE] = "write",
        [BOOT0_PHASE_VERIFY] = "verify",   [BOOT0_PHASE_RUN] = "run",
        [BOOT0_PHASE_PREPARE] = "prepare",
    };
    bool is_due = is_new(progress, now) || now->elapsed_us >= progress->drawn_us + REDRAW_US ||
                  (now->total > 0 && now->done == now->total);
    struct json json;

    if (!is_due)
        return;
    progress->drawn_us = now->elapsed_us;
    json = json_begin(stdout);
    json_open(&json, "progress");
    json_text(&json, "phase", phases[now->phase]);
    json_number(&json, "done", now->done);
    json_number(&json, "total", now->total);
    json_seconds(&json, "seconds", now->elapsed_us);
    if (now->expected_us > 0)
        json_seconds(&json, "expected_seconds", now->expected_us);
    if (now->left_us > 0)
        json_seconds(&json, "left_seconds", now->left_us);
    json_close(&json);
    json_end(&json);
    fflush(stdout);
}

bool progress_update(void *context, const struct boot0_progress *now)
{
    struct progress *progress = context;

    if (is_moment(now))
        return !signals_pending();
    if (progress->objects) {
        write_object(progress, now);
        progress->last = *now;
        return !signals_pending();
    }
    if (is_new(progress, now) && !progress->silent) {
        finish_phase(progress);
        if (!progress->bar)
            announce(now);
    }
    take_news(progress, now);
    tell_doctor(progress, now);
    return !signals_pending();
}

void progress_note(void *context, const char *text)
{
    struct progress *progress = context;
    bool was_shown = progress->on_line;

    if (progress->objects) {
        struct json json = json_begin(stdout);

        json_text(&json, "note", text);
        json_end(&json);
        fflush(stdout);
    }
    if (progress->quiet)
        return;
    progress_clear(progress);
    print_wrapped(stderr, "Note: ", text);
    if (was_shown) {
        draw(progress, &progress->last);
        if (progress->last.total == 0)
            progress->ticker = ticker_start(tick, progress);
    }
}

void progress_advise(void *context, const struct boot0_error *note)
{
    char text[ADVICE_TEXT];

    progress_note(context, advice_note(text, note));
}

void progress_end(struct progress *progress)
{
    if (!progress->silent)
        finish_phase(progress);
    progress->last.phase = BOOT0_PHASE_COUNT;
}

void progress_break_off(struct progress *progress)
{
    progress_clear(progress);
    progress->last.phase = BOOT0_PHASE_COUNT;
}
