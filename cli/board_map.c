/* SPDX-License-Identifier: MIT */
/* See board_map.h. */
#include "board_map.h"

#include <core/family/family.h>
#include <stdlib.h>

enum {
    PIECE = 256,            /* bytes that count as used if one of them is */
    EXTENT_MAX = 128 << 20, /* a board that shows more flash is not believed */
};

const struct boot0_layout *board_map_layout(const struct boot0_board *board)
{
    int flash = board->flash_alternate;

    return flash >= 0 && board->alternates[flash].has_layout ? &board->alternates[flash].layout
                                                             : NULL;
}

static bool is_used(const uint8_t *data, uint32_t size, uint8_t erased)
{
    for (uint32_t i = 0; i < size; i++)
        if (data[i] != erased)
            return true;
    return false;
}

/* The runs of pieces that are used. */
static enum boot0_status add_used(struct boot0_image *held, uint32_t address, const uint8_t *data,
                                  uint32_t size, uint8_t erased, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    for (uint32_t at = 0, run = 0; at < size && status == BOOT0_OK; at = run) {
        uint32_t part = size - at < PIECE ? size - at : PIECE;

        for (run = at; run < size && is_used(data + run, part, erased);) {
            run += part;
            part = size - run < PIECE ? size - run : PIECE;
        }
        if (run > at)
            status = boot0_image_add(held, 0, address + at, data + at, run - at, error);
        else
            run += part;
    }
    return status;
}

static enum boot0_status read_extent(struct command_session *command, uint32_t address,
                                     uint32_t size, struct boot0_image *held,
                                     struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    uint8_t erased = b0_chips_erased_byte(board->chips, board->chip_count);
    uint8_t *data = malloc(size);
    enum boot0_status status;

    if (!data)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for %u bytes of flash", size);
    status = boot0_session_read(command->session, address, data, size, error);
    if (status == BOOT0_OK)
        status = add_used(held, address, data, size, erased, error);
    free(data);
    return status;
}

/* Regions that follow each other are read as one: `count` of them, from the first one on. */
static uint64_t extent_of(const struct boot0_region *regions, size_t left, size_t *count)
{
    uint64_t size = 0;

    for (*count = 0; *count < left; ++*count) {
        const struct boot0_region *region = &regions[*count];

        if (!(region->access & BOOT0_SECTOR_READABLE) ||
            region->address != regions[0].address + size)
            break;
        size += (uint64_t)region->sector_count * region->sector_size;
    }
    return size;
}

static enum boot0_status read_all(struct command_session *command,
                                  const struct boot0_layout *layout, struct boot0_image *held,
                                  struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0, count; i < layout->region_count && status == BOOT0_OK; i += count) {
        uint64_t size = extent_of(&layout->regions[i], layout->region_count - i, &count);

        if (size > EXTENT_MAX)
            return boot0_fail(error, BOOT0_E_PROTOCOL, "the board shows more than %u MiB of flash",
                              EXTENT_MAX >> 20);
        if (size > 0)
            status = read_extent(command, layout->regions[i].address, (uint32_t)size, held, error);
        else
            count = 1;
    }
    return status;
}

enum boot0_status board_map_read(struct command_session *command, struct boot0_image **held,
                                 struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    const struct boot0_layout *layout = board_map_layout(board);
    enum boot0_status status;

    *held = NULL;
    if (!board->has_addresses || !layout) {
        boot0_fail(error, BOOT0_E_UNSUPPORTED, "the board shows no flash memory with addresses");
        return boot0_hint(error, "Use it without --map.");
    }
    *held = boot0_image_new();
    if (!*held)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for an image");
    (*held)->has_addresses = true;
    command->progress.copies = true;
    status = read_all(command, layout, *held, error);
    if (status != BOOT0_OK) {
        boot0_image_free(*held);
        *held = NULL;
    }
    return status;
}
