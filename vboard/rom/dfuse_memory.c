/*
 * What the commands and blocks of ST's bootloader do to the chip's memories: they run after the
 * reply that says dfuDNBUSY, and tell in dfuDNLOAD-SYNC or dfuERROR how it went.
 *
 * Sources: as in dfuse.c.
 */
#include "dfuse.h"

#include <core/bytes.h>
#include <string.h>

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

uint32_t vboard_dfuse_address(const struct vboard *board, uint32_t address)
{
    return address + board->dfu.alternate->base;
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
    uint32_t pointer = vboard_faults_address(board, b0_load32(board->dfu.data + 1));
    uint32_t address = vboard_dfuse_address(board, pointer);
    const struct vboard_area *area = vboard_chip_area(&board->chip, address, 1);

    if (!area || address - area->address < area->reserved) {
        finish(board, B0_DFU_STATUS_ERR_TARGET);
        return;
    }
    board->dfu.pointer = pointer;
    finish(board, B0_DFU_STATUS_OK);
}

/* AN2662, figure 59. That the pointer moves along is so in ST's device library (usbd_dfu.c). */
static void erase(struct vboard *board)
{
    const struct vboard_area *area;
    uint32_t address;

    if (protected(board)) {
        finish(board, B0_DFU_STATUS_ERR_VENDOR);
        return;
    }
    if (board->dfu.block_size == 1) {
        begin(board, VBOARD_ERASE_ALL, vboard_chip_flash(&board->chip)->address, flash_done);
        return;
    }
    board->dfu.pointer = b0_load32(board->dfu.data + 1);
    address = vboard_dfuse_address(board, board->dfu.pointer);
    area = reachable(board, address, 1);
    if (area && vboard_flash_has_sectors(area))
        begin(board, VBOARD_ERASE_SECTOR, address, flash_done);
    else
        finish(board, B0_DFU_STATUS_ERR_TARGET);
}

static void read_unprotect(struct vboard *board)
{
    begin(board, VBOARD_UNPROTECT, vboard_chip_flash(&board->chip)->address, reset_done);
}

/*
 * AN2606, 4.4, table 4: the first byte is the supply range, the others have to be 0xff; anything
 * else is refused. The widths are those of RM0090, table 7, for these ranges.
 */
bool vboard_rom_write_feature(struct vboard *board, uint32_t offset, const uint8_t *data,
                              uint32_t size)
{
    static const struct {
        uint8_t width;
        bool needs_vpp;
    } ranges[] = {
        {B0_PARALLEL_X8, false},  {B0_PARALLEL_X16, false}, {B0_PARALLEL_X16, false},
        {B0_PARALLEL_X32, false}, {B0_PARALLEL_X32, true},
    };

    for (uint32_t i = 0; i < size; i++)
        if (offset + i == 0 ? data[i] >= sizeof ranges / sizeof ranges[0] : data[i] != 0xff)
            return false;
    if (offset == 0) {
        uint8_t range = data[0];

        *vboard_chip_at(&board->chip, 0xffff0000, 1) = range;
        if (board->rom->has_device_feature) {
            board->chip.width = (enum b0_parallelism)ranges[range].width;
            board->chip.needs_vpp = ranges[range].needs_vpp;
        }
        vboard_trace(board, "supply range %u: program by %u bytes", range,
                     board->chip.times->unit_bytes[board->chip.width]);
    }
    return true;
}

/* Blocks count in the transfer size, whatever their own length is. */
static uint32_t block_address(const struct vboard *board, uint16_t block)
{
    uint32_t size = vboard_usb_transfer_size(&board->rom->usb, board->dfu.alternate);

    return vboard_dfuse_address(board, board->dfu.pointer) +
           (uint32_t)(block - B0_DFUSE_BLOCK_FIRST) * size;
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
    case VBOARD_EXTERNAL:
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
        finish(board,
               vboard_rom_write_feature(board, address - area->address, dfu->data, dfu->block_size)
                   ? B0_DFU_STATUS_OK
                   : B0_DFU_STATUS_ERR_TARGET);
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
void vboard_dfuse_work(struct vboard *board)
{
    int command = command_of(&board->dfu);

    if (command >= 0)
        commands[command].run(board);
    else if (board->dfu.block >= B0_DFUSE_BLOCK_FIRST)
        write_memory(board);
    else
        finish(board, B0_DFU_STATUS_ERR_STALLEDPKT);
}

uint8_t vboard_dfuse_job(const struct vboard *board)
{
    int command = command_of(&board->dfu);

    return command >= 0 ? commands[command].job : (uint8_t)VBOARD_JOB_DATA;
}

/*
 * Like a write's, the address counts in the transfer size. AN2662, 4.4.1 says in "the length of the
 * requested data buffer"; but betaflight-configurator (usbdfu.js) and dfu-util (dfuse.c) shorten
 * the last block and count on, and what they read so from F4 and F7 boards is right.
 */
uint8_t vboard_dfuse_read(const struct vboard *board, uint16_t block, uint8_t *data,
                          uint16_t length)
{
    uint32_t address = block_address(board, block);

    if (protected(board))
        return B0_DFU_STATUS_ERR_VENDOR;
    if (length > vboard_usb_transfer_size(&board->rom->usb, board->dfu.alternate))
        return B0_DFU_STATUS_ERR_STALLEDPKT;
    if (!reachable(board, address, length))
        return B0_DFU_STATUS_ERR_TARGET;
    memcpy(data, vboard_chip_at(&board->chip, address, length), length);
    return B0_DFU_STATUS_OK;
}
