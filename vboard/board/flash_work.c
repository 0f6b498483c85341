/* SPDX-License-Identifier: MIT */
/* The flash at work: from the start of an operation to its end, or to the loss of power. */
#include "flash_work.h"

#include "board.h"
#include "faults.h"
#include "trace.h"

static void trace_begin(const struct vboard *board, uint64_t duration_us)
{
    static const char *const names[] = {
        [VBOARD_ERASE_SECTOR] = "erase sector",     [VBOARD_ERASE_BANK] = "mass erase of a bank",
        [VBOARD_ERASE_ALL] = "mass erase",          [VBOARD_PROGRAM] = "program",
        [VBOARD_PROGRAM_OPTIONS] = "write options", [VBOARD_UNPROTECT] = "read unprotect, erase",
    };
    const struct vboard_flash_op *op = &board->work.op;
    struct vboard_sector sector = vboard_flash_sector(&board->chip, op->address);

    if (op->kind == VBOARD_PROGRAM && board->work.by_machine)
        return; /* a line per word would be too much: the machine traces runs of words */
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
        result->sectors_erased > 0 &&
        (kind == VBOARD_ERASE_ALL || kind == VBOARD_ERASE_BANK || kind == VBOARD_UNPROTECT);
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
