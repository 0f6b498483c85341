/*
 * A bootloader that follows DFU 1.1 to the letter, annex A: no addresses, no commands. Each
 * alternate setting is a memory, or a part of one; a download writes it from its start. Only boards
 * from description files have it: U-Boot's DFU, the ROM of an STM32MP1, bootloaders that were
 * written from the specification.
 */
#include "rom.h"

#include <string.h>

enum {
    BLOCK_NUMBERS = 0x10000, /* wBlockNum counts in 16 bits, and wraps */
};

/* ---- the memory ---- */

static const struct vboard_area *area_at(const struct vboard *board, uint32_t address)
{
    return vboard_chip_area(&board->chip, address, 1);
}

/* How many bytes there are from an address to the end of its memory. */
static uint32_t bytes_left(const struct vboard *board, uint32_t address)
{
    const struct vboard_area *area = area_at(board, address);

    return area ? area->size - (address - area->address) : 0;
}

static uint32_t write_address(const struct vboard *board)
{
    return board->dfu.base + board->dfu.position;
}

static void finish(struct vboard *board, uint8_t status)
{
    struct vboard_dfu *dfu = &board->dfu;

    if (dfu->state == B0_DFU_STATE_ERROR)
        return; /* a request came meanwhile that broke it */
    if (status == B0_DFU_STATUS_OK) {
        dfu->position += dfu->block_size;
        dfu->synced = true;
        dfu->state = B0_DFU_STATE_DNLOAD_SYNC;
    } else {
        dfu->status = status;
        dfu->state = B0_DFU_STATE_ERROR;
    }
}

static void programmed(struct vboard *board, const struct vboard_flash_result *result)
{
    finish(board, result->failed ? B0_DFU_STATUS_ERR_PROG : B0_DFU_STATUS_OK);
}

static void begin(struct vboard *board, enum vboard_flash_kind kind, uint32_t address,
                  void (*done)(struct vboard *, const struct vboard_flash_result *))
{
    board->work.op.kind = (uint8_t)kind;
    board->work.op.address = address;
    vboard_work_begin(board, board->rom->manner[VBOARD_JOB_DATA] == VBOARD_NAKS, done);
}

/*
 * Erases the next sector that begins in the block, then programs the block. A sector that the
 * download does not start at its beginning is erased whole.
 */
static void erase_next(struct vboard *board, const struct vboard_flash_result *result)
{
    struct vboard_dfu *dfu = &board->dfu;
    struct vboard_flash_op *op = &board->work.op;
    uint32_t end = write_address(board) + dfu->block_size;
    struct vboard_sector sector = vboard_flash_sector(&board->chip, dfu->erase_from);

    if (result && result->failed) {
        finish(board, B0_DFU_STATUS_ERR_ERASE);
        return;
    }
    if (sector.size > 0 && dfu->erase_from < end) {
        dfu->erase_from = sector.address + sector.size;
        begin(board, VBOARD_ERASE_SECTOR, sector.address, erase_next);
        return;
    }
    op->size = dfu->block_size;
    memcpy(op->data, dfu->data, dfu->block_size);
    begin(board, VBOARD_PROGRAM, write_address(board), programmed);
}

static void write_block(struct vboard *board)
{
    struct vboard_dfu *dfu = &board->dfu;
    uint32_t address = write_address(board);
    const struct vboard_area *area = area_at(board, address);

    if (!area || bytes_left(board, address) < dfu->block_size) {
        finish(board, B0_DFU_STATUS_ERR_ADDRESS);
    } else if (vboard_flash_has_sectors(area)) {
        erase_next(board, NULL);
    } else if (area->kind == VBOARD_RAM) {
        memcpy(vboard_chip_at(&board->chip, address, dfu->block_size), dfu->data, dfu->block_size);
        finish(board, B0_DFU_STATUS_OK);
    } else {
        finish(board, B0_DFU_STATUS_ERR_WRITE);
    }
}

