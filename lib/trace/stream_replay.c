/* SPDX-License-Identifier: MIT */
/* A stream on which a recorded board answers as it did. */
#include "stream.h"
#include <base/platform/file.h>
#include <base/trace_line.h>

#include <boot0/trace.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    BYTES_MAX = 512, /* of one line: a block with its framing has 258 */
    LINE_MAX_LENGTH = 160 + 3 * BYTES_MAX,
    EVENTS_MAX = 1 << 22,
};

enum kind { SET, OUT, IN };

struct event {
    enum kind kind;
    unsigned line; /* in the file, from 1 */
    uint64_t at_us;
    enum boot0_xfer result;
    struct boot0_line settings; /* for SET */
    size_t length;              /* for OUT and IN: requested bytes */
    size_t count;               /* transferred bytes */
    uint8_t *bytes;             /* owned */
};

struct replay {
    struct event *events;
    size_t count;
    size_t room;
    size_t at; /* the next event */
    uint64_t now_us;
    char divergence[128];
};

/* ---- reading the recording ---- */

static struct event *add_event(struct replay *replay)
{
    if (replay->count == replay->room) {
        size_t larger = replay->room ? 2 * replay->room : 256;
        struct event *moved =
            larger > EVENTS_MAX ? NULL : realloc(replay->events, larger * sizeof *replay->events);

        if (!moved)
            return NULL;
        replay->events = moved;
        replay->room = larger;
    }
    memset(&replay->events[replay->count], 0, sizeof *replay->events);
    return &replay->events[replay->count++];
}

/* Parses " baud=115200" and moves past it; false for other text. */
static bool take_number(const char **text, const char *key, unsigned long *number)
{
    char *end;

    *text += strspn(*text, " ");
    if (strncmp(*text, key, strlen(key)) != 0)
        return false;
    *text += strlen(key);
    *number = strtoul(*text, &end, 10);
    if (end == *text)
        return false;
    *text = end;
    return true;
}

static bool take_word(const char **text, const char *word)
{
    size_t length = strlen(word);

    *text += strspn(*text, " ");
    if (strncmp(*text, word, length) != 0)
        return false;
    *text += length;
    return true;
}

static bool parse_set(const char **text, struct event *event)
{
    unsigned long baud, dtr, rts;

    event->kind = SET;
    if (!take_number(text, "baud=", &baud) || !take_number(text, "dtr=", &dtr) ||
        !take_number(text, "rts=", &rts) || baud > UINT32_MAX || dtr > 1 || rts > 1)
        return false;
    event->settings = (struct boot0_line){.baud = (uint32_t)baud, .dtr = dtr != 0, .rts = rts != 0};
    return true;
}

static bool parse_move(const char **text, enum kind kind, struct event *event)
{
    unsigned long length;

    event->kind = kind;
    if (!take_number(text, "length=", &length) || length > BYTES_MAX)
        return false;
    event->length = length;
    return true;
}

/* Parses up to the result; leaves *text at the bytes. */
static bool parse_event(const char **text, struct event *event)
{
    bool ok;

    if (take_word(text, "set "))
        ok = parse_set(text, event);
    else if (take_word(text, "out "))
        ok = parse_move(text, OUT, event);
    else
        ok = take_word(text, "in ") && parse_move(text, IN, event);
    return ok && b0_trace_take_result(text, &event->result);
}

static enum boot0_status take_line(struct replay *replay, const char *line, unsigned number,
                                   const char *name, struct boot0_error *error)
{
    struct event event = {.line = number};
    struct event *added;
    uint8_t bytes[BYTES_MAX];
    const char *text = b0_trace_skip_head(line, &event.at_us);

    if (!text || !parse_event(&text, &event)) {
        boot0_fail(error, BOOT0_E_DATA, "%s: line %u does not belong to a record of a serial port",
                   name, number);
        boot0_hint(error, "Use a record of a serial port, or replay this one as a USB board.");
        return boot0_advise(error, BOOT0_ADVICE_RECORD_SERIAL, NULL);
    }
    if (event.kind != SET)
        event.count = b0_trace_parse_bytes(text, bytes, event.length);
    added = add_event(replay);
    if (!added)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the record");
    *added = event;
    added->bytes = malloc(event.count ? event.count : 1);
    if (!added->bytes)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the record");
    memcpy(added->bytes, bytes, event.count);
    return BOOT0_OK;
}

