/* SPDX-License-Identifier: MIT */
/* See pace.h. */
#include "pace.h"

void vboard_pace_start(struct vboard_pace *pace, struct vboard *board, double speed,
                       int64_t wall_us)
{
    pace->board = board;
    pace->speed = speed;
    pace->wall_us = wall_us;
    pace->board_us = vboard_now_us(board);
    pace->synced_us = wall_us;
    pace->passed_us = 0;
}

void vboard_pace_sync(struct vboard_pace *pace, int64_t wall_us)
{
    int64_t passed = wall_us - pace->wall_us;

    pace->passed_us = wall_us - pace->synced_us;
    pace->synced_us = wall_us;
    if (passed <= 0) {
        return;
    }
    if (pace->speed > 0) {
        vboard_wait_until(pace->board, pace->board_us + (uint64_t)((double)passed * pace->speed));
    } else {
        vboard_wait(pace->board, (uint64_t)passed);
        pace->wall_us = wall_us;
    }
}

void vboard_pace_lived(struct vboard_pace *pace, int64_t wall_us)
{
    int64_t late = wall_us - pace->synced_us - pace->passed_us;

    if (pace->speed <= 0)
        pace->wall_us = wall_us;
    else if (late > 0)
        pace->wall_us += late;
}

int64_t vboard_pace_done(struct vboard_pace *pace, int64_t wall_us)
{
    int64_t done;

    if (pace->speed <= 0) {
        /* The time that this machine needed to compute the transfer is not the board's time. */
        pace->wall_us = wall_us;
        return wall_us;
    }
    done = pace->wall_us +
           (int64_t)((double)(vboard_now_us(pace->board) - pace->board_us) / pace->speed);
    return done > wall_us ? done : wall_us;
}
