/*
 * The USB DFU bootloader in the system memory of STM32 chips: DFU 1.1's state table with ST's
 * commands and deviations.
 *
 * Sources: AN3156 (protocol), AN2662, chapter 4 (the F105/107's ROM, with flow charts of the device
 * side), AN2606 (chips); what was seen on real boards is named where it matters.
 */
#include "../../core/bytes.h"
#include "rom.h"

#include <string.h>

enum {
    FLASH_START = 0x08000000, /* the pointer before it is set: AN2662, 4.4.1 */
    GET_COMMANDS_SIZE = 4,
};

/* ---- work: what a block or command does, after the reply that says dfuDNBUSY ---- */

/* The work is over; the next GETSTATUS tells how it went. */
static void finish(struct vboard *board, uint8_t status)
{
    struct vboard_dfu *dfu = &board->dfu;

    if (dfu->state == B0_DFU_STATE_ERROR)
        return; /* a request came meanwhile that broke it */
    if (status == B0_DFU_STATUS_OK) {
        dfu->state = B0_DFU_STATE_DNLOAD_SYNC;
        dfu->synced = true;
    } else {
        dfu->state = B0_DFU_STATE_ERROR;
        dfu->status = status;
    }
}

static void flash_done(struct vboard *board, const struct vboard_flash_result *result)
{
    finish(board, result->failed ? B0_DFU_STATUS_ERR_PROG : B0_DFU_STATUS_OK);
}

/* AN2662, 4.5.1 and 4.5.4: these end in a system reset; nobody is there to ask how it went. */
static void reset_done(struct vboard *board, const struct vboard_flash_result *result)
{
    (void)result;
    vboard_system_reset(board);
}

static void begin(struct vboard *board, enum vboard_flash_kind kind, uint32_t address,
                  void (*done)(struct vboard *, const struct vboard_flash_result *))
{
    struct vboard_flash_op *op = &board->work.op;

    op->kind = (uint8_t)kind;
    op->address = address;
    op->size = board->dfu.block_size;
    memcpy(op->data, board->dfu.data, board->dfu.block_size);
    vboard_work_begin(board, board->rom->manner[board->dfu.job] == VBOARD_NAKS, done);
}

static bool protected(const struct vboard *board)
{
    return vboard_options_level(&board->chip) != 0;
}

/* An area that the ROM lets a host reach, or NULL. */
static const struct vboard_area *reachable(const struct vboard *board, uint32_t address,
                                           uint32_t size)
{
    const struct vboard_area *area = vboard_chip_area(&board->chip, address, size);

    /*
     * AN2662 allows reading system memory. Its contents are ST's; the models have none, and
     * refuse (so does the F40x at 0x1fff7a10, by a forum report of 2013).
     */
    if (!area || area->kind == VBOARD_INFO || address - area->address < area->reserved)
        return NULL;
    return area;
}

/* AN2662, figure 58: allowed under read protection. */
static void set_address(struct vboard *board)
{
    uint32_t address = b0_load32(board->dfu.data + 1);
    const struct vboard_area *area = vboard_chip_area(&board->chip, address, 1);

    if (!area || address - area->address < area->reserved) {
        finish(board, B0_DFU_STATUS_ERR_TARGET);
        return;
    }
    board->dfu.pointer = address;
    finish(board, B0_DFU_STATUS_OK);
}

/* AN2662, figure 59. That the pointer moves along is so in ST's device library (usbd_dfu.c). */
static void erase(struct vboard *board)
{
    const struct vboard_area *area;

    if (protected(board)) {
        finish(board, B0_DFU_STATUS_ERR_VENDOR);
        return;
    }
    if (board->dfu.block_size == 1) {
        begin(board, VBOARD_ERASE_ALL, FLASH_START, flash_done);
        return;
    }
    board->dfu.pointer = b0_load32(board->dfu.data + 1);
    area = reachable(board, board->dfu.pointer, 1);
    if (area && area->kind == VBOARD_FLASH)
        begin(board, VBOARD_ERASE_SECTOR, board->dfu.pointer, flash_done);
    else
        finish(board, B0_DFU_STATUS_ERR_TARGET);
}

