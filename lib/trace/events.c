/* SPDX-License-Identifier: MIT */
/* See events.h. */
#include "events.h"

#include <core/array.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_MAX_LENGTH = 1024, /* a refusal can have a long hint */
    EVENTS_MAX = 1 << 22,   /* transfers in one recording: more than an hour */
    LIST_MAX = 64,
};

struct reader {
    struct b0_trace_events *events;
    const char *name;
    unsigned line;
    size_t filled; /* bytes of the last transfer read so far */
};

static struct b0_trace_event *add_event(struct reader *reader, enum b0_trace_kind kind)
{
    struct b0_trace_events *events = reader->events;

    if (events->count == events->room) {
        size_t larger = events->room ? events->room * 2 : 64;
        void *moved =
            events->count < EVENTS_MAX ? realloc(events->all, larger * sizeof *events->all) : NULL;

        if (!moved)
            return NULL;
        events->all = moved;
        events->room = larger;
    }
    memset(&events->all[events->count], 0, sizeof *events->all);
    events->all[events->count].kind = kind;
    events->all[events->count].line = reader->line;
    return &events->all[events->count++];
}

static struct b0_trace_event *last_event(const struct reader *reader, enum b0_trace_kind kind)
{
    const struct b0_trace_events *events = reader->events;

    if (events->count == 0 || events->all[events->count - 1].kind != kind)
        return NULL;
    return &events->all[events->count - 1];
}

/* ---- boards ---- */

/* Parses the number after "key=" and `commas` commas. False if it is missing. */
static bool number_of(const char *text, const char *key, unsigned commas, uint16_t *number)
{
    const char *at = strstr(text, key);
    unsigned long value;
    char *end;

    if (!at)
        return false;
    at += strlen(key);
    for (; commas > 0 && at; commas--) {
        at = strchr(at, ',');
        at = at ? at + 1 : NULL;
    }
    if (!at)
        return false;
    value = strtoul(at, &end, 0);
    *number = (uint16_t)value;
    return end != at && value <= UINT16_MAX;
}

/* Older recordings omit some values; they are 0. */
static uint16_t number_or_0(const char *text, const char *key)
{
    uint16_t number;

    return number_of(text, key, 0, &number) ? number : 0;
}

/* Returns the second word of a line: the port. */
static void take_path(const char *line, char path[BOOT0_PATH_MAX])
{
    size_t length;

    line += strspn(line, " ");
    line += strcspn(line, " ");
    line += strspn(line, " ");
    length = strcspn(line, " ");
    if (length >= BOOT0_PATH_MAX)
        length = BOOT0_PATH_MAX - 1;
    memcpy(path, line, length);
    path[length] = '\0';
}

static bool parse_board(const char *line, const char *text, struct boot0_candidate *c)
{
    uint16_t strings[3], dfu[2];

    memset(c, 0, sizeof *c);
    take_path(line, c->path);
    if (!number_of(text, "vendor=", 0, &c->vendor) ||
        !number_of(text, "product=", 0, &c->product) ||
        !number_of(text, "device=", 0, &c->bcd_device))
        return false;
    for (unsigned i = 0; i < 3; i++)
        if (!number_of(text, "strings=", i, &strings[i]))
            return false;
    for (unsigned i = 0; i < 2; i++)
        if (!number_of(text, "dfu=", i, &dfu[i]))
            return false;
    c->bcd_usb = number_or_0(text, "usb=");
    c->address = (uint8_t)number_or_0(text, "address=");
    c->serial_only = number_or_0(text, "serial=") != 0;
    c->manufacturer_index = (uint8_t)strings[0];
    c->product_index = (uint8_t)strings[1];
    c->serial_index = (uint8_t)strings[2];
    c->dfu_interface = (uint8_t)dfu[0];
    c->dfu_protocol = (uint8_t)dfu[1];
    return true;
}

/* ---- events: each parses the text after " --- "; false: out of memory ---- */

static bool take_open(struct reader *reader, const char *line, const char *text)
{
    struct boot0_candidate candidate;
    struct b0_trace_event *event;

    if (!parse_board(line, text, &candidate))
        return true;
    event = add_event(reader, B0_TRACE_OPEN);
    if (event)
        event->candidate = candidate;
    return event;
}

