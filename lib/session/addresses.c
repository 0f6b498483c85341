/* SPDX-License-Identifier: MIT */
/*
 * Addresses of an image that are not memories of the board: aliases of its flash, which are mapped
 * to the flash's own addresses, and RAM, which an image cannot fill.
 */
#include "private.h"

/* True if the board itself reports memory there. */
static bool board_has(const struct boot0_board *board, uint32_t address)
{
    for (size_t i = 0; i < board->alternate_count; i++)
        if (board->alternates[i].has_layout &&
            boot0_layout_sector_at(&board->alternates[i].layout, address).size != 0)
            return true;
    return false;
}

static bool chip_has_alias(const struct boot0_chip *chip, const struct boot0_alias *alias)
{
    const struct boot0_alias *own;

    for (size_t i = 0; (own = boot0_chip_alias(chip, i)) != NULL; i++)
        if (own->address == alias->address && own->flash == alias->flash)
            return true;
    return false;
}

/*
 * Returns alias number `index` of those that all chips have which the board can be; NULL past the
 * last.
 */
static const struct boot0_alias *common_alias(const struct boot0_board *board, size_t index)
{
    const struct boot0_alias *alias;

    if (board->chip_count == 0)
        return NULL;
    for (size_t i = 0; (alias = boot0_chip_alias(board->chips[0], i)) != NULL; i++) {
        bool common = true;

        for (size_t j = 1; j < board->chip_count; j++)
            common = common && chip_has_alias(board->chips[j], alias);
        if (common && index-- == 0)
            return alias;
    }
    return NULL;
}

/*
 * Returns how much of the main flash an alias can show: from the alias's flash address to its end.
 */
static uint32_t alias_size(const struct boot0_layout *flash, const struct boot0_alias *alias)
{
    uint64_t end = 0;

    for (size_t i = 0; i < flash->region_count; i++) {
        const struct boot0_region *region = &flash->regions[i];
        uint64_t region_end =
            region->address + (uint64_t)region->sector_size * region->sector_count;

        if (region_end > end)
            end = region_end;
    }
    return end > alias->flash ? (uint32_t)(end - alias->flash) : 0;
}

uint32_t b0_session_flash_address(const struct boot0_session *session, uint32_t address)
{
    const struct boot0_board *board = &session->board;
    const struct boot0_alias *alias;

    if (board->flash_alternate < 0 || board_has(board, address))
        return address;
    for (size_t i = 0; (alias = common_alias(board, i)) != NULL; i++)
        if (address >= alias->address &&
            address - alias->address <
                alias_size(&board->alternates[board->flash_alternate].layout, alias))
            return address - alias->address + alias->flash;
    return address;
}

/* Moves data at aliases of the flash, a segment at a time. */
static enum boot0_status map_aliases(struct boot0_session *session, struct boot0_image *image,
                                     struct boot0_error *error)
{
    for (size_t i = 0; i < image->segment_count;) {
        uint32_t from = image->segments[i].address;
        uint32_t to = b0_session_flash_address(session, from);
        enum boot0_status status;

        /* A memory named by a DfuSe target is not an alias of the flash, unless it is the flash. */
        if (to == from ||
            (image->segments[i].by_target && !b0_session_in_flash(session, &image->segments[i]))) {
            i++;
            continue;
        }
        status = boot0_image_move(image, from, (uint32_t)image->segments[i].size, to, error);
        if (status != BOOT0_OK)
            return status;
        b0_session_note_once(
            session, "data for 0x%08x is written at 0x%08x: both addresses are the same flash",
            from, to);
        i = 0; /* the segments are sorted again */
    }
    return BOOT0_OK;
}

/* True for RAM of some chip that the board can be; if the chip is unknown, for RAM of any chip. */
static bool is_ram(const struct boot0_board *board, uint32_t address)
{
    for (size_t i = 0; i < board->chip_count; i++)
        if (boot0_chip_is_ram(board->chips[i], address))
            return true;
    /* ARMv7-M, B3.1: the SRAM region; CCM and SRAM2 of many STM32. */
    return board->chip_count == 0 && ((address >= 0x20000000 && address < 0x40000000) ||
                                      (address >= 0x10000000 && address < 0x10080000));
}

static const struct boot0_segment *find_ram(const struct boot0_board *board,
                                            const struct boot0_image *image)
{
    for (size_t i = 0; i < image->segment_count; i++)
        if (!board_has(board, image->segments[i].address) &&
            is_ram(board, image->segments[i].address))
            return &image->segments[i];
    return NULL;
}

static enum boot0_status fail_ram(const struct boot0_segment *segment, bool nothing_else,
                                  struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_RANGE,
               "the image has %zu byte%s for RAM at 0x%08x, which is lost at reset", segment->size,
               segment->size == 1 ? "" : "s", segment->address);
    if (nothing_else)
        return boot0_hint(error, "Link the program for flash, or choose another address: the file "
                                 "has no other data. Nothing was written.");
    boot0_hint(error,
               "End the section in RAM with `AT> FLASH` in the linker script if it has no load "
               "address. Nothing was written.");
    return boot0_advise(error, BOOT0_ADVICE_SKIP_RAM, NULL);
}

/* Removes data for RAM if the options allow it, otherwise fails. */
static enum boot0_status drop_ram(struct boot0_session *session, struct boot0_image *image,
                                  bool skip, struct boot0_error *error)
{
    const struct boot0_segment *segment;

    while ((segment = find_ram(&session->board, image)) != NULL) {
        uint32_t address = segment->address;
        size_t size = segment->size;
        enum boot0_status status;

        if (!skip || image->segment_count == 1)
            return fail_ram(segment, image->segment_count == 1, error);
        status = boot0_image_remove(image, address, size, error);
        if (status != BOOT0_OK)
            return status;
        b0_session_note_once(session, "%zu byte%s for RAM at 0x%08x left out", size,
                             size == 1 ? "" : "s", address);
    }
    return BOOT0_OK;
}

enum boot0_status b0_session_map_image(struct boot0_session *session, struct boot0_image *image,
                                       bool skip_ram, struct boot0_error *error)
{
    enum boot0_status status;

    /* A memory selected by the user is not checked. */
    if (session->chosen >= 0 && session->chosen != session->board.flash_alternate)
        return BOOT0_OK;
    status = map_aliases(session, image, error);
    return status == BOOT0_OK ? drop_ram(session, image, skip_ram, error) : status;
}
