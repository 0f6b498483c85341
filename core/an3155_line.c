/* SPDX-License-Identifier: MIT */
/*
 * Stages of the UART bootloader's host engine: send bytes, receive ACK, receive bytes, and
 * resynchronise after noise, lost bytes or a stop in the middle.
 */
#include "an3155_private.h"
#include "array.h"

enum {
    SLICE_MS = 250,   /* the driver gets control at least this often */
    ANSWER_MS = 60,   /* for a byte to come back: USB adapters delay it by up to 16 ms */
    LATE_MS = 20,     /* for a byte that is still in transit */
    FIRST_MS = 200,   /* autobaud: the ROM measures, sets up its UART and answers */
    DATA_MS = 500,    /* pause between bytes from the board */
    GARBAGE_MAX = 40, /* unexpected receptions before giving up */
    BUSY_MAX = 200,
    LEADING_MAX = 4, /* stray bytes that some adapters deliver before the first answer */
};

uint64_t b0_an3155_line_us(const struct b0_an3155 *e, uint32_t bytes)
{
    return (uint64_t)bytes * B0_AN3155_BITS * 1000000 / e->config.baud;
}

static uint32_t line_ms(const struct b0_an3155 *e, uint32_t bytes)
{
    return (uint32_t)(b0_an3155_line_us(e, bytes) / 1000 + 1);
}

/* ---- phases of a command ---- */

static void issue_send(struct b0_an3155 *e, struct b0_an3155_step *step)
{
    step->kind = B0_AN3155_SEND;
    step->send = e->frame;
    step->size = e->frame_size;
    step->timeout_ms = DATA_MS + 2 * line_ms(e, e->frame_size);
}

static void got_send(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    (void)actual;
    if (result != BOOT0_XFER_OK) {
        b0_an3155_fail(e, B0_AN3155_FAIL_TRANSFER);
        return;
    }
    /* Bytes passed to the port may not have been sent yet. */
    e->deadline_us =
        e->now_us + b0_an3155_line_us(e, e->frame_size) + (uint64_t)b0_an3155_ack_ms(e) * 1000;
    e->stage = AN_STAGE_ACK;
}

static void receive(struct b0_an3155_step *step, uint8_t *to, uint16_t size, uint32_t timeout_ms)
{
    step->kind = B0_AN3155_RECEIVE;
    step->receive = to;
    step->size = size;
    step->timeout_ms = timeout_ms;
}

static void issue_ack(struct b0_an3155 *e, struct b0_an3155_step *step)
{
    uint64_t left_ms = e->deadline_us > e->now_us ? (e->deadline_us - e->now_us) / 1000 + 1 : 1;

    receive(step, e->answer, 1, left_ms < SLICE_MS ? (uint32_t)left_ms : SLICE_MS);
}

static void got_ack(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    uint8_t answer = result == BOOT0_XFER_OK ? e->answer[0] : 0;

    if (result == BOOT0_XFER_TIMEOUT && actual == 0) {
        if (e->now_us >= e->deadline_us)
            b0_an3155_doubt(e, B0_AN3155_FAIL_TIMEOUT);
    } else if (answer == B0_AN3155_ACK) {
        b0_an3155_phase_done(e);
    } else if (answer == B0_AN3155_NACK) {
        b0_an3155_doubt(e, b0_an3155_nack_means(e));
    } else if (answer == B0_AN3155_BUSY && e->busy < BUSY_MAX) {
        e->busy++;
        e->deadline_us = e->now_us + (uint64_t)b0_an3155_ack_ms(e) * 1000;
    } else {
        b0_an3155_doubt(e, B0_AN3155_FAIL_NOISE);
    }
}

static void issue_data(struct b0_an3155 *e, struct b0_an3155_step *step)
{
    uint16_t size;
    uint8_t *to = b0_an3155_data(e, &size);

    receive(step, to, size, DATA_MS + 2 * line_ms(e, size));
}

