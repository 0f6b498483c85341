/* SPDX-License-Identifier: MIT */
/*
 * Cuts the power in every single flash operation of an update, and removes the host at every single
 * transfer. The board never starts an incomplete program, and the next update always succeeds.
 */
#include "bootloader_hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
    SIZE = 20 * 1024 + 2, /* two sectors */
    SMALL = 5000,
};

static struct test_flash flash, before;
static struct test_board board;
static uint8_t one[SIZE], two[SIZE];

/* An old host: no ABORT, no session, only the command to leave. */
static bool only_leave(struct test_board *b, uint32_t address, const uint8_t *data, uint32_t size)
{
    if (select_alternate(b, 0) != USB_ACK)
        return false;
    for (uint8_t sector = B0_SECTOR_PROGRAM; sector <= b0_sector_at(address + size - 1); sector++) {
        uint32_t start = b0_sector_address(sector);

        if (!dfu_command(b, BOOT0_DFUSE_ERASE, start))
            return false;
        for (uint32_t at = start; at < start + b0_sector_size(sector) && at < address + size;
             at += 2048) {
            uint32_t left = address + size - at;

            if (!dfu_command(b, BOOT0_DFUSE_SET_ADDRESS, at) ||
                !dfu_block(b, 2, data + (at - address), (uint16_t)(left < 2048 ? left : 2048)))
                return false;
        }
    }
    return dfu_leave(b);
}

static bool is_whole(uint32_t size)
{
    return flash_holds(&board, B0_PROGRAM_BASE, one, SIZE) ||
           flash_holds(&board, B0_PROGRAM_BASE, two, size);
}

/* After any fault: whatever would run is whole, and the next update succeeds. */
static void check_aftermath(uint32_t size, bool next_as_boot0)
{
    enum b0_start start = board_start(&board, &flash);

    assert_true(start == B0_START_BOOTLOADER || is_whole(size));
    assert_true(
        (next_as_boot0 ? flash_as_boot0 : flash_as_dfu_util)(&board, B0_PROGRAM_BASE, two, size));
    board_settle(&board);
    assert_int_equal(flash.misuses, 0);
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, size));
}

/*
 * Cuts the power in each operation of an update from `before` to two. Returns the number of
 * operations.
 */
static unsigned cut_everywhere(flash_function *update, uint32_t size)
{
    unsigned cut = 0;
    bool was_cut;

    do {
        flash = before;
        board_start(&board, &flash);
        flash.operations = 0;
        flash.cut_at = ++cut;
        update(&board, B0_PROGRAM_BASE, two, size);
        board_settle(&board);
        was_cut = flash.dead;
        if (!was_cut) {
            assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
            assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, size));
        }
        check_aftermath(size, cut % 2 == 0);
    } while (was_cut);
    return cut - 1;
}

static int with_program(void **state)
{
    (void)state;
    make_program(one, sizeof one, 1);
    make_program(two, sizeof two, 2);
    test_flash_blank(&before);
    board_start(&board, &before);
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    board_settle(&board);
    assert_int_equal(board_start(&board, &before), B0_START_PROGRAM);
    return 0;
}

static int with_blank(void **state)
{
    with_program(state);
    test_flash_blank(&before);
    return 0;
}

/* A program written by a debugger: the journal is empty. */
static int with_foreign(void **state)
{
    with_program(state);
    test_flash_blank(&before);
    memcpy(before.bytes + (B0_PROGRAM_BASE - B0_FLASH_BASE), one, sizeof one);
    assert_int_equal(board_start(&board, &before), B0_START_PROGRAM);
    return 0;
}

/* Fills the journal so that the next update finds no room, or just enough. */
static void fill_journal(uint16_t free_slots)
{
    while (vendor_info(&board).journal_free > free_slots) {
        assert_true(flash_as_boot0(&board, B0_PROGRAM_BASE, one, SIZE));
        assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_COMPLETED);
    }
}

static int with_full_journal(void **state)
{
    with_program(state);
    board_start(&board, &before);
    fill_journal(B0_JOURNAL_RESERVE - 2);
    assert_int_equal(board_start(&board, &before), B0_START_PROGRAM);
    return 0;
}

