/* SPDX-License-Identifier: MIT */
/*
 * Shared by an3155.c (operations), an3155_commands.c (their bytes) and an3155_line.c (the stages).
 */
#ifndef B0_CORE_AN3155_PRIVATE_H
#define B0_CORE_AN3155_PRIVATE_H

#include "an3155.h"

/*
 * Four levels:
 *
 *   operation  what the caller wants (write a region): decides the next command
 *   command    a row of AN3155's table: a list of phases
 *   phase      a frame and the ACK that follows it, or bytes that the board sends
 *   stage      one step: knows what to do with its result
 */
enum an3155_op {
    AN_OP_NONE,
    AN_OP_CONNECT,
    AN_OP_SETTLE,
    AN_OP_READ,
    AN_OP_WRITE,
    AN_OP_PAGES,
    AN_OP_GO,
    AN_OP_SINGLE, /* any single command */
    AN_OP_RESET,  /* a single command after which the chip resets */
    AN_OP_COUNT
};

enum an3155_stage {
    AN_STAGE_DECIDE, /* no step: call the operation's function */
    AN_STAGE_SEND,
    AN_STAGE_ACK,
    AN_STAGE_DATA,
    AN_STAGE_DRAIN, /* after a refusal: discard bytes until the line is quiet */
    AN_STAGE_OWED,  /* wait for the answer of an abandoned command that the board still executes */
    AN_STAGE_SYNC_DRAIN,
    AN_STAGE_SYNC_SEND,
    AN_STAGE_SYNC_ANSWER,
    AN_STAGE_DONE,
    AN_STAGE_FAILED,
    AN_STAGE_COUNT
};

/* Ends the operation. */
void b0_an3155_fail(struct b0_an3155 *e, enum b0_an3155_failure failure);

/* ---- an3155.c ---- */

/* Handles a command that succeeded. */
void b0_an3155_complete(struct b0_an3155 *e);
/* Handles a refused command, and a missing or invalid answer, as the operation requires. */
void b0_an3155_doubt(struct b0_an3155 *e, enum b0_an3155_failure why);

/* Returns the value of an erased flash byte. */
static inline uint8_t b0_an3155_erased_byte(const struct b0_an3155 *e)
{
    return e->config.erases_to_zero ? 0x00 : 0xff;
}

/* ---- an3155_commands.c ---- */

/* Begins a command at its first phase; fails if the board does not list it. */
void b0_an3155_start(struct b0_an3155 *e, enum b0_an3155_byte code);
enum b0_an3155_byte b0_an3155_code(const struct b0_an3155 *e);
/* Goes to the next phase, or completes the command. */
void b0_an3155_phase_done(struct b0_an3155 *e);
/* True while the command byte itself is not acknowledged. */
bool b0_an3155_first_phase(const struct b0_an3155 *e);
/* Returns the failure that a NACK in this phase means. */
enum b0_an3155_failure b0_an3155_nack_means(const struct b0_an3155 *e);
/* For the current phase: whether an ACK follows the frame, and how long it may take. */
bool b0_an3155_awaits_ack(const struct b0_an3155 *e);
uint32_t b0_an3155_ack_ms(const struct b0_an3155 *e);
/* Returns the buffer for the bytes that the current phase receives, and their number. */
uint8_t *b0_an3155_data(struct b0_an3155 *e, uint16_t *size);
/* Handles these bytes when all have arrived. */
void b0_an3155_take(struct b0_an3155 *e);

/* ---- an3155_line.c ---- */

/* Returns the time that `bytes` characters take on the line. */
uint64_t b0_an3155_line_us(const struct b0_an3155 *e, uint32_t bytes);
/* Begins to bring the board to the point where it waits for a command. */
void b0_an3155_sync(struct b0_an3155 *e);
/* Issues the step of the current stage; handles its result. */
void b0_an3155_issue(struct b0_an3155 *e, struct b0_an3155_step *step);
void b0_an3155_got(struct b0_an3155 *e, enum boot0_xfer result, size_t actual);

#endif
