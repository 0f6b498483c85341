/* Progress on stderr. */
#include "progress.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

enum {
    REDRAW_US = 100000,
    BAR_MAX = 30,
    LINE_MAX_LENGTH = 256,
};

static const struct {
    const char *doing;
    const char *done;
} phases[B0_PHASE_COUNT] = {
    [B0_PHASE_WAIT] = {"Waiting", "Waited"},       [B0_PHASE_READ] = {"Comparing", "Compared"},
    [B0_PHASE_ERASE] = {"Erasing", "Erased"},      [B0_PHASE_WRITE] = {"Writing", "Wrote"},
    [B0_PHASE_VERIFY] = {"Verifying", "Verified"}, [B0_PHASE_RUN] = {"Starting", "Started"},
};

struct progress progress_start(bool quiet)
{
    return (struct progress){
        .quiet = quiet, .bar = terminal_is_smart(stderr), .phase = B0_PHASE_COUNT};
}

static uint64_t bytes_per_second(const struct boot0_progress *now)
{
    return now->elapsed_us ? now->done * 1000000 / now->elapsed_us : 0;
}

/* "  20 KiB of 40 KiB  19.0 KiB/s  1.1 s left" */
static void format_numbers(const struct boot0_progress *now, char *text, size_t size)
{
    char done[TEXT_SHORT], total[TEXT_SHORT], rate[TEXT_SHORT], left[TEXT_SHORT];
    uint64_t speed = bytes_per_second(now);
    int length =
        snprintf(text, size, "%s of %s", text_size(done, now->done), text_size(total, now->total));

    if (speed == 0 || length < 0 || (size_t)length >= size)
        return;
    snprintf(text + length, size - (size_t)length, "  %s/s  %s left", text_size(rate, speed),
             text_time(left, (now->total - now->done) * 1000000 / speed));
}

void progress_format(const struct boot0_progress *now, int width, char *line, size_t size)
{
    char numbers[LINE_MAX_LENGTH] = "", bar[BAR_MAX + 1];
    unsigned percent = now->total ? (unsigned)(now->done * 100 / now->total) : 0;
    int room = width - 1 - 10 - 8, filled;

    if (size > (size_t)width)
        size = (size_t)width;
    if (now->total == 0) {
        snprintf(line, size, "%s…", phases[now->phase].doing);
        return;
    }
    format_numbers(now, numbers, sizeof numbers);
    room -= (int)strlen(numbers) + 2;
    if (room > BAR_MAX)
        room = BAR_MAX;
    if (room < 4) {
        snprintf(line, size, "%-10s%3u%%  %s", phases[now->phase].doing, percent, numbers);
        return;
    }
    filled = (int)(now->done * (uint64_t)room / now->total);
    memset(bar, '-', (size_t)room);
    memset(bar, '#', (size_t)filled);
    bar[room] = '\0';
    snprintf(line, size, "%-10s[%s] %3u%%  %s", phases[now->phase].doing, bar, percent, numbers);
}

static void draw(struct progress *progress, const struct boot0_progress *now)
{
    char line[LINE_MAX_LENGTH];

    progress_format(now, terminal_width(stderr), line, sizeof line);
    fprintf(stderr, "\r\033[K%s", line); /* ECMA-48: erase to the end of the line */
    fflush(stderr);
    progress->on_line = true;
    progress->drawn_us = now->elapsed_us;
}

/* What stays on the screen of a phase that is over. */
static void finish_phase(struct progress *progress)
{
    const struct boot0_progress *last = &progress->last;
    char size[TEXT_SHORT], time[TEXT_SHORT];

    if (progress->on_line)
        fputs("\r\033[K", stderr);
    progress->on_line = false;
    if (progress->phase == B0_PHASE_COUNT || progress->phase == B0_PHASE_WAIT || last->done == 0)
        return;
    fprintf(stderr, "%s %s in %s\n", phases[progress->phase].done, text_size(size, last->done),
            text_time(time, last->elapsed_us));
}

/* A new phase, or the same one anew: a second plan after a failure. */
static bool is_new(const struct progress *progress, const struct boot0_progress *now)
{
    return now->phase != progress->phase || now->elapsed_us < progress->last.elapsed_us;
}

bool progress_update(void *context, const struct boot0_progress *now)
{
    struct progress *progress = context;

    if (!progress->quiet) {
        if (is_new(progress, now)) {
            finish_phase(progress);
            progress->phase = now->phase;
            progress->drawn_us = 0;
            if (progress->bar || now->phase == B0_PHASE_WAIT)
                draw(progress, now);
        } else if (progress->bar &&
                   (now->elapsed_us >= progress->drawn_us + REDRAW_US || now->done == now->total)) {
            draw(progress, now);
        }
    }
    progress->last = *now;
    return !signals_pending();
}

void progress_note(void *context, const char *text)
{
    struct progress *progress = context;

    if (progress->quiet)
        return;
    if (progress->on_line)
        fputs("\r\033[K", stderr);
    progress->on_line = false;
    print_wrapped(stderr, "Note: ", text);
}

void progress_end(struct progress *progress)
{
    if (!progress->quiet)
        finish_phase(progress);
    progress->phase = B0_PHASE_COUNT;
}
