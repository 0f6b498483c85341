/*
 * A board's virtual time: what happens when the clock passes a point, how long a transfer takes on
 * the bus, and the flash at work.
 */
#include "clock.h"

#include "board.h"
#include "faults.h"
#include "trace.h"

enum {
    PACKET_MAX = 64, /* bMaxPacketSize0 of all models */
    SETUP_BYTES = 8,
    /*
     * Bytes that a full-speed transaction costs beside its data, at 12 MBit/s: SYNC, PID, address,
     * CRC and the gaps between token, data and handshake (USB 2.0, table 5-9 for bulk; table 5-2
     * has 45 for the three transactions of a control transfer, with a longer gap).
     */
    TRANSACTION_BYTES = 13,
    BITS_PER_US = 12,
    /*
     * Between the stages of a control transfer the host controller is asked again. Real ones take
     * from a few microseconds to the next frame; 10 us is a good one.
     */
    STAGE_US = 10,
};

uint64_t vboard_bus_us(const struct boot0_setup *setup, size_t actual, bool stalled)
{
    uint64_t packets = (actual + PACKET_MAX - 1) / PACKET_MAX;
    uint64_t stages = 2;
    uint64_t bytes = 2 * TRANSACTION_BYTES + SETUP_BYTES; /* setup, and status or STALL */

    if (setup->length > 0 && !stalled) {
        stages++;
        bytes += (packets > 0 ? packets : 1) * TRANSACTION_BYTES + actual;
    }
    return stages * STAGE_US + (bytes * 8 + BITS_PER_US - 1) / BITS_PER_US;
}

/* ---- the flash at work ---- */

static void trace_begin(const struct vboard *board, uint64_t duration_us)
{
    static const char *const names[] = {
        [VBOARD_ERASE_SECTOR] = "erase sector",
        [VBOARD_ERASE_ALL] = "mass erase",
        [VBOARD_PROGRAM] = "program",
        [VBOARD_PROGRAM_OPTIONS] = "write options",
        [VBOARD_UNPROTECT] = "read unprotect, erase",
    };
    const struct vboard_flash_op *op = &board->work.op;
    struct vboard_sector sector = vboard_flash_sector(&board->chip, op->address);

    if (op->kind == VBOARD_PROGRAM && board->work.by_machine)
        return; /* a line for each word would be too many: the machine tells of runs of them */
    if (op->kind == VBOARD_ERASE_SECTOR)
        vboard_trace(board, "%s %u at 0x%08x, %u bytes, %u us%s", names[op->kind], sector.index,
                     sector.address, sector.size, (unsigned)duration_us,
                     duration_us ? "" : " (write protected)");
    else if (op->kind == VBOARD_PROGRAM || op->kind == VBOARD_PROGRAM_OPTIONS)
        vboard_trace(board, "%s 0x%08x, %u bytes, %u us%s", names[op->kind], op->address, op->size,
                     (unsigned)duration_us, duration_us ? "" : " (write protected)");
    else
        vboard_trace(board, "%s, %u us%s", names[op->kind], (unsigned)duration_us,
                     duration_us ? "" : " (a sector is write protected)");
}

static void account(struct vboard *board, uint64_t elapsed_us,
                    const struct vboard_flash_result *result)
{
    uint8_t kind = board->work.op.kind;

    if (kind == VBOARD_PROGRAM || kind == VBOARD_PROGRAM_OPTIONS)
        board->stats.program_us += elapsed_us;
    else
        board->stats.erase_us += elapsed_us;
    board->stats.sectors_erased += result->sectors_erased;
    board->stats.mass_erases +=
        result->sectors_erased > 0 && (kind == VBOARD_ERASE_ALL || kind == VBOARD_UNPROTECT);
    board->stats.bytes_programmed += result->bytes_programmed;
    if (result->violations > 0)
        vboard_violation(board, result->violations, result->violation, result->violation_address);
}

void vboard_work_end(struct vboard *board)
{
    struct vboard_work *work = &board->work;
    struct vboard_flash_result result;
    uint64_t duration_us = work->end_us - work->start_us;

    work->busy = false;
    vboard_flash_apply(&board->chip, &work->op, duration_us, &result);
    account(board, duration_us, &result);
    work->done(work->context, &result);
}

void vboard_work_begin(struct vboard *board, bool naks, vboard_work_done *done, void *context)
{
    struct vboard_work *work = &board->work;
    uint64_t duration_us = vboard_flash_duration(&board->chip, &work->op);

    work->busy = true;
    work->naks = naks;
    work->done = done;
    work->context = context;
    work->start_us = board->now_us;
    work->end_us = board->now_us + duration_us;
    board->stats.flash_operations++;
    trace_begin(board, duration_us);
    vboard_faults_operation(board, duration_us);
    if (duration_us == 0 && board->cut_us > board->now_us)
        vboard_work_end(board);
}

void vboard_work_interrupt(struct vboard *board)
{
    struct vboard_work *work = &board->work;
    struct vboard_flash_result result;
    uint64_t elapsed_us = board->now_us - work->start_us;

    if (!work->busy)
        return;
    work->busy = false;
    if (elapsed_us == 0)
        return;
    vboard_flash_apply(&board->chip, &work->op, elapsed_us, &result);
    account(board, elapsed_us, &result);
    vboard_trace(board, "interrupted after %u us", (unsigned)elapsed_us);
}

/* ---- time ---- */

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

/* The first thing due until a point in time; a loss of power comes before what ends with it. */
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
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (events[i].at_us < *at_us || (events[i].at_us == *at_us && !happen)) {
            *at_us = events[i].at_us;
            happen = events[i].happen;
        }
    return *at_us == VBOARD_NEVER ? NULL : happen;
}

/*
 * Time goes on up to a point; false if not so far, because a program has done something that
 * changes what is due.
 */
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

/* To the first thing that is due until then, which happens, or to that point. */
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
            return B0_XFER_TIMEOUT;
        step(board, end_us < board->deadline_us ? end_us : board->deadline_us, false);
    }
    return board->device.ops && board->connection == connection ? B0_XFER_OK : B0_XFER_GONE;
}
