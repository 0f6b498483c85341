/* SPDX-License-Identifier: MIT */
/* The host's protocol engine: brings a board to dfuIDLE from any state. */
#include "engine_private.h"

enum {
    RECOVERIES_MAX = 12,   /* steps towards dfuIDLE before giving up */
    FOUND_BUSY_MS = 35000, /* if the board was found busy: an F42x mass erase takes 32 s */
    QUICK_POLLS = 6,       /* of such a board, at 10 ms unless it reports more; then at 100 ms */
    CLAMP_MS = 2000,       /* of a poll timeout */
};

void b0_engine_settle(struct b0_engine *e)
{
    e->stage = STAGE_SETTLE_STATUS;
}

static bool settle_may_go_on(struct b0_engine *e)
{
    if (++e->recoveries <= RECOVERIES_MAX)
        return true;
    b0_engine_fail(e, B0_FAIL_STATE);
    return false;
}

/* True while a board that was found busy is assumed to be working; false: it hangs. */
static bool settle_is_patient(struct b0_engine *e)
{
    if (e->polls == 0)
        e->deadline_us = e->now_us + (uint64_t)FOUND_BUSY_MS * 1000;
    return e->now_us < e->deadline_us &&
           (!e->config.quirks.busy_forever || e->polls < B0_ENGINE_HANG_POLLS);
}

static void settle_busy(struct b0_engine *e)
{
    uint32_t wait_ms = e->last.poll_timeout_ms;
    uint32_t clamp_ms = CLAMP_MS;
    uint32_t least_ms = e->polls < QUICK_POLLS ? 10 : 100;

    /* The H7's remedy; it does no harm to other boards that are busy for so long. */
    if (!settle_is_patient(e)) {
        e->stage = STAGE_CLEAR;
        return;
    }
    if (e->polls < UINT8_MAX)
        e->polls++;
    e->recoveries--; /* ongoing work does not count as a failed step */
    if (wait_ms < least_ms && (wait_ms == 0 || least_ms > 10))
        wait_ms = least_ms;
    e->wait_us = 1000 * (wait_ms < clamp_ms ? wait_ms : clamp_ms);
    e->stage = STAGE_SETTLE_WAIT;
}

/* The stage that leads from each state towards dfuIDLE: DFU 1.1, figure A.1. */
static const uint8_t settle_stage[BOOT0_DFU_STATE_COUNT] = {
    [BOOT0_DFU_STATE_APP_IDLE] = STAGE_FAILED,
    [BOOT0_DFU_STATE_APP_DETACH] = STAGE_FAILED,
    [BOOT0_DFU_STATE_IDLE] = STAGE_DECIDE,
    [BOOT0_DFU_STATE_DNLOAD_SYNC] = STAGE_ABORT,
    [BOOT0_DFU_STATE_DNBUSY] = STAGE_SETTLE_WAIT,
    [BOOT0_DFU_STATE_DNLOAD_IDLE] = STAGE_ABORT,
    [BOOT0_DFU_STATE_MANIFEST_SYNC] = STAGE_ABORT,
    [BOOT0_DFU_STATE_MANIFEST] = STAGE_SETTLE_WAIT,
    [BOOT0_DFU_STATE_MANIFEST_WAIT_RESET] = STAGE_FAILED,
    [BOOT0_DFU_STATE_UPLOAD_IDLE] = STAGE_ABORT,
    [BOOT0_DFU_STATE_ERROR] = STAGE_CLEAR,
};

bool b0_engine_status_makes_sense(const struct b0_dfu_status *status)
{
    return status->state < BOOT0_DFU_STATE_COUNT && status->status < BOOT0_DFU_STATUS_COUNT;
}

/* Repeats GETSTATUS; after a stall with a delay, because L4 and F0 stall it while they work. */
static void settle_unanswered(struct b0_engine *e, enum boot0_xfer result)
{
    if (++e->repeats > B0_ENGINE_REPEATS_MAX) {
        b0_engine_fail_transfer(e, result);
    } else if (result == BOOT0_XFER_STALL) {
        e->wait_us = (uint32_t)(B0_ENGINE_BACKOFF_MAX_MS * 1000) << e->repeats;
        e->stage = STAGE_SETTLE_WAIT;
    }
}

void b0_engine_got_settle_status(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    if (result == BOOT0_XFER_GONE) {
        b0_engine_fail_transfer(e, result);
        return;
    }
    if (!settle_may_go_on(e))
        return;
    if (result != BOOT0_XFER_OK || actual < BOOT0_DFU_STATUS_SIZE) {
        settle_unanswered(e, result);
        return;
    }
    e->last = b0_dfu_status_load(e->answer);
    if (!b0_engine_status_makes_sense(&e->last))
        return;
    e->state_known = true;
    e->pointer_known = false;
    e->stage = settle_stage[e->last.state];
    if (e->stage == STAGE_FAILED)
        b0_engine_fail(e, B0_FAIL_STATE);
    else if (e->stage == STAGE_SETTLE_WAIT)
        settle_busy(e);
}

void b0_engine_got_settle_wait(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    (void)result;
    (void)actual;
    b0_engine_settle(e);
}

/*
 * After CLRSTATUS and ABORT the state is read again, whatever the board answered: some need
 * CLRSTATUS twice, STM32C5 stalls it outside dfuERROR.
 */
void b0_engine_got_clear_or_abort(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    (void)actual;
    if (result == BOOT0_XFER_GONE)
        b0_engine_fail_transfer(e, result);
    else
        b0_engine_settle(e);
}

/* Between regions: saves a GETSTATUS each time. */
void b0_engine_got_abort_known(struct b0_engine *e, enum boot0_xfer result, size_t actual)
{
    if (result == BOOT0_XFER_OK) {
        b0_engine_set_state(e, BOOT0_DFU_STATE_IDLE);
        e->stage = STAGE_DECIDE;
    } else {
        b0_engine_got_clear_or_abort(e, result, actual);
    }
}
