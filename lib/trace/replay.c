/* SPDX-License-Identifier: MIT */
/* A bus on which a recorded board answers as it did. */
#include "replay.h"
#include "events.h"

#include <base/platform/file.h>
#include <boot0/serial.h>
#include <boot0/trace.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    struct b0_trace_events events;
    size_t at;                         /* the next event */
    const struct b0_trace_event *scan; /* the present boards; NULL: not scanned yet */
    bool has_moved;                    /* something happened since then */
    const struct boot0_error *refused; /* of the last opening; NULL: not refused */
    uint64_t now_us;
    char divergence[256];
};

/* ---- next event ---- */

/* Skips scans that this session did not make. */
static const struct b0_trace_event *peek(struct replay *replay)
{
    const struct b0_trace_events *events = &replay->events;

    for (; replay->at < events->count && events->all[replay->at].kind == B0_TRACE_SCAN;
         replay->at++)
        replay->scan = &events->all[replay->at];
    return replay->at < events->count ? &events->all[replay->at] : NULL;
}

static void diverge(struct replay *replay, const char *what)
{
    const struct b0_trace_event *event = peek(replay);

    if (replay->divergence[0])
        return;
    if (event)
        snprintf(replay->divergence, sizeof replay->divergence,
                 "line %u of the record does not match %s", event->line, what);
    else
        snprintf(replay->divergence, sizeof replay->divergence, "the record ends before %s", what);
}

/* Returns the next event if it has that kind. */
static const struct b0_trace_event *next_event(struct replay *replay, enum b0_trace_kind kind)
{
    const struct b0_trace_event *event = peek(replay);

    if (!event || event->kind != kind)
        return NULL;
    replay->at++;
    replay->has_moved = true;
    if (event->transfer.at_us > replay->now_us)
        replay->now_us = event->transfer.at_us;
    return event;
}

/* Fails if the last opening was refused in the recording. */
static enum boot0_status take_refusal(struct replay *replay, struct boot0_error *error)
{
    const struct b0_trace_event *event = next_event(replay, B0_TRACE_REFUSED);

    replay->refused = event ? event->error : NULL;
    if (!event)
        return BOOT0_OK;
    *error = *event->error;
    return error->code;
}

/* ---- one board ---- */

static bool same_setup(const struct boot0_setup *a, const struct boot0_setup *b)
{
    return a->bmRequestType == b->bmRequestType && a->bRequest == b->bRequest &&
           a->wValue == b->wValue && a->wIndex == b->wIndex && a->wLength == b->wLength;
}

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    struct replay *replay = context;
    const struct b0_trace_event *event = next_event(replay, B0_TRACE_TRANSFER);

    (void)timeout_ms;
    *actual = 0;
    if (!event || !same_setup(&event->transfer.setup, setup)) {
        if (event)
            replay->at--;
        diverge(replay, "this request");
        return BOOT0_XFER_GONE;
    }
    *actual = event->transfer.actual;
    if (setup->bmRequestType & BOOT0_USB_DIR_IN)
        memcpy(data, event->data, event->transfer.actual);
    return event->transfer.result;
}

static enum boot0_status select_alternate(void *context, uint8_t interface, uint8_t alternate,
                                          struct boot0_error *error)
{
    struct boot0_setup setup = {BOOT0_USB_TYPE_STANDARD | BOOT0_USB_RECIPIENT_INTERFACE,
                                BOOT0_USB_SET_INTERFACE, alternate, interface, 0};
    size_t actual;
    enum boot0_xfer result = control(context, &setup, NULL, &actual, 1);

    if (result == BOOT0_XFER_OK)
        return BOOT0_OK;
    return boot0_fail(error, result == BOOT0_XFER_GONE ? BOOT0_E_GONE : BOOT0_E_IO,
                      "cannot select alternate setting %u", alternate);
}

static enum boot0_xfer reset(void *context)
{
    struct replay *replay = context;
    const struct b0_trace_event *event = next_event(replay, B0_TRACE_RESET);

    if (event)
        return event->transfer.result;
    diverge(replay, "a reset");
    return BOOT0_XFER_GONE;
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct replay *replay = context;

    replay->has_moved = true;
    replay->now_us += microseconds;
}

static uint64_t now_us(void *context)
{
    struct replay *replay = context;

    return replay->now_us;
}

static void close_board(void *context)
{
    struct replay *replay = context;

    next_event(replay, B0_TRACE_CLOSE);
}

static const struct boot0_transport_ops board_ops = {
    .control = control,
    .select = select_alternate,
    .reset = reset,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_board,
};

/* ---- the serial port of a program ---- */

static enum boot0_xfer take_stream(struct replay *replay)
{
    const struct b0_trace_event *event = next_event(replay, B0_TRACE_STREAM);

    if (event)
        return event->transfer.result;
    diverge(replay, "this request to the program's serial port");
    return BOOT0_XFER_GONE;
}

static enum boot0_xfer set_line(void *context, const struct boot0_line *line)
{
    (void)line;
    return take_stream(context);
}

