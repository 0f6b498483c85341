/* SPDX-License-Identifier: MIT */
/*
 * A bootloader that follows DFU 1.1 to the letter, annex A: no addresses, no commands. Each
 * alternate setting is a memory, or a part of one; a download writes it from its start. Only boards
 * from description files use it: U-Boot's DFU, the ROM of an STM32MP1, bootloaders that were
 * written from the specification.
 */
#include "../board/board.h"
#include "../board/clock.h"
#include "../board/power.h"
#include "dfu.h"
#include "rom.h"
#include "uart.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_NUMBERS = 0x10000, /* wBlockNum counts in 16 bits, and wraps */
};

/* ---- the memory ---- */

static const struct vboard_area *area_at(const struct vboard_dfu *dfu, uint32_t address)
{
    return vboard_chip_area(&dfu->board->chip, address, 1);
}

/* The number of bytes from an address to the end of its memory. */
static uint32_t bytes_left(const struct vboard_dfu *dfu, uint32_t address)
{
    const struct vboard_area *area = area_at(dfu, address);

    return area ? area->size - (address - area->address) : 0;
}

static uint32_t write_address(const struct vboard_dfu *dfu)
{
    return dfu->base + dfu->position;
}

static void finish(struct vboard_dfu *dfu, uint8_t status)
{

    if (dfu->state == BOOT0_DFU_STATE_ERROR)
        return; /* a request broke it meanwhile */
    if (status == BOOT0_DFU_STATUS_OK) {
        dfu->position += dfu->block_size;
        dfu->synced = true;
        dfu->state = BOOT0_DFU_STATE_DNLOAD_SYNC;
    } else {
        dfu->status = status;
        dfu->state = BOOT0_DFU_STATE_ERROR;
    }
}

static void programmed(void *context, const struct vboard_flash_result *result)
{
    struct vboard_dfu *dfu = context;

    finish(dfu, result->failed ? BOOT0_DFU_STATUS_ERR_PROG : BOOT0_DFU_STATUS_OK);
}

static void begin(struct vboard_dfu *dfu, enum vboard_flash_kind kind, uint32_t address,
                  vboard_work_done *done)
{
    dfu->board->work.op.kind = (uint8_t)kind;
    dfu->board->work.op.address = address;
    vboard_work_begin(dfu->board, dfu->rom->busy_behaviour[VBOARD_COMMAND_DATA] == VBOARD_BUSY_NAKS,
                      done, dfu);
}

/*
 * Erases the next sector that begins in the block, then programs the block. A sector in whose
 * middle the download starts is erased whole.
 */
static void erase_next(void *context, const struct vboard_flash_result *result)
{
    struct vboard_dfu *dfu = context;
    struct vboard_flash_op *op = &dfu->board->work.op;
    uint32_t end = write_address(dfu) + dfu->block_size;
    struct vboard_sector sector = vboard_flash_sector(&dfu->board->chip, dfu->erase_from);

    if (result && result->failed) {
        finish(dfu, BOOT0_DFU_STATUS_ERR_ERASE);
        return;
    }
    if (sector.size > 0 && dfu->erase_from < end) {
        dfu->erase_from = sector.address + sector.size;
        begin(dfu, VBOARD_ERASE_SECTOR, sector.address, erase_next);
        return;
    }
    op->size = dfu->block_size;
    memcpy(op->data, dfu->data, dfu->block_size);
    begin(dfu, VBOARD_PROGRAM, write_address(dfu), programmed);
}

static void write_block(struct vboard_dfu *dfu)
{
    uint32_t address = write_address(dfu);
    const struct vboard_area *area = area_at(dfu, address);

    if (!area || bytes_left(dfu, address) < dfu->block_size) {
        finish(dfu, BOOT0_DFU_STATUS_ERR_ADDRESS);
    } else if (vboard_flash_has_sectors(area)) {
        erase_next(dfu, NULL);
    } else if (area->kind == VBOARD_RAM) {
        memcpy(vboard_chip_at(&dfu->board->chip, address, dfu->block_size), dfu->data,
               dfu->block_size);
        finish(dfu, BOOT0_DFU_STATUS_OK);
    } else {
        finish(dfu, BOOT0_DFU_STATUS_ERR_WRITE);
    }
}

/* ---- requests ---- */

typedef enum boot0_xfer action(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                               uint8_t *data, size_t *actual, uint8_t next);

static bool can(const struct vboard_dfu *dfu, uint8_t attribute)
{
    return dfu->rom->usb.functional.attributes & attribute;
}

static enum boot0_xfer do_stall(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                uint8_t *data, size_t *actual, uint8_t next)
{
    (void)setup;
    (void)data;
    (void)actual;
    return next == BOOT0_DFU_STATE_ERROR ? vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT)
                                         : BOOT0_XFER_STALL;
}

static void begin_download(struct vboard_dfu *dfu, uint16_t block)
{

    dfu->base = dfu->erase_from = dfu->alternate->base;
    dfu->position = 0;
    dfu->next_block = block;
}

