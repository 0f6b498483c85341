/* SPDX-License-Identifier: MIT */
/*
 * The USB DFU bootloader in the system memory of STM32 chips: DFU 1.1's state table with ST's
 * commands and deviations. dfuse_memory.c has the effects of the commands on the memories.
 *
 * Sources: AN3156 (protocol), AN2662, chapter 4 (the F105/107's ROM, with flow charts of the device
 * side), AN2606 (chips); comments name observations of real boards where they matter.
 */
#include "dfuse.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "../board/power.h"
#include "rom.h"
#include "uart.h"

#include <stdlib.h>
#include <string.h>

enum {
    GET_COMMANDS_SIZE = 4,
};

struct dfuse {
    struct vboard_dfu dfu;
    struct vboard_uart_loader uart;
};

/* ---- requests, by the actions of the state table ---- */

typedef enum boot0_xfer action(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                               uint8_t *data, size_t *actual, uint8_t next);

static enum boot0_xfer do_stall(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                uint8_t *data, size_t *actual, uint8_t next)
{
    (void)setup;
    (void)data;
    (void)actual;
    if (next != BOOT0_DFU_STATE_ERROR)
        return BOOT0_XFER_STALL;
    return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
}

static enum boot0_xfer do_dnload(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    enum boot0_xfer result;

    result = vboard_dfu_take(dfu, setup, data, actual);
    if (result != BOOT0_XFER_OK)
        return result;
    dfu->command = vboard_dfuse_command(dfu);
    dfu->synced = false;
    /* AN2662, figure 55: leaving is allowed in dfuIDLE too. */
    dfu->state = setup->wLength > 0 ? next : (uint8_t)BOOT0_DFU_STATE_MANIFEST_SYNC;
    return BOOT0_XFER_OK;
}

static enum boot0_xfer read_memory(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                   uint8_t *data, size_t *actual, uint8_t next)
{
    uint8_t status = vboard_dfuse_read(dfu, setup->wValue, data, setup->wLength);

    if (status != BOOT0_DFU_STATUS_OK)
        return vboard_dfu_refuse(dfu, status);
    *actual = setup->wLength;
    dfu->state = next;
    return BOOT0_XFER_OK;
}

static enum boot0_xfer do_upload(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    static const uint8_t list[GET_COMMANDS_SIZE] = {
        BOOT0_DFUSE_GET_COMMANDS,
        BOOT0_DFUSE_SET_ADDRESS,
        BOOT0_DFUSE_ERASE,
        BOOT0_DFUSE_READ_UNPROTECT,
    };

    if (setup->wLength == 0)
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    if (setup->wValue >= BOOT0_DFUSE_BLOCK_FIRST)
        return read_memory(dfu, setup, data, actual, next);
    if (setup->wValue != BOOT0_DFUSE_BLOCK_COMMAND)
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    *actual = setup->wLength < sizeof list ? setup->wLength : sizeof list;
    memcpy(data, list, *actual);
    dfu->state = *actual < sizeof list ? next : (uint8_t)BOOT0_DFU_STATE_IDLE;
    return BOOT0_XFER_OK;
}

static enum boot0_xfer do_status(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    dfu->state = next;
    return vboard_dfu_answer_status(dfu, setup, 0, data, actual);
}

/* The poll timeout for the work of the last block. */
static uint32_t busy_ms(const struct vboard_dfu *dfu)
{
    return dfu->board->settings.poll_ms[dfu->command];
}

static enum boot0_xfer sync_manifest(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual)
{
    dfu->state = BOOT0_DFU_STATE_MANIFEST;
    dfu->leave_due = true;
    return vboard_dfu_answer_status(dfu, setup, 0, data, actual);
}

/* The second bank of an H743 rev V, after a page erase: see its row. */
static bool hangs(const struct vboard_dfu *dfu)
{

    return dfu->rom->hangs_from > 0 && dfu->command == VBOARD_COMMAND_ERASE &&
           dfu->block_size > 1 && dfu->pointer >= dfu->rom->hangs_from &&
           dfu->state != BOOT0_DFU_STATE_ERROR;
}

/* H7 ROMs answer when all work is done, and report that it is in progress. */
static enum boot0_xfer work_at_once(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                    uint8_t *data, size_t *actual)
{
    enum boot0_xfer result;
    uint8_t after;

    vboard_dfuse_work(dfu);
    result = vboard_work_finish(dfu->board);
    if (result != BOOT0_XFER_OK)
        return result;
    after = hangs(dfu) ? (uint8_t)BOOT0_DFU_STATE_DNBUSY : dfu->state;
    if (after != BOOT0_DFU_STATE_ERROR)
        dfu->state = BOOT0_DFU_STATE_DNBUSY;
    result = vboard_dfu_answer_status(dfu, setup, busy_ms(dfu), data, actual);
    dfu->state = after;
    return result;
}

/*
 * AN3156: the first GETSTATUS after a block answers dfuDNBUSY, and the work starts when that answer
 * has been sent.
 */
static enum boot0_xfer do_sync(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                               uint8_t *data, size_t *actual, uint8_t next)
{