static enum boot0_xfer send_bytes(void *context, const uint8_t *bytes, size_t size,
                                  uint32_t timeout_ms)
{
    (void)bytes;
    (void)size;
    (void)timeout_ms;
    return take_stream(context);
}

/* Code that switches a program to DFU mode never reads from it. */
static enum boot0_xfer receive(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms)
{
    (void)context;
    (void)bytes;
    (void)size;
    (void)timeout_ms;
    *actual = 0;
    return BOOT0_XFER_TIMEOUT;
}

static void close_stream(void *context)
{
    (void)context;
}

static const struct boot0_stream_ops stream_ops = {
    .send = send_bytes,
    .receive = receive,
    .set = set_line,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_stream,
};

/* ---- the bus ---- */

/* For recordings without scans: a board is present as long as the recording opens it again. */
static void find_openings(const struct replay *replay, struct boot0_candidate *list,
                          size_t capacity, size_t *count)
{
    const struct b0_trace_events *events = &replay->events;

    for (size_t i = replay->at; i < events->count && *count == 0; i++)
        if (events->all[i].kind == B0_TRACE_OPEN) {
            if (capacity > 0)
                list[0] = events->all[i].candidate;
            *count = 1;
        }
}

/*
 * The recording has changes, not how often they were polled: the next change appears when time has
 * passed since the last one, or after another request.
 */
static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    struct replay *replay = context;
    const struct b0_trace_events *events = &replay->events;

    (void)error;
    *count = 0;
    if (!events->has_scans) {
        find_openings(replay, list, capacity, count);
        return BOOT0_OK;
    }
    if (replay->has_moved && replay->at < events->count &&
        events->all[replay->at].kind == B0_TRACE_SCAN) {
        replay->scan = &events->all[replay->at++];
        replay->has_moved = false;
    }
    if (!replay->scan)
        return BOOT0_OK;
    *count = replay->scan->list_count;
    for (size_t i = 0; i < *count && i < capacity; i++)
        list[i] = replay->scan->list[i];
    return BOOT0_OK;
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    struct replay *replay = context;

    replay->has_moved = true;
    replay->now_us += (uint64_t)timeout_ms * 1000;
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    struct replay *replay = context;
    const struct b0_trace_event *event = peek(replay);
    enum boot0_status status;

    if (!event || event->kind != B0_TRACE_OPEN ||
        strcmp(event->candidate.path, candidate->path) != 0) {
        if (replay->refused) { /* the number of attempts depends on timing */
            *error = *replay->refused;
            return error->code;
        }
        diverge(replay, "the opening of the board");
        return boot0_fail(error, BOOT0_E_GONE, "the record does not open the board here");
    }
    (void)next_event(replay, B0_TRACE_OPEN);
    status = take_refusal(replay, error);
    if (status == BOOT0_OK)
        *transport = (struct boot0_transport){.ops = &board_ops, .context = replay};
    return status;
}

static enum boot0_status open_serial(void *context, const struct boot0_candidate *candidate,
                                     struct boot0_stream *stream, struct boot0_error *error)
{
    struct replay *replay = context;
    enum boot0_status status;

    (void)candidate;
    if (!next_event(replay, B0_TRACE_SERIAL)) {
        diverge(replay, "the opening of the program's serial port");
        return boot0_fail(error, BOOT0_E_GONE, "the record does not open the serial port here");
    }
    status = take_refusal(replay, error);
    if (status == BOOT0_OK)
        *stream = (struct boot0_stream){&stream_ops, replay};
    return status;
}

static void close_bus(void *context)
{
    struct replay *replay = context;

    b0_trace_events_free(&replay->events);
    free(replay);
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan,
    .wait_change = wait_change,
    .now_us = now_us,
    .open = open_board,
    .open_serial = open_serial,
    .close = close_bus,
};

enum boot0_status b0_replay_read(struct boot0_bus *bus, FILE *file, const char *name,
                                 struct boot0_error *error)
{
    struct replay *replay = calloc(1, sizeof *replay);
    enum boot0_status status;

    memset(bus, 0, sizeof *bus);
    if (!replay)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the record");
    replay->has_moved = true;
    status = b0_trace_events_read(&replay->events, file, name, error);
    if (status == BOOT0_OK)
        *bus = (struct boot0_bus){.ops = &bus_ops, .context = replay};
    else
        close_bus(replay);
    return status;
}

enum boot0_status boot0_replay_open(struct boot0_bus *bus, const char *file,
                                    struct boot0_error *error)
{
    FILE *input = b0_file_open(file, "r");
    enum boot0_status status;

    memset(bus, 0, sizeof *bus);
    if (!input) {
        boot0_fail(error, BOOT0_E_NO_INPUT, "%s: %s", file, strerror(errno));
        boot0_hint(error, "Use a record of a session with a board.");
        return boot0_advise(error, BOOT0_ADVICE_RECORD, NULL);
    }
    status = b0_replay_read(bus, input, file, error);
    fclose(input);
    return status;
}

const char *boot0_replay_divergence(const struct boot0_bus *bus)
{
    const struct replay *replay = bus->context;

    return replay->divergence[0] ? replay->divergence : NULL;
}
