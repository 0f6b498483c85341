/* SPDX-License-Identifier: MIT */
/* Which keys the sections of the user's chips, boards and quirks have. */
#ifndef B0_LIB_BOARD_ENTRY_KEYS_H
#define B0_LIB_BOARD_ENTRY_KEYS_H

#include "database.h"

struct b0_entry_key;

/* A key's value, and what is asked and changed by it. */
struct b0_entry_value {
    const struct b0_entry_key *key;
    const char *text;
    struct b0_entry *entry;
    const struct boot0_database *database;
};

struct b0_entry_key {
    const char *name;
    enum boot0_entry_kind kind;
    /* Stores the value in the entry; false if it is not what is expected. */
    bool (*read)(const struct b0_entry_value *value);
    const char *expected; /* "a size in bytes, e.g. 64K" */
    const char *example;  /* NULL: the section may lack it */
    bool from_like;       /* `like` gives it, too */
    size_t offset;        /* of the field in the entry, for functions that serve several keys */
    uint32_t width;       /* bytes of a number's field, or of a text's */
    uint32_t min, max;    /* of a number */
};

/* The rows in the order in which they are read; NULL past the end. */
const struct b0_entry_key *b0_entry_key_at(size_t index);

enum {
    B0_ENTRY_KEYS_MAX = 48, /* there are fewer rows */
};

/* Sets what a new entry holds without any key: `key`, `file`, `line` and `kind` are set. */
void b0_entry_begin(struct b0_entry *entry);

#endif
