/* SPDX-License-Identifier: MIT */
/*
 * What the commands and blocks of ST's bootloader do to the chip's memories. They run after the
 * reply dfuDNBUSY, and report the result in dfuDNLOAD-SYNC or dfuERROR.
 *
 * Sources: as in dfuse.c.
 */
#include "dfuse.h"

#include "../board/board.h"
#include "../board/faults.h"
#include "../board/power.h"
#include "rom.h"

#include <core/array.h>
#include <core/bytes.h>
#include <string.h>

/* Ends the work; the next GETSTATUS reports its result. */
static void finish(struct vboard_dfu *dfu, uint8_t status)
{

    if (dfu->state == BOOT0_DFU_STATE_ERROR)
        return; /* a request broke it meanwhile */
    if (status == BOOT0_DFU_STATUS_OK) {
        dfu->state = BOOT0_DFU_STATE_DNLOAD_SYNC;
        dfu->synced = true;
    } else {
        dfu->state = BOOT0_DFU_STATE_ERROR;
        dfu->status = status;
    }
}

static void flash_done(void *context, const struct vboard_flash_result *result)
{
    struct vboard_dfu *dfu = context;

    finish(dfu, result->failed ? BOOT0_DFU_STATUS_ERR_PROG : BOOT0_DFU_STATUS_OK);
}

/* AN2662, 4.5.1 and 4.5.4: these end in a system reset; no host can ask for the result. */
static void reset_done(void *context, const struct vboard_flash_result *result)
{
    struct vboard_dfu *dfu = context;

    (void)result;
    vboard_system_reset(dfu->board);
}

static void begin(struct vboard_dfu *dfu, enum vboard_flash_kind kind, uint32_t address,
                  vboard_work_done *done)
{
    struct vboard_flash_op *op = &dfu->board->work.op;

    op->kind = (uint8_t)kind;
    op->address = address;
    op->size = dfu->block_size;
    memcpy(op->data, dfu->data, dfu->block_size);
    vboard_work_begin(dfu->board, dfu->rom->busy_behaviour[dfu->command] == VBOARD_BUSY_NAKS, done,
                      dfu);
}

static bool protected(const struct vboard_dfu *dfu)
{
    return vboard_options_level(&dfu->board->chip) != 0;
}

uint32_t vboard_dfuse_address(const struct vboard_dfu *dfu, uint32_t address)
{
    return address + dfu->alternate->base;
}

/* An area that the ROM lets a host reach, or NULL. */
static const struct vboard_area *reachable(const struct vboard_dfu *dfu, uint32_t address,
                                           uint32_t size)
{
    const struct vboard_area *area = vboard_chip_area(&dfu->board->chip, address, size);

    /*
     * AN2662 allows reading system memory. Its contents are ST's; the models have none, and refuse
     * (so does the F40x at 0x1fff7a10, by a forum report of 2013).
     */
    if (!area || area->kind == VBOARD_INFO || address - area->address < area->reserved)
        return NULL;
    return area;
}

/* AN2662, figure 58: allowed under read protection. */
static void set_address(struct vboard_dfu *dfu)
{
    uint32_t pointer = vboard_faults_address(dfu->board, b0_load32(dfu->data + 1));
    uint32_t address = vboard_dfuse_address(dfu, pointer);
    const struct vboard_area *area = vboard_chip_area(&dfu->board->chip, address, 1);

    if (!area || address - area->address < area->reserved) {
        finish(dfu, BOOT0_DFU_STATUS_ERR_TARGET);
        return;
    }
    dfu->pointer = pointer;
    finish(dfu, BOOT0_DFU_STATUS_OK);
}

/* AN2662, figure 59. The pointer moves along, as in ST's device library (usbd_dfu.c). */
static void erase(struct vboard_dfu *dfu)
{
    const struct vboard_area *area;
    uint32_t address;

    if (protected(dfu)) {
        finish(dfu, BOOT0_DFU_STATUS_ERR_VENDOR);
        return;
    }
    if (dfu->block_size == 1) {
        begin(dfu, VBOARD_ERASE_ALL, vboard_chip_flash(&dfu->board->chip)->address, flash_done);
        return;
    }
    dfu->pointer = b0_load32(dfu->data + 1);
    address = vboard_dfuse_address(dfu, dfu->pointer);
    area = reachable(dfu, address, 1);
    if (area && vboard_flash_has_sectors(area))
        begin(dfu, VBOARD_ERASE_SECTOR, address, flash_done);
    else
        finish(dfu, BOOT0_DFU_STATUS_ERR_TARGET);
}

static void read_unprotect(struct vboard_dfu *dfu)
{
    begin(dfu, VBOARD_UNPROTECT, vboard_chip_flash(&dfu->board->chip)->address, reset_done);
}