static void got_data(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    (void)actual;
    if (result != BOOT0_XFER_OK) {
        b0_an3155_doubt(e, result == BOOT0_XFER_TIMEOUT ? B0_AN3155_FAIL_TIMEOUT
                                                        : B0_AN3155_FAIL_NOISE);
        return;
    }
    b0_an3155_take(e);
    if (e->stage == AN_STAGE_DATA)
        b0_an3155_phase_done(e);
}

/* ---- unexpected bytes ---- */

static void issue_drain(struct b0_an3155 *e, struct b0_an3155_step *step)
{
    receive(step, e->answer, sizeof e->answer, LATE_MS + line_ms(e, 1));
}

/* True when the line is quiet. */
static bool drained(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    if (result == BOOT0_XFER_TIMEOUT && actual == 0)
        return true;
    if (++e->garbage > GARBAGE_MAX)
        b0_an3155_fail(e, B0_AN3155_FAIL_NOISE);
    return false;
}

/* One answer was expected and has arrived; if more bytes come, host and board are out of step. */
static void got_drain(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    if (drained(e, result, actual))
        e->stage = AN_STAGE_DECIDE;
    else if (e->stage == AN_STAGE_DRAIN)
        b0_an3155_sync(e);
}

/* ---- synchronising ---- */

/*
 * Number of bytes sent in each round. A board that waits for a command refuses two bytes that are
 * not a command. A board in the middle of a frame consumes bytes up to the frame's end, which can
 * be far away for the longest frame, an Extended Erase with a damaged count.
 */
static const uint16_t rounds[] = {1, 1, 6, 64, 256, 256, 256, 256, 256, 256};

enum {
    ROUND_COUNT = B0_LENGTH(rounds),
};

static bool in_frame(const struct b0_an3155 *e, uint8_t byte)
{
    for (uint16_t i = 0; i < e->frame_size; i++)
        if (e->frame[i] == byte)
            return true;
    return false;
}

/*
 * Chooses the byte that completes a frame of which the board received only part. It must never make
 * the frame valid. If one byte of the frame was lost, the checksum that the board expects equals
 * the lost byte, so the pad must not occur in the frame. If the board waits for the count of a
 * Write or Erase, n, then n + 1 times n, then n as checksum would be valid for odd n, so the pad
 * must be even. 0 would erase page 0. A small value completes the frame soonest.
 */
static uint8_t choose_pad(const struct b0_an3155 *e)
{
    for (unsigned pad = 2; pad < 0xff; pad += 2)
        if (!in_frame(e, (uint8_t)pad))
            return (uint8_t)pad;
    return 2;
}

/*
 * If nothing is known, sends 0x7f: a ROM after reset measures the first, a ROM that was in sync
 * refuses the second (AN3155, 2.2). If both get no answer, a frame that waits for its count may
 * have taken them as 0x7f, 0x7f and then take pads: one byte that differs from the pad keeps the
 * checksum wrong.
 */
static void build_round(struct b0_an3155 *e)
{
    uint8_t pad = choose_pad(e);
    bool blind = e->frame_size == 0;
    uint16_t size = rounds[e->round];

    for (uint16_t i = 0; i < size; i++)
        e->answer[i] = blind && e->round < 2 ? (uint8_t)B0_AN3155_AUTOBAUD : pad;
    if (blind && e->round == 2)
        e->answer[0] = 4;
}

void b0_an3155_sync(struct b0_an3155 *e)
{
    e->synced = false;
    e->round = 0;
    e->stage = e->owed ? AN_STAGE_OWED : AN_STAGE_SYNC_DRAIN;
}

static void got_owed(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    if (result == BOOT0_XFER_TIMEOUT && actual == 0 && e->now_us < e->deadline_us)
        return;
    e->owed = false;
    e->stage = AN_STAGE_SYNC_DRAIN;
}

