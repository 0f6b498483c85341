/* SPDX-License-Identifier: MIT */
/*
 * How a board's virtual clock follows the wall clock. With a speed above 0 the board's time is the
 * wall's times that speed, and what the board does ends when the wall gets there. With speed 0 what
 * the board does takes no wall time at all, and only what the clients leave between two transfers
 * passes on the board, so that a poll timeout that a client sleeps is slept on the board too.
 */
#ifndef VBOARD_PACE_H
#define VBOARD_PACE_H

#include "vboard/vboard.h"

struct vboard_pace {
    struct vboard *board;
    double speed;
    int64_t wall_us;   /* speed 0: up to here the board has had the wall's time; else: the start */
    uint64_t board_us; /* the board's time at the start */
    int64_t synced_us; /* the wall's time of the last sync */
    int64_t passed_us; /* the wall's time between that and the one before */
};

/* Times of the wall are microseconds of any monotonic pace, the same one in all calls. */
void vboard_pace_start(struct vboard_pace *pace, struct vboard *board, double speed,
                       int64_t wall_us);

/* Lets the board live up to the wall's now. */
void vboard_pace_sync(struct vboard_pace *pace, int64_t wall_us);

/*
 * After a sync that no transfer follows; `wall_us` is now. A board whose program takes longer to
 * compute than the time that it lives, as one that polls may, lags behind from then on: if it had
 * to catch up each time, it would have to catch up more and more.
 */
void vboard_pace_lived(struct vboard_pace *pace, int64_t wall_us);

/*
 * After a transfer: when, by the wall, it is over. `wall_us` is now; the answer is never before it.
 */
int64_t vboard_pace_done(struct vboard_pace *pace, int64_t wall_us);

#endif