static enum boot0_status read_record(struct replay *replay, FILE *file, const char *name,
                                     struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;
    char line[LINE_MAX_LENGTH];

    for (unsigned number = 1; status == BOOT0_OK && fgets(line, sizeof line, file); number++) {
        size_t length = strcspn(line, "\r\n"); /* mail programs change line ends */
        bool whole = line[length] != '\0';

        line[length] = '\0';
        if (line[strspn(line, " ")] != '\0')
            status = take_line(replay, line, number, name, error);
        if (status == BOOT0_E_DATA && !whole && feof(file))
            status = BOOT0_OK; /* boot0 was killed while writing */
    }
    if (status != BOOT0_OK || replay->count > 0)
        return status;
    boot0_fail(error, BOOT0_E_DATA, "%s: not a record of a session with a board", name);
    boot0_hint(error, "Use a record of a session with a board.");
    return boot0_advise(error, BOOT0_ADVICE_RECORD, NULL);
}

/* ---- answering ---- */

/* NULL: the recording has ended. */
static const struct event *next_event(const struct replay *replay)
{
    return replay->at < replay->count ? &replay->events[replay->at] : NULL;
}

static void diverge(struct replay *replay, const char *what)
{
    const struct event *event = next_event(replay);

    if (replay->divergence[0])
        return;
    if (event)
        snprintf(replay->divergence, sizeof replay->divergence,
                 "line %u of the record differs from %s", event->line, what);
    else
        snprintf(replay->divergence, sizeof replay->divergence, "the record ends before %s", what);
}

/* Returns the next event if it is this one; else NULL, and the port is gone. */
static const struct event *expect(struct replay *replay, enum kind kind, const uint8_t *bytes,
                                  size_t length, const char *what)
{
    const struct event *event = next_event(replay);

    if (!event || event->kind != kind || event->length != length ||
        (bytes && (event->count != length || memcmp(event->bytes, bytes, length) != 0))) {
        diverge(replay, what);
        return NULL;
    }
    replay->at++;
    if (event->at_us > replay->now_us)
        replay->now_us = event->at_us;
    return event;
}

static enum boot0_xfer send_bytes(void *context, const uint8_t *bytes, size_t size,
                                  uint32_t timeout_ms)
{
    const struct event *event = expect(context, OUT, bytes, size, "the data that is sent now");

    (void)timeout_ms;
    return event ? event->result : BOOT0_XFER_GONE;
}

static enum boot0_xfer receive(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms)
{
    const struct event *event = expect(context, IN, NULL, size, "the data that is expected now");

    (void)timeout_ms;
    *actual = 0;
    if (!event)
        return BOOT0_XFER_GONE;
    /* A shortened recording must not be taken for a complete one. */
    if (event->result == BOOT0_XFER_OK && event->count < size)
        return BOOT0_XFER_GONE;
    memcpy(bytes, event->bytes, event->count);
    *actual = event->count;
    return event->result;
}

static enum boot0_xfer set(void *context, const struct boot0_line *line)
{
    struct replay *replay = context;
    const struct event *event = next_event(replay);

    if (event && event->kind == SET &&
        (event->settings.baud != line->baud || event->settings.dtr != line->dtr ||
         event->settings.rts != line->rts))
        event = NULL;
    else
        event = expect(replay, SET, NULL, 0, "the port's settings now");
    if (event)
        return event->result;
    diverge(replay, "the port's settings now");
    return BOOT0_XFER_GONE;
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct replay *replay = context;

    replay->now_us += microseconds;
}

static uint64_t now_us(void *context)
{
    const struct replay *replay = context;

    return replay->now_us;
}

static void close_stream(void *context)
{
    struct replay *replay = context;

    for (size_t i = 0; i < replay->count; i++)
        free(replay->events[i].bytes);
    free(replay->events);
    free(replay);
}

static const struct boot0_stream_ops replay_ops = {
    .send = send_bytes,
    .receive = receive,
    .set = set,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_stream,
};

enum boot0_status b0_replay_stream_read(struct boot0_stream *stream, FILE *file, const char *name,
                                        struct boot0_error *error)
{
    struct replay *replay = calloc(1, sizeof *replay);
    enum boot0_status status;

    memset(stream, 0, sizeof *stream);
    if (!replay)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the record");
    status = read_record(replay, file, name, error);
    if (status == BOOT0_OK)
        *stream = (struct boot0_stream){&replay_ops, replay};
    else
        close_stream(replay);
    return status;
}

enum boot0_status boot0_replay_stream(struct boot0_stream *stream, const char *file,
                                      struct boot0_error *error)
{
    FILE *input = b0_file_open(file, "r");
    enum boot0_status status;

    memset(stream, 0, sizeof *stream);
    if (!input) {
        boot0_fail(error, BOOT0_E_NO_INPUT, "%s: %s", file, strerror(errno));
        boot0_hint(error, "Use a record of a session with a board.");
        return boot0_advise(error, BOOT0_ADVICE_RECORD, NULL);
    }
    status = b0_replay_stream_read(stream, input, file, error);
    fclose(input);
    return status;
}

const char *boot0_replay_stream_divergence(const struct boot0_stream *stream)
{
    const struct replay *replay = stream->context;

    return replay->divergence[0] ? replay->divergence : NULL;
}
