/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include "bytes.h"
#include "crc32.h"

#include <stddef.h>

/* Offsets in a record. */
enum {
    AT_MAGIC = 0,
    AT_SEQUENCE = 4,
    AT_START = 8,
    AT_LENGTH = 12,
    AT_DIGEST = 16,
    AT_RESERVED = 48, /* 0 */
    AT_CHECK = 60,    /* CRC-32 of the bytes before it */
};

#define MAGIC      0xb0074a00u /* plus the type in the lowest byte */
#define MAGIC_MASK 0xffffff00u

static bool decode(struct b0_journal_record *record, const uint8_t *bytes)
{
    uint32_t magic = b0_load32(bytes + AT_MAGIC);

    record->type = (uint8_t)magic;
    if ((magic & MAGIC_MASK) != MAGIC ||
        (record->type != B0_JOURNAL_BEGIN && record->type != B0_JOURNAL_COMPLETE) ||
        b0_crc32(B0_CRC32_START, bytes, AT_CHECK) != b0_load32(bytes + AT_CHECK))
        return false;
    record->sequence = b0_load32(bytes + AT_SEQUENCE);
    record->start = b0_load32(bytes + AT_START);
    record->length = b0_load32(bytes + AT_LENGTH);
    for (size_t i = 0; i < B0_SHA256_SIZE; i++)
        record->digest[i] = bytes[AT_DIGEST + i];
    return true;
}

void b0_journal_encode(const struct b0_journal_record *record,
                       uint8_t bytes[B0_JOURNAL_RECORD_SIZE])
{
    b0_store32(bytes + AT_MAGIC, MAGIC | record->type);
    b0_store32(bytes + AT_SEQUENCE, record->sequence);
    b0_store32(bytes + AT_START, record->start);
    b0_store32(bytes + AT_LENGTH, record->length);
    for (size_t i = 0; i < B0_SHA256_SIZE; i++)
        bytes[AT_DIGEST + i] = record->digest[i];
    for (size_t i = AT_RESERVED; i < AT_CHECK; i++)
        bytes[i] = 0;
    b0_store32(bytes + AT_CHECK, b0_crc32(B0_CRC32_START, bytes, AT_CHECK));
}

static bool is_blank(const uint8_t *slot)
{
    for (size_t i = 0; i < B0_JOURNAL_RECORD_SIZE; i += 4) {
        if (b0_load32(slot + i) != UINT32_MAX)
            return false;
    }
    return true;
}

void b0_journal_scan(struct b0_journal *journal, const uint8_t *sector, uint32_t size)
{
    uint32_t slots = size / B0_JOURNAL_RECORD_SIZE;
    uint32_t next = slots;
    bool has_sequence = false;

    while (next > 0 && is_blank(sector + (size_t)(next - 1) * B0_JOURNAL_RECORD_SIZE))
        next--;
    journal->state = next == 0 ? B0_JOURNAL_EMPTY : B0_JOURNAL_BEGUN;
    journal->last = 0;
    journal->slots = slots;
    journal->next = next;
    journal->sequence = 0;
    journal->has_complete = false;
    for (uint32_t i = next; i > 0 && !journal->has_complete; i--) {
        struct b0_journal_record *record = &journal->complete;

        if (!decode(record, sector + (size_t)(i - 1) * B0_JOURNAL_RECORD_SIZE))
            continue;
        if (i == next)
            journal->last = record->type;
        if (!has_sequence)
            journal->sequence = record->sequence + 1;
        has_sequence = true;
        journal->has_complete = record->type == B0_JOURNAL_COMPLETE;
    }
    if (journal->last == B0_JOURNAL_COMPLETE)
        journal->state = B0_JOURNAL_COMPLETED;
}
