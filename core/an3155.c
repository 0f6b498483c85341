/* SPDX-License-Identifier: MIT */
/*
 * Operations of the UART bootloader's host engine: chooses the next command and reacts to commands
 * that failed.
 */
#include "an3155_private.h"

#include <string.h>

enum {
    TRIES_MAX = 4, /* attempts of one command without progress */
};

static void finish(struct b0_an3155 *e)
{
    e->stage = AN_STAGE_DONE;
}

/* A block counts as done only after the board's next answer is valid. */
static void take_back(struct b0_an3155 *e)
{
    e->done -= e->last_chunk;
    e->last_chunk = 0;
}

void b0_an3155_fail(struct b0_an3155 *e, enum b0_an3155_failure failure)
{
    take_back(e);
    e->failure = failure;
    e->stage = AN_STAGE_FAILED;
    /* After a plain refusal the board waits for a command. */
    if (failure != B0_AN3155_FAIL_UNSUPPORTED && failure != B0_AN3155_FAIL_REFUSED &&
        failure != B0_AN3155_FAIL_ADDRESS && failure != B0_AN3155_FAIL_NACK)
        e->synced = false;
}

/* The operation got further than ever before: reset the retry counters. */
static void progress(struct b0_an3155 *e)
{
    if (e->done + e->part <= e->reached)
        return;
    e->reached = e->done + e->part;
    e->tries = 0;
    e->garbage = 0;
}

/* ---- next command ---- */

static void decide_connect(struct b0_an3155 *e)
{
    if (e->part == 0)
        b0_an3155_start(e, B0_AN3155_GET);
    else if (e->part == 1)
        b0_an3155_start(e, B0_AN3155_GET_ID);
    else
        finish(e);
}

/* Blocks within a region end at multiples of 256, so that each is a row of any flash. */
static uint16_t next_chunk(const struct b0_an3155 *e)
{
    uint32_t here = e->address + e->done;
    uint32_t room = B0_AN3155_BLOCK_MAX - here % B0_AN3155_BLOCK_MAX;
    uint32_t left = e->size - e->done;

    return (uint16_t)(left < room ? left : room);
}

/* After the last block of a region: checks that the board is in step, with any command that it
 * always answers. */
static void start_question(struct b0_an3155 *e)
{
    e->asked = true;
    b0_an3155_start(e, b0_an3155_lists(e, B0_AN3155_GET_ID) ? B0_AN3155_GET_ID : B0_AN3155_GET);
}

static void decide_read(struct b0_an3155 *e)
{
    if (e->done < e->size) {
        e->chunk = next_chunk(e);
        b0_an3155_start(e, B0_AN3155_READ);
    } else if (e->last_chunk > 0) {
        start_question(e);
    } else {
        finish(e);
    }
}

static void decide_write(struct b0_an3155 *e)
{
    uint32_t here = e->address + e->done;

    if (e->done == e->size) {
        if (e->last_chunk > 0 && !e->ends_in_reset)
            start_question(e);
        else
            finish(e);
        return;
    }
    e->chunk = next_chunk(e);
    e->lead = (uint16_t)(here & (e->config.align - 1u));
    b0_an3155_start(e, e->doubt ? B0_AN3155_READ : B0_AN3155_WRITE);
}

static void decide_pages(struct b0_an3155 *e)
{
    uint32_t left = e->size - e->done;

    if (left == 0) {
        finish(e);
        return;
    }
    e->number = left < B0_AN3155_PAGES_MAX ? left : B0_AN3155_PAGES_MAX;
    b0_an3155_start(e, b0_an3155_lists(e, B0_AN3155_EXTENDED_ERASE) ? B0_AN3155_EXTENDED_ERASE
                                                                    : B0_AN3155_ERASE);
}

static void decide_single(struct b0_an3155 *e)
{
    if (e->part > 0)
        finish(e);
    else
        b0_an3155_start(e, e->failed_command);
}

static void (*const decide[AN_OP_COUNT])(struct b0_an3155 *) = {
    [AN_OP_NONE] = finish,      [AN_OP_CONNECT] = decide_connect, [AN_OP_SETTLE] = finish,
    [AN_OP_READ] = decide_read, [AN_OP_WRITE] = decide_write,     [AN_OP_PAGES] = decide_pages,
    [AN_OP_GO] = decide_single, [AN_OP_SINGLE] = decide_single,   [AN_OP_RESET] = decide_single,
};

/* ---- command results ---- */

static bool is_blank(const struct b0_an3155 *e, const uint8_t *bytes, uint16_t size)
{
    for (uint16_t i = 0; i < size; i++)
        if (bytes[i] != b0_an3155_erased_byte(e))
            return false;
    return true;
}