/* ---- requests ---- */

typedef enum boot0_xfer action(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint8_t next);

static bool can(const struct vboard *board, uint8_t attribute)
{
    return board->rom->usb.functional.attributes & attribute;
}

static enum boot0_xfer do_stall(struct vboard *board, const struct boot0_setup *setup,
                                uint8_t *data, size_t *actual, uint8_t next)
{
    (void)setup;
    (void)data;
    (void)actual;
    return next == B0_DFU_STATE_ERROR ? vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT)
                                      : B0_XFER_STALL;
}

static void begin_download(struct vboard *board, uint16_t block)
{
    struct vboard_dfu *dfu = &board->dfu;

    dfu->base = dfu->erase_from = dfu->alternate->base;
    dfu->position = 0;
    dfu->next_block = block;
}

static enum boot0_xfer do_dnload(struct vboard *board, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    struct vboard_dfu *dfu = &board->dfu;
    bool first = dfu->state == B0_DFU_STATE_IDLE;
    enum boot0_xfer result;

    if (!can(board, B0_DFU_CAN_DOWNLOAD) || (first && setup->length == 0))
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    if (setup->length == 0) {
        dfu->state = B0_DFU_STATE_MANIFEST_SYNC;
        return B0_XFER_OK;
    }
    if (dfu->alternate->base == 0)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_TARGET);
    if (first)
        begin_download(board, setup->value);
    if (setup->value != dfu->next_block)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_ADDRESS);
    result = vboard_dfu_take(board, setup, data, actual);
    if (result != B0_XFER_OK)
        return result;
    dfu->next_block = (uint16_t)((dfu->next_block + 1u) % BLOCK_NUMBERS);
    dfu->job = VBOARD_JOB_DATA;
    dfu->synced = false;
    dfu->state = next;
    return B0_XFER_OK;
}

static enum boot0_xfer do_upload(struct vboard *board, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    struct vboard_dfu *dfu = &board->dfu;
    uint32_t address, size;

    if (dfu->state == B0_DFU_STATE_IDLE)
        dfu->position = 0;
    if (!can(board, B0_DFU_CAN_UPLOAD) || setup->length == 0 ||
        setup->length > vboard_usb_transfer_size(&board->rom->usb, dfu->alternate))
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    if (dfu->alternate->base == 0)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_TARGET);
    address = dfu->alternate->base + dfu->position;
    size = dfu->position > 0 && !area_at(board, address - 1) ? 0 : bytes_left(board, address);
    if (size > setup->length)
        size = setup->length;
    if (size > 0)
        memcpy(data, vboard_chip_at(&board->chip, address, size), size);
    dfu->position += size;
    dfu->state = size < setup->length ? (uint8_t)B0_DFU_STATE_IDLE : next;
    *actual = size;
    return B0_XFER_OK;
}

static enum boot0_xfer do_status(struct vboard *board, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    board->dfu.state = next;
    return vboard_dfu_answer_status(board, setup, 0, data, actual);
}

/* DFU 1.1, 7: a device that does not tolerate manifestation waits for a reset after it. */
static enum boot0_xfer sync_manifest(struct vboard *board, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual)
{
    bool tolerates = can(board, B0_DFU_MANIFESTATION_TOLERANT);

    board->dfu.state =
        tolerates ? (uint8_t)B0_DFU_STATE_IDLE : (uint8_t)B0_DFU_STATE_MANIFEST_WAIT_RESET;
    board->dfu.leave_due = !tolerates && can(board, B0_DFU_WILL_DETACH);
    return vboard_dfu_answer_status(board, setup, 0, data, actual);
}

static enum boot0_xfer do_sync(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint8_t next)
{
    struct vboard_dfu *dfu = &board->dfu;
    enum boot0_xfer result;

