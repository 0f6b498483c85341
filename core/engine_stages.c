/* SPDX-License-Identifier: MIT */
/*
 * Stages of the host's protocol engine: the transfer of each stage and the handling of its result.
 * engine.c has the operations.
 */
#include "bytes.h"
#include "engine_private.h"

enum {
    REQUEST_TIMEOUT_MS = 5000,
    WORK_CLEARS = 2,
};

/*
 * Limits per kind of work. `clamp` bounds a single reported poll timeout: some ROMs report 100 ms
 * for every operation, and clones report random values. `answer` is how long one GETSTATUS may be
 * delayed: F4 ROMs NAK until the flash is ready. `limit` ends the polling as a whole. Longest
 * operations by the datasheets: F4 128 KiB sector 4 s, F42x mass erase of both banks 32 s at x8.
 */
static const struct {
    uint32_t clamp_ms;
    uint32_t answer_ms;
    uint32_t limit_ms;
} work_times[B0_WORK_COUNT] = {
    [B0_WORK_COMMAND] = {2000, 5000, 12000},
    [B0_WORK_ERASE] = {10000, 10000, 35000},
    [B0_WORK_MASS_ERASE] = {60000, 45000, 120000},
    [B0_WORK_WRITE] = {2000, 5000, 15000},
};

void b0_engine_fail(struct b0_engine *e, enum b0_engine_failure failure)
{
    e->failure = failure;
    e->stage = STAGE_FAILED;
    e->state_known = false;
    e->pointer_known = false;
}

/* Handles a failed transfer if nothing else can be tried. */
void b0_engine_fail_transfer(struct b0_engine *e, enum boot0_xfer result)
{
    static const enum b0_engine_failure by_result[] = {
        [BOOT0_XFER_OK] = B0_FAIL_SHORT,        [BOOT0_XFER_STALL] = B0_FAIL_STALL,
        [BOOT0_XFER_TIMEOUT] = B0_FAIL_TIMEOUT, [BOOT0_XFER_GONE] = B0_FAIL_GONE,
        [BOOT0_XFER_ERROR] = B0_FAIL_TRANSFER,
    };
    b0_engine_fail(e, by_result[result]);
}

void b0_engine_set_state(struct b0_engine *e, uint8_t state)
{
    e->last.state = state;
    e->last.status = BOOT0_DFU_STATUS_OK;
    e->last.poll_timeout_ms = 0;
    e->state_known = true;
}

/* ---- work: a DNLOAD and the polling that completes it ---- */

void b0_engine_start_dnload(struct b0_engine *e, enum exchange exchange, enum b0_engine_work work)
{
    e->exchange = (uint8_t)exchange;
    e->work = (uint8_t)work;
    e->polls = 0;
    e->repeats = 0;
    e->clears = 0;
    e->failed_request = BOOT0_DFU_DNLOAD;
    e->stage = STAGE_DNLOAD;
}

void b0_engine_start_command(struct b0_engine *e, enum exchange exchange, enum b0_engine_work work,
                             uint8_t command, const uint32_t *address)
{
    e->command[0] = command;
    e->command_size = 1;
    if (address) {
        b0_store32(e->command + 1, *address);
        e->command_size = 5;
    }
    b0_engine_start_dnload(e, exchange, work);
}

static void diagnose(struct b0_engine *e)
{
    e->stage = STAGE_DIAGNOSE;
}

static void got_dnload(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    uint32_t length = e->exchange == EXCHANGE_BLOCK ? e->chunk
                      : e->exchange == EXCHANGE_END ? 0
                                                    : e->command_size;

    if (result == BOOT0_XFER_STALL) {
        diagnose(e);
    } else if (result != BOOT0_XFER_OK || actual < length) {
        b0_engine_fail_transfer(e, result);
    } else {
        e->deadline_us = e->now_us + (uint64_t)work_times[e->work].limit_ms * 1000;
        e->stage = STAGE_WORK_STATUS;
    }
}

/* Handles an exchange that succeeded. */
static void complete(struct b0_engine *e)
{
    if (e->exchange == EXCHANGE_SET_ADDRESS) {
        e->pointer = e->address + e->done;
        e->pointer_known = true;
        e->pointer_op = e->op;
        e->stage = STAGE_DECIDE;
        return;
    }
    if (e->exchange == EXCHANGE_BLOCK) {
        e->done += e->chunk;
        e->block++;
    } else {
        e->pointer_known = false; /* an erase moves the pointer of ST's ROMs */
        e->op_finished = true;
    }
    e->exchange = EXCHANGE_NONE;
    e->stage = STAGE_DECIDE;
}