static bool take_scan(struct reader *reader, const char *line, const char *text)
{
    (void)line;
    (void)text;
    reader->events->has_scans = true;
    return add_event(reader, B0_TRACE_SCAN);
}

static bool take_there(struct reader *reader, const char *line, const char *text)
{
    struct b0_trace_event *scan = last_event(reader, B0_TRACE_SCAN);
    struct boot0_candidate candidate, *list;

    if (!scan || scan->list_count == LIST_MAX || !parse_board(line, text, &candidate))
        return true;
    list = realloc(scan->list, (scan->list_count + 1) * sizeof *list);
    if (!list)
        return false;
    scan->list = list;
    list[scan->list_count++] = candidate;
    return true;
}

static bool take_serial(struct reader *reader, const char *line, const char *text)
{
    (void)line;
    (void)text;
    return add_event(reader, B0_TRACE_SERIAL);
}

static bool take_refused(struct reader *reader, const char *line, const char *text)
{
    uint16_t code = number_or_0(text, "refused=");
    struct b0_trace_event *event = add_event(reader, B0_TRACE_REFUSED);

    (void)line;
    if (!event)
        return false;
    event->error = calloc(1, sizeof *event->error);
    if (!event->error)
        return false;
    text += strcspn(text, " ");
    text += strspn(text, " ");
    if (code == BOOT0_OK || code >= BOOT0_STATUS_COUNT)
        code = BOOT0_E_IO;
    boot0_fail(event->error, (enum boot0_status)code, "%s", text);
    return true;
}

static bool take_hint(struct reader *reader, const char *line, const char *text)
{
    const struct b0_trace_event *refused = last_event(reader, B0_TRACE_REFUSED);

    (void)line;
    if (refused)
        boot0_hint(refused->error, "%s", text + strlen("hint "));
    return true;
}

/* An unknown advice of a newer library is ignored; its hint is kept. */
static bool take_advice(struct reader *reader, const char *line, const char *text)
{
    const struct b0_trace_event *refused = last_event(reader, B0_TRACE_REFUSED);
    const char *name = text + strlen("advice ");

    (void)line;
    for (unsigned i = 0; refused && i < BOOT0_ADVICE_COUNT; i++)
        if (strcmp(boot0_advice_name((enum boot0_advice)i), name) == 0)
            boot0_advise(refused->error, (enum boot0_advice)i, NULL);
    return true;
}

static bool take_reset(struct reader *reader, const char *line, const char *text)
{
    uint16_t result = number_or_0(text, "reset=");
    struct b0_trace_event *event = add_event(reader, B0_TRACE_RESET);

    (void)line;
    if (event)
        event->transfer.result =
            result <= BOOT0_XFER_ERROR ? (enum boot0_xfer)result : BOOT0_XFER_ERROR;
    return event;
}

static bool take_close(struct reader *reader, const char *line, const char *text)
{
    (void)line;
    (void)text;
    return add_event(reader, B0_TRACE_CLOSE);
}

static const struct {
    const char *start;
    bool (*take)(struct reader *reader, const char *line, const char *text);
} event_lines[] = {
    {"boards=", take_scan},  {"there ", take_there}, {"open ", take_open},
    {"serial", take_serial}, {"hint ", take_hint},   {"refused=", take_refused},
    {"reset=", take_reset},  {"close", take_close},  {"advice ", take_advice},
};

/* Ignores other trace lines, which are for people. */
static bool take_event(struct reader *reader, const char *line, const char *text)
{
    for (size_t i = 0; i < B0_LENGTH(event_lines); i++)
        if (strncmp(text, event_lines[i].start, strlen(event_lines[i].start)) == 0)
            return event_lines[i].take(reader, line, text);
    return true;
}

/* ---- transfers ---- */

