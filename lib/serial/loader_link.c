/* SPDX-License-Identifier: MIT */
#include "loader_link.h"

#include <boot0/protocol.h>
#include <core/array.h>
#include <core/bytes.h>
#include <core/lz4.h>
#include <string.h>

enum {
    PATIENCE_MS = 300, /* for a frame, in addition to its time on the line */
    HELLO_MS = 60,     /* between two HELLOs: the loader tries its UARTs in turn */
    TRIAL_ASK_MS = 80, /* at a new speed: two tries fit into B0_LOADER_TRIAL_MS */
    TRIES = 8,         /* of a question or an order without an answer */
    STUCK_MS = 120000, /* maximum busy time: twice the full erase of a worn flash */
    BITS = 10,         /* 8N1 */
    ON_LINE_MS = 60,   /* amount of data in transit at once, for short frames */
    BREAKS_MAX = 4,    /* in about 16 frames: the speed is too high */
    BREAK_WEIGHT = 16,
    WINDOW_MAX = 64, /* a number after the expected one must not look older */
    SEND_MS = 5000,
    TEST_SIZE = 128,
};

/*
 * Speeds that adapters support besides 115200: FT232R, CP2102N, CH340 and PL2303 have all of them
 * or some.
 */
static const uint32_t speeds[] = {230400, 460800, 921600, 1500000, 2000000};

void b0_loader_link_init(struct b0_loader_link *link, const struct boot0_stream *stream,
                         struct boot0_line *line)
{
    memset(link, 0, sizeof *link);
    link->stream = *stream;
    link->line = line;
    link->first_baud = line->baud;
}

static uint64_t now_us(const struct b0_loader_link *link)
{
    return link->stream.ops->now_us(link->stream.context);
}

/* Returns the time that `size` bytes take on the line. */
static uint64_t wire_us(const struct b0_loader_link *link, size_t size)
{
    return (uint64_t)size * BITS * 1000000 / link->line->baud;
}

static enum b0_loader_result set_baud(struct b0_loader_link *link, uint32_t baud)
{
    struct boot0_line line = *link->line;
    enum boot0_xfer result;

    line.baud = baud;
    result = link->stream.ops->set(link->stream.context, &line);
    if (result == BOOT0_XFER_OK) {
        *link->line = line;
        link->byte_at = link->byte_count = 0;
        b0_loader_input_init(&link->input);
        return B0_LOADER_OK;
    }
    return result == BOOT0_XFER_GONE ? B0_LOADER_GONE : B0_LOADER_REFUSED;
}

/* ---- frames ---- */

static enum b0_loader_result send(struct b0_loader_link *link, uint8_t type, uint8_t number,
                                  const struct b0_loader_parts *parts)
{
    size_t size = b0_loader_frame_encode(link->coded, type, number, parts);
    enum boot0_xfer result = link->stream.ops->send(
        link->stream.context, link->coded, size, SEND_MS + (uint32_t)(wire_us(link, size) / 1000));

    link->exchanges++;
    /* A missing answer shows other failures. */
    return result == BOOT0_XFER_GONE ? B0_LOADER_GONE : B0_LOADER_OK;
}

/* Waits for a byte and takes all that are available with it. */
static enum boot0_xfer fill(struct b0_loader_link *link, uint64_t until_us)
{
    uint64_t at_us = now_us(link);
    uint32_t left_ms = until_us > at_us ? (uint32_t)((until_us - at_us + 999) / 1000) : 0;
    const struct boot0_stream *stream = &link->stream;
    enum boot0_xfer result;
    size_t more = 0;

    link->byte_at = link->byte_count = 0;
    result = stream->ops->receive(stream->context, link->bytes, 1, &link->byte_count, left_ms);
    if (link->byte_count == 0 || result == BOOT0_XFER_GONE)
        return result;
    result =
        stream->ops->receive(stream->context, link->bytes + 1, sizeof link->bytes - 1, &more, 0);
    link->byte_count += more;
    return result;
}

enum heard {
    HEARD_NOTHING, /* timed out */
    HEARD_FRAME,
    HEARD_BROKEN,
    HEARD_GONE,
};

