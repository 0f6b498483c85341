/* SPDX-License-Identifier: MIT */
/*
 * The trace: one line per transfer (base/trace_line.h has its format), one line per event.
 *
 *     1.234567 f407 out DNLOAD value=0x0002 index=0 length=2048 ok [dfuDNLOAD-SYNC] 00 00 02 20 ...
 *     1.234700 f407 --- program 0x08000000, 2048 bytes, 32768 us
 */
#include "trace.h"

#include "board.h"

#include <base/trace_line.h>
#include <stdarg.h>

static bool tells_state(const struct vboard *board, const struct boot0_setup *setup,
                        enum boot0_xfer result)
{
    return !(board->device.ops && board->device.ops->keeps_time) &&
           (setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_CLASS &&
           result != BOOT0_XFER_GONE;
}

static const char *dfu_state(const struct vboard *board)
{
    return b0_dfu_state_name(board->bootloader.ops->dfu_state(board->bootloader.context));
}

void vboard_trace_transfer(const struct vboard *board, const struct boot0_setup *setup,
                           const uint8_t *data, size_t actual, enum boot0_xfer result,
                           uint64_t start_us)
{
    struct b0_trace_transfer transfer = {
        .at_us = start_us,
        .who = board->build.name,
        .setup = *setup,
        .result = result,
        .actual = actual,
        .data = data,
        .state = tells_state(board, setup, result) ? dfu_state(board) : NULL,
    };

    if (board->trace)
        b0_trace_write(board->trace, &transfer, false);
}

void vboard_trace(const struct vboard *board, const char *format, ...)
{
    va_list arguments;

    if (!board->trace)
        return;
    b0_trace_write_event(board->trace, board->now_us, board->build.name);
    va_start(arguments, format);
    vfprintf(board->trace, format, arguments);
    va_end(arguments);
    fputc('\n', board->trace);
}

void vboard_violation(struct vboard *board, uint32_t count, const char *what, uint32_t address)
{
    board->stats.violations += count;
    vboard_trace(board, "VIOLATION: %s, at 0x%08x (%u in all)", what, address, (unsigned)count);
}
