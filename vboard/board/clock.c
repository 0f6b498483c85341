/* SPDX-License-Identifier: MIT */
/*
 * A board's virtual time: what happens when the clock passes a point, and how long a transfer takes
 * on the bus.
 */
#include "clock.h"

#include "board.h"
#include "flash_work.h"
#include "power.h"
#include <core/array.h>

enum {
    PACKET_MAX = 64, /* bMaxPacketSize0 of all models */
    SETUP_BYTES = 8,
    /*
     * Bytes that a full-speed transaction costs besides its data, at 12 MBit/s: SYNC, PID, address,
     * CRC and the gaps between token, data and handshake (USB 2.0, table 5-9 for bulk; table 5-2
     * has 45 for the three transactions of a control transfer, with a longer gap).
     */
    TRANSACTION_BYTES = 13,
    BITS_PER_US = 12,
    /*
     * Software asks the host controller again between the stages of a control transfer. Real
     * controllers take from a few microseconds to the next frame; 10 us is a good one.
     */
    STAGE_US = 10,
};

uint64_t vboard_bus_us(const struct boot0_setup *setup, size_t actual, bool stalled)
{
    uint64_t packets = (actual + PACKET_MAX - 1) / PACKET_MAX;
    uint64_t stages = 2;
    uint64_t bytes = 2 * TRANSACTION_BYTES + SETUP_BYTES; /* setup, and status or STALL */

    if (setup->wLength > 0 && !stalled) {
        stages++;
        bytes += (packets > 0 ? packets : 1) * TRANSACTION_BYTES + actual;
    }
    return stages * STAGE_US + (bytes * 8 + BITS_PER_US - 1) / BITS_PER_US;
}

static void power_cut(struct vboard *board)
{
    uint32_t after_ms = board->replug_after_ms;

    board->cut_us = VBOARD_NEVER;
    vboard_power_off(board);
    if (after_ms > 0)
        board->replug_us = board->now_us + (uint64_t)after_ms * 1000;
}

static void replug(struct vboard *board)
{
    board->replug_us = VBOARD_NEVER;
    vboard_power_on(board);
}

static void timer(struct vboard *board)
{
    board->timer_us = VBOARD_NEVER;
    if (board->device.ops && board->device.ops->timer)
        board->device.ops->timer(board->device.context);
}

/* The first event due until a point in time; a loss of power precedes work that ends then. */
static void (*next_event(const struct vboard *board, uint64_t until_us,
                         uint64_t *at_us))(struct vboard *)
{
    const struct {
        uint64_t at_us;
        void (*happen)(struct vboard *);
    } events[] = {
        {board->cut_us, power_cut},
        {board->replug_us, replug},
        {board->work.busy && !board->work.by_machine ? board->work.end_us : VBOARD_NEVER,
         vboard_work_end},
        {board->timer_us, timer},
    };
    void (*happen)(struct vboard *) = NULL;

    *at_us = until_us;
    for (size_t i = 0; i < B0_LENGTH(events); i++)
        if (events[i].at_us < *at_us || (events[i].at_us == *at_us && !happen)) {
            *at_us = events[i].at_us;
            happen = events[i].happen;
        }
    return *at_us == VBOARD_NEVER ? NULL : happen;
}

/* Advances time to a point. False if it stops earlier: a program has changed what is due. */
static bool pass(struct vboard *board, uint64_t at_us, bool waiting)
{
    uint64_t start_us = board->now_us;
    bool idle = !board->work.busy, there = true;

    if (vboard_runs_program(board))
        there = board->processor.ops->advance(board->processor.context, at_us);
    if (there)
        board->now_us = at_us;
    if (waiting && idle)
        board->stats.wait_us += board->now_us - start_us;
    return there;
}

/* Advances to the first event that is due until then, and handles it; or to that point. */
static bool step(struct vboard *board, uint64_t until_us, bool waiting)
{
    uint64_t at_us;
    void (*happen)(struct vboard *) = next_event(board, until_us, &at_us);

    if (at_us > board->now_us && !pass(board, at_us, waiting))
        return true;
    if (happen)
        happen(board);
    return happen;
}

void vboard_clock_advance(struct vboard *board, uint64_t until_us, bool waiting)
{
    while (step(board, until_us, waiting))
        ;
}

enum boot0_xfer vboard_work_finish(struct vboard *board)
{
    unsigned connection = board->connection;

    while (board->work.busy && board->device.ops && board->connection == connection) {
        uint64_t end_us = board->work.end_us;

        if (board->now_us >= board->deadline_us)
            return BOOT0_XFER_TIMEOUT;
        step(board, end_us < board->deadline_us ? end_us : board->deadline_us, false);
    }
    return board->device.ops && board->connection == connection ? BOOT0_XFER_OK : BOOT0_XFER_GONE;
}

/* ---- for the clients ---- */

void vboard_wait(struct vboard *board, uint64_t microseconds)
{
    vboard_wait_until(board, board->now_us + microseconds);
}

void vboard_wait_until(struct vboard *board, uint64_t now_us)
{
    if (now_us > board->now_us)
        vboard_clock_advance(board, now_us, true);
}

uint64_t vboard_now_us(const struct vboard *board)
{
    return board->now_us;
}
