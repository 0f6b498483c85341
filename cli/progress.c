/* Progress on stderr. */
#include "progress.h"
#include "print.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

enum {
    REDRAW_US = 100000,
    RATE_AFTER_US = 300000, /* before that, rate and time left would be guesses */
    BAR_MAX = 30,
    BAR_MIN = 10,
    LINE_MAX_LENGTH = 256,
};

/* Columns: "Verifying ", then "[] 100%  " around the bar, then what format_numbers() writes. */
enum {
    LABEL_COLUMNS = 10,
    PERCENT_COLUMNS = 9,
    AMOUNT_COLUMNS = 20, /* "1.25 MiB of 2.00 MiB" */
    RATE_COLUMNS = 25,   /* ", 55.6 KiB/s, 9.6 s left" and one to spare */
};

static const char clear_line[] = "\r\033[K"; /* ECMA-48, 8.3.41 EL */

struct words {
    const char *doing;
    const char *done; /* NULL: nothing is said at the end */
};

static struct words words_of(const struct progress *progress, enum boot0_phase phase)
{
    static const struct words phases[B0_PHASE_COUNT] = {
        [B0_PHASE_WAIT] = {"Waiting for a board", NULL},
        [B0_PHASE_READ] = {"Comparing", "Compared"},
        [B0_PHASE_ERASE] = {"Erasing", "Erased"},
        [B0_PHASE_WRITE] = {"Writing", "Wrote"},
        [B0_PHASE_VERIFY] = {"Verifying", "Verified"},
        [B0_PHASE_RUN] = {"Starting", NULL},
    };

    if (phase == B0_PHASE_READ && progress->copies)
        return (struct words){"Reading", "Read"};
    return phases[phase];
}

struct progress progress_start(bool silent, bool quiet)
{
    signals_announce(!quiet);
    return (struct progress){.silent = silent,
                             .quiet = quiet,
                             .bar = terminal_is_smart(stderr),
                             .last.phase = B0_PHASE_COUNT};
}

/* "20 KiB of 40 KiB, 19.0 KiB/s, 1.1 s left" */
static void format_numbers(const struct boot0_progress *now, bool with_rate, char *text,
                           size_t size)
{
    char done[TEXT_SHORT], total[TEXT_SHORT], rate[TEXT_SHORT], left[TEXT_SHORT];
    uint64_t speed = now->elapsed_us ? now->done * 1000000 / now->elapsed_us : 0, left_us;
    size_t length;

    snprintf(text, size, "%s of %s", text_size(done, now->done), text_size(total, now->total));
    if (!with_rate || speed == 0 || now->elapsed_us < RATE_AFTER_US)
        return;
    length = strlen(text);
    left_us = (now->total - now->done) * 1000000 / speed;
    snprintf(text + length, size - length, ", %s/s, %s left", text_size(rate, speed),
             left_us < 1000000 ? "<1 s" : text_time(left, left_us));
}

void progress_format(const struct progress *progress, const struct boot0_progress *now, int width,
                     char *line, size_t size)
{
    int room = width - 1 - LABEL_COLUMNS - PERCENT_COLUMNS, filled;
    bool with_rate = room >= BAR_MIN + AMOUNT_COLUMNS + RATE_COLUMNS;
    bool with_amount = room >= BAR_MIN + AMOUNT_COLUMNS;
    const char *doing = words_of(progress, now->phase).doing;
    char numbers[LINE_MAX_LENGTH] = "", bar[BAR_MAX + 1], time[TEXT_SHORT];

    if (size > (size_t)width)
        size = (size_t)width;
    if (now->total == 0) {
        snprintf(line, size, now->elapsed_us >= 1000000 ? "%s... %s" : "%s...", doing,
                 text_time(time, now->elapsed_us));
        return;
    }
    if (with_amount)
        format_numbers(now, with_rate, numbers, sizeof numbers);
    room -= (with_amount ? AMOUNT_COLUMNS : 0) + (with_rate ? RATE_COLUMNS : 0);
    room = room > BAR_MAX ? BAR_MAX : room;
    room = room < 0 ? 0 : room;
    filled = (int)(now->done * (uint64_t)room / now->total);
    memset(bar, '-', (size_t)room);
    memset(bar, '#', (size_t)filled);
    bar[room] = '\0';
    snprintf(line, size, "%-*s[%s] %3u%%%s%s", LABEL_COLUMNS, doing, bar,
             (unsigned)(now->done * 100 / now->total), with_amount ? "  " : "", numbers);
}

static void clear(struct progress *progress)
{
    if (progress->on_line)
        fputs(clear_line, stderr);
    progress->on_line = false;
}

static void draw(struct progress *progress, const struct boot0_progress *now)
{
    char line[LINE_MAX_LENGTH];

    progress_format(progress, now, terminal_width(stderr), line, sizeof line);
    fputs(clear_line, stderr);
    print_to(stderr, "%s", line);
    fflush(stderr);
    progress->on_line = true;
    progress->drawn_us = now->elapsed_us;
}

void progress_line(struct progress *progress, const char *label, const char *text)
{
    char column[LABEL_COLUMNS + 1];

    if (progress->silent)
        return;
    clear(progress);
    snprintf(column, sizeof column, "%-*s", LABEL_COLUMNS, label);
    print_wrapped(stderr, column, text);
}

/* What stays on the screen of a phase that is over. */
static void finish_phase(struct progress *progress)
{
    const struct boot0_progress *last = &progress->last;
    char text[2 * TEXT_SHORT + 8], size[TEXT_SHORT], time[TEXT_SHORT];
    struct words words;

    clear(progress);
    if (last->phase == B0_PHASE_COUNT || last->done == 0)
        return;
    words = words_of(progress, last->phase);
    if (!words.done)
        return;
    snprintf(text, sizeof text, "%s in %s", text_size(size, last->done),
             text_time(time, last->elapsed_us));
    progress_line(progress, words.done, text);
}

/* The first of a phase, or of the same one anew: a second plan after a failure. */
static bool is_new(const struct progress *progress, const struct boot0_progress *now)
{
    return now->phase != progress->last.phase || now->elapsed_us < progress->last.elapsed_us;
}

static void show(struct progress *progress, const struct boot0_progress *now)
{
    bool begins = is_new(progress, now);

    if (begins)
        finish_phase(progress);
    if (progress->bar) {
        if (begins || now->elapsed_us >= progress->drawn_us + REDRAW_US)
            draw(progress, now);
    } else if (begins && now->phase == B0_PHASE_WAIT) {
        fputs("Waiting for a board...\n", stderr);
    }
}

bool progress_update(void *context, const struct boot0_progress *now)
{
    struct progress *progress = context;

    if (!progress->silent)
        show(progress, now);
    progress->last = *now;
    return !signals_pending();
}

void progress_note(void *context, const char *text)
{
    struct progress *progress = context;

    if (progress->quiet)
        return;
    clear(progress);
    print_wrapped(stderr, "Note: ", text);
}

void progress_end(struct progress *progress)
{
    if (!progress->silent)
        finish_phase(progress);
    progress->last.phase = B0_PHASE_COUNT;
}

void progress_break_off(struct progress *progress)
{
    clear(progress);
    progress->last.phase = B0_PHASE_COUNT;
}
