/* SPDX-License-Identifier: MIT */
/*
 * Operations of the host's protocol engine: chooses the next exchange when the board is idle.
 * engine_stages.c makes the transfers and interprets their results.
 */
#include "engine_private.h"

#include <string.h>

enum op {
    OP_NONE,
    OP_IDLE,
    OP_COMMAND,
    OP_WRITE,
    OP_READ,
    OP_LEAVE,
    OP_DOWNLOAD,
    OP_UPLOAD,
    OP_DETACH,
    OP_COUNT
};

static void finish(struct b0_engine *e)
{
    e->stage = STAGE_DONE;
}

static bool in_state(const struct b0_engine *e, uint8_t state)
{
    return e->state_known && e->last.state == state;
}

static bool ready_for_dnload(const struct b0_engine *e)
{
    return in_state(e, BOOT0_DFU_STATE_IDLE) || in_state(e, BOOT0_DFU_STATE_DNLOAD_IDLE);
}

static void decide_idle(struct b0_engine *e)
{
    if (in_state(e, BOOT0_DFU_STATE_IDLE))
        finish(e);
    else
        b0_engine_settle(e);
}

static void decide_command(struct b0_engine *e)
{
    bool whole = e->command[0] != BOOT0_DFUSE_ERASE || e->size == 0;

    if (e->op_finished)
        finish(e);
    else if (!ready_for_dnload(e))
        b0_engine_settle(e);
    else
        b0_engine_start_command(e, EXCHANGE_COMMAND, whole ? B0_WORK_MASS_ERASE : B0_WORK_ERASE,
                                e->command[0], e->size == 0 ? NULL : &e->address);
}

/* True if the number of the block at the current position stands for its address. */
static bool pointer_serves(const struct b0_engine *e, bool sequential_only)
{
    uint32_t here = e->address + e->done;
    uint32_t offset = here - e->pointer;

    if (!e->pointer_known || here < e->pointer || offset % e->config.transfer_size != 0)
        return false;
    if (offset / e->config.transfer_size > BOOT0_DFUSE_BLOCK_LAST - BOOT0_DFUSE_BLOCK_FIRST)
        return false;
    return !sequential_only || e->done > 0 || offset == 0;
}

static void start_set_address(struct b0_engine *e)
{
    uint32_t here = e->address + e->done;

    b0_engine_start_command(e, EXCHANGE_SET_ADDRESS, B0_WORK_COMMAND, BOOT0_DFUSE_SET_ADDRESS,
                            &here);
}

static uint32_t next_chunk(const struct b0_engine *e)
{
    uint32_t left = e->size - e->done;

    return left < e->config.transfer_size ? left : e->config.transfer_size;
}

static void decide_write(struct b0_engine *e)
{
    if (e->done == e->size) {
        finish(e);
    } else if (!ready_for_dnload(e)) {
        b0_engine_settle(e);
    } else if (!pointer_serves(e, e->config.quirks.no_block_jump)) {
        start_set_address(e);
    } else {
        e->chunk = next_chunk(e);
        b0_engine_start_dnload(e, EXCHANGE_BLOCK, B0_WORK_WRITE);
    }
}

static bool ready_for_upload(const struct b0_engine *e)
{
    return in_state(e, BOOT0_DFU_STATE_IDLE) || in_state(e, BOOT0_DFU_STATE_UPLOAD_IDLE);
}

/* AN3156, 3: a block's address offset is computed with the length of this request, so a shorter
 * last block must be at the pointer itself. */
static bool pointer_serves_read(const struct b0_engine *e)
{
    bool whole = e->chunk == e->config.transfer_size;

    return pointer_serves(e, e->config.quirks.no_block_jump) &&
           (whole || e->pointer == e->address + e->done);
}

static void decide_read(struct b0_engine *e)
{
    if (e->done == e->size) {
        finish(e);
        return;
    }
    e->chunk = next_chunk(e);
    if (pointer_serves_read(e)) {
        if (ready_for_upload(e))
            b0_engine_start_upload(e);
        else if (in_state(e, BOOT0_DFU_STATE_DNLOAD_IDLE))
            e->stage = STAGE_ABORT_KNOWN;
        else
            b0_engine_settle(e);
    } else {
        if (ready_for_dnload(e))
            start_set_address(e);
        else if (in_state(e, BOOT0_DFU_STATE_UPLOAD_IDLE))
            e->stage = STAGE_ABORT_KNOWN;
        else
            b0_engine_settle(e);
    }
}

static void decide_leave(struct b0_engine *e)
{
    if (e->op_finished)
        finish(e);
    else if (!ready_for_dnload(e))
        b0_engine_settle(e);
    else if (!e->pointer_known || e->pointer != e->address)
        start_set_address(e);
    else
        b0_engine_start_dnload(e, EXCHANGE_END, B0_WORK_COMMAND);
}

static void decide_download(struct b0_engine *e)
{
    if (e->op_finished)
        finish(e);
    else if (e->done == 0 && !in_state(e, BOOT0_DFU_STATE_IDLE))
        b0_engine_settle(e);
    else if (e->done < e->size) {
        e->chunk = next_chunk(e);
        b0_engine_start_dnload(e, EXCHANGE_BLOCK, B0_WORK_WRITE);
    } else
        b0_engine_start_dnload(e, EXCHANGE_END, B0_WORK_WRITE);
}