/* Returns the delay before the next GETSTATUS of a busy board. */
static uint32_t poll_wait_us(const struct b0_engine *e)
{
    uint32_t reported_ms = e->last.poll_timeout_ms;
    uint32_t clamp_ms = work_times[e->work].clamp_ms;
    uint32_t backoff_ms = e->polls < 2 ? 0 : 1u << (e->polls < 7 ? e->polls - 2 : 5);

    if (backoff_ms > B0_ENGINE_BACKOFF_MAX_MS)
        backoff_ms = B0_ENGINE_BACKOFF_MAX_MS;
    if (reported_ms > clamp_ms)
        reported_ms = clamp_ms;
    if (e->config.quirks.poll_early || reported_ms == 0)
        return backoff_ms * 1000;
    return reported_ms * 1000;
}

static void work_wait(struct b0_engine *e)
{
    if (e->now_us > e->deadline_us) {
        b0_engine_fail(e, B0_FAIL_TIMEOUT);
        return;
    }
    if (e->polls < UINT8_MAX)
        e->polls++;
    e->wait_us = poll_wait_us(e);
    e->stage = e->wait_us > 0 ? STAGE_WORK_WAIT : STAGE_WORK_STATUS;
}

static void work_busy(struct b0_engine *e)
{
    bool erasing = e->work == B0_WORK_ERASE || e->work == B0_WORK_MASS_ERASE;

    if (e->config.quirks.poll_once && e->last.state != BOOT0_DFU_STATE_DNBUSY) {
        complete(e);
        return;
    }
    if (e->config.quirks.busy_forever && erasing && e->polls >= B0_ENGINE_HANG_POLLS) {
        e->stage = STAGE_WORK_CLEAR;
        return;
    }
    work_wait(e);
}

/* GETSTATUS reported that manifestation is in progress or finished. */
static void work_manifest(struct b0_engine *e)
{
    if (e->exchange != EXCHANGE_END)
        b0_engine_fail(e, B0_FAIL_STATE);
    else if (e->config.dfuse || e->last.state == BOOT0_DFU_STATE_MANIFEST_WAIT_RESET)
        complete(e); /* ST's ROM jumps directly after this answer */
    else
        work_wait(e);
}

static void work_idle(struct b0_engine *e)
{
    complete(e);
}

static void work_error(struct b0_engine *e)
{
    /* An error state without an error status. */
    b0_engine_fail(e, e->last.status == BOOT0_DFU_STATUS_OK ? B0_FAIL_STATE : B0_FAIL_STATUS);
    e->state_known = true; /* dfuERROR: the board itself reported it */
}

static void work_nonsense(struct b0_engine *e)
{
    b0_engine_fail(e, B0_FAIL_STATE);
}

/* Handlers for the state that GETSTATUS reports during work. */
static void (*const work_by_state[BOOT0_DFU_STATE_COUNT])(struct b0_engine *) = {
    [BOOT0_DFU_STATE_APP_IDLE] = work_nonsense,
    [BOOT0_DFU_STATE_APP_DETACH] = work_nonsense,
    [BOOT0_DFU_STATE_IDLE] = work_idle,
    [BOOT0_DFU_STATE_DNLOAD_SYNC] = work_busy,
    [BOOT0_DFU_STATE_DNBUSY] = work_busy,
    [BOOT0_DFU_STATE_DNLOAD_IDLE] = work_idle,
    [BOOT0_DFU_STATE_MANIFEST_SYNC] = work_manifest,
    [BOOT0_DFU_STATE_MANIFEST] = work_manifest,
    [BOOT0_DFU_STATE_MANIFEST_WAIT_RESET] = work_manifest,
    [BOOT0_DFU_STATE_UPLOAD_IDLE] = work_nonsense,
    [BOOT0_DFU_STATE_ERROR] = work_error,
};

/* True for work that succeeds if the board disappears or stops answering. */
static bool going_is_success(const struct b0_engine *e)
{
    return e->exchange == EXCHANGE_END ||
           (e->exchange == EXCHANGE_COMMAND && e->command[0] == BOOT0_DFUSE_READ_UNPROTECT);
}

