/* SPDX-License-Identifier: MIT */
/* The bootloader's journal: the sector's meaning after every complete and incomplete write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/bytes.h>
#include <core/crc32.h>
#include <core/journal.h>
#include <string.h>

enum {
    SLOTS = 8,
    SIZE = SLOTS * B0_JOURNAL_RECORD_SIZE,
};

static const struct b0_journal_record begin = {.type = B0_JOURNAL_BEGIN, .start = 0x08008000};
static const struct b0_journal_record complete = {
    .type = B0_JOURNAL_COMPLETE,
    .sequence = 5,
    .start = 0x08008000,
    .length = 12345,
    .digest = {1, 2, 3, [31] = 32},
};

static void blank(uint8_t *sector)
{
    memset(sector, 0xff, SIZE);
}

static void write_record(uint8_t *sector, int slot, const struct b0_journal_record *record)
{
    b0_journal_encode(record, sector + (size_t)slot * B0_JOURNAL_RECORD_SIZE);
}

static struct b0_journal scan(const uint8_t *sector)
{
    struct b0_journal journal;

    b0_journal_scan(&journal, sector, SIZE);
    return journal;
}

static void test_empty(void **state)
{
    uint8_t sector[SIZE];
    struct b0_journal journal;

    (void)state;
    blank(sector);
    journal = scan(sector);
    assert_int_equal(journal.state, B0_JOURNAL_EMPTY);
    assert_int_equal(journal.slots, SLOTS);
    assert_int_equal(journal.next, 0);
    assert_false(journal.has_complete);
}

static void test_update(void **state)
{
    uint8_t sector[SIZE];
    struct b0_journal journal;

    (void)state;
    blank(sector);
    write_record(sector, 0, &begin);
    journal = scan(sector);
    assert_int_equal(journal.state, B0_JOURNAL_BEGUN);
    assert_int_equal(journal.next, 1);
    assert_false(journal.has_complete);
    write_record(sector, 1, &complete);
    journal = scan(sector);
    assert_int_equal(journal.state, B0_JOURNAL_COMPLETED);
    assert_int_equal(journal.next, 2);
    assert_true(journal.has_complete);
    assert_int_equal(journal.complete.start, 0x08008000);
    assert_int_equal(journal.sequence, 6);
    assert_int_equal(journal.complete.length, 12345);
    assert_memory_equal(journal.complete.digest, complete.digest, B0_SHA256_SIZE);
    write_record(sector, 2, &begin);
    journal = scan(sector);
    assert_int_equal(journal.state, B0_JOURNAL_BEGUN);
    assert_true(journal.has_complete);
    assert_int_equal(journal.complete.length, 12345);
}

/* The power fails between two words of a record, or within one. */
static void test_torn(void **state)
{
    (void)state;
    for (int size = 1; size < B0_JOURNAL_RECORD_SIZE; size++) {
        uint8_t sector[SIZE], whole[B0_JOURNAL_RECORD_SIZE];
        struct b0_journal journal;

        blank(sector);
        write_record(sector, 0, &begin);
        b0_journal_encode(&complete, whole);
        memcpy(sector + B0_JOURNAL_RECORD_SIZE, whole, (size_t)size);
        journal = scan(sector);
        assert_int_equal(journal.state, B0_JOURNAL_BEGUN);
        assert_int_equal(journal.next, 2);
        write_record(sector, 2, &complete);
        assert_int_equal(scan(sector).state, B0_JOURNAL_COMPLETED);
    }
}

/* The same for the record that begins an update: the program must not start any more. */
static void test_torn_begin(void **state)
{
    (void)state;
    for (int size = 1; size < B0_JOURNAL_RECORD_SIZE; size++) {
        uint8_t sector[SIZE], whole[B0_JOURNAL_RECORD_SIZE];

        blank(sector);
        write_record(sector, 0, &complete);
        b0_journal_encode(&begin, whole);
        memcpy(sector + B0_JOURNAL_RECORD_SIZE, whole, (size_t)size);
        assert_int_equal(scan(sector).state, B0_JOURNAL_BEGUN);
    }
}

/* Every single bit that differs from the written data. */
static void test_damaged(void **state)
{
    (void)state;
    for (int bit = 0; bit < 8 * B0_JOURNAL_RECORD_SIZE; bit++) {
        uint8_t sector[SIZE];

        blank(sector);
        write_record(sector, 0, &complete);
        sector[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(scan(sector).state, B0_JOURNAL_BEGUN);
    }
}

static void test_full(void **state)
{
    uint8_t sector[SIZE];
    struct b0_journal journal;

    (void)state;
    for (int i = 0; i < SLOTS; i++)
        write_record(sector, i, i % 2 ? &complete : &begin);
    journal = scan(sector);
    assert_int_equal(journal.next, SLOTS);
    assert_int_equal(journal.state, B0_JOURNAL_COMPLETED);
}

static void test_unknown_kind(void **state)
{
    uint8_t sector[SIZE];
    struct b0_journal_record later = {.type = 7};

    (void)state;
    blank(sector);
    write_record(sector, 0, &complete);
    write_record(sector, 1, &later);
    assert_int_equal(scan(sector).state, B0_JOURNAL_BEGUN);
}

/* A sector with other previous contents: a program. */
static void test_garbage(void **state)
{
    uint8_t sector[SIZE];
    struct b0_journal journal;

    (void)state;
    for (int i = 0; i < SIZE; i++)
        sector[i] = (uint8_t)(i * 37 + 11);
    journal = scan(sector);
    assert_int_equal(journal.state, B0_JOURNAL_BEGUN);
    assert_int_equal(journal.next, SLOTS);
    memset(sector, 0, SIZE);
    assert_int_equal(scan(sector).state, B0_JOURNAL_BEGUN);
}

/* The bytes are part of docs/reference/journal.md: they must not change unnoticed. */
static void test_bytes(void **state)
{
    uint8_t bytes[B0_JOURNAL_RECORD_SIZE];

    (void)state;
    b0_journal_encode(&complete, bytes);
    assert_int_equal(b0_load32(bytes), 0xb0074a02);
    assert_int_equal(b0_load32(bytes + 4), 5);
    assert_int_equal(b0_load32(bytes + 8), 0x08008000);
    assert_int_equal(b0_load32(bytes + 12), 12345);
    assert_memory_equal(bytes + 16, complete.digest, B0_SHA256_SIZE);
    assert_int_equal(b0_load32(bytes + 60), b0_crc32(B0_CRC32_START, bytes, 60));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),   cmocka_unit_test(test_update),
        cmocka_unit_test(test_torn),    cmocka_unit_test(test_torn_begin),
        cmocka_unit_test(test_damaged), cmocka_unit_test(test_full),
        cmocka_unit_test(test_garbage), cmocka_unit_test(test_unknown_kind),
        cmocka_unit_test(test_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