static void decide_upload(struct b0_engine *e)
{
    if (e->done == e->size) {
        finish(e);
    } else if (e->done == 0 ? !in_state(e, BOOT0_DFU_STATE_IDLE) : !ready_for_upload(e)) {
        b0_engine_settle(e);
    } else {
        e->chunk = next_chunk(e);
        b0_engine_start_upload(e);
    }
}

static void decide_detach(struct b0_engine *e)
{
    e->failed_request = BOOT0_DFU_DETACH;
    e->stage = STAGE_DETACH;
}

static void (*const decide[OP_COUNT])(struct b0_engine *) = {
    [OP_NONE] = finish,
    [OP_IDLE] = decide_idle,
    [OP_COMMAND] = decide_command,
    [OP_WRITE] = decide_write,
    [OP_READ] = decide_read,
    [OP_LEAVE] = decide_leave,
    [OP_DOWNLOAD] = decide_download,
    [OP_UPLOAD] = decide_upload,
    [OP_DETACH] = decide_detach,
};

/* ---- public functions ---- */

void b0_engine_init(struct b0_engine *engine, const struct b0_engine_config *config)
{
    memset(engine, 0, sizeof *engine);
    engine->config = *config;
    if (config->quirks.transfer_size != 0)
        engine->config.transfer_size = config->quirks.transfer_size;
    if (engine->config.transfer_size == 0)
        engine->config.transfer_size = 1;
    engine->stage = STAGE_DONE;
}

void b0_engine_forget(struct b0_engine *engine)
{
    engine->state_known = false;
    engine->pointer_known = false;
}

static void begin(struct b0_engine *e, enum op op, uint32_t address, uint32_t size)
{
    if ((op == OP_READ || op == OP_WRITE) && e->pointer_op != op)
        e->pointer_known = false;
    e->op = (uint8_t)op;
    e->stage = STAGE_DECIDE;
    e->exchange = EXCHANGE_NONE;
    e->failure = B0_FAIL_NONE;
    e->failed_request = BOOT0_DFU_GETSTATUS;
    e->recoveries = 0;
    e->repeats = 0;
    e->polls = 0;
    e->op_finished = false;
    e->short_ends = op == OP_UPLOAD;
    e->address = address;
    e->size = size;
    e->done = 0;
    e->block = 0;
    e->source = NULL;
    e->target = NULL;
}

void b0_engine_idle(struct b0_engine *engine)
{
    begin(engine, OP_IDLE, 0, 0);
    engine->state_known = false;
}

void b0_engine_erase(struct b0_engine *engine, uint32_t address)
{
    begin(engine, OP_COMMAND, address, 1);
    engine->command[0] = BOOT0_DFUSE_ERASE;
}

void b0_engine_mass_erase(struct b0_engine *engine)
{
    begin(engine, OP_COMMAND, 0, 0);
    engine->command[0] = BOOT0_DFUSE_ERASE;
}

void b0_engine_read_unprotect(struct b0_engine *engine)
{
    begin(engine, OP_COMMAND, 0, 0);
    engine->command[0] = BOOT0_DFUSE_READ_UNPROTECT;
}

void b0_engine_write(struct b0_engine *engine, uint32_t address, const uint8_t *data, uint32_t size)
{
    begin(engine, OP_WRITE, address, size);
    engine->source = data;
}

void b0_engine_read(struct b0_engine *engine, uint32_t address, uint8_t *data, uint32_t size)
{
    begin(engine, OP_READ, address, size);
    engine->target = data;
}

void b0_engine_leave(struct b0_engine *engine, uint32_t address)
{
    begin(engine, OP_LEAVE, address, 0);
}

void b0_engine_download(struct b0_engine *engine, const uint8_t *data, uint32_t size)
{
    begin(engine, OP_DOWNLOAD, 0, size);
    engine->source = data;
}

void b0_engine_upload(struct b0_engine *engine, uint8_t *data, uint32_t size)
{
    begin(engine, OP_UPLOAD, 0, size);
    engine->target = data;
}

void b0_engine_detach(struct b0_engine *engine, uint16_t timeout_ms)
{
    begin(engine, OP_DETACH, 0, timeout_ms);
}

enum b0_engine_step_kind b0_engine_next(struct b0_engine *engine, uint64_t now_us,
                                        struct b0_engine_step *step)
{
    memset(step, 0, sizeof *step);
    engine->now_us = now_us;
    if (engine->stage == STAGE_DECIDE)
        decide[engine->op](engine);
    if (engine->stage == STAGE_DONE)
        step->kind = B0_STEP_DONE;
    else if (engine->stage == STAGE_FAILED)
        step->kind = B0_STEP_FAILED;
    else
        b0_engine_issue(engine, step);
    return step->kind;
}

void b0_engine_feed(struct b0_engine *engine, enum boot0_xfer result, size_t actual,
                    uint64_t now_us)
{
    engine->now_us = now_us;
    b0_engine_got(engine, result, actual);
}
