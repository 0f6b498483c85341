/* SPDX-License-Identifier: MIT */
/* Shared by all bootloaders: how they come to a board, and the supply range of ST's ROMs. */
#include "rom.h"

#include "../board/board.h"
#include "../board/trace.h"
#include <core/array.h>

bool vboard_rom_occupy(struct vboard *board, const struct vboard_rom *rom)
{
    void *context = rom->bootloader->create(board, rom);

    if (!context)
        return false;
    board->bootloader.ops = &rom->bootloader->ops;
    board->bootloader.context = context;
    return true;
}

/*
 * AN2606, 4.4, table 4: the first byte is the supply range, the others must be 0xff; the ROM
 * refuses anything else. The widths for these ranges come from RM0090, table 7.
 */
bool vboard_rom_write_feature(struct vboard *board, const struct vboard_rom *rom, uint32_t offset,
                              const uint8_t *data, uint32_t size)
{
    static const struct {
        uint8_t width;
        bool needs_vpp;
    } ranges[] = {
        {B0_PARALLEL_X8, false},  {B0_PARALLEL_X16, false}, {B0_PARALLEL_X16, false},
        {B0_PARALLEL_X32, false}, {B0_PARALLEL_X32, true},
    };

    for (uint32_t i = 0; i < size; i++)
        if (offset + i == 0 ? data[i] >= B0_LENGTH(ranges) : data[i] != 0xff)
            return false;
    if (offset == 0) {
        uint8_t range = data[0];

        *vboard_chip_at(&board->chip, 0xffff0000, 1) = range;
        if (rom->has_device_feature) {
            board->chip.width = (enum b0_parallelism)ranges[range].width;
            board->chip.needs_vpp = ranges[range].needs_vpp;
        }
        vboard_trace(board, "supply range %u: program by %u bytes", range,
                     board->chip.times->unit_bytes[board->chip.width]);
    }
    return true;
}
