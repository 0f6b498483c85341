/* A bus on which a recorded board answers as it did. */
#include "replay.h"
#include "line.h"

#include <boot0/trace.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_MAX_LENGTH = 512,
    EVENTS_MAX = 1 << 22, /* transfers in one record: more than an hour of them */
};

enum kind {
    OPEN,
    TRANSFER,
    RESET,
    CLOSE,
};

struct event {
    enum kind kind;
    unsigned line; /* in the file, from 1 */
    struct b0_trace_transfer transfer;
    uint8_t *data;                    /* of an IN transfer: transfer.actual bytes; owned */
    struct boot0_candidate candidate; /* of OPEN */
};

struct replay {
    struct event *events;
    size_t count;
    size_t room;
    size_t at; /* the next event */
    uint64_t now_us;
    char divergence[256];
};

/* ---- reading the record ---- */

static struct event *add_event(struct replay *replay)
{
    if (replay->count == replay->room) {
        size_t larger = replay->room ? replay->room * 2 : 64;
        void *moved = replay->count < EVENTS_MAX
                          ? realloc(replay->events, larger * sizeof *replay->events)
                          : NULL;

        if (!moved)
            return NULL;
        replay->events = moved;
        replay->room = larger;
    }
    memset(&replay->events[replay->count], 0, sizeof *replay->events);
    return &replay->events[replay->count++];
}

/* The number behind "key=", and behind as many commas. False if it is not there. */
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

static bool parse_open(const char *text, struct boot0_candidate *c)
{
    uint16_t strings[3], dfu[2];

    *c = (struct boot0_candidate){.path = "replay"};
    if (strncmp(text, "open ", 5) != 0 || !number_of(text, "vendor=", 0, &c->vendor) ||
        !number_of(text, "product=", 0, &c->product) ||
        !number_of(text, "device=", 0, &c->bcd_device))
        return false;
    for (unsigned i = 0; i < 3; i++)
        if (!number_of(text, "strings=", i, &strings[i]))
            return false;
    for (unsigned i = 0; i < 2; i++)
        if (!number_of(text, "dfu=", i, &dfu[i]))
            return false;
    /* Traces of before there was a bootloader with a BOS do not say it. */
    if (!number_of(text, "usb=", 0, &c->bcd_usb))
        c->bcd_usb = 0;
    c->manufacturer_index = (uint8_t)strings[0];
    c->product_index = (uint8_t)strings[1];
    c->serial_index = (uint8_t)strings[2];
    c->dfu_interface = (uint8_t)dfu[0];
    c->dfu_protocol = (uint8_t)dfu[1];
    return true;
}

/* "    1.234567 1-1 --- open …": returns the text behind "--- ", or NULL. */
static const char *event_text(const char *line)
{
    const char *text = strstr(line, " --- ");

    return text ? text + strlen(" --- ") : NULL;
}

static enum boot0_status take_event(struct replay *replay, const char *text, unsigned line,
                                    struct boot0_error *error)
{
    struct event event = {.line = line};
    struct event *added;
    uint16_t result;

    if (parse_open(text, &event.candidate)) {
        event.kind = OPEN;
    } else if (number_of(text, "reset=", 0, &result) && result <= B0_XFER_ERROR) {
        event.kind = RESET;
        event.transfer.result = (enum boot0_xfer)result;
    } else if (strncmp(text, "close", 5) == 0) {
        event.kind = CLOSE;
    } else {
        return B0_OK; /* what else a trace tells is for people */
    }
    added = add_event(replay);
    if (!added)
        return boot0_fail(error, B0_E_MEMORY, "out of memory for the record");
    *added = event;
    return B0_OK;
}

static enum boot0_status take_transfer(struct replay *replay,
                                       const struct b0_trace_transfer *transfer,
                                       const uint8_t *bytes, size_t count, unsigned line,
                                       struct boot0_error *error)
{
    struct event *event = add_event(replay);

    if (event) {
        event->kind = TRANSFER;
        event->line = line;
        event->transfer = *transfer;
        event->data = calloc(transfer->actual ? transfer->actual : 1, 1);
    }
    if (!event || !event->data)
        return boot0_fail(error, B0_E_MEMORY, "out of memory for the record");
    memcpy(event->data, bytes, count);
    event->transfer.data = event->data;
    return B0_OK;
}

struct reader {
    struct replay *replay;
    const char *name;
    unsigned line;
    size_t filled; /* bytes of the last transfer that were read */
};

static enum boot0_status take_more(struct reader *reader, const char *text)
{
    struct event *last =
        reader->replay->count ? &reader->replay->events[reader->replay->count - 1] : NULL;

    if (last && last->kind == TRANSFER)
        reader->filled += b0_trace_parse_bytes(text, last->data + reader->filled,
                                               last->transfer.actual - reader->filled);
    return B0_OK;
}

static enum boot0_status take_line(struct reader *reader, const char *line,
                                   struct boot0_error *error)
{
    struct b0_trace_transfer transfer;
    uint8_t bytes[B0_TRACE_SHOWN];
    const char *text = event_text(line);
    size_t count;

    if (line[strspn(line, " \r\n")] == '\0')
        return B0_OK;
    if (line[strspn(line, " ")] == '+')
        return take_more(reader, strchr(line, '+') + 1);
    if (text)
        return take_event(reader->replay, text, reader->line, error);
    if (b0_trace_parse(line, &transfer, bytes, &count)) {
        reader->filled = count;
        return take_transfer(reader->replay, &transfer, bytes, count, reader->line, error);
    }
    boot0_fail(error, B0_E_DATA, "%s: line %u is not of a trace", reader->name, reader->line);
    return boot0_hint(error, "Records are made by `boot0 --trace FILE`. One of a board on a serial "
                             "port is played back with any --port.");
}