/* An update interrupted repeatedly, until no slot was left. */
static int with_full_and_begun(void **state)
{
    const size_t used = (size_t)3 * B0_JOURNAL_RECORD_SIZE;

    with_program(state);
    board_start(&board, &before);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0), USB_ACK);
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE + 0x4000));
    board_settle(&board);
    memset(before.bytes + (B0_JOURNAL_BASE - B0_FLASH_BASE) + used, 0x12, B0_JOURNAL_SIZE - used);
    assert_int_equal(board_start(&board, &before), B0_START_BOOTLOADER);
    assert_int_equal(vendor_info(&board).journal_free, 0);
    return 0;
}

static void test_cuts(void **state)
{
    unsigned count = 0;

    (void)state;
    count += cut_everywhere(flash_as_dfu_util, SIZE);
    count += cut_everywhere(flash_as_boot0_and_leave, SIZE);
    count += cut_everywhere(only_leave, SIZE);
    count += cut_everywhere(flash_as_boot0, SMALL);
    print_message("# power cut in %u flash operations\n", count);
    assert_true(count > 200);
}

/* Completing the journal after a cut in its last record needs a free slot. */
static void test_cuts_in_a_row(void **state)
{
    (void)state;
    flash = before;
    for (unsigned round = 0; round < 300; round++) {
        board_start(&board, &flash);
        flash.operations = 0;
        flash.cut_at = 1 + round * 7 % 90;
        flash_as_boot0(&board, B0_PROGRAM_BASE, two, SIZE);
        board_settle(&board);
        assert_true(board_start(&board, &flash) == B0_START_BOOTLOADER || is_whole(SIZE));
    }
    check_aftermath(SIZE, true);
}

/* A torn record's contents may change: an update does not rely on them. */
static void test_torn_begin(void **state)
{
    struct b0_journal journal;
    const uint8_t *sector = flash.bytes + (B0_JOURNAL_BASE - B0_FLASH_BASE);

    (void)state;
    for (unsigned cut = 1; cut <= B0_JOURNAL_RECORD_SIZE / 4; cut++) {
        flash = before;
        board_start(&board, &flash);
        flash.operations = 0;
        flash.cut_at = cut;
        assert_false(flash_as_boot0(&board, B0_PROGRAM_BASE, two, SIZE));
        b0_journal_scan(&journal, sector, B0_JOURNAL_SIZE);
        assert_int_equal(journal.last, 0);
        assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
        assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE));
        board_settle(&board);
        b0_journal_scan(&journal, sector, B0_JOURNAL_SIZE);
        assert_int_equal(journal.last, B0_JOURNAL_BEGIN);
    }
}

/* The host disappears after so many transfers: the next one comes after a bus reset. */
static void test_unplugged(void **state)
{
    unsigned total = 0;

    (void)state;
    for (int way = 0; way < 3; way++) {
        flash_function *const ways[] = {flash_as_dfu_util, flash_as_boot0_and_leave, only_leave};
        unsigned count = 0;

        do {
            flash = before;
            board_start(&board, &flash);
            board.transfers_left = ++count;
            ways[way](&board, B0_PROGRAM_BASE, two, SIZE);
            if (board.transfers_left > 0)
                break;
            board.transfers_left = UINT32_MAX;
            usb_host_reset(&board.host);
            board_control(&board, (struct boot0_setup){0, BOOT0_USB_SET_CONFIGURATION, 1, 0, 0},
                          NULL);
            board_settle(&board);
            dfu_simple(&board, BOOT0_DFU_ABORT);
            board_settle(&board);
            check_aftermath(SIZE, count % 2 == 0);
        } while (true);
        total += count - 1;
    }
    print_message("# host gone after %u transfers\n", total);
    assert_true(total > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_cuts, with_program),
        cmocka_unit_test_setup(test_cuts, with_blank),
        cmocka_unit_test_setup(test_cuts, with_foreign),
        cmocka_unit_test_setup(test_cuts, with_full_journal),
        cmocka_unit_test_setup(test_cuts, with_full_and_begun),
        cmocka_unit_test_setup(test_cuts_in_a_row, with_program),
        cmocka_unit_test_setup(test_torn_begin, with_program),
        cmocka_unit_test_setup(test_unplugged, with_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
