/* SPDX-License-Identifier: MIT */
/*
 * The bootloaders of LeafLabs' Maple and of its descendant for any STM32F103 (STM32duino, "Blue
 * Pill"): programs in the first 8 or 20 KiB of flash, DFU 1.1 without addresses.
 *
 * Sources: maple-bootloader (leaflabs) and STM32duino-bootloader (rogerclarkmelbourne), dfu.c and
 * main.c of both, which this follows request by request. They deviate from DFU 1.1, annex A:
 * - the status is OK again at the next request, so GETSTATUS never reports the reason;
 * - GETSTATUS and GETSTATE in dfuDNLOAD-IDLE return to dfuIDLE: the download is over;
 * - dfuMANIFEST-WAIT-RESET answers everything;
 * - block numbers do not count: a block goes after the one before, and erases "its" page first.
 */
#include "../board/board.h"
#include "../board/clock.h"
#include "../board/power.h"
#include "cdc_program.h"
#include "dfu.h"
#include "rom.h"

#include <core/array.h>
#include <core/bytes.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAIT_FOR_HOST_US = 2000000, /* "2 second timeout", main.c */
    WORD = 4,
};

/* ---- the program in flash ---- */

/* checkUserCode() checks only the stack pointer, and not well (0x20020000 is not a stack). */
static bool has_program(const struct vboard_dfu *dfu, uint32_t address)
{
    const uint8_t *vectors = address ? vboard_chip_at(&dfu->board->chip, address, WORD) : NULL;

    return vectors && (b0_load32(vectors) & 0x2ffe0000) == 0x20000000;
}

static uint32_t find_program(const struct vboard_dfu *dfu)
{
    for (size_t i = 0; i < B0_LENGTH(dfu->rom->starts); i++)
        if (has_program(dfu, dfu->rom->starts[i]))
            return dfu->rom->starts[i];
    return 0;
}

/* The program's address. mode=serial provides a program, at least one that looks like it. */
static uint32_t make_program(struct vboard_dfu *dfu)
{
    uint32_t address = dfu->rom->starts[1];
    uint8_t *vectors;

    if (find_program(dfu))
        return find_program(dfu);
    vectors = vboard_chip_at(&dfu->board->chip, address, 2 * WORD);
    b0_store32(vectors, 0x20005000);
    b0_store32(vectors + WORD, address + 0x101);
    return address;
}

/* ---- the flash ---- */

static uint32_t write_address(const struct vboard_dfu *dfu)
{
    return dfu->base + dfu->position;
}

static void block_done(struct vboard_dfu *dfu)
{
    dfu->position += dfu->block_size;
    dfu->synced = true;
}

static void programmed(void *context, const struct vboard_flash_result *result)
{
    struct vboard_dfu *dfu = context;

    (void)result; /* neither bootloader checks it */
    block_done(dfu);
}

/* Whole words, with an earlier block's contents of the buffer after the last byte. */
static void page_erased(void *context, const struct vboard_flash_result *result)
{
    struct vboard_dfu *dfu = context;
    struct vboard_flash_op *op = &dfu->board->work.op;

    (void)result;
    op->kind = VBOARD_PROGRAM;
    op->size = (dfu->block_size + WORD - 1u) / WORD * WORD;
    memcpy(op->data, dfu->data, op->size);
    vboard_work_begin(dfu->board, false, programmed, dfu);
}

static void wiped(void *context, const struct vboard_flash_result *result)
{
    (void)context;
    (void)result;
}

static void erase_page(struct vboard_dfu *dfu, uint32_t address, vboard_work_done *done)
{
    dfu->board->work.op.kind = VBOARD_ERASE_SECTOR;
    dfu->board->work.op.address = address;
    vboard_work_begin(dfu->board, false, done, dfu);
}

/* Starts to write the block: to flash, or to RAM at once. */
static void write_block(struct vboard_dfu *dfu)
{
    uint32_t address = write_address(dfu);
    const struct vboard_area *area = vboard_chip_area(&dfu->board->chip, address, dfu->block_size);

    if (area && area->kind == VBOARD_FLASH) {
        erase_page(dfu, address, page_erased);
        return;
    }
    if (area && area->kind == VBOARD_RAM)
        memcpy(vboard_chip_at(&dfu->board->chip, address, dfu->block_size), dfu->data,
               dfu->block_size);
    block_done(dfu);
}

/* ---- requests ---- */

static enum boot0_xfer begin_download(struct vboard_dfu *dfu)
{
    const struct vboard_rom *rom = dfu->rom;
    uint32_t base = dfu->alternate->base;

    if (base == 0)
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_WRITE);
    dfu->base = base;
    dfu->position = 0;
    dfu->downloaded = true;
    if (rom->wiped == 0 || rom->wiped == base)
        return BOOT0_XFER_OK;
    erase_page(dfu, rom->wiped, wiped);
    return vboard_work_finish(dfu->board);
}