static enum boot0_xfer do_dnload(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    bool first = dfu->state == BOOT0_DFU_STATE_IDLE;
    enum boot0_xfer result;

    if (!can(dfu, BOOT0_DFU_CAN_DOWNLOAD) || (first && setup->wLength == 0))
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    if (setup->wLength == 0) {
        dfu->state = BOOT0_DFU_STATE_MANIFEST_SYNC;
        return BOOT0_XFER_OK;
    }
    if (dfu->alternate->base == 0)
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_TARGET);
    if (first)
        begin_download(dfu, setup->wValue);
    if (setup->wValue != dfu->next_block)
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_ADDRESS);
    result = vboard_dfu_take(dfu, setup, data, actual);
    if (result != BOOT0_XFER_OK)
        return result;
    dfu->next_block = (uint16_t)((dfu->next_block + 1u) % BLOCK_NUMBERS);
    dfu->command = VBOARD_COMMAND_DATA;
    dfu->synced = false;
    dfu->state = next;
    return BOOT0_XFER_OK;
}

static enum boot0_xfer do_upload(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    uint32_t address, size;

    if (dfu->state == BOOT0_DFU_STATE_IDLE)
        dfu->position = 0;
    if (!can(dfu, BOOT0_DFU_CAN_UPLOAD) || setup->wLength == 0 ||
        setup->wLength > vboard_usb_transfer_size(&dfu->rom->usb, dfu->alternate))
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    if (dfu->alternate->base == 0)
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_TARGET);
    address = dfu->alternate->base + dfu->position;
    size = dfu->position > 0 && !area_at(dfu, address - 1) ? 0 : bytes_left(dfu, address);
    if (size > setup->wLength)
        size = setup->wLength;
    if (size > 0)
        memcpy(data, vboard_chip_at(&dfu->board->chip, address, size), size);
    dfu->position += size;
    dfu->state = size < setup->wLength ? (uint8_t)BOOT0_DFU_STATE_IDLE : next;
    *actual = size;
    return BOOT0_XFER_OK;
}

static enum boot0_xfer do_status(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    dfu->state = next;
    return vboard_dfu_answer_status(dfu, setup, 0, data, actual);
}

/* DFU 1.1, 7: a device that does not tolerate manifestation waits for a reset after it. */
static enum boot0_xfer sync_manifest(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual)
{
    bool tolerates = can(dfu, BOOT0_DFU_MANIFESTATION_TOLERANT);

    dfu->state =
        tolerates ? (uint8_t)BOOT0_DFU_STATE_IDLE : (uint8_t)BOOT0_DFU_STATE_MANIFEST_WAIT_RESET;
    dfu->leave_due = !tolerates && can(dfu, BOOT0_DFU_WILL_DETACH);
    return vboard_dfu_answer_status(dfu, setup, 0, data, actual);
}

static enum boot0_xfer do_sync(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                               uint8_t *data, size_t *actual, uint8_t next)
{
    enum boot0_xfer result;

    if (dfu->state == BOOT0_DFU_STATE_MANIFEST_SYNC)
        return sync_manifest(dfu, setup, data, actual);
    if (!dfu->synced && dfu->rom->busy_behaviour[VBOARD_COMMAND_DATA] != VBOARD_BUSY_NEVER) {
        dfu->state = BOOT0_DFU_STATE_DNBUSY;
        dfu->due = true;
        return vboard_dfu_answer_status(
            dfu, setup, dfu->board->settings.poll_ms[VBOARD_COMMAND_DATA], data, actual);
    }
    if (!dfu->synced) {
        write_block(dfu);
        result = vboard_work_finish(dfu->board);
        if (result != BOOT0_XFER_OK)
            return result;
    }
    if (dfu->state == BOOT0_DFU_STATE_DNLOAD_SYNC)
        dfu->state = next;
    return vboard_dfu_answer_status(dfu, setup, 0, data, actual);
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
    rule = b0_dfu_device_rule(dfu->state, setup->bRequest);
    return actions[rule.action](dfu, setup, data, actual, rule.next);
}

/* ---- what follows a transfer ---- */

static void sent(void *context)
{
    struct vboard_dfu *dfu = context;

    if (dfu->leave_due) {
        vboard_start_program(dfu->board, vboard_chip_flash(&dfu->board->chip)->address);
    } else if (dfu->due) {
        dfu->due = false;
        write_block(dfu);
    }
}

/* DFU 1.1, A.2: a bus reset during an operation resets the device. */
static void bus_reset(void *context)
{
    struct vboard_dfu *dfu = context;

    if (dfu->state != BOOT0_DFU_STATE_IDLE && dfu->state != BOOT0_DFU_STATE_ERROR)
        vboard_system_reset(dfu->board);
}

static const struct vboard_usb_ops device = {
    .control = control,
    .sent = sent,
    .bus_reset = bus_reset,
};

/* ---- life ---- */

struct plain {
    struct vboard_dfu dfu;
    struct vboard_uart_loader uart;
};

static void start(void *context)
{
    struct plain *plain = context;
    struct vboard *board = plain->dfu.board;
    uint32_t stack, pc, address = vboard_chip_flash(&board->chip)->address;

    vboard_dfu_start(&plain->dfu);
    if (!board->settings.boot0 && vboard_chip_vectors(&board->chip, address, &stack, &pc)) {
        vboard_start_program(board, address);
        return;
    }
    vboard_connect(board, &device, plain);
    vboard_uart_start(&plain->uart);
}

static void *create(struct vboard *board, const struct vboard_rom *rom)
{
    struct plain *plain = calloc(1, sizeof *plain);

    if (!plain)
        return NULL;
    plain->dfu.board = plain->uart.board = board;
    plain->dfu.rom = plain->uart.rom = rom;
    return plain;
}

const struct vboard_bootloader vboard_plain = {
    .ops = {start, vboard_dfu_power_off, vboard_dfu_state, free},
    .create = create,
};