/* Handles a GETSTATUS during work that returned no status. */
static void work_unanswered(struct b0_engine *e, enum boot0_xfer result)
{
    bool was_busy = e->polls > 0;
    /* ST's ROMs may answer anything while leaving. Other boards count as gone only when the host
     * controller no longer reaches them. */
    bool is_dfuse_going = e->exchange == EXCHANGE_COMMAND || e->config.dfuse;
    bool is_gone = result == BOOT0_XFER_GONE || result == BOOT0_XFER_ERROR;

    if (going_is_success(e) && result != BOOT0_XFER_OK && (is_dfuse_going || is_gone)) {
        complete(e);
    } else if (result == BOOT0_XFER_GONE || e->now_us > e->deadline_us) {
        b0_engine_fail_transfer(e, result == BOOT0_XFER_GONE ? result : BOOT0_XFER_TIMEOUT);
    } else if (result == BOOT0_XFER_STALL && was_busy) {
        /* L4 and F0 stall GETSTATUS while they work: busy, not failed. */
        if (e->last.poll_timeout_ms == 0)
            e->last.poll_timeout_ms = B0_ENGINE_BACKOFF_MAX_MS;
        work_wait(e);
    } else if (++e->repeats > B0_ENGINE_REPEATS_MAX) {
        b0_engine_fail_transfer(e, result);
    } /* else: repeat */
}

static void got_work_status(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    struct b0_dfu_status status;

    if (result != BOOT0_XFER_OK || actual < BOOT0_DFU_STATUS_SIZE) {
        work_unanswered(e, result);
        return;
    }
    status = b0_dfu_status_load(e->answer);
    if (!b0_engine_status_makes_sense(&status)) {
        if (++e->repeats > B0_ENGINE_REPEATS_MAX)
            b0_engine_fail(e, B0_FAIL_STATE);
        return;
    }
    e->last = status;
    e->state_known = true;
    if (status.status != BOOT0_DFU_STATUS_OK)
        work_error(e);
    else
        work_by_state[status.state](e);
}

static void got_work_wait(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    (void)result;
    (void)actual;
    e->stage = STAGE_WORK_STATUS;
}

/*
 * H743 rev V can stay in dfuDNBUSY after a finished erase of bank 2; CLRSTATUS twice brings it to
 * dfuIDLE. The caller's verification decides whether the sector is blank.
 */
static void got_work_clear(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    (void)actual;
    if (result == BOOT0_XFER_GONE) {
        b0_engine_fail_transfer(e, result);
    } else if (++e->clears >= WORK_CLEARS) {
        complete(e);
        e->state_known = false;
    }
}

/* ---- upload, detach, diagnosis ---- */

void b0_engine_start_upload(struct b0_engine *e)
{
    e->exchange = EXCHANGE_UPLOAD;
    e->failed_request = BOOT0_DFU_UPLOAD;
    e->stage = STAGE_UPLOAD;
}

static void got_upload(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    if (result == BOOT0_XFER_STALL) {
        diagnose(e);
        return;
    }
    if (result != BOOT0_XFER_OK) {
        b0_engine_fail_transfer(e, result);
        return;
    }
    e->exchange = EXCHANGE_NONE;
    e->done += (uint32_t)actual;
    e->block++;
    /* DFU 1.1, 6.2: a short block ends the upload, and the board returns to dfuIDLE. */
    b0_engine_set_state(e, actual < e->chunk ? BOOT0_DFU_STATE_IDLE : BOOT0_DFU_STATE_UPLOAD_IDLE);
    if (actual == e->chunk)
        e->stage = STAGE_DECIDE;
    else if (e->short_ends)
        e->stage = STAGE_DONE;
    else
        b0_engine_fail(e, B0_FAIL_SHORT);
}

static void got_detach(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    (void)actual;
    /* A program may enter its bootloader before it acknowledges. */
    if (result == BOOT0_XFER_OK || result == BOOT0_XFER_GONE || result == BOOT0_XFER_ERROR)
        e->stage = STAGE_DONE;
    else
        b0_engine_fail_transfer(e, result);
}

static void got_diagnosis(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    struct b0_dfu_status status = {0};

    if (result == BOOT0_XFER_OK && actual == BOOT0_DFU_STATUS_SIZE)
        status = b0_dfu_status_load(e->answer);
    b0_engine_fail(e, result == BOOT0_XFER_GONE ? B0_FAIL_GONE : B0_FAIL_STALL);
    if (status.status != BOOT0_DFU_STATUS_OK && b0_engine_status_makes_sense(&status)) {
        e->last = status;
        e->state_known = true;
        e->failure = B0_FAIL_STATUS;
    }
}

/* ---- transfers of the stages ---- */