    if (dfu->state == B0_DFU_STATE_MANIFEST_SYNC)
        return sync_manifest(board, setup, data, actual);
    if (!dfu->synced && board->rom->manner[VBOARD_JOB_DATA] != VBOARD_DOES_AT_ONCE) {
        dfu->state = B0_DFU_STATE_DNBUSY;
        dfu->due = true;
        return vboard_dfu_answer_status(board, setup, board->settings.poll_ms[VBOARD_JOB_DATA],
                                        data, actual);
    }
    if (!dfu->synced) {
        write_block(board);
        result = vboard_work_finish(board);
        if (result != B0_XFER_OK)
            return result;
    }
    if (dfu->state == B0_DFU_STATE_DNLOAD_SYNC)
        dfu->state = next;
    return vboard_dfu_answer_status(board, setup, 0, data, actual);
}

static enum boot0_xfer do_state(struct vboard *board, const struct boot0_setup *setup,
                                uint8_t *data, size_t *actual, uint8_t next)
{
    (void)next;
    return vboard_dfu_answer_state(board, setup, data, actual);
}

static enum boot0_xfer do_clear(struct vboard *board, const struct boot0_setup *setup,
                                uint8_t *data, size_t *actual, uint8_t next)
{
    (void)setup;
    (void)data;
    (void)actual;
    board->dfu.state = next;
    board->dfu.status = B0_DFU_STATUS_OK;
    return B0_XFER_OK;
}

static action *const actions[] = {
    [B0_DFU_DO_STALL] = do_stall,   [B0_DFU_DO_DETACH] = do_stall,  [B0_DFU_DO_DNLOAD] = do_dnload,
    [B0_DFU_DO_UPLOAD] = do_upload, [B0_DFU_DO_STATUS] = do_status, [B0_DFU_DO_SYNC] = do_sync,
    [B0_DFU_DO_STATE] = do_state,   [B0_DFU_DO_CLEAR] = do_clear,   [B0_DFU_DO_ABORT] = do_clear,
};

static enum boot0_xfer control(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    struct b0_dfu_rule rule;

    if ((setup->request_type & B0_USB_TYPE_MASK) == B0_USB_TYPE_STANDARD)
        return vboard_usb_standard(board, setup, data, actual);
    if (!vboard_dfu_route(board, setup) || board->usb.configuration == 0)
        return B0_XFER_STALL;
    if (board->work.busy)
        return vboard_dfu_interrupt(board, setup, data, actual);
    rule = b0_dfu_device_rule(board->dfu.state, setup->request);
    return actions[rule.action](board, setup, data, actual, rule.next);
}

/* ---- what follows a transfer, and starting ---- */

static void sent(struct vboard *board, const struct boot0_setup *setup)
{
    (void)setup;
    if (board->dfu.leave_due) {
        vboard_start_program(board, vboard_chip_flash(&board->chip)->address);
    } else if (board->dfu.due) {
        board->dfu.due = false;
        write_block(board);
    }
}

static void start(struct vboard *board)
{
    uint32_t stack, pc, address = vboard_chip_flash(&board->chip)->address;

    memset(&board->dfu, 0, sizeof board->dfu);
    board->dfu.state = board->rom->start_state;
    board->dfu.status = board->rom->start_status;
    if (!board->settings.boot0 && vboard_chip_vectors(&board->chip, address, &stack, &pc)) {
        vboard_start_program(board, address);
        return;
    }
    vboard_connect(board, &vboard_plain);
    vboard_uart_start(board);
}

/* DFU 1.1, A.2: a bus reset in the middle of something is a reset of the device. */
static void bus_reset(struct vboard *board)
{
    if (board->dfu.state != B0_DFU_STATE_IDLE && board->dfu.state != B0_DFU_STATE_ERROR)
        vboard_system_reset(board);
}

const struct vboard_function vboard_plain = {
    .start = start,
    .control = control,
    .sent = sent,
    .bus_reset = bus_reset,
    .descriptors = vboard_usb_descriptors,
};