static void read_unprotect(struct vboard *board)
{
    begin(board, VBOARD_UNPROTECT, FLASH_START, reset_done);
}

/*
 * AN2606, 4.4, table 4: the first byte is the supply range, the others have to be 0xff; anything
 * else is refused. The widths are those of RM0090, table 7, for these ranges.
 */
static uint8_t write_feature(struct vboard *board, uint32_t offset)
{
    static const struct {
        uint8_t width;
        bool needs_vpp;
    } ranges[] = {
        {B0_PARALLEL_X8, false},  {B0_PARALLEL_X16, false}, {B0_PARALLEL_X16, false},
        {B0_PARALLEL_X32, false}, {B0_PARALLEL_X32, true},
    };
    const struct vboard_dfu *dfu = &board->dfu;

    for (uint32_t i = 0; i < dfu->block_size; i++)
        if (offset + i == 0 ? dfu->data[i] >= sizeof ranges / sizeof ranges[0]
                            : dfu->data[i] != 0xff)
            return B0_DFU_STATUS_ERR_TARGET;
    if (offset == 0) {
        uint8_t range = dfu->data[0];

        *vboard_chip_at(&board->chip, 0xffff0000, 1) = range;
        if (board->rom->has_device_feature) {
            board->chip.width = (enum b0_parallelism)ranges[range].width;
            board->chip.needs_vpp = ranges[range].needs_vpp;
        }
        vboard_trace(board, "supply range %u: program by %u bytes", range,
                     board->chip.times->unit_bytes[board->chip.width]);
    }
    return B0_DFU_STATUS_OK;
}

/* Blocks count in the transfer size, whatever their own length is. */
static uint32_t block_address(const struct vboard *board, uint16_t block)
{
    return board->dfu.pointer +
           (uint32_t)(block - B0_DFUSE_BLOCK_FIRST) * board->rom->usb.functional.transfer_size;
}

/* AN2662, 4.5.1 */
static void write_memory(struct vboard *board)
{
    const struct vboard_dfu *dfu = &board->dfu;
    uint32_t address = block_address(board, dfu->block);
    const struct vboard_area *area = reachable(board, address, dfu->block_size);

    if (protected(board)) {
        finish(board, B0_DFU_STATUS_ERR_VENDOR);
        return;
    }
    if (!area) {
        finish(board, B0_DFU_STATUS_ERR_TARGET);
        return;
    }
    switch ((enum vboard_kind)area->kind) {
    case VBOARD_FLASH:
    case VBOARD_OTP:
        begin(board, VBOARD_PROGRAM, address, flash_done);
        break;
    case VBOARD_OPTIONS:
        /* Only from their start, "otherwise, the request is not performed". */
        if (address == area->address)
            begin(board, VBOARD_PROGRAM_OPTIONS, address, reset_done);
        else
            finish(board, B0_DFU_STATUS_OK);
        break;
    case VBOARD_RAM:
        memcpy(vboard_chip_at(&board->chip, address, dfu->block_size), dfu->data, dfu->block_size);
        finish(board, B0_DFU_STATUS_OK);
        break;
    case VBOARD_FEATURE:
        finish(board, write_feature(board, address - area->address));
        break;
    case VBOARD_INFO:
        finish(board, B0_DFU_STATUS_ERR_TARGET);
        break;
    }
}

static const struct {
    uint8_t command;
    uint8_t size; /* bytes, with the command itself */
    uint8_t job;
    void (*run)(struct vboard *board);
} commands[] = {
    {B0_DFUSE_SET_ADDRESS, 5, VBOARD_JOB_ADDRESS, set_address},
    {B0_DFUSE_ERASE, 5, VBOARD_JOB_ERASE, erase},
    {B0_DFUSE_ERASE, 1, VBOARD_JOB_ERASE, erase},
    {B0_DFUSE_READ_UNPROTECT, 1, VBOARD_JOB_ERASE, read_unprotect},
};

/* What the block that was taken is for: its row's index, or -1 for data or nonsense. */
static int command_of(const struct vboard_dfu *dfu)
{
    if (dfu->block != B0_DFUSE_BLOCK_COMMAND)
        return -1;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].command == dfu->data[0] && commands[i].size == dfu->block_size)
            return (int)i;
    return -1;
}