    if (dfu->state == BOOT0_DFU_STATE_MANIFEST_SYNC)
        return sync_manifest(dfu, setup, data, actual);
    if (dfu->synced)
        return do_status(dfu, setup, data, actual, next);
    if (dfu->rom->busy_behaviour[dfu->command] == VBOARD_BUSY_NEVER)
        return work_at_once(dfu, setup, data, actual);
    dfu->state = BOOT0_DFU_STATE_DNBUSY;
    dfu->due = true;
    return vboard_dfu_answer_status(dfu, setup, busy_ms(dfu), data, actual);
}

static enum boot0_xfer do_state(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                uint8_t *data, size_t *actual, uint8_t next)
{
    (void)next;
    return vboard_dfu_answer_state(dfu, setup, data, actual);
}

static enum boot0_xfer do_clear(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                uint8_t *data, size_t *actual, uint8_t next)
{
    (void)setup;
    (void)data;
    (void)actual;
    dfu->state = next;
    dfu->status = BOOT0_DFU_STATUS_OK;
    return BOOT0_XFER_OK;
}

static action *const actions[] = {
    [B0_DFU_DO_STALL] = do_stall,   [B0_DFU_DO_DETACH] = do_stall,  [B0_DFU_DO_DNLOAD] = do_dnload,
    [B0_DFU_DO_UPLOAD] = do_upload, [B0_DFU_DO_STATUS] = do_status, [B0_DFU_DO_SYNC] = do_sync,
    [B0_DFU_DO_STATE] = do_state,   [B0_DFU_DO_CLEAR] = do_clear,   [B0_DFU_DO_ABORT] = do_clear,
};

/*
 * CLRSTATUS with nothing to clear is acknowledged and makes an error, which a second one clears:
 * STM32CubeProgrammer relies on it (betaflight-configurator, pull request 1861), and ST's device
 * library does so.
 */
static bool is_odd_clear(const struct vboard_dfu *dfu, const struct boot0_setup *setup)
{
    return setup->bRequest == BOOT0_DFU_CLRSTATUS && dfu->state != BOOT0_DFU_STATE_ERROR;
}

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    struct vboard_dfu *dfu = context;
    struct b0_dfu_rule rule;

    if ((setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_STANDARD)
        return vboard_usb_standard(dfu->board, setup, data, actual);
    if (!vboard_dfu_route(dfu, setup) || dfu->board->usb.configuration == 0)
        return BOOT0_XFER_STALL;
    if (dfu->board->work.busy)
        return vboard_dfu_interrupt(dfu, setup, data, actual);
    if (dfu->state == BOOT0_DFU_STATE_DNBUSY && setup->bRequest == BOOT0_DFU_GETSTATUS)
        return vboard_dfu_answer_status(dfu, setup, busy_ms(dfu), data, actual); /* it hangs */
    if (is_odd_clear(dfu, setup)) {
        vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_UNKNOWN);
        return BOOT0_XFER_OK;
    }
    rule = b0_dfu_device_rule(dfu->state, setup->bRequest);
    return actions[rule.action](dfu, setup, data, actual, rule.next);
}

/* ---- what follows a transfer ---- */

static void sent(void *context)
{
    struct vboard_dfu *dfu = context;
    bool leaves = dfu->leave_due;

    if (dfu->rom->leaves_at_once && dfu->state == BOOT0_DFU_STATE_MANIFEST_SYNC)
        leaves = true;
    if (leaves) {
        vboard_start_program(dfu->board, vboard_dfuse_address(dfu, dfu->pointer));
    } else if (dfu->due) {
        dfu->due = false;
        vboard_dfuse_work(dfu);
    }
}

/*
 * The state survives a bus reset: a host resets the bus before its first request, and sees
 * errFIRMWARE.
 */
static const struct vboard_usb_ops device = {
    .control = control,
    .sent = sent,
};

/* ---- life ---- */

static void start(void *context)
{
    struct dfuse *dfuse = context;
    struct vboard *board = dfuse->dfu.board;

    vboard_dfu_start(&dfuse->dfu);
    dfuse->dfu.pointer = vboard_chip_flash(&board->chip)->address;
    /* RM0090, 3.9.3: level 2 disables the bootloader. */
    if (board->settings.boot0 && vboard_options_level(&board->chip) < 2) {
        vboard_connect(board, &device, dfuse);
        vboard_uart_start(&dfuse->uart);
    } else {
        vboard_start_program(board, vboard_chip_flash(&board->chip)->address);
    }
}

static void *create(struct vboard *board, const struct vboard_rom *rom)
{
    struct dfuse *dfuse = calloc(1, sizeof *dfuse);

    if (!dfuse)
        return NULL;
    dfuse->dfu.board = dfuse->uart.board = board;
    dfuse->dfu.rom = dfuse->uart.rom = rom;
    return dfuse;
}

const struct vboard_bootloader vboard_dfuse = {
    .ops = {start, vboard_dfu_power_off, vboard_dfu_state, free},
    .create = create,
};