static bool take_transfer(struct reader *reader, const struct b0_trace_transfer *transfer,
                          const uint8_t *bytes, size_t count)
{
    struct b0_trace_event *event = add_event(reader, B0_TRACE_TRANSFER);

    if (!event)
        return false;
    event->transfer = *transfer;
    event->data = calloc(transfer->actual ? transfer->actual : 1, 1);
    if (!event->data)
        return false;
    memcpy(event->data, bytes, count);
    event->transfer.data = event->data;
    reader->filled = count;
    return true;
}

static void take_more(struct reader *reader, const char *text)
{
    const struct b0_trace_event *last = last_event(reader, B0_TRACE_TRANSFER);

    if (last)
        reader->filled += b0_trace_parse_bytes(text, last->data + reader->filled,
                                               last->transfer.actual - reader->filled);
}

/* Parses "set baud=9600 dtr=1 rts=0 ok" and "out length=4 ok 31 …" of a program's serial port. */
static bool parse_stream(const char *line, struct b0_trace_transfer *transfer)
{
    static const char *const starts[] = {"set baud=", "out length="};
    const char *text = b0_trace_skip_head(line, &transfer->at_us);
    const char *word;

    if (!text || (strncmp(text, starts[0], strlen(starts[0])) != 0 &&
                  strncmp(text, starts[1], strlen(starts[1])) != 0))
        return false;
    while (*text) {
        word = text;
        if (b0_trace_take_result(&word, &transfer->result))
            return true;
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return false;
}

/* ---- lines ---- */

static enum boot0_status take_line(struct reader *reader, const char *line,
                                   struct boot0_error *error)
{
    struct b0_trace_transfer transfer = {0};
    uint8_t bytes[B0_TRACE_SHOWN];
    const char *text = strstr(line, " --- ");
    struct b0_trace_event *event = NULL;
    size_t count;
    bool good = true;

    if (line[strspn(line, " ")] == '\0')
        return BOOT0_OK;
    if (line[strspn(line, " ")] == '+') {
        take_more(reader, strchr(line, '+') + 1);
    } else if (text) {
        good = take_event(reader, line, text + strlen(" --- "));
    } else if (parse_stream(line, &transfer)) {
        event = add_event(reader, B0_TRACE_STREAM);
        good = event;
        if (event)
            event->transfer = transfer;
    } else if (b0_trace_parse(line, &transfer, bytes, &count)) {
        good = take_transfer(reader, &transfer, bytes, count);
    } else {
        boot0_fail(error, BOOT0_E_DATA, "%s: line %u does not belong to a trace", reader->name,
                   reader->line);
        boot0_hint(error, "Use a record of a USB board, or replay this one as a serial port.");
        return boot0_advise(error, BOOT0_ADVICE_RECORD_USB, NULL);
    }
    return good ? BOOT0_OK : boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the record");
}

enum boot0_status b0_trace_events_read(struct b0_trace_events *events, FILE *file, const char *name,
                                       struct boot0_error *error)
{
    struct reader reader = {events, name, 0, 0};
    enum boot0_status status = BOOT0_OK;
    char line[LINE_MAX_LENGTH];

    while (status == BOOT0_OK && fgets(line, sizeof line, file)) {
        size_t length = strcspn(line, "\r\n"); /* mail programs change line ends */
        bool whole = line[length] != '\0';

        line[length] = '\0';
        reader.line++;
        status = take_line(&reader, line, error);
        if (status == BOOT0_E_DATA && !whole && feof(file))
            status = BOOT0_OK; /* boot0 was killed while writing */
    }
    if (status != BOOT0_OK || events->has_scans)
        return status;
    for (size_t i = 0; i < events->count; i++)
        if (events->all[i].kind == B0_TRACE_OPEN)
            return BOOT0_OK;
    boot0_fail(error, BOOT0_E_DATA, "%s: not a record of a session with a board", name);
    boot0_hint(error, "Use a record of a session: the trace of a virtual board itself cannot be "
                      "replayed.");
    return boot0_advise(error, BOOT0_ADVICE_RECORD, NULL);
}

void b0_trace_events_free(struct b0_trace_events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        free(events->all[i].data);
        free(events->all[i].list);
        free(events->all[i].error);
    }
    free(events->all);
    memset(events, 0, sizeof *events);
}
