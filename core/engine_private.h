/* SPDX-License-Identifier: MIT */
/*
 * Shared by engine.c (operations), engine_stages.c (their transfers) and engine_settle.c (the
 * transfers that lead to dfuIDLE).
 */
#ifndef B0_CORE_ENGINE_PRIVATE_H
#define B0_CORE_ENGINE_PRIVATE_H

#include "engine.h"

/*
 * Three levels, each in one table:
 *
 *   operation  what the caller wants (write a region): decides the next exchange
 *   exchange   one unit of DFU (a block with the polling that completes it)
 *   stage      one transfer or wait: knows its setup packet and what to do with its result
 *
 * An operation's function runs whenever no exchange is in progress, and either starts an exchange
 * or finishes.
 */
enum stage {
    STAGE_DECIDE, /* no transfer: call the operation's function */
    STAGE_SETTLE_STATUS,
    STAGE_SETTLE_WAIT,
    STAGE_CLEAR,
    STAGE_ABORT,
    STAGE_ABORT_KNOWN, /* from a state where ABORT is known to lead to dfuIDLE: no GETSTATUS */
    STAGE_DNLOAD,
    STAGE_WORK_STATUS,
    STAGE_WORK_WAIT,
    STAGE_WORK_CLEAR, /* twice, for boards that hang in dfuDNBUSY */
    STAGE_UPLOAD,
    STAGE_DETACH,
    STAGE_DIAGNOSE, /* GETSTATUS after a stall, to find the reason */
    STAGE_DONE,
    STAGE_FAILED,
    STAGE_COUNT
};

enum exchange {
    EXCHANGE_NONE,
    EXCHANGE_SET_ADDRESS,
    EXCHANGE_COMMAND, /* erase and other commands */
    EXCHANGE_BLOCK,   /* DNLOAD with data */
    EXCHANGE_END,     /* DNLOAD without data: leave, or the end of a plain download */
    EXCHANGE_UPLOAD,
};

enum {
    B0_ENGINE_REPEATS_MAX = 3, /* of a GETSTATUS that stalled, failed or was invalid */
    B0_ENGINE_HANG_POLLS = 4,  /* honoured polls in dfuDNBUSY before CLRSTATUS is tried (H7) */
    B0_ENGINE_BACKOFF_MAX_MS = 20,
};

/* ---- engine_settle.c ---- */

/* Selects the stage that leads to dfuIDLE, starting with GETSTATUS. */
void b0_engine_settle(struct b0_engine *e);

/* Handle the results of its stages. */
void b0_engine_got_settle_status(struct b0_engine *e, enum boot0_xfer result, size_t actual);
void b0_engine_got_settle_wait(struct b0_engine *e, enum boot0_xfer result, size_t actual);
void b0_engine_got_clear_or_abort(struct b0_engine *e, enum boot0_xfer result, size_t actual);
void b0_engine_got_abort_known(struct b0_engine *e, enum boot0_xfer result, size_t actual);

bool b0_engine_status_makes_sense(const struct b0_dfu_status *status);

/* ---- engine_stages.c ---- */

/* End the operation; after a failed transfer, if nothing else can be tried. */
void b0_engine_fail(struct b0_engine *e, enum b0_engine_failure failure);
void b0_engine_fail_transfer(struct b0_engine *e, enum boot0_xfer result);

/* Records that the board is in this state, without an error. */
void b0_engine_set_state(struct b0_engine *e, uint8_t state);

/* Starts an exchange: `command` with or without an address, or the next block or end. */
void b0_engine_start_command(struct b0_engine *e, enum exchange exchange, enum b0_engine_work work,
                             uint8_t command, const uint32_t *address);
void b0_engine_start_dnload(struct b0_engine *e, enum exchange exchange, enum b0_engine_work work);
void b0_engine_start_upload(struct b0_engine *e);

/* Issues the step of the current stage; handles its result. */
void b0_engine_issue(struct b0_engine *e, struct b0_engine_step *step);
void b0_engine_got(struct b0_engine *e, enum boot0_xfer result, size_t actual);

#endif