static enum heard hear(struct b0_loader_link *link, uint64_t until_us,
                       struct b0_loader_frame *frame)
{
    for (;;) {
        while (link->byte_at < link->byte_count) {
            enum b0_loader_event event =
                b0_loader_input_add(&link->input, link->bytes[link->byte_at++], frame);

            if (event != B0_LOADER_NOTHING)
                return event == B0_LOADER_FRAME ? HEARD_FRAME : HEARD_BROKEN;
        }
        if (fill(link, until_us) == BOOT0_XFER_GONE)
            return HEARD_GONE;
        if (link->byte_count == 0 && now_us(link) >= until_us)
            return HEARD_NOTHING;
    }
}

static bool is_stopped(struct b0_loader_link *link)
{
    return link->tick && !link->tick(link->context);
}

/* Counts a frame and whether it was broken: the recent quality of the line. */
static void judge(struct b0_loader_link *link, bool is_broken)
{
    if (is_broken)
        link->breaks += BREAK_WEIGHT;
    else if (link->breaks > 0)
        link->breaks--;
}

/* ---- messages from the board ---- */

/* True if the frame is the next part of the data being read. */
static bool take_data(struct b0_loader_link *link, const struct b0_loader_frame *frame)
{
    struct b0_loader_reading *reading = link->reading;
    uint32_t size = frame->length - 4u;

    if (!reading || frame->length <= 4 || size > reading->size - link->done)
        return false;
    if (b0_load32(frame->payload) != reading->address + link->done) {
        reading->has_gap = true;
        return false;
    }
    memcpy(reading->data + link->done, frame->payload + 4, size);
    link->done += size;
    return true;
}

/* Handles unsolicited frames. True if the board is working on the current question. */
static bool take_other(struct b0_loader_link *link, const struct b0_loader_frame *frame)
{
    if (frame->type == B0_LOADER_STATE && frame->length >= B0_LOADER_STATE_SIZE) {
        link->expected = frame->number;
        link->room = frame->payload[0];
        link->status = frame->payload[1];
        return false;
    }
    if (frame->number != link->question)
        return false;
    if (frame->type == B0_LOADER_DATA)
        return take_data(link, frame);
    return frame->type == B0_LOADER_BUSY;
}

/* ---- questions ---- */

struct question {
    uint8_t type;
    const struct b0_loader_parts *parts;
    uint8_t *answer;
    size_t room;
    uint32_t patience_ms;
};

static bool is_answer(const struct b0_loader_link *link, const struct b0_loader_frame *frame)
{
    return frame->type == B0_LOADER_ANSWER && frame->number == link->question && frame->length > 0;
}

static enum b0_loader_result take_answer(struct b0_loader_link *link, const struct question *q,
                                         const struct b0_loader_frame *frame)
{
    link->status = frame->payload[0];
    if (link->status == BOOT0_DFU_STATUS_OK && frame->length - 1u < q->room)
        link->status = BOOT0_DFU_STATUS_ERR_UNKNOWN;
    if (link->status != BOOT0_DFU_STATUS_OK)
        return B0_LOADER_REFUSED;
    if (q->room > 0)
        memcpy(q->answer, frame->payload + 1, q->room);
    return B0_LOADER_OK;
}

/*
 * A board that does not answer may be slow: timeouts of PATIENCE_MS and more double with each
 * silence, up to a factor of four.
 */
static uint64_t patience_us(uint32_t ms, unsigned silences)
{
    return ((uint64_t)ms * 1000) << (ms < PATIENCE_MS ? 0 : silences < 2 ? silences : 2);
}

/* Sends the question once. B0_LOADER_SILENT: repeat it. */
static enum b0_loader_result ask_once(struct b0_loader_link *link, const struct question *q,
                                      unsigned tries)
{
    const size_t expected = q->type == B0_LOADER_READ ? (size_t)B0_LOADER_DATA_MAX : q->room;
    const uint64_t silence_us =
        patience_us(q->patience_ms, tries) + wire_us(link, B0_LOADER_CODED_SIZE(expected));
    const uint64_t stuck_us = now_us(link) + (uint64_t)STUCK_MS * 1000;
    enum b0_loader_result result = send(link, q->type, link->question, q->parts);
    uint64_t until_us = now_us(link) + silence_us + wire_us(link, q->parts->head_size);
    struct b0_loader_frame frame;

    while (result == B0_LOADER_OK && now_us(link) < stuck_us) {
        enum heard heard = hear(link, until_us, &frame);

        if (heard == HEARD_GONE)
            return B0_LOADER_GONE;
        if (heard == HEARD_NOTHING)
            return B0_LOADER_SILENT;
        judge(link, heard == HEARD_BROKEN);
        if (heard == HEARD_FRAME && is_answer(link, &frame))
            return take_answer(link, q, &frame);
        if (heard == HEARD_FRAME && take_other(link, &frame))
            until_us = now_us(link) + silence_us;
        if (q->type == B0_LOADER_READ && link->reading && link->reading->has_gap)
            return B0_LOADER_OK; /* the rest is requested again */
        if (is_stopped(link))
            return B0_LOADER_STOPPED;
    }
    return result == B0_LOADER_OK ? B0_LOADER_SILENT : result;
}

