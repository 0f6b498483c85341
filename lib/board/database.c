/* SPDX-License-Identifier: MIT */
/* The user's own chips, quirks and boards, found before those of the tables. */
#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const b0_board_options[B0_BOARD_OPTION_COUNT] = {
    [B0_BOARD_ENTER] = "enter",   [B0_BOARD_PORT] = "port",       [B0_BOARD_PATH] = "path",
    [B0_BOARD_SERIAL] = "serial", [B0_BOARD_BAUD] = "baud",       [B0_BOARD_BOOT] = "boot",
    [B0_BOARD_FAST] = "fast",     [B0_BOARD_PATIENT] = "patient",
};

struct boot0_database *boot0_database_new(void)
{
    return calloc(1, sizeof(struct boot0_database));
}

void boot0_database_free(struct boot0_database *database)
{
    struct b0_entry *next;

    for (struct b0_entry *entry = database ? database->first : NULL; entry; entry = next) {
        next = entry->next;
        free(entry);
    }
    free(database);
}

/* ---- entries ---- */

static const struct b0_entry *first_of(const struct boot0_database *database)
{
    return database ? database->first : NULL;
}

const struct b0_entry *b0_database_find(const struct boot0_database *database,
                                        enum boot0_entry_kind kind, const char *key)
{
    for (const struct b0_entry *entry = first_of(database); entry; entry = entry->next)
        if (entry->kind == kind && strcasecmp(entry->key, key) == 0)
            return entry;
    return NULL;
}

/* Whether one that was read later has the same key. Quirks can share ids: each counts. */
static bool is_replaced(const struct boot0_database *database, const struct b0_entry *entry)
{
    return entry->kind != BOOT0_ENTRY_QUIRK &&
           b0_database_find(database, entry->kind, entry->key) != entry;
}

/* The entry of that kind with that index; those that others replace do not count. */
static const struct b0_entry *entry_at(const struct boot0_database *database,
                                       enum boot0_entry_kind kind, size_t *index)
{
    for (const struct b0_entry *entry = first_of(database); entry; entry = entry->next)
        if (entry->kind == kind && !is_replaced(database, entry) && (*index)-- == 0)
            return entry;
    return NULL;
}

static const struct boot0_chip *table_chip(const char *key)
{
    const struct boot0_chip *chip;

    for (size_t i = 0; (chip = boot0_chip_at(i)) != NULL; i++)
        if (strcasecmp(chip->key, key) == 0)
            return chip;
    return NULL;
}

/* Whether the library's tables have that key, or an entry that was read before. */
static bool replaces(const struct b0_entry *entry)
{
    if (entry->kind == BOOT0_ENTRY_QUIRK)
        return false;
    for (const struct b0_entry *other = entry->next; other; other = other->next)
        if (other->kind == entry->kind && strcasecmp(other->key, entry->key) == 0)
            return true;
    return entry->kind == BOOT0_ENTRY_CHIP ? table_chip(entry->key) != NULL
                                           : boot0_board_profile_by_name(entry->key) != NULL;
}

bool boot0_database_entry_at(const struct boot0_database *database, size_t index,
                             struct boot0_entry *found)
{
    const struct b0_entry *entry = first_of(database);

    for (; entry && index > 0; entry = entry->next)
        index--;
    if (!entry)
        return false;
    *found = (struct boot0_entry){.kind = entry->kind,
                                  .key = entry->key,
                                  .name = entry->name,
                                  .file = entry->file,
                                  .line = entry->line,
                                  .replaces = replaces(entry),
                                  .replaced = is_replaced(database, entry)};
    if (entry->kind == BOOT0_ENTRY_CHIP)
        found->chip = &entry->chip.row.chip;
    if (entry->kind == BOOT0_ENTRY_BOARD) {
        found->board = &entry->board.profile;
        found->chip = boot0_database_chip_by_name(database, entry->board.profile.chip);
    }
    return true;
}

/* ---- chips ---- */

const struct boot0_chip *boot0_database_chip_at(const struct boot0_database *database, size_t index)
{
    const struct b0_entry *entry = entry_at(database, BOOT0_ENTRY_CHIP, &index);
    const struct boot0_chip *chip;

    if (entry)
        return &entry->chip.row.chip;
    for (size_t i = 0; (chip = boot0_chip_at(i)) != NULL; i++)
        if (!b0_database_find(database, BOOT0_ENTRY_CHIP, chip->key) && index-- == 0)
            return chip;
    return NULL;
}

