/* SPDX-License-Identifier: MIT */
/*
 * The table of quirks: one row per kind of board, applied in one place (when a session is opened).
 * Rules for every board (a stalled GETSTATUS means busy, string lengths are clamped, CLRSTATUS may
 * be needed twice) are not here but in the engine and in the descriptor reader.
 */
#include "quirks.h"

#include "../board/database.h"

#include <core/array.h>
#include <core/family/family.h>
#include <stdio.h>
#include <string.h>

static const struct b0_quirk quirks[] = {
    /* boot0's own bootloader, by bcdDevice: its poll timeouts are accurate. */
    {.name = "boot0",
     .vendor = BOOT0_VENDOR_ST,
     .product = BOOT0_PRODUCT_ST_DFU,
     .bcd_first = 0x0b00,
     .bcd_last = 0x0bff},
    /* ST's ROMs, by the traits in the families' files. */
    {.name = "st-rom-f2-f4-f7",
     .vendor = BOOT0_VENDOR_ST,
     .product = BOOT0_PRODUCT_ST_DFU,
     .bcd_last = 0xffff,
     .rom = B0_ROM_POLLS_EARLY,
     .engine = {.poll_early = true}},
    {.name = "st-rom-h7",
     .vendor = BOOT0_VENDOR_ST,
     .product = BOOT0_PRODUCT_ST_DFU,
     .bcd_last = 0xffff,
     .rom = B0_ROM_BUSY_FOREVER,
     .engine = {.busy_forever = true}},
    /*
     * The Maple bootloader with bcdDevice 0x0200 reports DFU 1.0 but implements 1.1 (dfu-util's
     * quirks.c). All of them lose the position at a second GETSTATUS, and after a short block they
     * write words of a buffer that is not cleared (STM32duino-bootloader, dfu.c).
     */
    {.name = "maple-0200",
     .vendor = BOOT0_VENDOR_LEAFLABS,
     .product = BOOT0_PRODUCT_MAPLE_DFU,
     .bcd_first = 0x0200,
     .bcd_last = 0x0200,
     .dfu_version = BOOT0_DFU_VERSION_1_1,
     .whole_blocks = true,
     .engine = {.poll_once = true}},
    {.name = "maple",
     .vendor = BOOT0_VENDOR_LEAFLABS,
     .product = BOOT0_PRODUCT_MAPLE_DFU,
     .bcd_last = 0xffff,
     .whole_blocks = true,
     .engine = {.poll_once = true}},
    /*
     * GigaDevice's first ROM reports 512 pages of 2 KiB, but has fewer, of 1 KiB (gd32-dfu-utils,
     * dfuse_mem.c). It is not known whether its copies compute addresses from block numbers. The
     * flash of these chips programs words and half-words and has no ECC (GD32VF103 User Manual,
     * FMC).
     */
    {.name = "gd32-rom-1000",
     .vendor = 0x28e9,
     .product = 0x0189,
     .bcd_first = 0x1000,
     .bcd_last = 0x1000,
     .page_size = 1024,
     .size_in_serial = true,
     .program_unit = 4,
     .engine = {.no_block_jump = true}},
    {.name = "gd32-rom",
     .vendor = 0x28e9,
     .product = 0x0189,
     .bcd_last = 0xffff,
     .program_unit = 4,
     .engine = {.no_block_jump = true}},
};

/* F2 and F4 have the same layout, so a board may belong to several families. */
static bool all_have(const struct boot0_board *board, uint8_t rom)
{
    for (size_t i = 0; i < board->chip_count; i++) {
        const struct b0_family *family = b0_family_find(board->chips[i]->family);

        if (!family || (family->rom & rom) != rom)
            return false;
    }
    return board->chip_count > 0;
}

static bool fits(const struct b0_quirk *quirk, const struct boot0_board *board)
{
    if (quirk->vendor != 0 &&
        (quirk->vendor != board->usb.vendor || quirk->product != board->usb.product))
        return false;
    if (board->usb.bcd_device < quirk->bcd_first || board->usb.bcd_device > quirk->bcd_last)
        return false;
    return quirk->rom == 0 || all_have(board, quirk->rom);
}

const struct b0_quirk *b0_quirk_find(const struct boot0_board *board)
{
    const struct b0_quirk *own;

    for (size_t i = 0; (own = b0_database_quirk_at(board->database, i)) != NULL; i++)
        if (fits(own, board))
            return own;
    for (size_t i = 0; i < B0_LENGTH(quirks); i++)
        if (fits(&quirks[i], board))
            return &quirks[i];
    return NULL;
}

/*
 * The third character of a GD32's serial number encodes its flash size: gd32-dfu-utils,
 * dfuse_mem.c.
 */
static uint32_t size_by_serial(const struct boot0_board *board)
{
    static const struct {
        char code;
        uint32_t kib;
    } sizes[] = {{'B', 128}, {'8', 64}, {'6', 32}, {'4', 16}};

    if (strlen(board->serial) < 3)
        return 0;
    for (size_t i = 0; i < B0_LENGTH(sizes); i++)
        if (sizes[i].code == board->serial[2])
            return sizes[i].kib * 1024;
    return 0;
}

static void correct_pages(const struct b0_quirk *quirk, struct boot0_board *board)
{
    struct boot0_region *region = &board->alternates[board->flash_alternate].layout.regions[0];
    struct boot0_region was = *region;
    uint64_t total = (uint64_t)was.sector_size * was.sector_count;
    uint32_t known = quirk->size_in_serial ? size_by_serial(board) : 0;
    uint32_t pages = (uint32_t)((known ? known : total) / quirk->page_size);

    if (was.sector_size == quirk->page_size || pages == 0)
        return;
    region->sector_size = quirk->page_size;
    region->sector_count = pages;
    snprintf(board->contradiction, sizeof board->contradiction,
             "it reports %u pages of %u bytes, a known error of this bootloader; using %u of %u "
             "bytes",
             was.sector_count, was.sector_size, region->sector_count, region->sector_size);
}

void b0_quirk_apply(const struct b0_quirk *quirk, struct boot0_board *board)
{
    board->quirk = quirk->name;
    if (quirk->dfu_version != 0)
        board->dfu_version = quirk->dfu_version;
    if (quirk->page_size != 0 && board->flash_alternate >= 0)
        correct_pages(quirk, board);
}
