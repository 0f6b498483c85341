/* SPDX-License-Identifier: MIT */
/*
 * What a gang prints: a result for each board, on standard output, and a table on a terminal. Where
 * both are on the same terminal, a good board's result is the last state of its row, and is printed
 * when the row leaves the table.
 */
#include "gang.h"

#include "../advice.h"
#include "../chip.h"
#include "../print.h"
#include "../text.h"

#include <base/platform/terminal.h>
#include <base/print/json.h>
#include <string.h>

enum {
    NARROW = 60, /* columns; below that, results leave out the serial number */
};

static const char margin[] = "           ";

/* ---- results ---- */

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
    values_write(&worker->values, &json);
    if (worker->label)
        json_text(&json, "label", worker->label);
    if (worker->note[0])
        json_text(&json, "message", worker->note);
    json_number(&json, "sectors_erased", worker->report.sectors_erased);
    json_number(&json, "bytes_written", worker->report.bytes_written);
    json_bool(&json, "started", worker->report.started);
    json_seconds(&json, "seconds", worker->report.total_us);
    if (worker->result.code != BOOT0_OK)
        json_error(&json, &worker->result);
    json_end(&json);
}

/* Many boards can fail alike: the remedy is printed once. */
static void print_hint(struct gang *gang, const struct worker *worker)
{
    char remedy[ADVICE_TEXT], before[ADVICE_TEXT] = "";

    advice_text(remedy, &worker->result);
    if (gang->hinted)
        advice_text(before, &gang->hinted->result);
    if (strcmp(remedy, before) == 0)
        return;
    gang->hinted = worker;
    print_wrapped(stdout, margin, remedy);
}

static void print_result(struct gang *gang, const struct worker *worker)
{
    char label[GANG_PATH + BOOT0_TEXT_MAX + 4], time[TEXT_SHORT], size[TEXT_SHORT], text[1200],
        row[64] = "";

    if (terminal_width(stdout) < NARROW)
        snprintf(label, sizeof label, "%-7s ", worker->path);
    else
        snprintf(label, sizeof label, "%-10s %-16s ", worker->path, worker->serial);
    if (worker->csv_line > 0)
        snprintf(row, sizeof row, ", with line %zu of the CSV file", worker->csv_line);
    text_time(time, worker->report.total_us);
    if (worker->result.code != BOOT0_OK)
        snprintf(text, sizeof text, "FAILED: %s%s", worker->result.message, row);
    else if (worker->report.bytes_written == 0 && worker->report.sectors_erased == 0)
        snprintf(text, sizeof text, "done in %s: nothing to write%s", time, row);
    else
        snprintf(text, sizeof text, "done in %s: %s written%s", time,
                 text_size(size, worker->report.bytes_written), row);
    print_wrapped(stdout, label, text);
    if (worker->note[0])
        print_wrapped(stdout, margin, worker->note);
    if (worker->label && !gang->arguments->gang.label_to)
        print_wrapped(stdout, margin, worker->label);
    if (worker->result.code != BOOT0_OK)
        print_hint(gang, worker);
}

static void show_result(struct gang *gang, struct worker *worker)
{
    if (worker->shown)
        return;
    table_clear(gang);
    worker->shown = true;
    if (gang->arguments->json)
        print_json(worker);
    else
        print_result(gang, worker);
    fflush(stdout);
}

/* ---- rows that leave the table ---- */

static bool is_good(const struct worker *worker)
{
    return worker->stage == WORKER_ENDED && worker->result.code == BOOT0_OK;
}

static void leave_table(struct gang *gang, struct worker *worker)
{
    show_result(gang, worker);
    worker->gone = true;
}

/* Another board is at the port, or the same one again. */
static bool is_replaced(const struct gang *gang, size_t index)
{
    for (size_t i = index + 1; i < gang->count; i++)
        if (strcmp(gang->workers[i]->path, gang->workers[index]->path) == 0)
            return true;
    return false;
}

/* How many of so many rows are left when boards that are done have left the table. */
static size_t release(struct gang *gang, size_t rows, size_t room, bool failed_too)
{
    for (size_t i = 0; i < gang->count && rows > room; i++) {
        struct worker *worker = gang->workers[i];

        if (worker->gone || worker->stage != WORKER_ENDED || (!is_good(worker) && !failed_too))
            continue;
        leave_table(gang, worker);
        rows--;
    }
    return rows;
}

/* Boards that have ended make room for those at work: good ones first. */
static void make_room(struct gang *gang)
{
    size_t rows = 0, room = table_room();

    for (size_t i = 0; i < gang->count; i++)
        rows += !gang->workers[i]->gone;
    rows = release(gang, rows, room, false);
    (void)release(gang, rows, room, true);
}

static void show_results(struct gang *gang)
{
    bool waits = gang->smart && b0_is_terminal(stdout);

    for (size_t i = 0; i < gang->count; i++) {
        struct worker *worker = gang->workers[i];

        if (worker->stage != WORKER_ENDED || worker->gone)
            continue;
        if (!waits || !is_good(worker))
            show_result(gang, worker);
        if (!gang->smart || is_replaced(gang, i))
            leave_table(gang, worker);
    }
    if (gang->smart)
        make_room(gang);
}

/* ---- news ---- */

/* After Ctrl-C, once, and only if there is something to wait for. */
static void show_stop(struct gang *gang, bool stopping, size_t at_work)
{
    if (gang->told_stop || at_work == 0 || !stopping)
        return;
    gang->told_stop = true;
    table_clear(gang);
    if (!gang->arguments->quiet && !gang->arguments->json)
        print_wrapped(stderr, "Note: ", "stopping safely; press Ctrl-C again to quit at once");
}

void show_update(struct gang *gang, bool stopping)
{
    size_t at_work = 0;

    b0_mutex_lock(&gang->lock);
    for (size_t i = 0; i < gang->count; i++)
        at_work += gang->workers[i]->stage != WORKER_ENDED;
    show_stop(gang, stopping, at_work);
    show_results(gang);
    if (gang->smart)
        table_draw(gang);
    b0_mutex_unlock(&gang->lock);
}

void show_end(struct gang *gang)
{
    b0_mutex_lock(&gang->lock);
    table_clear(gang);
    for (size_t i = 0; i < gang->count; i++)
        if (gang->workers[i]->stage == WORKER_ENDED)
            leave_table(gang, gang->workers[i]);
    b0_mutex_unlock(&gang->lock);
}

void show_forget(struct gang *gang, const char *path)
{
    b0_mutex_lock(&gang->lock);
    for (size_t i = 0; i < gang->count; i++)
        if (gang->workers[i]->stage == WORKER_ENDED && strcmp(gang->workers[i]->path, path) == 0)
            leave_table(gang, gang->workers[i]);
    b0_mutex_unlock(&gang->lock);
}
