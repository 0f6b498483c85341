/* SPDX-License-Identifier: MIT */
/* The inside of a struct boot0_database: the entries, and what else the library asks of them. */
#ifndef B0_LIB_BOARD_DATABASE_H
#define B0_LIB_BOARD_DATABASE_H

#include "quirk.h"

#include <boot0/board.h>
#include <boot0/database.h>
#include <core/family/family.h>

enum {
    B0_ENTRY_KEY_MAX = 32,
    B0_ENTRY_NAME_MAX = 64,
    B0_ENTRY_LAYOUT_MAX = 256,
    B0_ENTRY_FILE_MAX = 280,
    B0_ENTRY_TEXT_MAX = 128,  /* an option's value */
    B0_ENTRY_ENTER_MAX = 256, /* as a sentence */
};

/* The options of a board that the library only keeps, in the order of b0_board_options[]. */
enum b0_board_option {
    B0_BOARD_ENTER,
    B0_BOARD_PORT,
    B0_BOARD_PATH,
    B0_BOARD_SERIAL,
    B0_BOARD_BAUD,
    B0_BOARD_BOOT,
    B0_BOARD_FAST,
    B0_BOARD_PATIENT,
    B0_BOARD_OPTION_COUNT
};
extern const char *const b0_board_options[B0_BOARD_OPTION_COUNT];

struct b0_chip_entry {
    struct b0_chip row; /* its texts and its signature are the entry's */
    struct b0_signature signature;
    char layout[B0_ENTRY_LAYOUT_MAX];
};

struct b0_board_entry {
    struct boot0_board_profile profile; /* its texts are the entry's */
    char chip[B0_ENTRY_NAME_MAX];
    uint16_t vendor, product;                                /* 0: not recognised by its USB ids */
    char options[B0_BOARD_OPTION_COUNT][B0_ENTRY_ENTER_MAX]; /* "": not there */
    unsigned lines[B0_BOARD_OPTION_COUNT];
};

/* One section. */
struct b0_entry {
    struct b0_entry *next;
    enum boot0_entry_kind kind;
    char key[B0_ENTRY_KEY_MAX];
    char name[B0_ENTRY_NAME_MAX];
    char file[B0_ENTRY_FILE_MAX];
    unsigned line;
    union {
        struct b0_chip_entry chip;
        struct b0_board_entry board;
        struct b0_quirk quirk;
    };
};

struct boot0_database {
    struct b0_entry *first; /* in the order of precedence */
};

/* The first entry of that kind and key, in any case; NULL if there is none. */
const struct b0_entry *b0_database_find(const struct boot0_database *database,
                                        enum boot0_entry_kind kind, const char *key);

/* The user's quirks; NULL past the end. */
const struct b0_quirk *b0_database_quirk_at(const struct boot0_database *database, size_t index);

/*
 * Looks whether the user has a board entry with the USB ids of `board`: then it is the board's
 * profile, and its chip the board's chip. A chip with another layout is told in
 * board->contradiction.
 */
void b0_database_recognise(struct boot0_board *board);

#endif
