/* SPDX-License-Identifier: MIT */
/* The bus of a board for its clients: control transfers, packets, resets. */
#include "board.h"
#include "clock.h"
#include "faults.h"
#include "trace.h"

#include <core/dfu.h>
#include <string.h>

static uint8_t type_of(const struct boot0_setup *setup)
{
    return setup->bmRequestType & BOOT0_USB_TYPE_MASK;
}

static bool is_getstatus(const struct boot0_setup *setup)
{
    return type_of(setup) == BOOT0_USB_TYPE_CLASS && setup->bRequest == BOOT0_DFU_GETSTATUS;
}

static void count_transfer(struct vboard *board, const struct boot0_setup *setup)
{
    if (type_of(setup) == BOOT0_USB_TYPE_STANDARD)
        board->stats.standard_transfers++;
    else
        board->stats.transfers++;
    board->status_requests += is_getstatus(setup);
}

/* Passes a transfer to the board, which may hold it back; *actual is 0 unless it succeeded. */
static enum boot0_xfer perform(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    bool counted = type_of(setup) != BOOT0_USB_TYPE_STANDARD;
    enum boot0_xfer result;

    if (counted && vboard_faults_transfer(board, &result)) {
        vboard_clock_advance(board, board->now_us, false); /* it may have been unplugged */
        return result;
    }
    if (board->work.busy && board->work.naks) {
        result = vboard_work_finish(board);
        if (result != BOOT0_XFER_OK)
            return result;
    }
    result = board->device.ops->control(board->device.context, setup, data, actual);
    if (result != BOOT0_XFER_OK)
        *actual = 0;
    else if (is_getstatus(setup))
        vboard_faults_status(board, data, *actual);
    return result;
}

static void account(struct vboard *board, const struct boot0_setup *setup, size_t actual,
                    enum boot0_xfer result, bool keeps_time)
{
    uint64_t bus_us = vboard_bus_us(setup, actual, result == BOOT0_XFER_STALL);

    board->stats.bus_us += bus_us;
    if (!keeps_time)
        vboard_clock_advance(board, board->now_us + bus_us, false);
    if (setup->bmRequestType & BOOT0_USB_DIR_IN)
        board->stats.bytes_in += actual;
    else
        board->stats.bytes_out += actual;
}

enum boot0_xfer vboard_control(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint64_t timeout_us)
{
    uint64_t start_us = board->now_us;
    unsigned connection = board->connection;
    enum boot0_xfer result;
    bool keeps_time;

    *actual = 0;
    vboard_clock_advance(board, board->now_us, false);
    if (!board->device.ops || board->connection != connection)
        return BOOT0_XFER_GONE;
    board->deadline_us =
        timeout_us < VBOARD_NEVER - board->now_us ? board->now_us + timeout_us : VBOARD_NEVER;
    keeps_time = board->device.ops->keeps_time;
    count_transfer(board, setup);
    result = perform(board, setup, data, actual);
    if (result == BOOT0_XFER_TIMEOUT && board->deadline_us != VBOARD_NEVER)
        vboard_clock_advance(board, board->deadline_us, true);
    else if (result != BOOT0_XFER_TIMEOUT && result != BOOT0_XFER_GONE)
        account(board, setup, *actual, result, keeps_time);
    vboard_trace_transfer(board, setup, data, *actual, result, start_us);
    if (result == BOOT0_XFER_OK && board->device.ops && board->connection == connection &&
        board->device.ops->sent)
        board->device.ops->sent(board->device.context);
    return result;
}

enum boot0_xfer vboard_packet(struct vboard *board, uint8_t endpoint, uint8_t *data, size_t *size,
                              uint64_t timeout_us)
{
    vboard_clock_advance(board, board->now_us, false);
    if (!board->device.ops)
        return BOOT0_XFER_GONE;
    if (!board->device.ops->packet)
        return BOOT0_XFER_STALL;
    return board->device.ops->packet(
        board->device.context, endpoint, data, size,
        timeout_us < VBOARD_NEVER - board->now_us ? board->now_us + timeout_us : VBOARD_NEVER);
}

void vboard_bus_reset(struct vboard *board)
{
    if (!board->device.ops)
        return;
    vboard_trace(board, "bus reset");
    memset(board->usb.alternate, 0, sizeof board->usb.alternate);
    if (board->device.ops->bus_reset)
        board->device.ops->bus_reset(board->device.context);
}