/* The user's chip in the place of one of the table's, or that one; NULL stays NULL. */
static const struct boot0_chip *in_place_of(const struct boot0_database *database,
                                            const struct boot0_chip *chip)
{
    const struct b0_entry *entry =
        chip ? b0_database_find(database, BOOT0_ENTRY_CHIP, chip->key) : NULL;

    return entry ? &entry->chip.row.chip : chip;
}

const struct boot0_chip *boot0_database_chip_by_name(const struct boot0_database *database,
                                                     const char *name)
{
    const struct b0_entry *entry = b0_database_find(database, BOOT0_ENTRY_CHIP, name);

    if (entry)
        return &entry->chip.row.chip;
    for (entry = first_of(database); entry; entry = entry->next)
        if (entry->kind == BOOT0_ENTRY_CHIP && strcasecmp(entry->name, name) == 0)
            return in_place_of(database, &entry->chip.row.chip);
    return in_place_of(database, boot0_chip_by_name(name));
}

const struct boot0_chip *boot0_database_chip_by_id(const struct boot0_database *database,
                                                   uint16_t id)
{
    const struct boot0_chip *chip;

    for (size_t i = 0; id != 0 && (chip = boot0_database_chip_at(database, i)) != NULL; i++)
        if (chip->id == id)
            return chip;
    return NULL;
}

/* ---- boards ---- */

const struct boot0_board_profile *boot0_database_board_at(const struct boot0_database *database,
                                                          size_t index)
{
    const struct b0_entry *entry = entry_at(database, BOOT0_ENTRY_BOARD, &index);
    const struct boot0_board_profile *profile;

    if (entry)
        return &entry->board.profile;
    for (size_t i = 0; (profile = boot0_board_profile_at(i)) != NULL; i++)
        if (!b0_database_find(database, BOOT0_ENTRY_BOARD, profile->key) && index-- == 0)
            return profile;
    return NULL;
}

const struct boot0_board_profile *
boot0_database_board_by_name(const struct boot0_database *database, const char *name)
{
    const struct b0_entry *entry = b0_database_find(database, BOOT0_ENTRY_BOARD, name);

    return entry ? &entry->board.profile : boot0_board_profile_by_name(name);
}

bool boot0_database_board_option(const struct boot0_database *database, const char *board,
                                 const char *option, struct boot0_board_option *found)
{
    const struct b0_entry *entry = b0_database_find(database, BOOT0_ENTRY_BOARD, board);

    for (size_t i = 0; entry && i < B0_BOARD_OPTION_COUNT; i++) {
        if (strcmp(b0_board_options[i], option) != 0 || entry->board.lines[i] == 0)
            continue;
        *found = (struct boot0_board_option){entry->board.options[i], entry->file,
                                             entry->board.lines[i]};
        return true;
    }
    return false;
}

/* The entry with those USB ids; NULL: none, or several, which nothing tells apart. */
static const struct b0_entry *find_by_ids(const struct boot0_database *database, uint16_t vendor,
                                          uint16_t product)
{
    const struct b0_entry *found = NULL;

    for (const struct b0_entry *entry = first_of(database); entry; entry = entry->next) {
        if (entry->kind != BOOT0_ENTRY_BOARD || entry->board.vendor != vendor ||
            entry->board.product != product || is_replaced(database, entry))
            continue;
        if (found)
            return NULL;
        found = entry;
    }
    return found;
}

void b0_database_recognise(struct boot0_board *board)
{
    const struct b0_entry *entry =
        board->usb.vendor != 0 ? find_by_ids(board->database, board->usb.vendor, board->usb.product)
                               : NULL;
    const struct boot0_chip *chip;

    if (!entry)
        return;
    board->profile = &entry->board.profile;
    chip = boot0_database_chip_by_name(board->database, board->profile->chip);
    if (!chip || board->flash_alternate < 0 || board->bootloader.present || board->named)
        return;
    board->contradiction[0] = '\0'; /* that its layout fits no chip of the table */
    if (!boot0_chip_matches(chip, &board->alternates[board->flash_alternate].layout, NULL))
        snprintf(board->contradiction, sizeof board->contradiction,
                 "by its USB ids it is \"%.40s\", but its layout is not that of %.40s",
                 board->profile->name, chip->name);
    board->chips[0] = chip;
    board->chip_count = 1;
    board->family = chip->family;
}

/* ---- quirks ---- */

const struct b0_quirk *b0_database_quirk_at(const struct boot0_database *database, size_t index)
{
    const struct b0_entry *entry = entry_at(database, BOOT0_ENTRY_QUIRK, &index);

    return entry ? &entry->quirk : NULL;
}
