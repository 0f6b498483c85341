/* SPDX-License-Identifier: MIT */
#include "update_tracker.h"

void b0_tracker_init(struct b0_update_tracker *t, bool interrupted)
{
    *t = (struct b0_update_tracker){.state = interrupted ? B0_TRACKER_DOUBTFUL : B0_TRACKER_WHOLE};
}

void b0_tracker_event(struct b0_update_tracker *t, enum b0_tracker_event event)
{
    static const uint8_t next[B0_TRACKER_EVENTS][B0_TRACKER_STATES] = {
        [B0_TRACKER_CHANGED] = {B0_TRACKER_OPEN, B0_TRACKER_OPEN, B0_TRACKER_DOUBTFUL},
        [B0_TRACKER_BROKEN_OFF] = {B0_TRACKER_WHOLE, B0_TRACKER_DOUBTFUL, B0_TRACKER_DOUBTFUL},
        [B0_TRACKER_FAILED] = {B0_TRACKER_DOUBTFUL, B0_TRACKER_DOUBTFUL, B0_TRACKER_DOUBTFUL},
        [B0_TRACKER_COMPLETED] = {B0_TRACKER_WHOLE, B0_TRACKER_WHOLE, B0_TRACKER_WHOLE},
    };

    t->state = next[event][t->state];
    if (event != B0_TRACKER_CHANGED) {
        t->erased = 0;
        t->written = 0;
    }
}

/* ---- changes ---- */

void b0_tracker_erase(struct b0_update_tracker *t, uint8_t first_sector, uint8_t last_sector)
{
    b0_sectors sectors = b0_sector_range(first_sector, last_sector);

    t->erased |= sectors;
    t->written &= ~sectors;
    b0_tracker_event(t, B0_TRACKER_CHANGED);
}

/* To have a program again, only the first of all sectors must be written. */
void b0_tracker_erase_all(struct b0_update_tracker *t)
{
    t->erased = 0;
    b0_tracker_erase(t, B0_SECTOR_PROGRAM, B0_SECTOR_PROGRAM);
}

void b0_tracker_write(struct b0_update_tracker *t, uint32_t address, uint32_t size)
{
    t->written |= b0_sector_range(b0_sector_at(address), b0_sector_at(address + size - 1));
    t->tail = B0_TAIL_BLOCK;
    b0_tracker_event(t, B0_TRACKER_CHANGED);
}

/* ---- the conversation ---- */

void b0_tracker_new_host(struct b0_update_tracker *t)
{
    b0_tracker_event(t, B0_TRACKER_BROKEN_OFF);
    t->ends_by = B0_ENDS_BY_ABORT;
    t->tail = B0_TAIL_OTHER;
}

/* Without a change of the board a silence is irrelevant. */
void b0_tracker_silence(struct b0_update_tracker *t)
{
    if (t->state == B0_TRACKER_WHOLE && t->ends_by != B0_ENDS_BY_SESSION)
        return;
    b0_tracker_new_host(t);
    t->ends_by = B0_ENDS_BY_LEAVE;
}

void b0_tracker_heard(struct b0_update_tracker *t, uint32_t now_us)
{
    t->heard_us = now_us;
}

void b0_tracker_request(struct b0_update_tracker *t, uint32_t now_us, bool is_getstatus)
{
    if (t->tail == B0_TAIL_TOLD)
        t->tail = B0_TAIL_ENDS;
    else if (t->tail != B0_TAIL_BLOCK || !is_getstatus)
        t->tail = B0_TAIL_OTHER;
    t->heard_us = now_us;
    t->patience_us = 0;
}

void b0_tracker_told_idle(struct b0_update_tracker *t)
{
    if (t->tail == B0_TAIL_BLOCK)
        t->tail = B0_TAIL_TOLD;
}

void b0_tracker_told_to_wait(struct b0_update_tracker *t, uint32_t wait_us)
{
    t->patience_us = wait_us;
}

void b0_tracker_tick(struct b0_update_tracker *t, uint32_t now_us)
{
    uint32_t quiet_us = now_us - t->heard_us;

    if (quiet_us > t->patience_us + B0_END_PAUSE_US)
        t->tail = B0_TAIL_OTHER;
    if (quiet_us > t->patience_us + B0_SILENCE_US) {
        t->heard_us = now_us;
        t->patience_us = 0;
        b0_tracker_silence(t);
    }
}

/* ---- the end ---- */

/* A host that only erased has not made a program. */
bool b0_tracker_leave_completes(const struct b0_update_tracker *t)
{
    bool has_new_start = (t->erased & t->written & 1u << B0_SECTOR_PROGRAM) != 0;

    return t->ends_by != B0_ENDS_BY_SESSION && t->written != 0 &&
           (t->state == B0_TRACKER_OPEN || (t->state == B0_TRACKER_DOUBTFUL && has_new_start));
}

bool b0_tracker_abort_completes(const struct b0_update_tracker *t)
{
    return t->ends_by == B0_ENDS_BY_ABORT && t->tail == B0_TAIL_ENDS &&
           b0_tracker_leave_completes(t) && (t->erased & ~t->written) == 0;
}