static enum boot0_status read_record(struct replay *replay, const char *name, FILE *file,
                                     struct boot0_error *error)
{
    struct reader reader = {replay, name, 0, 0};
    enum boot0_status status = B0_OK;
    char line[LINE_MAX_LENGTH];

    while (status == B0_OK && fgets(line, sizeof line, file)) {
        reader.line++;
        status = take_line(&reader, line, error);
    }
    if (status != B0_OK)
        return status;
    for (size_t i = 0; i < replay->count; i++)
        if (replay->events[i].kind == OPEN)
            return B0_OK;
    boot0_fail(error, B0_E_DATA, "%s: is no record of a session with a board", name);
    return boot0_hint(error,
                      "Records are made by `boot0 --trace FILE`; a vboard's own trace cannot "
                      "be played back.");
}

/* ---- answering ---- */

static void diverge(struct replay *replay, const char *what)
{
    if (replay->divergence[0])
        return;
    if (replay->at < replay->count)
        snprintf(replay->divergence, sizeof replay->divergence,
                 "line %u of the record is another request than %s",
                 replay->events[replay->at].line, what);
    else
        snprintf(replay->divergence, sizeof replay->divergence, "the record ends before %s", what);
}

/* The next event, if it is of that kind. */
static struct event *next_event(struct replay *replay, enum kind kind)
{
    struct event *event = replay->at < replay->count ? &replay->events[replay->at] : NULL;

    if (!event || event->kind != kind)
        return NULL;
    replay->at++;
    if (event->transfer.at_us > replay->now_us)
        replay->now_us = event->transfer.at_us;
    return event;
}

static bool same_setup(const struct boot0_setup *a, const struct boot0_setup *b)
{
    return a->request_type == b->request_type && a->request == b->request && a->value == b->value &&
           a->index == b->index && a->length == b->length;
}

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    struct replay *replay = context;
    struct event *event = next_event(replay, TRANSFER);

    (void)timeout_ms;
    *actual = 0;
    if (!event || !same_setup(&event->transfer.setup, setup)) {
        if (event)
            replay->at--;
        diverge(replay, "what is asked now");
        return B0_XFER_GONE;
    }
    *actual = event->transfer.actual;
    if (setup->request_type & B0_USB_DIR_IN)
        memcpy(data, event->data, event->transfer.actual);
    return event->transfer.result;
}

static enum boot0_status select_alternate(void *context, uint8_t interface, uint8_t alternate,
                                          struct boot0_error *error)
{
    struct boot0_setup setup = {B0_USB_TYPE_STANDARD | B0_USB_RECIPIENT_INTERFACE,
                                B0_USB_SET_INTERFACE, alternate, interface, 0};
    size_t actual;
    enum boot0_xfer result = control(context, &setup, NULL, &actual, 1);

    if (result == B0_XFER_OK)
        return B0_OK;
    return boot0_fail(error, result == B0_XFER_GONE ? B0_E_GONE : B0_E_IO,
                      "cannot select alternate setting %u", alternate);
}

static enum boot0_xfer reset(void *context)
{
    struct replay *replay = context;
    struct event *event = next_event(replay, RESET);

    if (event)
        return event->transfer.result;
    diverge(replay, "a reset");
    return B0_XFER_GONE;
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct replay *replay = context;

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

    next_event(replay, CLOSE);
}

static const struct boot0_transport_ops board_ops = {
    .control = control,
    .select = select_alternate,
    .reset = reset,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_board,
};

/* The board is there as long as the record opens it again. */
static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    struct replay *replay = context;

    (void)error;
    *count = 0;
    for (size_t i = replay->at; i < replay->count && *count == 0; i++)
        if (replay->events[i].kind == OPEN) {
            if (capacity > 0)
                list[0] = replay->events[i].candidate;
            *count = 1;
        }
    return B0_OK;
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    struct replay *replay = context;

    replay->now_us += (uint64_t)timeout_ms * 1000;
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    struct replay *replay = context;

    (void)candidate;
    if (!next_event(replay, OPEN)) {
        diverge(replay, "the opening of the board");
        return boot0_fail(error, B0_E_GONE, "the record does not open the board here");
    }
    *transport = (struct boot0_transport){&board_ops, replay};
    return B0_OK;
}

static void close_bus(void *context)
{
    struct replay *replay = context;

    for (size_t i = 0; i < replay->count; i++)
        free(replay->events[i].data);
    free(replay->events);
    free(replay);
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan,
    .wait_change = wait_change,
    .now_us = now_us,
    .open = open_board,
    .close = close_bus,
};

enum boot0_status b0_replay_read(struct boot0_bus *bus, FILE *file, const char *name,
                                 struct boot0_error *error)
{
    struct replay *replay = calloc(1, sizeof *replay);
    enum boot0_status status;

    memset(bus, 0, sizeof *bus);
    if (!replay)
        return boot0_fail(error, B0_E_MEMORY, "out of memory for the record");
    status = read_record(replay, name, file, error);
    if (status == B0_OK)
        *bus = (struct boot0_bus){&bus_ops, replay};
    else
        close_bus(replay);
    return status;
}

enum boot0_status boot0_replay_open(struct boot0_bus *bus, const char *file,
                                    struct boot0_error *error)
{
    FILE *input = fopen(file, "r");
    enum boot0_status status;

    memset(bus, 0, sizeof *bus);
    if (!input) {
        boot0_fail(error, B0_E_NO_INPUT, "%s: %s", file, strerror(errno));
        return boot0_hint(error, "Records are made by `boot0 --trace FILE`.");
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
