/* See journal.h. */
#include "journal.h"

#include "bytes.h"
#include "crc32.h"

enum {
    AT_MAGIC = 0,
    AT_KIND = 4,
    AT_START = 8,
    AT_LENGTH = 12,
    AT_DIGEST = 16,
    AT_CRC = 60,
};

#define MAGIC 0x314a3042u /* "B0J1" */

static bool is_blank(const uint8_t *slot)
{
    for (int i = 0; i < B0_JOURNAL_RECORD_SIZE; i++)
        if (slot[i] != 0xff)
            return false;
    return true;
}

static bool decode(struct b0_journal_record *record, const uint8_t *slot)
{
    if (b0_load32(slot + AT_MAGIC) != MAGIC ||
        b0_load32(slot + AT_CRC) != b0_crc32(B0_CRC32_START, slot, AT_CRC))
        return false;
    record->kind = (uint8_t)b0_load32(slot + AT_KIND);
    record->start = b0_load32(slot + AT_START);
    record->length = b0_load32(slot + AT_LENGTH);
    for (int i = 0; i < B0_SHA256_SIZE; i++)
        record->digest[i] = slot[AT_DIGEST + i];
    return b0_load32(slot + AT_KIND) == B0_JOURNAL_BEGIN ||
           b0_load32(slot + AT_KIND) == B0_JOURNAL_COMPLETE;
}

void b0_journal_scan(struct b0_journal *journal, const uint8_t *sector, uint32_t size)
{
    struct b0_journal_record record;

    *journal = (struct b0_journal){
        .state = B0_JOURNAL_EMPTY,
        .slots = (uint16_t)(size / B0_JOURNAL_RECORD_SIZE),
    };
    for (uint16_t i = 0; i < journal->slots; i++) {
        const uint8_t *slot = sector + (uint32_t)i * B0_JOURNAL_RECORD_SIZE;

        if (is_blank(slot))
            continue;
        /* A blank slot between used ones cannot be, but must not be written twice either. */
        journal->used = (uint16_t)(i + 1);
        journal->state = B0_JOURNAL_BEGUN;
        if (!decode(&record, slot) || record.kind != B0_JOURNAL_COMPLETE)
            continue;
        journal->state = B0_JOURNAL_COMPLETED;
        journal->has_last = true;
        journal->last = record;
    }
}

void b0_journal_encode(const struct b0_journal_record *record,
                       uint8_t bytes[B0_JOURNAL_RECORD_SIZE])
{
    for (int i = 0; i < B0_JOURNAL_RECORD_SIZE; i++)
        bytes[i] = 0;
    b0_store32(bytes + AT_MAGIC, MAGIC);
    b0_store32(bytes + AT_KIND, record->kind);
    b0_store32(bytes + AT_START, record->start);
    b0_store32(bytes + AT_LENGTH, record->length);
    for (int i = 0; i < B0_SHA256_SIZE; i++)
        bytes[AT_DIGEST + i] = record->digest[i];
    b0_store32(bytes + AT_CRC, b0_crc32(B0_CRC32_START, bytes, AT_CRC));
}