static enum boot0_xfer do_dnload(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                 const uint8_t *data, size_t *actual, uint8_t next)
{
    enum boot0_xfer result;

    if (setup->wLength == 0) {
        if (dfu->state == BOOT0_DFU_STATE_IDLE)
            return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_NOTDONE);
        dfu->state = BOOT0_DFU_STATE_MANIFEST_SYNC;
        return BOOT0_XFER_OK;
    }
    if (dfu->state == BOOT0_DFU_STATE_IDLE) {
        result = begin_download(dfu);
        if (result != BOOT0_XFER_OK)
            return result;
    }
    result = vboard_dfu_take(dfu, setup, data, actual);
    if (result != BOOT0_XFER_OK)
        return result;
    dfu->command = VBOARD_COMMAND_DATA;
    dfu->synced = false;
    dfu->state = next;
    return BOOT0_XFER_OK;
}

static enum boot0_xfer begin_upload(struct vboard_dfu *dfu, const struct boot0_setup *setup)
{
    uint32_t base = dfu->alternate->base;

    if (!(dfu->rom->usb.functional.attributes & BOOT0_DFU_CAN_UPLOAD))
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    if (base == 0)
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_WRITE);
    dfu->upload_base = base;
    dfu->upload_size = setup->wLength;
    return BOOT0_XFER_OK;
}

/* Blocks have the length of the first one, up to the end of the flash. */
static enum boot0_xfer do_upload(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    const struct vboard_area *flash = vboard_chip_flash(&dfu->board->chip);
    enum boot0_xfer result = BOOT0_XFER_OK;
    uint32_t address, left, size;

    if (dfu->state == BOOT0_DFU_STATE_IDLE)
        result = begin_upload(dfu, setup);
    else if (setup->wLength == 0)
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_NOTDONE);
    if (result != BOOT0_XFER_OK)
        return result;
    address = dfu->upload_base + (uint32_t)dfu->upload_size * setup->wValue;
    left = address - flash->address < flash->size ? flash->size - (address - flash->address) : 0;
    size = dfu->upload_size < setup->wLength ? dfu->upload_size : setup->wLength;
    dfu->state = left < dfu->upload_size ? (uint8_t)BOOT0_DFU_STATE_IDLE : next;
    *actual = left < size ? left : size;
    if (*actual > 0)
        memcpy(data, vboard_chip_at(&dfu->board->chip, address, (uint32_t)*actual), *actual);
    return BOOT0_XFER_OK;
}

/* GETSTATUS after a block: STM32duino's works in it, LeafLabs' reports busy and works after it. */
static enum boot0_xfer sync_block(struct vboard_dfu *dfu, uint32_t *poll_ms)
{
    enum boot0_xfer result = BOOT0_XFER_OK;
    bool to_ram = vboard_chip_at(&dfu->board->chip, write_address(dfu), 1) &&
                  vboard_chip_area(&dfu->board->chip, write_address(dfu), 1)->kind == VBOARD_RAM;

    if (dfu->rom->busy_behaviour[VBOARD_COMMAND_DATA] == VBOARD_BUSY_NEVER || to_ram) {
        write_block(dfu);
        result = vboard_work_finish(dfu->board);
        dfu->state = BOOT0_DFU_STATE_DNLOAD_IDLE;
    } else {
        *poll_ms = dfu->board->settings.poll_ms[VBOARD_COMMAND_DATA];
        dfu->state = BOOT0_DFU_STATE_DNBUSY;
        dfu->due = true;
    }
    return result;
}

static enum boot0_xfer do_sync(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                               uint8_t *data, size_t *actual)
{
    uint32_t poll_ms = 0;
    enum boot0_xfer result = BOOT0_XFER_OK;

    if (dfu->state == BOOT0_DFU_STATE_MANIFEST_SYNC)
        dfu->state = BOOT0_DFU_STATE_MANIFEST_WAIT_RESET;
    else
        result = sync_block(dfu, &poll_ms);
    if (result != BOOT0_XFER_OK)
        return result;
    return vboard_dfu_answer_status(dfu, setup, poll_ms, data, actual);
}

/* dfuDNBUSY and dfuMANIFEST-WAIT-RESET: refuses nothing, does nothing. */
static enum boot0_xfer answer_anything(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                       uint8_t *data, size_t *actual)
{
    uint32_t poll_ms = 0;

    if (dfu->state == BOOT0_DFU_STATE_DNBUSY) {
        if (dfu->synced)
            dfu->state = BOOT0_DFU_STATE_DNLOAD_IDLE;
        else
            poll_ms = dfu->board->settings.poll_ms[VBOARD_COMMAND_DATA];
    }
    if (setup->bRequest == BOOT0_DFU_GETSTATUS)
        return vboard_dfu_answer_status(dfu, setup, poll_ms, data, actual);
    if (setup->bRequest == BOOT0_DFU_GETSTATE)
        return vboard_dfu_answer_state(dfu, setup, data, actual);
    if (setup->bRequest == BOOT0_DFU_DNLOAD)
        *actual = setup->wLength;
    return BOOT0_XFER_OK;
}

