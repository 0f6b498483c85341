/* SPDX-License-Identifier: MIT */
/*
 * Sections with the user's chips, boards and quirks: what is taken can be used, and what is wrong
 * leaves nothing behind.
 */
#include <boot0/database.h>
#include <lib/board/database.h>
#include <lib/usb/quirks.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check(bool good)
{
    if (!good)
        abort();
}

/* What the rest of the library relies on, as tests/unit/lib/board/test_chips.c has it of the table.
 */
static void check_chip(const struct boot0_database *database, const struct boot0_chip *chip)
{
    struct boot0_layout layout;

    check(boot0_layout_parse(chip->layout, strlen(chip->layout), &layout, NULL));
    check(layout.region_count > 0 && boot0_layout_size(&layout) >= chip->min_flash);
    check(boot0_layout_size(&layout) <= UINT64_C(0x1000000));
    check(chip->name[0] && chip->key[0] && b0_family_find(chip->family));
    check(boot0_chip_matches(chip, &layout, NULL));
    check(b0_chip_row(chip)->parts && b0_chip_signature(b0_chip_row(chip)));
    for (size_t i = 0; i < BOOT0_CHIP_RAM_MAX && chip->ram[i].size > 0; i++)
        check((uint64_t)chip->ram[i].address + chip->ram[i].size <= UINT64_C(1) << 32);
    check(boot0_database_chip_by_name(database, chip->key) != NULL);
}

/* A board with the ids of a quirk, which is applied. */
static void check_quirk(const struct boot0_database *database, const struct b0_quirk *quirk)
{
    static const char flash[] = "@Internal Flash  /0x08000000/06*002Kg,058*002Kg";
    struct boot0_board board = {.database = database, .alternate_count = 1};
    const struct b0_quirk *found;

    board.usb.vendor = quirk->vendor;
    board.usb.product = quirk->product;
    board.usb.bcd_device = quirk->bcd_first;
    check(boot0_layout_parse(flash, sizeof flash - 1, &board.alternates[0].layout, NULL));
    found = b0_quirk_find(&board);
    check(found != NULL);
    b0_quirk_apply(found, &board);
    check(board.quirk[0] && board.alternates[0].layout.regions[0].sector_count > 0);
    b0_database_recognise(&board);
}

static void check_entry(const struct boot0_database *database, const struct boot0_entry *entry)
{
    check(entry->key[0] && entry->name[0] && entry->line > 0);
    if (entry->kind == BOOT0_ENTRY_CHIP)
        check_chip(database, entry->chip);
    if (entry->kind == BOOT0_ENTRY_BOARD) {
        check(entry->chip && entry->board->supply_mv <= 3600);
        check(boot0_database_board_by_name(database, entry->key) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    struct boot0_database *database = boot0_database_new();
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_entry entry;
    const struct b0_quirk *quirk;

    check(text && database);
    if (size > 0)
        memcpy(text, data, size);
    if (boot0_database_read(database, "boot0.conf", 1, text, &error) != BOOT0_OK) {
        check(strncmp(error.message, "boot0.conf:", 11) == 0 && error.hint[0]);
        check(!boot0_database_entry_at(database, 0, &entry));
    }
    for (size_t i = 0; boot0_database_entry_at(database, i, &entry); i++)
        check_entry(database, &entry);
    for (size_t i = 0; (quirk = b0_database_quirk_at(database, i)) != NULL; i++)
        check_quirk(database, quirk);
    boot0_database_free(database);
    free(text);
    return 0;
}