/* All families have their flash here. RAM and other memories can simply be written again. */
static bool is_flash(uint32_t address)
{
    return address >> 27 == 1;
}

/* Handles the read-back of the uncertain block. */
static void complete_doubt(struct b0_an3155 *e)
{
    if (memcmp(e->answer, e->source + e->done, e->chunk) == 0) {
        e->done += e->chunk;
        progress(e);
    } else if (is_flash(e->address) && !is_blank(e, e->answer, e->chunk)) {
        b0_an3155_fail(e, B0_AN3155_FAIL_DIRTY);
        return;
    }
    e->doubt = false;
    e->stage = AN_STAGE_DECIDE;
}

void b0_an3155_complete(struct b0_an3155 *e)
{
    e->stage = AN_STAGE_DECIDE;
    if (e->asked) {
        e->asked = false;
        e->last_chunk = 0;
        return;
    }
    if (e->op == AN_OP_WRITE && e->doubt) {
        complete_doubt(e);
        return;
    }
    if (e->op == AN_OP_READ || e->op == AN_OP_WRITE)
        e->done += e->chunk;
    else if (e->op == AN_OP_PAGES)
        e->done += e->number;
    else
        e->part++;
    if (e->op == AN_OP_READ || e->op == AN_OP_WRITE)
        e->last_chunk = e->chunk;
    if (e->op == AN_OP_RESET || e->op == AN_OP_GO) {
        e->synced = false;
        e->frame_size = 0;
        e->stage = AN_STAGE_DONE;
    }
    progress(e);
}

/*
 * Bytes before an ACK have two causes: noise, or the rest of a block that arrived with an extra
 * byte. The previous block is read again. After a write they can also be refusals: if the block's
 * count was damaged in transit and a byte in its middle happened to equal the checksum, the board
 * takes the remaining bytes for commands. Such a block, and one that was not acknowledged, may or
 * may not be in flash. Many chips report an error if it is programmed twice, so it is read back
 * first.
 */
void b0_an3155_doubt(struct b0_an3155 *e, enum b0_an3155_failure why)
{
    bool refused = why != B0_AN3155_FAIL_NOISE && why != B0_AN3155_FAIL_TIMEOUT;

    if (++e->tries >= TRIES_MAX) {
        b0_an3155_fail(e, why);
        return;
    }
    if (e->op == AN_OP_READ && (e->asked || why == B0_AN3155_FAIL_NOISE))
        take_back(e);
    if (e->op == AN_OP_WRITE && !e->doubt && (e->last_chunk > 0 || !b0_an3155_first_phase(e))) {
        if (e->asked || b0_an3155_first_phase(e))
            take_back(e);
        e->last_chunk = 0;
        e->doubt = true;
    }
    e->asked = false;
    /*
     * The board may have refused half a frame whose other half is still arriving, or be out of step
     * by one.
     */
    if (refused && e->tries == 1)
        e->stage = AN_STAGE_DRAIN;
    else
        b0_an3155_sync(e);
}

/* ---- public functions ---- */

void b0_an3155_init(struct b0_an3155 *engine, const struct b0_an3155_config *config)
{
    memset(engine, 0, sizeof *engine);
    engine->config = *config;
    if (engine->config.baud == 0)
        engine->config.baud = 115200;
    if (engine->config.align == 0)
        engine->config.align = 4;
    engine->stage = AN_STAGE_DONE;
}

void b0_an3155_restart(struct b0_an3155 *engine, uint32_t baud)
{
    if (baud > 0)
        engine->config.baud = baud;
    engine->synced = false;
    engine->owed = false;
    engine->frame_size = 0;
    engine->stage = AN_STAGE_DONE;
}

bool b0_an3155_lists(const struct b0_an3155 *engine, uint8_t command)
{
    return engine->commands[command / 8] >> command % 8 & 1;
}

static void begin(struct b0_an3155 *e, enum an3155_op op, uint32_t address, uint32_t size)
{
    /* Stopped in the middle of a command: the board waits for the rest or is working. */
    if (e->stage != AN_STAGE_DONE && e->stage != AN_STAGE_FAILED) {
        e->owed = e->stage == AN_STAGE_ACK && e->deadline_us > e->now_us;
        e->synced = false;
    }
    e->op = (uint8_t)op;
    e->part = 0;
    e->stage = AN_STAGE_DECIDE;
    e->failure = B0_AN3155_FAIL_NONE;
    e->failed_command = B0_AN3155_AUTOBAUD;
    e->doubt = false;
    e->asked = false;
    e->ends_in_reset = false;
    e->tries = 0;
    e->garbage = 0;
    e->reached = 0;
    e->address = address;
    e->size = size;
    e->number = 0;
    e->done = 0;
    e->lead = 0;
    e->last_chunk = 0;
    e->source = NULL;
    e->target = NULL;
}

