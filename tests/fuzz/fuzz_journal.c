/* SPDX-License-Identifier: MIT */
/*
 * The journal: a sector may hold anything. A found record lies within it, the state follows its
 * last record, and an appended record is found again.
 */
#include <core/journal.h>

#include <stdlib.h>
#include <string.h>

enum {
    SIZE_MAX_TRIED = 64 * B0_JOURNAL_RECORD_SIZE,
};

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_append(uint8_t *sector, uint32_t size, const struct b0_journal *before)
{
    struct b0_journal_record record = {
        .type = B0_JOURNAL_COMPLETE, .sequence = before->sequence, .start = 1, .length = 2};
    struct b0_journal after;

    b0_journal_encode(&record, sector + before->next * B0_JOURNAL_RECORD_SIZE);
    b0_journal_scan(&after, sector, size);
    require(after.state == B0_JOURNAL_COMPLETED && after.next == before->next + 1);
    require(after.has_complete && after.complete.length == 2);
    require(after.sequence == before->sequence + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t sector[SIZE_MAX_TRIED];
    struct b0_journal journal;

    if (size > sizeof sector)
        return 0;
    memset(sector, 0xff, sizeof sector);
    memcpy(sector, data, size);
    b0_journal_scan(&journal, sector, (uint32_t)size);
    require(journal.slots == size / B0_JOURNAL_RECORD_SIZE && journal.next <= journal.slots);
    require((journal.state == B0_JOURNAL_EMPTY) == (journal.next == 0));
    require(journal.state != B0_JOURNAL_COMPLETED || journal.has_complete);
    if (journal.next < journal.slots)
        check_append(sector, (uint32_t)size, &journal);
    return 0;
}
