/* SPDX-License-Identifier: MIT */
/* See record.h. */
#include "record.h"

#include "../chip.h"
#include "../command.h"
#include "clock.h"

#include <base/platform/process.h>
#include <base/platform/text.h>
#include <base/print/json.h>
#include <stdlib.h>
#include <string.h>

static const char begin_start[] = "{\"event\":\"begin\",\"id\":\"";
static const char done_start[] = "{\"event\":\"done\",\"id\":\"";
static const char lost_start[] = "{\"event\":\"lost\",\"id\":\"";

/* ---- boards that are not done ---- */

/* The id after `start`, and its length. NULL: the line begins otherwise. */
static const char *id_of(const char *line, const char *start, size_t *length)
{
    size_t skip = strlen(start);

    if (strncmp(line, start, skip) != 0)
        return NULL;
    *length = strcspn(line + skip, "\"");
    return line[skip + *length] == '"' && *length > 0 ? line + skip : NULL;
}

static bool add_open(struct record_open_lines *open, const char *line)
{
    if (open->count == open->room) {
        size_t room = open->room ? 2 * open->room : 16;
        char **lines = realloc(open->lines, room * sizeof *lines);

        if (!lines)
            return false;
        open->lines = lines;
        open->room = room;
    }
    open->lines[open->count] = strdup(line);
    return open->lines[open->count] && ++open->count;
}

static void close_open(struct record_open_lines *open, const char *id, size_t length)
{
    for (size_t i = open->count; i-- > 0;) {
        size_t other_length;
        const char *other = id_of(open->lines[i], begin_start, &other_length);

        if (!other || other_length != length || memcmp(other, id, length) != 0)
            continue;
        free(open->lines[i]);
        open->count--;
        memmove(open->lines + i, open->lines + i + 1, (open->count - i) * sizeof *open->lines);
        return;
    }
}

bool record_learn(void *open_lines, const char *line)
{
    struct record_open_lines *open = open_lines;
    size_t length;
    const char *id = id_of(line, begin_start, &length);

    if (id)
        return line[strlen(line) - 1] != '}' || add_open(open, line);
    id = id_of(line, done_start, &length);
    if (!id)
        id = id_of(line, lost_start, &length);
    if (id)
        close_open(open, id, length);
    return true;
}

void record_forget(struct record_open_lines *open)
{
    for (size_t i = 0; i < open->count; i++)
        free(open->lines[i]);
    free(open->lines);
    memset(open, 0, sizeof *open);
}

static enum boot0_status tell_lost(struct record *record, void (*lost)(const char *line),
                                   struct boot0_error *error)
{
    struct record_open_lines open = {NULL, 0, 0};
    enum boot0_status status = journal_read(&record->journal, record_learn, &open, error);

    for (size_t i = 0; status == BOOT0_OK && i < open.count; i++) {
        char line[160], now[CLOCK_TEXT];
        size_t length;
        const char *id = id_of(open.lines[i], begin_start, &length);

        if (!id)
            continue; /* cannot be: record_learn() keeps only lines that begin so */
        lost(open.lines[i]);
        snprintf(line, sizeof line, "%s%.*s\",\"time\":\"%s\"}", lost_start,
                 (int)(length < RECORD_ID ? length : RECORD_ID), id, clock_text(now));
        status = journal_append(&record->journal, line, error);
    }
    record_forget(&open);
    return status;
}

enum boot0_status record_open(struct record *record, const char *name,
                              void (*lost)(const char *line), struct boot0_error *error)
{
    char now[CLOCK_TEXT];
    enum boot0_status status;

    memset(record, 0, sizeof *record);
    record->journal.fd = -1;
    if (!name)
        return BOOT0_OK;
    snprintf(record->run, sizeof record->run, "%.23s-%lu", clock_text(now),
             b0_process_id() % 1000000000);
    status = journal_open(&record->journal, name, error);
    if (status == BOOT0_OK && journal_try_alone(&record->journal))
        status = tell_lost(record, lost, error);
    /* While this run lasts, other runs do not take its boards for lost. */
    if (status == BOOT0_OK)
        status = journal_lock(&record->journal, JOURNAL_SHARED, error);
    return status;
}

void record_close(struct record *record)
{
    journal_close(&record->journal);
}

/* ---- lines ---- */

struct line {
    struct b0_text text;
    struct json json;
};

static bool line_begin(struct line *line, const char *event, const struct record_board *board)
{
    char now[CLOCK_TEXT];

    if (!b0_text_begin(&line->text))
        return false;
    line->json = json_begin(line->text.file);
    json_text(&line->json, "event", event);
    json_text(&line->json, "id", board->id);
    json_text(&line->json, "time", clock_text(now));
    json_text(&line->json, "path", board->path);
    json_text(&line->json, "serial", board->board->serial);
    json_chip(&line->json, board->board->chips, board->board->chip_count);
    json_text(&line->json, "image_sha256", board->digest);
    if (board->csv_line > 0)
        json_number(&line->json, "csv_line", board->csv_line);
    values_write(board->values, &line->json);
    return true;
}

static enum boot0_status line_end(struct line *line, struct record *record,
                                  struct boot0_error *error)
{
    enum boot0_status status;
    char *text;

    json_end(&line->json);
    text = b0_text_end(&line->text);
    if (!text)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    text[strcspn(text, "\n")] = '\0'; /* the line feed is journal_append()'s */
    status = journal_append(&record->journal, text, error);
    free(text);
    return status;
}

enum boot0_status record_begin(struct record *record, struct record_board *board,
                               struct boot0_error *error)
{
    struct line line;

    if (record->journal.fd < 0)
        return BOOT0_OK;
    snprintf(board->id, sizeof board->id, "%s-%u", record->run, ++record->count);
    if (!line_begin(&line, "begin", board))
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    return line_end(&line, record, error);
}

enum boot0_status record_done(struct record *record, const struct record_board *board,
                              const struct boot0_report *report, const struct boot0_error *result,
                              struct boot0_error *error)
{
    struct line line;

    if (record->journal.fd < 0)
        return BOOT0_OK;
    if (!line_begin(&line, "done", board))
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    json_bool(&line.json, "ok", result->code == BOOT0_OK);
    json_seconds(&line.json, "seconds", report->total_us);
    json_number(&line.json, "bytes_written", report->bytes_written);
    json_bool(&line.json, "touched", report->touched);
    json_bool(&line.json, "started", report->started);
    if (board->has_report)
        json_bool(&line.json, "reported", board->reported);
    if (result->code != BOOT0_OK)
        json_error(&line.json, result);
    return line_end(&line, record, error);
}
