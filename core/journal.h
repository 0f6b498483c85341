/*
 * The bootloader's journal: one flash sector, to which records are appended until it is full. A
 * record says that an update has begun, or that one is complete; the last one decides whether the
 * program may start. Here are the bytes alone: docs/PROTOCOL.md tells when what is written.
 *
 * A record is 64 bytes in words, the check word last and written last, so that a record of which
 * the end is missing is known by its CRC. Flash can only clear bits: a torn record stays, and the
 * next one goes behind it.
 *
 *    0  magic       "B0J1"
 *    4  kind        enum b0_journal_kind
 *    8  start       address of the program
 *   12  length      bytes that are known to belong to it; 0 in BEGIN
 *   16  digest      SHA-256 of them; zero in BEGIN
 *   48  reserved    zero
 *   60  CRC-32      of the 60 bytes before (crc32.h)
 */
#ifndef B0_CORE_JOURNAL_H
#define B0_CORE_JOURNAL_H

#include "sha256.h"
#include <stdbool.h>

enum {
    B0_JOURNAL_RECORD_SIZE = 64,
};

enum b0_journal_kind {
    B0_JOURNAL_BEGIN = 1,
    B0_JOURNAL_COMPLETE = 2,
};

/* What the journal as a whole says. Also on the wire: a byte of the device information. */
enum b0_journal_state {
    B0_JOURNAL_EMPTY = 0, /* nothing was ever recorded: the program came by other means */
    B0_JOURNAL_BEGUN = 1, /* an update was begun and has not been completed */
    B0_JOURNAL_COMPLETED = 2,
    B0_JOURNAL_STATE_COUNT
};

struct b0_journal_record {
    uint8_t kind; /* enum b0_journal_kind */
    uint32_t start;
    uint32_t length;
    uint8_t digest[B0_SHA256_SIZE];
};

struct b0_journal {
    uint8_t state;  /* enum b0_journal_state */
    bool has_last;  /* a complete record was found, maybe before an update that is not */
    uint16_t slots; /* that the sector has */
    uint16_t used;  /* the next record goes to this slot; == slots: the sector is full */
    struct b0_journal_record last; /* the last complete one */
};

/*
 * Reads the sector's bytes; `size` is a multiple of the record's. A slot that is neither blank nor
 * a sound record counts as an update that was begun: its author did not live to finish it. So does
 * a record of a kind that is not known.
 */
void b0_journal_scan(struct b0_journal *journal, const uint8_t *sector, uint32_t size);

/* The bytes of a record, to be programmed in ascending order. */
void b0_journal_encode(const struct b0_journal_record *record,
                       uint8_t bytes[B0_JOURNAL_RECORD_SIZE]);

#endif
