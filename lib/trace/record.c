/* SPDX-License-Identifier: MIT */
/* A bus that records the traffic of another one. */
#include "stream.h"
#include <base/trace_line.h>

#include <boot0/trace.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEEN_MAX = 64,
};

struct recorder {
    struct boot0_bus bus; /* owned: the recorded bus */
    FILE *file;
    uint64_t start_us;
    struct boot0_candidate seen[SEEN_MAX]; /* in the last scan */
    size_t seen_count;
    bool has_scanned;
    char serial_path[BOOT0_PATH_MAX]; /* of the program whose serial port is open */
};

struct recorded {
    struct boot0_transport transport; /* owned */
    struct recorder *recorder;
    char path[BOOT0_PATH_MAX];
};

static uint64_t bus_time(const struct recorder *recorder)
{
    return recorder->bus.ops->now_us(recorder->bus.context) - recorder->start_us;
}

/* ---- one board ---- */

static uint64_t board_now(void *context)
{
    struct recorded *board = context;

    return board->transport.ops->now_us(board->transport.context);
}

static uint64_t board_time(struct recorded *board)
{
    uint64_t now_us = board_now(board);

    return now_us > board->recorder->start_us ? now_us - board->recorder->start_us : 0;
}

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    struct recorded *board = context;
    struct b0_trace_transfer transfer = {
        .at_us = board_time(board), .who = board->path, .setup = *setup, .data = data};

    transfer.result =
        board->transport.ops->control(board->transport.context, setup, data, actual, timeout_ms);
    transfer.actual = *actual;
    b0_trace_write(board->recorder->file, &transfer, true);
    return transfer.result;
}

/* Recorded as SET_INTERFACE, which it is on the bus. */
static enum boot0_status select_alternate(void *context, uint8_t interface, uint8_t alternate,
                                          struct boot0_error *error)
{
    struct recorded *board = context;
    struct b0_trace_transfer transfer = {
        .at_us = board_time(board),
        .who = board->path,
        .setup = {BOOT0_USB_TYPE_STANDARD | BOOT0_USB_RECIPIENT_INTERFACE, BOOT0_USB_SET_INTERFACE,
                  alternate, interface, 0},
    };
    enum boot0_status status =
        board->transport.ops->select(board->transport.context, interface, alternate, error);

    if (status != BOOT0_OK)
        transfer.result = status == BOOT0_E_GONE ? BOOT0_XFER_GONE : BOOT0_XFER_ERROR;
    b0_trace_write(board->recorder->file, &transfer, true);
    return status;
}

static enum boot0_xfer reset(void *context)
{
    struct recorded *board = context;
    enum boot0_xfer result;

    b0_trace_write_event(board->recorder->file, board_time(board), board->path);
    result = board->transport.ops->reset(board->transport.context);
    fprintf(board->recorder->file, "reset=%d\n", (int)result);
    return result;
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct recorded *board = context;

    board->transport.ops->wait(board->transport.context, microseconds);
}

static void close_board(void *context)
{
    struct recorded *board = context;

    b0_trace_write_event(board->recorder->file, board_time(board), board->path);
    fputs("close\n", board->recorder->file);
    fflush(board->recorder->file);
    board->transport.ops->close(board->transport.context);
    free(board);
}

static const struct boot0_transport_ops board_ops = {
    .control = control,
    .select = select_alternate,
    .reset = reset,
    .wait = wait_us,
    .now_us = board_now,
    .close = close_board,
};

/* ---- the bus ---- */

/* Writes the facts about a board that a replay cannot query. */
static void write_candidate(struct recorder *recorder, const char *what,
                            const struct boot0_candidate *c)
{
    b0_trace_write_event(recorder->file, bus_time(recorder), c->path);
    fprintf(recorder->file,
            "%s vendor=0x%04x product=0x%04x device=0x%04x strings=%u,%u,%u dfu=%u,%u "
            "usb=0x%04x address=%u serial=%d\n",
            what, c->vendor, c->product, c->bcd_device, c->manufacturer_index, c->product_index,
            c->serial_index, c->dfu_interface, c->dfu_protocol, c->bcd_usb, c->address,
            c->serial_only);
}

static bool is_same(const struct boot0_candidate *a, const struct boot0_candidate *b)
{
    return strcmp(a->path, b->path) == 0 && a->address == b->address && a->vendor == b->vendor &&
           a->product == b->product && a->dfu_protocol == b->dfu_protocol &&
           a->dfu_interface == b->dfu_interface;
}