static void make_request(struct b0_engine_step *step, const struct b0_engine *e, uint8_t request,
                         uint16_t value, uint32_t length)
{
    bool in = request == BOOT0_DFU_UPLOAD || request == BOOT0_DFU_GETSTATUS;

    step->kind = B0_STEP_CONTROL;
    step->setup.bmRequestType = (uint8_t)((in ? BOOT0_USB_DIR_IN : 0) | BOOT0_USB_TYPE_CLASS |
                                          BOOT0_USB_RECIPIENT_INTERFACE);
    step->setup.bRequest = request;
    step->setup.wValue = value;
    step->setup.wIndex = e->config.interface;
    step->setup.wLength = (uint16_t)length;
    step->timeout_ms = REQUEST_TIMEOUT_MS;
}

static void issue_status(struct b0_engine *e, struct b0_engine_step *step)
{
    make_request(step, e, BOOT0_DFU_GETSTATUS, 0, BOOT0_DFU_STATUS_SIZE);
    step->data = e->answer;
    if (e->stage == STAGE_WORK_STATUS)
        step->timeout_ms = work_times[e->work].answer_ms;
}

static void issue_wait(struct b0_engine *e, struct b0_engine_step *step)
{
    step->kind = B0_STEP_WAIT;
    step->wait_us = e->wait_us;
}

static void issue_clear(struct b0_engine *e, struct b0_engine_step *step)
{
    make_request(step, e, BOOT0_DFU_CLRSTATUS, 0, 0);
}

static void issue_abort(struct b0_engine *e, struct b0_engine_step *step)
{
    make_request(step, e, BOOT0_DFU_ABORT, 0, 0);
}

static uint16_t block_number(const struct b0_engine *e)
{
    if (!e->config.dfuse)
        return e->block;
    return (uint16_t)(BOOT0_DFUSE_BLOCK_FIRST +
                      (e->address + e->done - e->pointer) / e->config.transfer_size);
}

static void issue_dnload(struct b0_engine *e, struct b0_engine_step *step)
{
    if (e->exchange == EXCHANGE_BLOCK) {
        make_request(step, e, BOOT0_DFU_DNLOAD, block_number(e), e->chunk);
        /* The transport only reads it: the direction is OUT. */
        step->data = (uint8_t *)(uintptr_t)(e->source + e->done);
    } else if (e->exchange == EXCHANGE_END) {
        make_request(step, e, BOOT0_DFU_DNLOAD,
                     e->config.dfuse ? (uint16_t)BOOT0_DFUSE_BLOCK_FIRST : e->block, 0);
    } else {
        make_request(step, e, BOOT0_DFU_DNLOAD, BOOT0_DFUSE_BLOCK_COMMAND, e->command_size);
        step->data = e->command;
    }
}

static void issue_upload(struct b0_engine *e, struct b0_engine_step *step)
{
    make_request(step, e, BOOT0_DFU_UPLOAD, block_number(e), e->chunk);
    step->data = e->target + e->done;
}

static void issue_detach(struct b0_engine *e, struct b0_engine_step *step)
{
    make_request(step, e, BOOT0_DFU_DETACH, (uint16_t)e->size, 0);
}

static const struct {
    void (*issue)(struct b0_engine *e, struct b0_engine_step *step);
    void (*got)(struct b0_engine *e, enum boot0_xfer result, size_t actual);
} stages[STAGE_COUNT] = {
    [STAGE_SETTLE_STATUS] = {issue_status, b0_engine_got_settle_status},
    [STAGE_SETTLE_WAIT] = {issue_wait, b0_engine_got_settle_wait},
    [STAGE_CLEAR] = {issue_clear, b0_engine_got_clear_or_abort},
    [STAGE_ABORT] = {issue_abort, b0_engine_got_clear_or_abort},
    [STAGE_ABORT_KNOWN] = {issue_abort, b0_engine_got_abort_known},
    [STAGE_DNLOAD] = {issue_dnload, got_dnload},
    [STAGE_WORK_STATUS] = {issue_status, got_work_status},
    [STAGE_WORK_WAIT] = {issue_wait, got_work_wait},
    [STAGE_WORK_CLEAR] = {issue_clear, got_work_clear},
    [STAGE_UPLOAD] = {issue_upload, got_upload},
    [STAGE_DETACH] = {issue_detach, got_detach},
    [STAGE_DIAGNOSE] = {issue_status, got_diagnosis},
};

void b0_engine_issue(struct b0_engine *e, struct b0_engine_step *step)
{
    stages[e->stage].issue(e, step);
}

void b0_engine_got(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    if (stages[e->stage].got)
        stages[e->stage].got(e, result, actual);
}
