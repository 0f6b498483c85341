/* SPDX-License-Identifier: MIT */
/*
 * The bootloader's journal: whether the program in flash is complete. It has a sector of its own,
 * to which records are appended until the sector is full. Pure functions over the sector's bytes;
 * docs/reference/journal.md describes the format.
 */
#ifndef B0_CORE_JOURNAL_H
#define B0_CORE_JOURNAL_H

#include "sha256.h"

#include <stdbool.h>

enum {
    B0_JOURNAL_RECORD_SIZE = 64,
};

enum b0_journal_type {
    B0_JOURNAL_BEGIN = 1,    /* the program is about to change; digest and length are 0 */
    B0_JOURNAL_COMPLETE = 2, /* the program is complete */
};

enum b0_journal_state {
    B0_JOURNAL_EMPTY = 0,     /* no update was ever begun */
    B0_JOURNAL_BEGUN = 1,     /* an update was begun but not completed */
    B0_JOURNAL_COMPLETED = 2, /* the last update was completed */
};

struct b0_journal_record {
    uint8_t type;      /* enum b0_journal_type */
    uint32_t sequence; /* that of the previous record plus 1 */
    uint32_t start;    /* of the program */
    uint32_t length;
    uint8_t digest[B0_SHA256_SIZE]; /* of [start, start + length) */
};

struct b0_journal {
    uint8_t state;     /* enum b0_journal_state */
    uint8_t last;      /* enum b0_journal_type of the last record; 0: none, or it is torn */
    uint32_t slots;    /* number of slots in the sector */
    uint32_t next;     /* the first free slot; == slots if the sector is full */
    uint32_t sequence; /* for the next record */
    bool has_complete; /* `complete` is the last record of that type */
    struct b0_journal_record complete;
};

/*
 * Parses a sector. Slots after the last one that is not blank are free. A record with a wrong check
 * word was torn by a power failure, or is not a record. It is ignored, but if it is the last thing
 * in the sector, an update had begun.
 */
void b0_journal_scan(struct b0_journal *journal, const uint8_t *sector, uint32_t size);

/*
 * Encodes a record, to be programmed into a free slot in ascending order: the check word is last.
 */
void b0_journal_encode(const struct b0_journal_record *record,
                       uint8_t bytes[B0_JOURNAL_RECORD_SIZE]);

#endif
