/*
 * The bootloaders of LeafLabs' Maple and of its descendant for any STM32F103 (STM32duino, "Blue
 * Pill"): programs in the first 8 or 20 KiB of flash, DFU 1.1 without addresses.
 *
 * Sources: maple-bootloader (leaflabs) and STM32duino-bootloader (rogerclarkmelbourne), dfu.c and
 * main.c of both, which this follows request by request. They deviate from DFU 1.1, annex A:
 * - the status is OK again at the next request, so that GETSTATUS never tells why;
 * - GETSTATUS and GETSTATE in dfuDNLOAD-IDLE go back to dfuIDLE: the download is over;
 * - dfuMANIFEST-WAIT-RESET answers everything;
 * - block numbers do not count: a block goes behind the one before, and erases "its" page first.
 */
#include "rom.h"

#include <core/bytes.h>
#include <string.h>

enum {
    WAIT_FOR_HOST_US = 2000000, /* "2 second timeout", main.c */
    WORD = 4,
};

/* ---- starting ---- */

/* checkUserCode(): only the stack pointer is looked at, and not well (0x20020000 is no stack). */
static bool has_program(const struct vboard *board, uint32_t address)
{
    const uint8_t *vectors = address ? vboard_chip_at(&board->chip, address, WORD) : NULL;

    return vectors && (b0_load32(vectors) & 0x2ffe0000) == 0x20000000;
}

static uint32_t find_program(const struct vboard *board)
{
    for (size_t i = 0; i < sizeof board->rom->starts / sizeof board->rom->starts[0]; i++)
        if (has_program(board, board->rom->starts[i]))
            return board->rom->starts[i];
    return 0;
}

/* Where the program is; with mode=serial there is one, if need be the least that looks like it. */
static uint32_t make_program(struct vboard *board)
{
    uint32_t address = board->rom->starts[1];
    uint8_t *vectors;

    if (find_program(board))
        return find_program(board);
    vectors = vboard_chip_at(&board->chip, address, 2 * WORD);
    b0_store32(vectors, 0x20005000);
    b0_store32(vectors + WORD, address + 0x101);
    return address;
}

/*
 * BOOT0 does not matter to these boards: their bootloader is in flash. boot0=1 stands for what a
 * user does instead, holding the button at power-up; after a download it has been released.
 */
static void start(struct vboard *board)
{
    bool downloaded = board->dfu.downloaded;
    bool held = board->settings.boot0 && !board->settings.serial_mode && !downloaded;
    uint32_t program = board->settings.serial_mode ? make_program(board) : find_program(board);
    bool at_once = downloaded ? board->rom->starts_quickly
                              : board->settings.serial_mode && board->stats.resets == 0;

    memset(&board->dfu, 0, sizeof board->dfu);
    board->dfu.state = board->rom->start_state;
    if (program && at_once) {
        vboard_sketch_start(board, program);
        return;
    }
    vboard_connect(board, &vboard_maple);
    if (program && !held)
        board->timer_us = board->now_us + WAIT_FOR_HOST_US;
}

static void timer(struct vboard *board)
{
    uint32_t program = find_program(board);

    if (program)
        vboard_sketch_start(board, program);
}

/* ---- the flash ---- */

static uint32_t write_address(const struct vboard *board)
{
    return board->dfu.base + board->dfu.position;
}

static void block_done(struct vboard *board)
{
    board->dfu.position += board->dfu.block_size;
    board->dfu.synced = true;
}

static void programmed(struct vboard *board, const struct vboard_flash_result *result)
{
    (void)result; /* neither bootloader looks */
    block_done(board);
}

/* Whole words, with what an earlier block left in the buffer behind the last byte. */
static void page_erased(struct vboard *board, const struct vboard_flash_result *result)
{
    struct vboard_flash_op *op = &board->work.op;

    (void)result;
    op->kind = VBOARD_PROGRAM;
    op->size = (board->dfu.block_size + WORD - 1u) / WORD * WORD;
    memcpy(op->data, board->dfu.data, op->size);
    vboard_work_begin(board, false, programmed);
}

static void wiped(struct vboard *board, const struct vboard_flash_result *result)
{
    (void)board;
    (void)result;
}

static void erase_page(struct vboard *board, uint32_t address,
                       void (*done)(struct vboard *, const struct vboard_flash_result *))
{
    board->work.op.kind = VBOARD_ERASE_SECTOR;
    board->work.op.address = address;
    vboard_work_begin(board, false, done);
}

