/* What is seen of many boards: a line each that is redrawn on a terminal, else one per event. */
#include "gang.h"

#include "../json.h"
#include "../text.h"

#include <string.h>

enum {
    LINES_MAX = 20, /* of boards at work on a terminal */
};

static const char *const phase_names[B0_PHASE_COUNT] = {
    [B0_PHASE_WAIT] = "waiting",  [B0_PHASE_READ] = "comparing",   [B0_PHASE_ERASE] = "erasing",
    [B0_PHASE_WRITE] = "writing", [B0_PHASE_VERIFY] = "verifying", [B0_PHASE_RUN] = "starting",
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
    for (; gang->drawn > 0; gang->drawn--)
        fputs("\033[A\033[K", stderr); /* ECMA-48: CUU, EL */
    fflush(stderr);
}

static void print_json(const struct member *member)
{
    struct json json = json_begin(stdout);

    json_text(&json, "path", member->path);
    json_text(&json, "serial", member->serial);
    json_text(&json, "chip", member->chip);
    json_bool(&json, "ok", member->result.code == B0_OK);
    if (member->digest[0])
        json_text(&json, "image_sha256", member->digest);
    if (member->csv_line > 0)
        json_number(&json, "csv_line", member->csv_line);
    json_number(&json, "sectors_erased", member->report.sectors_erased);
    json_number(&json, "bytes_written", member->report.bytes_written);
    json_bool(&json, "started", member->report.started);
    json_seconds(&json, "seconds", member->report.total_us);
    if (member->result.code != B0_OK)
        json_error(&json, &member->result);
    json_end(&json);
}

static void print_result(const struct member *member)
{
    char label[GANG_PATH + B0_TEXT_MAX + 4], time[TEXT_SHORT], size[TEXT_SHORT], text[1200],
        row[64] = "";

    snprintf(label, sizeof label, "%-10s %-16s ", member->path, member->serial);
    if (member->csv_line > 0)
        snprintf(row, sizeof row, ", with line %zu of the CSV file", member->csv_line);
    text_time(time, member->report.total_us);
    if (member->result.code != B0_OK)
        snprintf(text, sizeof text, "FAILED: %s%s", member->result.message, row);
    else if (member->report.bytes_written == 0 && member->report.sectors_erased == 0)
        snprintf(text, sizeof text, "done in %s: it held all of it already%s", time, row);
    else
        snprintf(text, sizeof text, "done in %s: %s written%s", time,
                 text_size(size, member->report.bytes_written), row);
    print_wrapped(stdout, label, text);
    if (member->result.code != B0_OK && member->result.hint[0])
        print_wrapped(stdout, "           ", member->result.hint);
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
            print_result(member);
        fflush(stdout);
    }
}

void show_update(struct gang *gang)
{
    int width = gang->smart ? terminal_width(stderr) : 0;

    pthread_mutex_lock(&gang->lock);
    show_results(gang);
    if (gang->smart)
        show_clear(gang);
    for (size_t i = 0; gang->smart && i < gang->count && gang->drawn < LINES_MAX; i++) {
        char line[GANG_LINE];

        if (gang->members[i]->state != MEMBER_WORKS)
            continue;
        show_line(gang->members[i], width, line);
        fprintf(stderr, "%s\n", line);
        gang->drawn++;
    }
    fflush(stderr);
    pthread_mutex_unlock(&gang->lock);
}