/* Writes changes only, because waiting callers scan often. */
static void write_scan(struct recorder *recorder, const struct boot0_candidate *list, size_t count)
{
    bool same = recorder->has_scanned && recorder->seen_count == count;

    if (count > SEEN_MAX)
        count = SEEN_MAX;
    for (size_t i = 0; same && i < count; i++)
        same = is_same(&recorder->seen[i], &list[i]);
    if (same)
        return;
    recorder->has_scanned = true;
    recorder->seen_count = count;
    b0_trace_write_event(recorder->file, bus_time(recorder), "bus");
    fprintf(recorder->file, "boards=%u\n", (unsigned)count);
    for (size_t i = 0; i < count; i++) {
        recorder->seen[i] = list[i];
        write_candidate(recorder, "there", &list[i]);
    }
    fflush(recorder->file);
}

static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    struct recorder *recorder = context;
    enum boot0_status status =
        recorder->bus.ops->scan(recorder->bus.context, list, capacity, count, error);

    if (status == BOOT0_OK)
        write_scan(recorder, list, *count < capacity ? *count : capacity);
    return status;
}

/* Writes up to the end of the line: messages have one line, hints may have several. */
static void write_text(FILE *file, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
    fputc('\n', file);
}

/* Facts are not recorded: no advice about opening a board has any. */
static bool is_without_facts(const struct boot0_facts *facts)
{
    return facts->address == 0 && facts->number == 0 && facts->text[0] == '\0';
}

static void write_refusal(struct recorder *recorder, const char *path,
                          const struct boot0_error *error)
{
    b0_trace_write_event(recorder->file, bus_time(recorder), path);
    fprintf(recorder->file, "refused=%d ", (int)error->code);
    write_text(recorder->file, error->message);
    b0_trace_write_event(recorder->file, bus_time(recorder), path);
    fputs("hint ", recorder->file);
    write_text(recorder->file, error->hint);
    if (error->advice == BOOT0_ADVICE_NONE || !is_without_facts(&error->facts))
        return;
    b0_trace_write_event(recorder->file, bus_time(recorder), path);
    fprintf(recorder->file, "advice %s\n", boot0_advice_name(error->advice));
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    struct recorder *recorder = context;

    recorder->bus.ops->wait_change(recorder->bus.context, timeout_ms);
}

static uint64_t bus_now(void *context)
{
    struct recorder *recorder = context;

    return recorder->bus.ops->now_us(recorder->bus.context);
}

static enum boot0_status open_serial(void *context, const struct boot0_candidate *candidate,
                                     struct boot0_stream *stream, struct boot0_error *error)
{
    struct recorder *recorder = context;

    struct boot0_error own = {.code = BOOT0_OK};
    enum boot0_status status;

    if (!recorder->bus.ops->open_serial)
        return boot0_fail(error, BOOT0_E_UNSUPPORTED,
                          "the program's serial port cannot be reached");
    memcpy(recorder->serial_path, candidate->path, sizeof recorder->serial_path);
    b0_trace_write_event(recorder->file, bus_time(recorder), candidate->path);
    fputs("serial\n", recorder->file);
    status = recorder->bus.ops->open_serial(recorder->bus.context, candidate, stream, &own);
    if (status != BOOT0_OK) {
        write_refusal(recorder, candidate->path, &own);
        *error = own;
        return status;
    }
    status =
        b0_trace_stream(stream, recorder->file, recorder->serial_path, bus_time(recorder), error);
    if (status != BOOT0_OK)
        stream->ops->close(stream->context);
    return status;
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    struct recorder *recorder = context;
    struct recorded *board = calloc(1, sizeof *board);
    struct boot0_error own = {.code = BOOT0_OK};
    enum boot0_status status;

    if (!board)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    board->recorder = recorder;
    memcpy(board->path, candidate->path, sizeof board->path);
    write_candidate(recorder, "open", candidate);
    status = recorder->bus.ops->open(recorder->bus.context, candidate, &board->transport, &own);
    if (status != BOOT0_OK) {
        write_refusal(recorder, candidate->path, &own);
        *error = own;
        free(board);
        return status;
    }
    if (board->transport.backend) {
        board->transport.ops->close(board->transport.context);
        free(board);
        return boot0_fail(error, BOOT0_E_UNSUPPORTED,
                          "only USB transfers can be recorded this way");
    }
    *transport = (struct boot0_transport){.ops = &board_ops, .context = board};
    return BOOT0_OK;
}

static void close_bus(void *context)
{
    struct recorder *recorder = context;

    fflush(recorder->file);
    boot0_bus_close(&recorder->bus);
    free(recorder);
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan,
    .wait_change = wait_change,
    .now_us = bus_now,
    .open = open_board,
    .open_serial = open_serial,
    .close = close_bus,
};

enum boot0_status boot0_trace_bus(struct boot0_bus *bus, FILE *file, struct boot0_error *error)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);

    if (!recorder)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    recorder->bus = *bus;
    recorder->file = file;
    recorder->start_us = bus->ops->now_us(bus->context);
    bus->ops = &bus_ops;
    bus->context = recorder;
    return BOOT0_OK;
}