/* Begins what is to be done with the block: to flash, or to RAM at once. */
static void write_block(struct vboard *board)
{
    uint32_t address = write_address(board);
    const struct vboard_area *area = vboard_chip_area(&board->chip, address, board->dfu.block_size);

    if (area && area->kind == VBOARD_FLASH) {
        erase_page(board, address, page_erased);
        return;
    }
    if (area && area->kind == VBOARD_RAM)
        memcpy(vboard_chip_at(&board->chip, address, board->dfu.block_size), board->dfu.data,
               board->dfu.block_size);
    block_done(board);
}

/* ---- requests ---- */

static enum boot0_xfer begin_download(struct vboard *board)
{
    const struct vboard_rom *rom = board->rom;
    uint32_t base = board->dfu.alternate->base;

    if (base == 0)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_WRITE);
    board->dfu.base = base;
    board->dfu.position = 0;
    board->dfu.downloaded = true;
    if (rom->wiped == 0 || rom->wiped == base)
        return B0_XFER_OK;
    erase_page(board, rom->wiped, wiped);
    return vboard_work_finish(board);
}

static enum boot0_xfer do_dnload(struct vboard *board, const struct boot0_setup *setup,
                                 const uint8_t *data, size_t *actual, uint8_t next)
{
    struct vboard_dfu *dfu = &board->dfu;
    enum boot0_xfer result;

    if (setup->length == 0) {
        if (dfu->state == B0_DFU_STATE_IDLE)
            return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_NOTDONE);
        dfu->state = B0_DFU_STATE_MANIFEST_SYNC;
        return B0_XFER_OK;
    }
    if (dfu->state == B0_DFU_STATE_IDLE) {
        result = begin_download(board);
        if (result != B0_XFER_OK)
            return result;
    }
    result = vboard_dfu_take(board, setup, data, actual);
    if (result != B0_XFER_OK)
        return result;
    dfu->job = VBOARD_JOB_DATA;
    dfu->synced = false;
    dfu->state = next;
    return B0_XFER_OK;
}

static enum boot0_xfer begin_upload(struct vboard *board, const struct boot0_setup *setup)
{
    uint32_t base = board->dfu.alternate->base;

    if (!(board->rom->usb.functional.attributes & B0_DFU_CAN_UPLOAD))
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    if (base == 0)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_WRITE);
    board->dfu.upload_base = base;
    board->dfu.upload_size = setup->length;
    return B0_XFER_OK;
}

/* Blocks are as long as the first one was, up to the end of the flash. */
static enum boot0_xfer do_upload(struct vboard *board, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    const struct vboard_area *flash = vboard_chip_flash(&board->chip);
    enum boot0_xfer result = B0_XFER_OK;
    uint32_t address, left, size;

    if (board->dfu.state == B0_DFU_STATE_IDLE)
        result = begin_upload(board, setup);
    else if (setup->length == 0)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_NOTDONE);
    if (result != B0_XFER_OK)
        return result;
    address = board->dfu.upload_base + (uint32_t)board->dfu.upload_size * setup->value;
    left = address - flash->address < flash->size ? flash->size - (address - flash->address) : 0;
    size = board->dfu.upload_size < setup->length ? board->dfu.upload_size : setup->length;
    board->dfu.state = left < board->dfu.upload_size ? (uint8_t)B0_DFU_STATE_IDLE : next;
    *actual = left < size ? left : size;
    if (*actual > 0)
        memcpy(data, vboard_chip_at(&board->chip, address, (uint32_t)*actual), *actual);
    return B0_XFER_OK;
}

/* GETSTATUS after a block: STM32duino's works in it, LeafLabs' says busy and works behind it. */
static enum boot0_xfer sync_block(struct vboard *board, uint32_t *poll_ms)
{
    struct vboard_dfu *dfu = &board->dfu;
    enum boot0_xfer result = B0_XFER_OK;
    bool to_ram = vboard_chip_at(&board->chip, write_address(board), 1) &&
                  vboard_chip_area(&board->chip, write_address(board), 1)->kind == VBOARD_RAM;

    if (board->rom->manner[VBOARD_JOB_DATA] == VBOARD_DOES_AT_ONCE || to_ram) {
        write_block(board);
        result = vboard_work_finish(board);
        dfu->state = B0_DFU_STATE_DNLOAD_IDLE;
    } else {
        *poll_ms = board->settings.poll_ms[VBOARD_JOB_DATA];
        dfu->state = B0_DFU_STATE_DNBUSY;
        dfu->due = true;
    }
    return result;
}