static enum boot0_xfer by_rule(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                               uint8_t *data, size_t *actual)
{
    struct b0_dfu_rule rule = b0_dfu_device_rule(dfu->state, setup->bRequest);

    switch ((enum b0_dfu_action)rule.action) {
    case B0_DFU_DO_DNLOAD:
        return do_dnload(dfu, setup, data, actual, rule.next);
    case B0_DFU_DO_UPLOAD:
        return do_upload(dfu, setup, data, actual, rule.next);
    case B0_DFU_DO_SYNC:
        return do_sync(dfu, setup, data, actual);
    case B0_DFU_DO_STATUS:
        dfu->state = rule.next;
        return vboard_dfu_answer_status(dfu, setup, 0, data, actual);
    case B0_DFU_DO_STATE:
        dfu->state = rule.next;
        return vboard_dfu_answer_state(dfu, setup, data, actual);
    case B0_DFU_DO_CLEAR:
    case B0_DFU_DO_ABORT:
        dfu->state = rule.next;
        return BOOT0_XFER_OK;
    case B0_DFU_DO_STALL:
    case B0_DFU_DO_DETACH:
        break;
    }
    return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
}

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    struct vboard_dfu *dfu = context;
    bool asks = setup->bRequest == BOOT0_DFU_GETSTATUS || setup->bRequest == BOOT0_DFU_GETSTATE;

    if ((setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_STANDARD)
        return vboard_usb_standard(dfu->board, setup, data, actual);
    if (!vboard_dfu_route(dfu, setup) || dfu->board->usb.configuration == 0)
        return BOOT0_XFER_STALL;
    dfu->board->timer_us = VBOARD_NEVER; /* a host is present: the bootloader stays */
    dfu->status = BOOT0_DFU_STATUS_OK;
    if (dfu->state == BOOT0_DFU_STATE_DNBUSY || dfu->state == BOOT0_DFU_STATE_MANIFEST_WAIT_RESET)
        return answer_anything(dfu, setup, data, actual);
    if (dfu->state == BOOT0_DFU_STATE_DNLOAD_IDLE && asks)
        dfu->state = BOOT0_DFU_STATE_IDLE;
    return by_rule(dfu, setup, data, actual);
}

static void sent(void *context)
{
    struct vboard_dfu *dfu = context;

    if (!dfu->due)
        return;
    dfu->due = false;
    write_block(dfu);
}

/* dfuUpdateByReset(): except in dfuIDLE, a bus reset resets the chip. */
static void bus_reset(void *context)
{
    struct vboard_dfu *dfu = context;

    if (dfu->state != BOOT0_DFU_STATE_IDLE)
        vboard_system_reset(dfu->board);
}

/* The started program is part of the model, for lack of a CPU. */
struct maple {
    struct vboard_dfu dfu;
    struct vboard_cdc_program program;
};

static void start_program(struct maple *maple, uint32_t address)
{
    vboard_cdc_program_start(&maple->program, maple->dfu.board, address);
}

static void timer(void *context)
{
    struct maple *maple = context;
    uint32_t program = find_program(&maple->dfu);

    if (program)
        start_program(maple, program);
}

static const struct vboard_usb_ops device = {
    .control = control,
    .sent = sent,
    .bus_reset = bus_reset,
    .timer = timer,
};

/* ---- life ---- */

/*
 * These boards ignore BOOT0: their bootloader is in flash. boot0=1 models what a user does instead,
 * holding the button at power-up; after a download the button is released.
 */
static void start(void *context)
{
    struct maple *maple = context;
    struct vboard_dfu *dfu = &maple->dfu;
    struct vboard *board = dfu->board;
    bool downloaded = dfu->downloaded, serial = board->settings.serial_mode;
    bool held = board->settings.boot0 && !serial && !downloaded;
    uint32_t program = serial ? make_program(dfu) : find_program(dfu);
    bool at_once = downloaded ? dfu->rom->starts_quickly : serial && board->stats.resets == 0;

    vboard_dfu_start(dfu);
    if (program && at_once) {
        start_program(maple, program);
        return;
    }
    vboard_connect(board, &device, maple);
    if (program && !held)
        board->timer_us = board->now_us + WAIT_FOR_HOST_US;
}

static void *create(struct vboard *board, const struct vboard_rom *rom)
{
    struct maple *maple = calloc(1, sizeof *maple);

    if (!maple)
        return NULL;
    maple->dfu.board = board;
    maple->dfu.rom = rom;
    return maple;
}

const struct vboard_bootloader vboard_maple = {
    .ops = {start, vboard_dfu_power_off, vboard_dfu_state, free},
    .create = create,
};
