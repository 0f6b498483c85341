/* SPDX-License-Identifier: MIT */
/*
 * How a board's virtual clock follows the wall clock. With a speed above 0, the board's time is the
 * wall time multiplied by that speed, and the board's actions end when the wall clock gets there.
 * With speed 0, the board's actions take no wall time, and only the clients' time between two
 * transfers passes on the board, so that a poll timeout that a client sleeps is slept on the board
 * too.
 */
#ifndef VBOARD_PACE_H
#define VBOARD_PACE_H

#include "vboard/vboard.h"

struct vboard_pace {
    struct vboard *board;
    double speed;
    int64_t wall_us;   /* speed 0: the board has had the wall time up to here; else: the start */
    uint64_t board_us; /* the board's time at the start */
    int64_t synced_us; /* the wall time of the last sync */
    int64_t passed_us; /* the wall time between that sync and the one before */
};

/* Wall times are microseconds of any monotonic clock, the same one in all calls. */
void vboard_pace_start(struct vboard_pace *pace, struct vboard *board, double speed,
                       int64_t wall_us);

/* Advances the board to the present wall time. */
void vboard_pace_sync(struct vboard_pace *pace, int64_t wall_us);

/*
 * Call this after a sync that no transfer follows; `wall_us` is now. If a board's program takes
 * longer to compute than the time that it lives, as a polling program may, the board lags behind
 * from then on: if it had to catch up each time, it would have to catch up more and more.
 */
void vboard_pace_lived(struct vboard_pace *pace, int64_t wall_us);

/*
 * Call this after a transfer: returns the wall time at which it is over. `wall_us` is now; the
 * result is never before it.
 */
int64_t vboard_pace_done(struct vboard_pace *pace, int64_t wall_us);

#endif