static enum b0_loader_result ask_at_this_speed(struct b0_loader_link *link,
                                               const struct question *q, unsigned tries)
{
    enum b0_loader_result result = B0_LOADER_SILENT;

    link->question++;
    for (unsigned i = 0; i < tries && result == B0_LOADER_SILENT; i++) {
        if (i > 0) {
            link->repeated++;
            judge(link, true);
        }
        result = ask_once(link, q, i);
    }
    return result;
}

static enum b0_loader_result sync(struct b0_loader_link *link, const uint8_t *test, size_t size,
                                  uint32_t patience_ms, unsigned tries)
{
    const struct b0_loader_parts parts = {test, size, NULL, 0};
    const struct question q = {B0_LOADER_SYNC, &parts, NULL, 0, patience_ms};
    enum b0_loader_result result = ask_at_this_speed(link, &q, tries);

    return result == B0_LOADER_REFUSED ? B0_LOADER_OK : result; /* it was understood */
}

/* ---- the speed ---- */

/*
 * No frames arrive: returns to the first speed, to which the board falls back when it receives only
 * broken frames.
 */
static enum b0_loader_result start_over(struct b0_loader_link *link)
{
    enum b0_loader_result result;

    if (link->line->baud == link->first_baud)
        return B0_LOADER_SILENT;
    link->bad_baud = link->line->baud;
    result = set_baud(link, link->first_baud);
    if (result == B0_LOADER_OK)
        result = sync(link, NULL, 0, PATIENCE_MS, TRIES + B0_LOADER_LOST_MS / PATIENCE_MS);
    link->breaks = 0;
    return result;
}

/*
 * Changes the speed of both ends. B0_LOADER_REFUSED: one of them does not support it, or no frames
 * arrive; both keep the old speed.
 */
static enum b0_loader_result change_speed(struct b0_loader_link *link, uint32_t baud)
{
    const uint32_t before = link->line->baud;
    uint8_t bytes[4], test[TEST_SIZE];
    const struct b0_loader_parts parts = {bytes, sizeof bytes, NULL, 0};
    const struct question q = {B0_LOADER_SPEED, &parts, NULL, 0, PATIENCE_MS + B0_LOADER_TRIAL_MS};
    enum b0_loader_result result;

    b0_store32(bytes, baud);
    result = ask_at_this_speed(link, &q, TRIES / 2);
    if (result == B0_LOADER_OK)
        result = set_baud(link, baud);
    if (result != B0_LOADER_OK)
        return result;
    for (size_t i = 0; i < sizeof test; i++)
        test[i] = (uint8_t)(i & 1 ? 0x55 : i * 7);
    result = sync(link, test, sizeof test, TRIAL_ASK_MS, 2);
    if (result != B0_LOADER_SILENT)
        return result;
    /* The board also returns to the old speed, and is silent meanwhile. */
    result = set_baud(link, before);
    link->stream.ops->wait(link->stream.context, B0_LOADER_TRIAL_MS * 1000);
    if (result == B0_LOADER_OK)
        result = sync(link, NULL, 0, PATIENCE_MS, TRIES);
    /* If only its answers were lost, the board received the host at that speed and keeps it. */
    if (result == B0_LOADER_SILENT)
        result = start_over(link);
    return result == B0_LOADER_OK ? B0_LOADER_REFUSED : result;
}

/* Tries to set the port's speed. B0_LOADER_REFUSED: not supported. */
static enum b0_loader_result try_port(struct b0_loader_link *link, uint32_t baud)
{
    const uint32_t before = link->line->baud;
    enum b0_loader_result result = set_baud(link, baud);

    return result == B0_LOADER_OK ? set_baud(link, before) : result;
}

