/* SPDX-License-Identifier: MIT */
#include "bootloader_hosts.h"

#include "core/bytes.h"

static uint16_t piece(uint32_t size, uint32_t done)
{
    return (uint16_t)(size - done < B0_BLOCK_SIZE ? size - done : B0_BLOCK_SIZE);
}

/* The first requests of dfu-util and boot0. */
static bool open_as_dfu_util(struct test_board *board)
{
    if (select_alternate(board, B0_ALTERNATE_FLASH) != USB_ACK)
        return false;
    if (dfu_status(board).state == BOOT0_DFU_STATE_ERROR)
        dfu_simple(board, BOOT0_DFU_CLRSTATUS);
    return dfu_simple(board, BOOT0_DFU_ABORT) == USB_ACK;
}

/* It also checks the result. */
static bool abort_to_idle(struct test_board *board)
{
    return dfu_simple(board, BOOT0_DFU_ABORT) == USB_ACK &&
           dfu_status(board).state == BOOT0_DFU_STATE_IDLE;
}

static bool dfu_util_block(struct test_board *board, uint32_t address, const uint8_t *data,
                           uint16_t size)
{
    return dfu_command(board, BOOT0_DFUSE_SET_ADDRESS, address) && dfu_block(board, 2, data, size);
}

bool flash_as_dfu_util(struct test_board *board, uint32_t address, const uint8_t *data,
                       uint32_t size)
{
    uint8_t last = b0_sector_at(address + size - 1);

    if (!open_as_dfu_util(board))
        return false;
    for (uint8_t sector = b0_sector_at(address); sector <= last; sector++) {
        if (!dfu_command(board, BOOT0_DFUSE_ERASE, b0_sector_address(sector)))
            return false;
    }
    for (uint32_t done = 0; done < size; done += B0_BLOCK_SIZE) {
        if (!dfu_util_block(board, address + done, data + done, piece(size, done)))
            return false;
    }
    return abort_to_idle(board);
}

bool flash_as_old_dfu_util(struct test_board *board, uint32_t address, const uint8_t *data,
                           uint32_t size)
{
    uint8_t erased = UINT8_MAX; /* none yet */

    if (!open_as_dfu_util(board))
        return false;
    for (uint32_t done = 0; done < size; done += B0_BLOCK_SIZE) {
        uint8_t sector = b0_sector_at(address + done);

        if (sector != erased && !dfu_command(board, BOOT0_DFUSE_ERASE, b0_sector_address(sector)))
            return false;
        erased = sector;
        if (!dfu_util_block(board, address + done, data + done, piece(size, done)))
            return false;
    }
    return abort_to_idle(board);
}

/* It checks only the state, and does not wait. */
static bool pydfu_dnload(struct test_board *board, uint16_t block, const uint8_t *data,
                         uint16_t size)
{
    return dfu_dnload(board, block, data, size) == USB_ACK &&
           dfu_status(board).state == BOOT0_DFU_STATE_DNBUSY &&
           dfu_status(board).state == BOOT0_DFU_STATE_DNLOAD_IDLE;
}

static bool pydfu_command(struct test_board *board, uint8_t command, uint32_t address)
{
    uint8_t bytes[B0_COMMAND_MAX] = {command};

    b0_store32(bytes + 1, address);
    return pydfu_dnload(board, 0, bytes, sizeof bytes);
}

static bool open_as_pydfu(struct test_board *board)
{
    if (select_configuration(board) != USB_ACK)
        return false;
    for (int i = 0; i < 4; i++) {
        uint8_t state = dfu_status(board).state;

        if (state == BOOT0_DFU_STATE_IDLE)
            return true;
        dfu_simple(board,
                   state == BOOT0_DFU_STATE_DNLOAD_IDLE || state == BOOT0_DFU_STATE_UPLOAD_IDLE
                       ? BOOT0_DFU_ABORT
                       : BOOT0_DFU_CLRSTATUS);
    }
    return false;
}

bool flash_as_pydfu(struct test_board *board, uint32_t address, const uint8_t *data, uint32_t size)
{
    uint8_t erased = UINT8_MAX; /* none yet */

    if (!open_as_pydfu(board))
        return false;
    for (uint32_t done = 0; done < size; done += B0_BLOCK_SIZE) {
        uint8_t sector = b0_sector_at(address + done);

        if (sector != erased && !pydfu_command(board, BOOT0_DFUSE_ERASE, b0_sector_address(sector)))
            return false;
        erased = sector;
        if (!pydfu_command(board, BOOT0_DFUSE_SET_ADDRESS, address + done) ||
            !pydfu_dnload(board, 2, data + done, piece(size, done)))
            return false;
    }
    return pydfu_command(board, BOOT0_DFUSE_SET_ADDRESS, B0_FLASH_BASE) &&
           dfu_dnload(board, 0, NULL, 0) == USB_ACK &&
           dfu_status(board).state == BOOT0_DFU_STATE_MANIFEST;
}

bool dfu_leave(struct test_board *board)
{
    return dfu_command(board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE) &&
           dfu_dnload(board, 2, NULL, 0) == USB_ACK &&
           dfu_status(board).state == BOOT0_DFU_STATE_MANIFEST;
}

bool flash_as_boot0(struct test_board *board, uint32_t address, const uint8_t *data, uint32_t size)
{
    uint8_t erased = UINT8_MAX; /* none yet */

    if (!open_as_dfu_util(board) || vendor_out(board, B0_EXTENSION_BEGIN_SESSION, 0) != USB_ACK)
        return false;
    for (uint32_t done = 0; done < size; done += B0_BLOCK_SIZE) {
        uint8_t sector = b0_sector_at(address + done);

        if (sector != erased &&
            (!dfu_command(board, BOOT0_DFUSE_ERASE, b0_sector_address(sector)) ||
             !dfu_command(board, BOOT0_DFUSE_SET_ADDRESS, address)))
            return false;
        erased = sector;
        if (!dfu_block(board, (uint16_t)(2 + done / B0_BLOCK_SIZE), data + done, piece(size, done)))
            return false;
    }
    return dfu_simple(board, BOOT0_DFU_ABORT) == USB_ACK &&
           vendor_out(board, B0_EXTENSION_END_SESSION, 0) == USB_ACK;
}

bool flash_as_boot0_and_leave(struct test_board *board, uint32_t address, const uint8_t *data,
                              uint32_t size)
{
    return flash_as_boot0(board, address, data, size) && dfu_leave(board);
}