static void got_sync_drain(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    if (!drained(e, result, actual))
        return;
    build_round(e);
    e->stage = AN_STAGE_SYNC_SEND;
}

static void issue_sync_send(struct b0_an3155 *e, struct b0_an3155_step *step)
{
    step->kind = B0_AN3155_SEND;
    step->send = e->answer;
    step->size = rounds[e->round];
    step->timeout_ms = DATA_MS + 2 * line_ms(e, step->size);
}

static void got_sync_send(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    (void)actual;
    if (result != BOOT0_XFER_OK)
        b0_an3155_fail(e, B0_AN3155_FAIL_TRANSFER);
    else
        e->stage = AN_STAGE_SYNC_ANSWER;
}

static void issue_sync_answer(struct b0_an3155 *e, struct b0_an3155_step *step)
{
    bool first = e->frame_size == 0 && e->round == 0;

    receive(step, e->answer, 1, (first ? FIRST_MS : ANSWER_MS) + line_ms(e, rounds[e->round]));
}

/* The board does not answer. After Go this means that the program runs. */
static void give_up(struct b0_an3155 *e)
{
    if (e->op == AN_OP_GO && e->tries > 0 && e->phase > 0)
        e->stage = AN_STAGE_DONE;
    else
        b0_an3155_fail(e, e->garbage > LEADING_MAX ? B0_AN3155_FAIL_NOISE : B0_AN3155_FAIL_SILENT);
}

static void next_round(struct b0_an3155 *e)
{
    if (++e->round == ROUND_COUNT) {
        give_up(e);
        return;
    }
    build_round(e);
    e->stage = AN_STAGE_SYNC_SEND;
}

static void got_sync_answer(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    bool answered = result == BOOT0_XFER_OK &&
                    (e->answer[0] == B0_AN3155_ACK || e->answer[0] == B0_AN3155_NACK);

    if (result == BOOT0_XFER_TIMEOUT && actual == 0) {
        next_round(e);
    } else if (answered && rounds[e->round] == 1) {
        e->synced = true;
        e->frame_size = 0;
        e->stage = AN_STAGE_DRAIN;
    } else if (answered) {
        /* The board answered at an unknown position of the burst: repeat with a single byte. The
         * incomplete frame is completed now. */
        e->garbage++;
        e->round = 0;
        e->frame[0] = 0;
        e->frame_size = 1;
        e->stage = AN_STAGE_SYNC_DRAIN;
    } else if (++e->garbage > GARBAGE_MAX) {
        b0_an3155_fail(e, B0_AN3155_FAIL_NOISE);
    } /* else: 0x00, BUSY or noise before the answer: keep listening */
}

static const struct {
    void (*issue)(struct b0_an3155 *e, struct b0_an3155_step *step);
    void (*got)(struct b0_an3155 *e, enum boot0_xfer result, size_t actual);
} stages[AN_STAGE_COUNT] = {
    [AN_STAGE_SEND] = {issue_send, got_send},
    [AN_STAGE_ACK] = {issue_ack, got_ack},
    [AN_STAGE_DATA] = {issue_data, got_data},
    [AN_STAGE_DRAIN] = {issue_drain, got_drain},
    [AN_STAGE_OWED] = {issue_ack, got_owed},
    [AN_STAGE_SYNC_DRAIN] = {issue_drain, got_sync_drain},
    [AN_STAGE_SYNC_SEND] = {issue_sync_send, got_sync_send},
    [AN_STAGE_SYNC_ANSWER] = {issue_sync_answer, got_sync_answer},
};

void b0_an3155_issue(struct b0_an3155 *e, struct b0_an3155_step *step)
{
    stages[e->stage].issue(e, step);
}

void b0_an3155_got(struct b0_an3155 *e, enum boot0_xfer result, size_t actual)
{
    if (stages[e->stage].got)
        stages[e->stage].got(e, result, actual);
}