/* Returns the next higher speed worth trying; 0: none. */
static uint32_t next_speed(const struct b0_loader_link *link)
{
    for (size_t i = 0; i < B0_LENGTH(speeds); i++)
        if (speeds[i] > link->line->baud && !(link->refused_speeds >> i & 1))
            return speeds[i] <= link->highest_baud &&
                           (link->bad_baud == 0 || speeds[i] < link->bad_baud)
                       ? speeds[i]
                       : 0;
    return 0;
}

static void note_refused(struct b0_loader_link *link, uint32_t baud)
{
    for (size_t i = 0; i < B0_LENGTH(speeds); i++)
        if (speeds[i] == baud)
            link->refused_speeds |= (uint8_t)(1u << i);
}

enum b0_loader_result b0_loader_link_speed_up(struct b0_loader_link *link)
{
    enum b0_loader_result result = B0_LOADER_OK;
    uint32_t baud;

    while (result == B0_LOADER_OK && (baud = next_speed(link)) != 0) {
        result = try_port(link, baud);
        if (result == B0_LOADER_REFUSED) {
            note_refused(link, baud);
            result = B0_LOADER_OK;
            continue;
        }
        if (result == B0_LOADER_OK)
            result = change_speed(link, baud);
        if (result == B0_LOADER_REFUSED) {
            link->bad_baud = baud;
            result = B0_LOADER_OK;
        }
    }
    link->breaks = 0;
    return result;
}

/* Selects the next lower speed, which has worked before. */
static enum b0_loader_result slow_down(struct b0_loader_link *link)
{
    enum b0_loader_result result;
    uint32_t lower = link->first_baud;

    for (size_t i = 0; i < B0_LENGTH(speeds); i++)
        if (speeds[i] < link->line->baud && speeds[i] > lower)
            lower = speeds[i];
    link->breaks = 0;
    link->bad_baud = link->line->baud;
    result = change_speed(link, lower);
    return result == B0_LOADER_REFUSED ? B0_LOADER_OK : result;
}

static bool is_too_fast(const struct b0_loader_link *link)
{
    return link->breaks >= BREAKS_MAX * BREAK_WEIGHT && link->line->baud > link->first_baud;
}

/* Tries `tries` times, then again `tries_again` times after a restart at the first speed. */
static enum b0_loader_result ask(struct b0_loader_link *link, const struct question *q,
                                 unsigned tries, unsigned tries_again)
{
    enum b0_loader_result result = ask_at_this_speed(link, q, tries);

    if (result == B0_LOADER_SILENT) {
        result = start_over(link);
        if (result == B0_LOADER_OK)
            result = ask_at_this_speed(link, q, tries_again);
    }
    return result;
}

enum b0_loader_result b0_loader_link_ask(struct b0_loader_link *link, enum b0_loader_type type,
                                         const uint8_t *payload, size_t size, uint8_t *answer,
                                         size_t room)
{
    const struct b0_loader_parts parts = {payload, size, NULL, 0};
    const struct question q = {(uint8_t)type, &parts, answer, room, PATIENCE_MS};

    return ask(link, &q, TRIES / 2, TRIES);
}

/* ---- connecting ---- */

static enum b0_loader_result take_hello(struct b0_loader_link *link)
{
    link->expected = 0;
    link->room = (uint8_t)b0_load16(link->hello + B0_LOADER_HELLO_ROOM);
    link->highest_baud = b0_load32(link->hello + B0_LOADER_HELLO_BAUD);
    if (link->room == 0 ||
        b0_load16(link->hello + B0_LOADER_HELLO_VERSION) >> 8 != B0_LOADER_VERSION >> 8 ||
        b0_load16(link->hello + B0_LOADER_HELLO_BLOCK) < B0_LOADER_BLOCK) {
        link->status = BOOT0_DFU_STATUS_ERR_UNKNOWN;
        return B0_LOADER_REFUSED;
    }
    return B0_LOADER_OK;
}

/* The line may be at another speed: then it can only find a board that was found before. */
enum b0_loader_result b0_loader_link_hello(struct b0_loader_link *link, uint32_t timeout_ms)
{
    const struct b0_loader_parts nothing = {0};
    const struct question q = {B0_LOADER_HELLO, &nothing, link->hello + 1, sizeof link->hello - 1,
                               HELLO_MS};
    const bool is_first = link->line->baud == link->first_baud;
    unsigned tries = timeout_ms / HELLO_MS;
    enum b0_loader_result result = ask(link, &q, is_first ? tries : TRIES / 2, tries);

