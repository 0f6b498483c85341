/* SPDX-License-Identifier: MIT */
/* What is seen of many boards: a line each that is redrawn on a terminal, else one per event. */
#include "../print.h"
#include "gang.h"

#include "../chip.h"
#include "../json.h"
#include "../text.h"

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

void show_line(const struct member *member, int width, char line[GANG_LINE])
{
    const struct boot0_progress *progress = &member->progress;
    const char *phase = member->has_progress ? phase_names[progress->phase] : "opening";
    size_t size = width > 0 && width < GANG_LINE ? (size_t)width : GANG_LINE;
    char percent[16] = "";

    if (member->has_progress && progress->total > 0)
        snprintf(percent, sizeof percent, "%3u%%",
                 (unsigned)(progress->done * 100 / progress->total));
    snprintf(line, size, "%-10s %-16s %-10s%s", member->path, member->serial, phase, percent);
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

static void print_json(const struct member *member)
{
    struct json json = json_begin(stdout);

    json_text(&json, "path", member->path);
    json_text(&json, "serial", member->serial);
    json_chip(&json, member->chips, member->chip_count);
    json_bool(&json, "ok", member->result.code == BOOT0_OK);
    if (member->digest[0])
        json_text(&json, "image_sha256", member->digest);
    if (member->csv_line > 0)
        json_number(&json, "csv_line", member->csv_line);
    json_number(&json, "sectors_erased", member->report.sectors_erased);
    json_number(&json, "bytes_written", member->report.bytes_written);
    json_bool(&json, "started", member->report.started);
    json_seconds(&json, "seconds", member->report.total_us);
    if (member->result.code != BOOT0_OK)
        json_error(&json, &member->result);
    json_end(&json);
}

/* A remedy is told once, not below each of many boards that fail alike. */
static void print_hint(struct gang *gang, const struct member *member)
{
    const char *hint = member->result.hint;

    if (!hint[0] || (gang->hinted && strcmp(gang->hinted->result.hint, hint) == 0))
        return;
    gang->hinted = member;
    print_wrapped(stdout, "           ", hint);
}

static void print_result(struct gang *gang, const struct member *member)
{
    char label[GANG_PATH + BOOT0_TEXT_MAX + 4], time[TEXT_SHORT], size[TEXT_SHORT], text[1200],
        row[64] = "";

    snprintf(label, sizeof label, "%-10s %-16s ", member->path, member->serial);
    if (member->csv_line > 0)
        snprintf(row, sizeof row, ", with line %zu of the CSV file", member->csv_line);
    text_time(time, member->report.total_us);
    if (member->result.code != BOOT0_OK)
        snprintf(text, sizeof text, "FAILED: %s%s", member->result.message, row);
    else if (member->report.bytes_written == 0 && member->report.sectors_erased == 0)
        snprintf(text, sizeof text, "done in %s: it held all of it already%s", time, row);
    else
        snprintf(text, sizeof text, "done in %s: %s written%s", time,
                 text_size(size, member->report.bytes_written), row);
    print_wrapped(stdout, label, text);
    if (member->result.code != BOOT0_OK)
        print_hint(gang, member);
}

static void show_results(struct gang *gang)
{
    for (size_t i = 0; i < gang->count; i++) {
        struct member *member = gang->members[i];

        if (member->state == MEMBER_WORKS || member->shown)
            continue;
        show_clear(gang);
        member->shown = true;
        if (gang->arguments->json)
            print_json(member);
        else
            print_result(gang, member);
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
        if (gang->members[i]->state != MEMBER_WORKS)
            continue;
        if (at_work > room && gang->drawn + 1 == room) {
            print_to(stderr, "and %zu more\n", at_work - gang->drawn);
            gang->drawn++;
            return;
        }
        show_line(gang->members[i], width, line);
        print_to(stderr, "%s\n", line);
        gang->drawn++;
    }
}

void show_update(struct gang *gang, bool stopping)
{
    size_t at_work = 0;

    pthread_mutex_lock(&gang->lock);
    for (size_t i = 0; i < gang->count; i++)
        at_work += gang->members[i]->state == MEMBER_WORKS;
    show_stop(gang, stopping, at_work);
    show_results(gang);
    show_clear(gang);
    if (gang->smart)
        draw(gang, at_work);
    fflush(stderr);
    pthread_mutex_unlock(&gang->lock);
}