/* Block numbers count in units of the transfer size, whatever their own length is. */
static uint32_t block_address(const struct vboard_dfu *dfu, uint16_t block)
{
    uint32_t size = vboard_usb_transfer_size(&dfu->rom->usb, dfu->alternate);

    return vboard_dfuse_address(dfu, dfu->pointer) +
           (uint32_t)(block - BOOT0_DFUSE_BLOCK_FIRST) * size;
}

/* AN2662, 4.5.1 */
static void write_memory(struct vboard_dfu *dfu)
{
    uint32_t address = block_address(dfu, dfu->block);
    const struct vboard_area *area = reachable(dfu, address, dfu->block_size);

    if (protected(dfu)) {
        finish(dfu, BOOT0_DFU_STATUS_ERR_VENDOR);
        return;
    }
    if (!area) {
        finish(dfu, BOOT0_DFU_STATUS_ERR_TARGET);
        return;
    }
    switch ((enum vboard_kind)area->kind) {
    case VBOARD_FLASH:
    case VBOARD_EXTERNAL:
    case VBOARD_OTP:
        begin(dfu, VBOARD_PROGRAM, address, flash_done);
        break;
    case VBOARD_OPTIONS:
        /* Only from their start, "otherwise, the request is not performed". */
        if (address == area->address)
            begin(dfu, VBOARD_PROGRAM_OPTIONS, address, reset_done);
        else
            finish(dfu, BOOT0_DFU_STATUS_OK);
        break;
    case VBOARD_RAM:
        memcpy(vboard_chip_at(&dfu->board->chip, address, dfu->block_size), dfu->data,
               dfu->block_size);
        finish(dfu, BOOT0_DFU_STATUS_OK);
        break;
    case VBOARD_FEATURE:
        finish(dfu, vboard_rom_write_feature(dfu->board, dfu->rom, address - area->address,
                                             dfu->data, dfu->block_size)
                        ? BOOT0_DFU_STATUS_OK
                        : BOOT0_DFU_STATUS_ERR_TARGET);
        break;
    case VBOARD_INFO:
        finish(dfu, BOOT0_DFU_STATUS_ERR_TARGET);
        break;
    }
}

static const struct {
    uint8_t command;
    uint8_t size; /* bytes, with the command itself */
    uint8_t kind; /* enum vboard_command */
    void (*run)(struct vboard_dfu *dfu);
} commands[] = {
    {BOOT0_DFUSE_SET_ADDRESS, 5, VBOARD_COMMAND_ADDRESS, set_address},
    {BOOT0_DFUSE_ERASE, 5, VBOARD_COMMAND_ERASE, erase},
    {BOOT0_DFUSE_ERASE, 1, VBOARD_COMMAND_ERASE, erase},
    {BOOT0_DFUSE_READ_UNPROTECT, 1, VBOARD_COMMAND_ERASE, read_unprotect},
};

/* The row's index of the last block's command, or -1 for data or nonsense. */
static int command_of(const struct vboard_dfu *dfu)
{
    if (dfu->block != BOOT0_DFUSE_BLOCK_COMMAND)
        return -1;
    for (size_t i = 0; i < B0_LENGTH(commands); i++)
        if (commands[i].command == dfu->data[0] && commands[i].size == dfu->block_size)
            return (int)i;
    return -1;
}

/* AN2662, figure 55: the ROM detects unknown commands only now. */
void vboard_dfuse_work(struct vboard_dfu *dfu)
{
    int command = command_of(dfu);

    if (command >= 0)
        commands[command].run(dfu);
    else if (dfu->block >= BOOT0_DFUSE_BLOCK_FIRST)
        write_memory(dfu);
    else
        finish(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
}

uint8_t vboard_dfuse_command(const struct vboard_dfu *dfu)
{
    int command = command_of(dfu);

    return command >= 0 ? commands[command].kind : (uint8_t)VBOARD_COMMAND_DATA;
}

/*
 * As in a write, the address counts in units of the transfer size. AN2662, 4.4.1 says in "the
 * length of the requested data buffer"; but betaflight-configurator (usbdfu.js) and dfu-util
 * (dfuse.c) shorten the last block and count on, and what they read that way from F4 and F7 boards
 * is right.
 */
uint8_t vboard_dfuse_read(const struct vboard_dfu *dfu, uint16_t block, uint8_t *data,
                          uint16_t length)
{
    uint32_t address = block_address(dfu, block);

    if (protected(dfu))
        return BOOT0_DFU_STATUS_ERR_VENDOR;
    if (length > vboard_usb_transfer_size(&dfu->rom->usb, dfu->alternate))
        return BOOT0_DFU_STATUS_ERR_STALLEDPKT;
    if (!reachable(dfu, address, length))
        return BOOT0_DFU_STATUS_ERR_TARGET;
    memcpy(data, vboard_chip_at(&dfu->board->chip, address, length), length);
    return BOOT0_DFU_STATUS_OK;
}