    link->breaks = 0;
    return result == B0_LOADER_OK ? take_hello(link) : result;
}

/* ---- reading ---- */

/* Requests the missing part once, and takes its data up to the first gap. */
static enum b0_loader_result read_on(struct b0_loader_link *link)
{
    struct b0_loader_reading *reading = link->reading;
    uint8_t payload[8];
    const struct b0_loader_parts parts = {payload, sizeof payload, NULL, 0};
    const struct question q = {B0_LOADER_READ, &parts, NULL, 0, PATIENCE_MS};

    reading->has_gap = false;
    b0_store32(payload, reading->address + link->done);
    b0_store32(payload + 4, reading->size - link->done);
    return ask_at_this_speed(link, &q, 1);
}

enum b0_loader_result b0_loader_link_read(struct b0_loader_link *link, uint32_t address,
                                          uint8_t *data, uint32_t size)
{
    struct b0_loader_reading reading = {address, data, size, false};
    enum b0_loader_result result = B0_LOADER_OK;
    unsigned in_vain = 0;

    link->done = 0;
    link->reading = &reading;
    while (link->done < size && result == B0_LOADER_OK) {
        uint32_t before = link->done;

        result = read_on(link);
        in_vain = link->done > before ? 0 : in_vain + 1;
        if (result == B0_LOADER_SILENT || reading.has_gap) {
            link->repeated++;
            judge(link, true);
            result = B0_LOADER_OK;
        }
        if (result == B0_LOADER_OK && in_vain == TRIES)
            result = start_over(link);
        if (result == B0_LOADER_OK && in_vain == 2 * TRIES)
            result = B0_LOADER_SILENT;
        if (result == B0_LOADER_OK && is_too_fast(link))
            result = slow_down(link);
    }
    link->reading = NULL;
    return result;
}

/* ---- orders ---- */

/* A sequence of orders, each of which can be rebuilt. */
struct orders {
    uint32_t count;
    uint32_t address;
    const uint8_t *data; /* NULL: one erase */
    uint32_t size;
    uint8_t first;        /* number of the first order */
    uint32_t sent, acked; /* counts of orders */
    uint32_t reached;     /* highest `sent` so far */
    unsigned silent;      /* time-outs since the last confirmation */
    uint64_t until_us;    /* deadline of the next confirmation */
    uint64_t stuck_us;
};

static uint32_t block_size(const struct orders *orders, uint32_t index)
{
    uint32_t left = orders->size - index * B0_LOADER_BLOCK;

    return left < B0_LOADER_BLOCK ? left : B0_LOADER_BLOCK;
}

static enum b0_loader_result send_order(struct b0_loader_link *link, const struct orders *orders,
                                        uint32_t index)
{
    const uint8_t number = (uint8_t)(orders->first + index);
    const uint32_t size = orders->data ? block_size(orders, index) : 0;
    uint8_t head[8], packed[B0_LOADER_BLOCK];
    struct b0_loader_parts parts = {head, 4, NULL, size};
    size_t packed_size;

    b0_store32(head, orders->address + index * B0_LOADER_BLOCK);
    if (!orders->data) {
        b0_store32(head + 4, orders->size);
        parts.head_size = 8;
        return send(link, B0_LOADER_ERASE, number, &parts);
    }
    parts.data = orders->data + (size_t)index * B0_LOADER_BLOCK;
    packed_size = b0_lz4_encode(packed, size - 1, parts.data, size);
    if (packed_size == 0)
        return send(link, B0_LOADER_WRITE, number, &parts);
    parts.data = packed;
    parts.data_size = packed_size;
    return send(link, B0_LOADER_WRITE_PACKED, number, &parts);
}

/* Returns how many orders may be in transit: the board's room, but not more than the line needs. */
static uint32_t window(const struct b0_loader_link *link)
{
    uint64_t frame_us = wire_us(link, B0_LOADER_CODED_SIZE(B0_LOADER_PAYLOAD_MAX));
    uint64_t frames = (uint64_t)ON_LINE_MS * 1000 / frame_us;

    frames = frames < 2 ? 2 : frames > WINDOW_MAX ? WINDOW_MAX : frames;
    return frames < link->room ? (uint32_t)frames : link->room;
}

