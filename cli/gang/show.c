/* SPDX-License-Identifier: MIT */
/* What is seen of many boards: a line each that is redrawn on a terminal, else one per event. */
#include "../print.h"
#include "gang.h"

#include "../advice.h"
#include "../chip.h"
#include "../text.h"

#include <base/print/json.h>
#include <string.h>

enum {
    LINES_MIN = 4, /* of boards at work, on the lowest terminal */
};

static const char *const phase_names[BOOT0_PHASE_COUNT] = {
    [BOOT0_PHASE_WAIT] = "waiting",      [BOOT0_PHASE_READ] = "comparing",
    [BOOT0_PHASE_ERASE] = "erasing",     [BOOT0_PHASE_WRITE] = "writing",
    [BOOT0_PHASE_VERIFY] = "verifying",  [BOOT0_PHASE_RUN] = "starting",
    [BOOT0_PHASE_PREPARE] = "preparing",
};

void show_line(const struct worker *worker, int width, char line[GANG_LINE])
{
    const struct boot0_progress *progress = &worker->progress;
    const char *phase = worker->has_progress ? phase_names[progress->phase] : "opening";
    size_t size = width > 0 && width < GANG_LINE ? (size_t)width : GANG_LINE;
    char percent[16] = "";

    if (worker->has_progress && progress->total > 0)
        snprintf(percent, sizeof percent, "%3u%%",
                 (unsigned)(progress->done * 100 / progress->total));
    snprintf(line, size, "%-10s %-16s %-10s%s", worker->path, worker->serial, phase, percent);
    for (size_t end = strlen(line); end > 0 && line[end - 1] == ' ';)
        line[--end] = '\0';
}

void show_clear(struct gang *gang)
{
    if (gang->smart && gang->drawn > 0)
        fputs("\r\033[K", stderr); /* what was typed, such as ^C */
    for (; gang->drawn > 0; gang->drawn--)
        fputs("\033[A\033[K", stderr); /* ECMA-48: CUU, EL */
    fflush(stderr);
}

static void print_json(const struct worker *worker)
{
    struct json json = json_begin(stdout);

    json_text(&json, "path", worker->path);
    json_text(&json, "serial", worker->serial);
    json_chip(&json, worker->chips, worker->chip_count);
    json_bool(&json, "ok", worker->result.code == BOOT0_OK);
    if (worker->digest[0])
        json_text(&json, "image_sha256", worker->digest);
    if (worker->csv_line > 0)
        json_number(&json, "csv_line", worker->csv_line);
    json_number(&json, "sectors_erased", worker->report.sectors_erased);
    json_number(&json, "bytes_written", worker->report.bytes_written);
    json_bool(&json, "started", worker->report.started);
    json_seconds(&json, "seconds", worker->report.total_us);
    if (worker->result.code != BOOT0_OK)
        json_error(&json, &worker->result);
    json_end(&json);
}

/* A remedy is told once, not below each of many boards that fail alike. */
static void print_hint(struct gang *gang, const struct worker *worker)
{
    char remedy[ADVICE_TEXT], before[ADVICE_TEXT] = "";

    advice_text(remedy, &worker->result);
    if (gang->hinted)
        advice_text(before, &gang->hinted->result);
    if (strcmp(remedy, before) == 0)
        return;
    gang->hinted = worker;
    print_wrapped(stdout, "           ", remedy);
}

static void print_result(struct gang *gang, const struct worker *worker)
{
    char label[GANG_PATH + BOOT0_TEXT_MAX + 4], time[TEXT_SHORT], size[TEXT_SHORT], text[1200],
        row[64] = "";

    snprintf(label, sizeof label, "%-10s %-16s ", worker->path, worker->serial);
    if (worker->csv_line > 0)
        snprintf(row, sizeof row, ", with line %zu of the CSV file", worker->csv_line);
    text_time(time, worker->report.total_us);
    if (worker->result.code != BOOT0_OK)
        snprintf(text, sizeof text, "FAILED: %s%s", worker->result.message, row);
    else if (worker->report.bytes_written == 0 && worker->report.sectors_erased == 0)
        snprintf(text, sizeof text, "done in %s: it held all of it already%s", time, row);
    else
        snprintf(text, sizeof text, "done in %s: %s written%s", time,
                 text_size(size, worker->report.bytes_written), row);
    print_wrapped(stdout, label, text);
    if (worker->result.code != BOOT0_OK)
        print_hint(gang, worker);
}

static void show_results(struct gang *gang)
{
    for (size_t i = 0; i < gang->count; i++) {
        struct worker *worker = gang->workers[i];

        if (worker->state == WORKER_WORKS || worker->shown)
            continue;
        show_clear(gang);
        worker->shown = true;
        if (gang->arguments->json)
            print_json(worker);
        else
            print_result(gang, worker);
        fflush(stdout);
    }
}

/* Ctrl-C: once, and only if it has something to wait for. */
static void show_stop(struct gang *gang, bool stopping, size_t at_work)
{
    if (gang->told_stop || at_work == 0 || !stopping)
        return;
    gang->told_stop = true;
    show_clear(gang);
    if (!gang->arguments->quiet && !gang->arguments->json)
        print_wrapped(
            stderr, "Note: ", "stopping where the boards can be left; Ctrl-C again quits at once");
}

/* As many lines as the terminal has room for: what has scrolled away cannot be redrawn. */
static void draw(struct gang *gang, size_t at_work)
{
    int width = terminal_width(stderr), height = terminal_height(stderr);
    size_t room = height > LINES_MIN ? (size_t)height - 1 : LINES_MIN;
    char line[GANG_LINE];

    for (size_t i = 0; i < gang->count; i++) {
        if (gang->workers[i]->state != WORKER_WORKS)
            continue;
        if (at_work > room && gang->drawn + 1 == room) {
            print_to(stderr, "and %zu more\n", at_work - gang->drawn);
            gang->drawn++;
            return;
        }
        show_line(gang->workers[i], width, line);
        print_to(stderr, "%s\n", line);
        gang->drawn++;
    }
}

void show_update(struct gang *gang, bool stopping)
{
    size_t at_work = 0;

    b0_mutex_lock(&gang->lock);
    for (size_t i = 0; i < gang->count; i++)
        at_work += gang->workers[i]->state == WORKER_WORKS;
    show_stop(gang, stopping, at_work);
    show_results(gang);
    show_clear(gang);
    if (gang->smart)
        draw(gang, at_work);
    fflush(stderr);
    b0_mutex_unlock(&gang->lock);
}