static void begin_single(struct b0_an3155 *e, enum an3155_op op, enum b0_an3155_byte code)
{
    begin(e, op, 0, 0);
    e->failed_command = (uint8_t)code;
}

void b0_an3155_connect(struct b0_an3155 *engine)
{
    begin(engine, AN_OP_CONNECT, 0, 0);
    memset(engine->commands, 0, sizeof engine->commands);
}

void b0_an3155_settle(struct b0_an3155 *engine)
{
    begin(engine, AN_OP_SETTLE, 0, 0);
}

void b0_an3155_version(struct b0_an3155 *engine)
{
    begin_single(engine, AN_OP_SINGLE, B0_AN3155_GET_VERSION);
}

void b0_an3155_read(struct b0_an3155 *engine, uint32_t address, uint8_t *data, uint32_t size)
{
    begin(engine, AN_OP_READ, address, size);
    engine->target = data;
}

void b0_an3155_write(struct b0_an3155 *engine, uint32_t address, const uint8_t *data, uint32_t size)
{
    begin(engine, AN_OP_WRITE, address, size);
    engine->source = data;
}

void b0_an3155_write_options(struct b0_an3155 *engine, uint32_t address, const uint8_t *data,
                             uint32_t size)
{
    b0_an3155_write(engine, address, data, size);
    engine->ends_in_reset = true;
}

void b0_an3155_erase_pages(struct b0_an3155 *engine, uint16_t first, uint16_t count)
{
    begin(engine, AN_OP_PAGES, first, count);
}

void b0_an3155_erase_whole(struct b0_an3155 *engine, enum b0_an3155_whole which)
{
    bool extended = b0_an3155_lists(engine, B0_AN3155_EXTENDED_ERASE) || which != B0_AN3155_ALL;

    begin_single(engine, AN_OP_SINGLE, extended ? B0_AN3155_EXTENDED_ERASE : B0_AN3155_ERASE);
    engine->number = (uint32_t)which;
}

void b0_an3155_go(struct b0_an3155 *engine, uint32_t address)
{
    begin_single(engine, AN_OP_GO, B0_AN3155_GO);
    engine->address = address;
}

void b0_an3155_write_protect(struct b0_an3155 *engine, const uint8_t *sectors, uint16_t count)
{
    begin_single(engine, AN_OP_RESET, B0_AN3155_WRITE_PROTECT);
    engine->source = sectors;
    engine->number = count < B0_AN3155_BLOCK_MAX ? count : B0_AN3155_BLOCK_MAX;
}

void b0_an3155_write_unprotect(struct b0_an3155 *engine)
{
    begin_single(engine, AN_OP_RESET, B0_AN3155_WRITE_UNPROTECT);
}

void b0_an3155_readout_protect(struct b0_an3155 *engine)
{
    begin_single(engine, AN_OP_RESET, B0_AN3155_READOUT_PROTECT);
}

void b0_an3155_readout_unprotect(struct b0_an3155 *engine)
{
    begin_single(engine, AN_OP_RESET, B0_AN3155_READOUT_UNPROTECT);
}

void b0_an3155_checksum(struct b0_an3155 *engine, uint32_t address, uint32_t size)
{
    begin_single(engine, AN_OP_SINGLE, B0_AN3155_GET_CHECKSUM);
    engine->address = address;
    engine->size = size;
}

enum b0_an3155_step_kind b0_an3155_next(struct b0_an3155 *engine, uint64_t now_us,
                                        struct b0_an3155_step *step)
{
    memset(step, 0, sizeof *step);
    engine->now_us = now_us;
    if (engine->stage == AN_STAGE_DECIDE) {
        if (engine->synced)
            decide[engine->op](engine);
        else
            b0_an3155_sync(engine);
    }
    if (engine->stage == AN_STAGE_DONE)
        step->kind = B0_AN3155_DONE;
    else if (engine->stage == AN_STAGE_FAILED)
        step->kind = B0_AN3155_FAILED;
    else
        b0_an3155_issue(engine, step);
    return step->kind;
}

void b0_an3155_feed(struct b0_an3155 *engine, enum boot0_xfer result, size_t actual,
                    uint64_t now_us)
{
    engine->now_us = now_us;
    if (result == BOOT0_XFER_GONE)
        b0_an3155_fail(engine, B0_AN3155_FAIL_GONE);
    else
        b0_an3155_got(engine, result, actual);
}
