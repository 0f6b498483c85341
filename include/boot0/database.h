/* SPDX-License-Identifier: MIT */
/*
 * The user's own chips, quirks and boards, beside those that the library knows. They are read from
 * text, so that a new chip, a clone or a board of one's own needs no new library:
 *
 *     [chip gd32f103cb]          a chip, by the name that boot0_session_options.chip takes
 *     like = f103                all facts of this chip, but for what follows
 *     id = 0x410
 *     sectors = 128*1K
 *     usb = 28e9:0189
 *
 *     [board my-board]           a board, by the name that boot0_session_options.board takes
 *     chip = gd32f103cb
 *     vdd = 3.3
 *
 *     [quirk 28e9:0189]          how the bootloader with these USB ids differs from others
 *     whole_blocks = yes
 *
 * One line is a section, "key = value", a comment that begins with '#', or empty; a comment can
 * follow a value after a blank. docs/howto/own-chips.md has all keys.
 *
 * An entry comes before the library's own: a chip takes the place of the one with its name, and of
 * the one with its id; a board of the one with its name; a quirk of all that fit the same device.
 * Of entries with the same name, the one that was read last counts.
 *
 * A database is put into a bus (boot0_bus.database) and read by all that uses the bus: it must
 * outlive the bus, the sessions and the boards that come from it, and must not be read into
 * meanwhile. Every function that takes a database takes NULL for one without entries.
 */
#ifndef BOOT0_DATABASE_H
#define BOOT0_DATABASE_H

#include <boot0/chip.h>
#include <boot0/error.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct boot0_database;

/* An empty database, the caller's: boot0_database_free(). NULL: out of memory. */
BOOT0_API struct boot0_database *boot0_database_new(void);
BOOT0_API void boot0_database_free(struct boot0_database *database);

/*
 * Reads the entries of a text, which begins with a section. `file` and `line` (of the text's first
 * line, from 1 on) are for messages and for boot0_entry.source. BOOT0_E_USAGE: the message begins
 * with "FILE:LINE: " and the database is as before. BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_database_read(struct boot0_database *database, const char *file,
                                                unsigned line, const char *text,
                                                struct boot0_error *error);

enum boot0_entry_kind { BOOT0_ENTRY_CHIP, BOOT0_ENTRY_BOARD, BOOT0_ENTRY_QUIRK, BOOT0_ENTRY_COUNT };

/* An entry as lists show it. The texts belong to the database. */
struct boot0_entry {
    enum boot0_entry_kind kind;
    const char *key;  /* of the section: "gd32f103cb", "28e9:0189" */
    const char *name; /* for people; the key if the section has none */
    const char *file; /* where the section is */
    unsigned line;
    const struct boot0_chip *chip;           /* a chip's; a board's, by its name; else NULL */
    const struct boot0_board_profile *board; /* a board's, else NULL */
    bool replaces; /* the library, or a text that was read before, has one of that key, too */
    bool replaced; /* by one that was read later */
};

/* The entries in the order of precedence. False past the end. */
BOOT0_API bool boot0_database_entry_at(const struct boot0_database *database, size_t index,
                                       struct boot0_entry *entry);

/* As boot0_chip_at() and its kin, with the user's chips first. */
BOOT0_API const struct boot0_chip *boot0_database_chip_at(const struct boot0_database *database,
                                                          size_t index);
BOOT0_API const struct boot0_chip *
boot0_database_chip_by_name(const struct boot0_database *database, const char *name);
BOOT0_API const struct boot0_chip *boot0_database_chip_by_id(const struct boot0_database *database,
                                                             uint16_t id);

/* As boot0_board_profile_at() and its kin, with the user's boards first. */
BOOT0_API const struct boot0_board_profile *
boot0_database_board_at(const struct boot0_database *database, size_t index);
BOOT0_API const struct boot0_board_profile *
boot0_database_board_by_name(const struct boot0_database *database, const char *name);

/* What a user's board says of an option of the program that uses it, and where. */
struct boot0_board_option {
    const char *value;
    const char *file;
    unsigned line;
};

/*
 * `option`: "port", "path", "serial", "baud", "boot", "fast", "patient"; and "enter", how the board
 * is brought into DFU mode. False: nothing.
 */
BOOT0_API bool boot0_database_board_option(const struct boot0_database *database, const char *board,
                                           const char *option, struct boot0_board_option *found);

#ifdef __cplusplus
}
#endif
#endif