/* AN2662, figure 55: what is unknown is found out only now. */
static void work(struct vboard *board)
{
    int command = command_of(&board->dfu);

    if (command >= 0)
        commands[command].run(board);
    else if (board->dfu.block >= B0_DFUSE_BLOCK_FIRST)
        write_memory(board);
    else
        finish(board, B0_DFU_STATUS_ERR_STALLEDPKT);
}

/* ---- requests, by the actions of the state table ---- */

typedef enum boot0_xfer action(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint8_t next);

static enum boot0_xfer do_stall(struct vboard *board, const struct boot0_setup *setup,
                                uint8_t *data, size_t *actual, uint8_t next)
{
    (void)setup;
    (void)data;
    (void)actual;
    if (next != B0_DFU_STATE_ERROR)
        return B0_XFER_STALL;
    return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
}

static enum boot0_xfer do_dnload(struct vboard *board, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    struct vboard_dfu *dfu = &board->dfu;
    enum boot0_xfer result;
    int command;

    /* A G431 stalls 2048 bytes with errSTALLEDPKT and takes 1024 (web-stm32-updater, issue 3). */
    if (setup->length > board->rom->usb.functional.transfer_size)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    result = vboard_dfu_take(board, setup, data, actual);
    if (result != B0_XFER_OK)
        return result;
    command = command_of(dfu);
    dfu->job = command >= 0 ? commands[command].job : VBOARD_JOB_DATA;
    dfu->synced = false;
    /* AN2662, figure 55: leaving is allowed in dfuIDLE too. */
    dfu->state = setup->length > 0 ? next : (uint8_t)B0_DFU_STATE_MANIFEST_SYNC;
    return B0_XFER_OK;
}

/*
 * Like a write's, the address counts in the transfer size. AN2662, 4.4.1 says in "the length of the
 * requested data buffer"; but betaflight-configurator (usbdfu.js) and dfu-util (dfuse.c) shorten
 * the last block and count on, and what they read so from F4 and F7 boards is right.
 */
static enum boot0_xfer read_memory(struct vboard *board, const struct boot0_setup *setup,
                                   uint8_t *data, size_t *actual, uint8_t next)
{
    uint32_t address = block_address(board, setup->value);

    if (protected(board))
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_VENDOR);
    if (setup->length > board->rom->usb.functional.transfer_size)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    if (!reachable(board, address, setup->length))
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_TARGET);
    memcpy(data, vboard_chip_at(&board->chip, address, setup->length), setup->length);
    *actual = setup->length;
    board->dfu.state = next;
    return B0_XFER_OK;
}

static enum boot0_xfer do_upload(struct vboard *board, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    static const uint8_t list[GET_COMMANDS_SIZE] = {
        B0_DFUSE_GET_COMMANDS,
        B0_DFUSE_SET_ADDRESS,
        B0_DFUSE_ERASE,
        B0_DFUSE_READ_UNPROTECT,
    };

    if (setup->length == 0)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    if (setup->value >= B0_DFUSE_BLOCK_FIRST)
        return read_memory(board, setup, data, actual, next);
    if (setup->value != B0_DFUSE_BLOCK_COMMAND)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    *actual = setup->length < sizeof list ? setup->length : sizeof list;
    memcpy(data, list, *actual);
    board->dfu.state = *actual < sizeof list ? next : (uint8_t)B0_DFU_STATE_IDLE;
    return B0_XFER_OK;
}

static enum boot0_xfer do_status(struct vboard *board, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual, uint8_t next)
{
    board->dfu.state = next;
    return vboard_dfu_answer_status(board, setup, 0, data, actual);
}

static enum boot0_xfer sync_manifest(struct vboard *board, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual)
{
    board->dfu.state = B0_DFU_STATE_MANIFEST;
    board->dfu.leave_due = true;
    return vboard_dfu_answer_status(board, setup, 0, data, actual);
}

/*
 * AN3156: the first GETSTATUS after a block answers dfuDNBUSY and starts the work when it has been
 * sent. H7 ROMs do the work before they answer, and then report a time that is no longer needed
 * (betaflight-configurator, issue 1861).
 */