static enum boot0_xfer do_sync(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    uint32_t poll_ms = 0;
    enum boot0_xfer result = B0_XFER_OK;

    if (board->dfu.state == B0_DFU_STATE_MANIFEST_SYNC)
        board->dfu.state = B0_DFU_STATE_MANIFEST_WAIT_RESET;
    else
        result = sync_block(board, &poll_ms);
    if (result != B0_XFER_OK)
        return result;
    return vboard_dfu_answer_status(board, setup, poll_ms, data, actual);
}

/* dfuDNBUSY and dfuMANIFEST-WAIT-RESET: nothing is refused, nothing is done. */
static enum boot0_xfer answer_anything(struct vboard *board, const struct boot0_setup *setup,
                                       uint8_t *data, size_t *actual)
{
    uint32_t poll_ms = 0;

    if (board->dfu.state == B0_DFU_STATE_DNBUSY) {
        if (board->dfu.synced)
            board->dfu.state = B0_DFU_STATE_DNLOAD_IDLE;
        else
            poll_ms = board->settings.poll_ms[VBOARD_JOB_DATA];
    }
    if (setup->request == B0_DFU_GETSTATUS)
        return vboard_dfu_answer_status(board, setup, poll_ms, data, actual);
    if (setup->request == B0_DFU_GETSTATE)
        return vboard_dfu_answer_state(board, setup, data, actual);
    if (setup->request == B0_DFU_DNLOAD)
        *actual = setup->length;
    return B0_XFER_OK;
}

static enum boot0_xfer by_rule(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    struct b0_dfu_rule rule = b0_dfu_device_rule(board->dfu.state, setup->request);

    switch ((enum b0_dfu_action)rule.action) {
    case B0_DFU_DO_DNLOAD:
        return do_dnload(board, setup, data, actual, rule.next);
    case B0_DFU_DO_UPLOAD:
        return do_upload(board, setup, data, actual, rule.next);
    case B0_DFU_DO_SYNC:
        return do_sync(board, setup, data, actual);
    case B0_DFU_DO_STATUS:
        board->dfu.state = rule.next;
        return vboard_dfu_answer_status(board, setup, 0, data, actual);
    case B0_DFU_DO_STATE:
        board->dfu.state = rule.next;
        return vboard_dfu_answer_state(board, setup, data, actual);
    case B0_DFU_DO_CLEAR:
    case B0_DFU_DO_ABORT:
        board->dfu.state = rule.next;
        return B0_XFER_OK;
    case B0_DFU_DO_STALL:
    case B0_DFU_DO_DETACH:
        break;
    }
    return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
}

static enum boot0_xfer control(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    struct vboard_dfu *dfu = &board->dfu;
    bool asks = setup->request == B0_DFU_GETSTATUS || setup->request == B0_DFU_GETSTATE;

    if ((setup->request_type & B0_USB_TYPE_MASK) == B0_USB_TYPE_STANDARD)
        return vboard_usb_standard(board, setup, data, actual);
    if (!vboard_dfu_route(board, setup) || board->usb.configuration == 0)
        return B0_XFER_STALL;
    board->timer_us = VBOARD_NEVER; /* a host is there: the bootloader stays */
    dfu->status = B0_DFU_STATUS_OK;
    if (dfu->state == B0_DFU_STATE_DNBUSY || dfu->state == B0_DFU_STATE_MANIFEST_WAIT_RESET)
        return answer_anything(board, setup, data, actual);
    if (dfu->state == B0_DFU_STATE_DNLOAD_IDLE && asks)
        dfu->state = B0_DFU_STATE_IDLE;
    return by_rule(board, setup, data, actual);
}

static void sent(struct vboard *board, const struct boot0_setup *setup)
{
    (void)setup;
    if (!board->dfu.due)
        return;
    board->dfu.due = false;
    write_block(board);
}

/* dfuUpdateByReset(): anywhere but in dfuIDLE a bus reset is a reset of the chip. */
static void bus_reset(struct vboard *board)
{
    if (board->dfu.state != B0_DFU_STATE_IDLE)
        vboard_system_reset(board);
}

const struct vboard_function vboard_maple = {
    .start = start,
    .control = control,
    .sent = sent,
    .bus_reset = bus_reset,
    .timer = timer,
    .descriptors = vboard_usb_descriptors,
};
