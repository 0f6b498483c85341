/* SPDX-License-Identifier: MIT */
/*
 * The bootloader's journal: whether the program in flash is whole. It lies in a sector of its own,
 * to which records are appended until it is full. Pure functions over the sector's bytes; the
 * format is described in docs/reference/journal.md.
 */
#ifndef B0_CORE_JOURNAL_H
#define B0_CORE_JOURNAL_H

#include "sha256.h"

#include <stdbool.h>

enum {
    B0_JOURNAL_RECORD_SIZE = 64,
};

enum b0_journal_type {
    B0_JOURNAL_BEGIN = 1,    /* the program is about to be changed; digest and length are 0 */
    B0_JOURNAL_COMPLETE = 2, /* it is whole */
};

enum b0_journal_state {
    B0_JOURNAL_EMPTY = 0,     /* no update was ever begun here */
    B0_JOURNAL_BEGUN = 1,     /* one was begun and not completed */
    B0_JOURNAL_COMPLETED = 2, /* the last one was completed */
};

struct b0_journal_record {
    uint8_t type;      /* enum b0_journal_type */
    uint32_t sequence; /* one more than the record's before */
    uint32_t start;    /* of the program */
    uint32_t length;
    uint8_t digest[B0_SHA256_SIZE]; /* of [start, start + length) */
};

struct b0_journal {
    uint8_t state;     /* enum b0_journal_state */
    uint8_t last;      /* enum b0_journal_type of the last record, 0: none, or it is torn */
    uint32_t slots;    /* that the sector has */
    uint32_t next;     /* the first free one; == slots if it is full */
    uint32_t sequence; /* for the next record */
    bool has_complete; /* `complete` is the last record of that type */
    struct b0_journal_record complete;
};

/*
 * Reads a sector. Slots behind the last one that is not blank are free. A record that does not
 * check was torn by a power cut (or never was one): it is no record, but if it is the last thing in
 * the sector, something had begun.
 */
void b0_journal_scan(struct b0_journal *journal, const uint8_t *sector, uint32_t size);

/*
 * The bytes of a record, to be programmed into a free slot in ascending order: its check word is
 * the last.
 */
void b0_journal_encode(const struct b0_journal_record *record,
                       uint8_t bytes[B0_JOURNAL_RECORD_SIZE]);

#endif