static void expect_state(struct b0_loader_link *link, struct orders *orders)
{
    size_t on_line =
        (size_t)(orders->sent - orders->acked) * B0_LOADER_CODED_SIZE(B0_LOADER_PAYLOAD_MAX);

    orders->until_us =
        now_us(link) + patience_us(PATIENCE_MS, orders->silent) + wire_us(link, on_line);
}

static void note_progress(struct b0_loader_link *link, struct orders *orders)
{
    uint32_t all = orders->acked * B0_LOADER_BLOCK;

    link->done = orders->data ? (all < orders->size ? all : orders->size) : 0;
    orders->silent = 0;
    orders->stuck_us = now_us(link) + (uint64_t)STUCK_MS * 1000;
}

static void go_back(struct b0_loader_link *link, struct orders *orders)
{
    link->repeated += orders->sent - orders->acked;
    orders->sent = orders->acked;
    judge(link, true);
}

/* Handles the board's report of received orders. */
static enum b0_loader_result take_state(struct b0_loader_link *link, struct orders *orders,
                                        bool again)
{
    uint8_t more = (uint8_t)(link->expected - orders->first - orders->acked);

    if (link->status != BOOT0_DFU_STATUS_OK)
        return B0_LOADER_REFUSED;
    if (more > orders->reached - orders->acked)
        return B0_LOADER_OK; /* a late report on an earlier order */
    if (more > 0) {
        orders->acked += more;
        judge(link, false);
        note_progress(link, orders);
    }
    if (orders->sent < orders->acked)
        orders->sent = orders->acked;
    if (again)
        go_back(link, orders);
    expect_state(link, orders);
    return B0_LOADER_OK;
}

/* Handles a time-out: the orders or the board's reports were lost. */
static enum b0_loader_result take_silence(struct b0_loader_link *link, struct orders *orders)
{
    go_back(link, orders);
    link->room = link->room > 0 ? link->room : 1;
    if (++orders->silent <= TRIES / 2)
        return B0_LOADER_OK;
    orders->silent = 0;
    return start_over(link);
}

static enum b0_loader_result hear_state(struct b0_loader_link *link, struct orders *orders)
{
    struct b0_loader_frame frame;
    bool is_full = orders->sent == orders->count || orders->sent - orders->acked >= window(link);

    switch (hear(link, is_full ? orders->until_us : 0, &frame)) {
    case HEARD_GONE:
        return B0_LOADER_GONE;
    case HEARD_BROKEN:
        judge(link, true);
        return B0_LOADER_OK;
    case HEARD_NOTHING:
        if (!is_full)
            return B0_LOADER_OK;
        return now_us(link) < orders->stuck_us ? take_silence(link, orders) : B0_LOADER_SILENT;
    default:
        (void)take_other(link, &frame);
        if (frame.type != B0_LOADER_STATE || frame.length < B0_LOADER_STATE_SIZE)
            return B0_LOADER_OK;
        return take_state(link, orders, (frame.payload[2] & B0_LOADER_AGAIN) != 0);
    }
}

static enum b0_loader_result carry_out(struct b0_loader_link *link, struct orders *orders)
{
    enum b0_loader_result result = B0_LOADER_OK;

    orders->first = link->expected;
    note_progress(link, orders);
    while (orders->acked < orders->count && result == B0_LOADER_OK) {
        if (orders->sent < orders->count && orders->sent - orders->acked < window(link)) {
            result = send_order(link, orders, orders->sent);
            orders->sent++;
            if (orders->reached < orders->sent)
                orders->reached = orders->sent;
            expect_state(link, orders);
        }
        if (result == B0_LOADER_OK)
            result = hear_state(link, orders);
        if (result == B0_LOADER_OK && is_too_fast(link)) {
            result = slow_down(link);
            go_back(link, orders);
        }
        if (result == B0_LOADER_OK && is_stopped(link))
            result = B0_LOADER_STOPPED;
    }
    return result;
}

enum b0_loader_result b0_loader_link_write(struct b0_loader_link *link, uint32_t address,
                                           const uint8_t *data, uint32_t size)
{
    struct orders orders = {
        .count = (size + B0_LOADER_BLOCK - 1) / B0_LOADER_BLOCK,
        .address = address,
        .data = data,
        .size = size,
    };

    return carry_out(link, &orders);
}

enum b0_loader_result b0_loader_link_erase(struct b0_loader_link *link, uint32_t address,
                                           uint32_t size)
{
    struct orders orders = {.count = 1, .address = address, .size = size};

    return carry_out(link, &orders);
}