static enum boot0_xfer do_sync(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint8_t next)
{
    struct vboard_dfu *dfu = &board->dfu;
    enum boot0_xfer result;
    uint8_t after;

    if (dfu->state == B0_DFU_STATE_MANIFEST_SYNC)
        return sync_manifest(board, setup, data, actual);
    if (dfu->synced)
        return do_status(board, setup, data, actual, next);
    if (board->rom->manner[dfu->job] == VBOARD_DOES_AT_ONCE) {
        work(board);
        result = vboard_work_finish(board);
        if (result != B0_XFER_OK)
            return result;
        after = dfu->state;
        dfu->state = after == B0_DFU_STATE_ERROR ? after : (uint8_t)B0_DFU_STATE_DNBUSY;
        result =
            vboard_dfu_answer_status(board, setup, board->settings.poll_ms[dfu->job], data, actual);
        dfu->state = after;
        return result;
    }
    dfu->state = B0_DFU_STATE_DNBUSY;
    dfu->due = true;
    return vboard_dfu_answer_status(board, setup, board->settings.poll_ms[dfu->job], data, actual);
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

/*
 * CLRSTATUS where there is nothing to clear is acknowledged and makes an error, which a second one
 * clears: STM32CubeProgrammer counts on it (betaflight-configurator, pull request 1861), and ST's
 * device library does so.
 */
static bool is_odd_clear(const struct vboard *board, const struct boot0_setup *setup)
{
    return setup->request == B0_DFU_CLRSTATUS && board->dfu.state != B0_DFU_STATE_ERROR &&
           board->dfu.state != B0_DFU_STATE_MANIFEST;
}

/* A request while the flash is busy, of a chip that can be asked then. */
static enum boot0_xfer interrupt_work(struct vboard *board)
{
    if (board->rom->manner[board->dfu.job] == VBOARD_BREAKS)
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    return B0_XFER_STALL;
}

static enum boot0_xfer control(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    struct b0_dfu_rule rule;

    if ((setup->request_type & B0_USB_TYPE_MASK) == B0_USB_TYPE_STANDARD)
        return vboard_usb_standard(board, setup, data, actual);
    if (!vboard_dfu_is_request(setup) || board->usb.configuration == 0)
        return B0_XFER_STALL;
    if (board->work.busy)
        return interrupt_work(board);
    if (is_odd_clear(board, setup)) {
        vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_UNKNOWN);
        return B0_XFER_OK;
    }
    rule = b0_dfu_device_rule(board->dfu.state, setup->request);
    return actions[rule.action](board, setup, data, actual, rule.next);
}

/* ---- what follows a transfer ---- */

static void sent(struct vboard *board, const struct boot0_setup *setup)
{
    struct vboard_dfu *dfu = &board->dfu;
    bool leaves = dfu->leave_due;

    (void)setup;
    if (board->rom->leaves_at_once && dfu->state == B0_DFU_STATE_MANIFEST_SYNC)
        leaves = true;
    if (leaves) {
        vboard_start_program(board, dfu->pointer);
    } else if (dfu->due) {
        dfu->due = false;
        work(board);
    }
}

static void start(struct vboard *board)
{
    memset(&board->dfu, 0, sizeof board->dfu);
    board->dfu.state = board->rom->start_state;
    board->dfu.status = board->rom->start_status;
    board->dfu.pointer = FLASH_START;
    /* RM0090, 3.9.3: level 2 takes the bootloader away. */
    if (board->settings.boot0 && vboard_options_level(&board->chip) < 2)
        vboard_connect(board, &vboard_dfuse);
    else
        vboard_start_program(board, FLASH_START);
}

/* The state outlives a bus reset: a host resets the bus before it first asks, and sees errFIRMWARE.
 */
static void bus_reset(struct vboard *board)
{
    (void)board;
}

const struct vboard_function vboard_dfuse = {
    .start = start,
    .control = control,
    .sent = sent,
    .bus_reset = bus_reset,
    .timer = NULL,
    .descriptors = vboard_usb_descriptors,
};
