/* SPDX-License-Identifier: MIT */
/*
 * Write protection of every sector, one at a time, with every kind of host. The program stays
 * untouched until the journal has the record of it, and no host gets a success.
 */
#include "bootloader_hosts.h"

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
    SIZE = 20 * 1024 + 2, /* sectors 2 and 3 */
    LAST_SECTOR = 3,
};

static struct test_flash flash, before;
static struct test_board board;
static uint8_t one[SIZE], two[SIZE];

static flash_function *const hosts[] = {
    flash_as_dfu_util, flash_as_old_dfu_util,    flash_as_pydfu,
    flash_as_boot0,    flash_as_boot0_and_leave,
};
enum { HOSTS = B0_LENGTH(hosts) };

/* Program one is there, and complete. */
static int setup(void **state)
{
    (void)state;
    make_program(one, sizeof one, 1);
    make_program(two, sizeof two, 2);
    test_flash_blank(&flash);
    board_start(&board, &flash);
    assert_true(flash_as_boot0(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    before = flash;
    return 0;
}

static bool is_untouched(void)
{
    const size_t at = B0_PROGRAM_BASE - B0_FLASH_BASE;

    return memcmp(flash.bytes + at, before.bytes + at, FLASH_SIZE - at) == 0;
}

static uint8_t status_now(void)
{
    board_settle(&board);
    return dfu_status(&board).status;
}

/* ---- the journal ---- */

/* It was refused, with nothing done, and the old program is there and starts. */
static void check_refused(void)
{
    assert_int_equal(status_now(), BOOT0_DFU_STATUS_ERR_WRITE);
    assert_true(is_untouched());
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_COMPLETED);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_END_SESSION, 0), USB_STALL);
}

static void nothing(void)
{
}

static void clear_status(void)
{
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    /* The session's commands failed: END_SESSION cannot confirm them. */
    assert_int_equal(vendor_out(&board, B0_EXTENSION_END_SESSION, 0), USB_STALL);
}

static void begin_session(void)
{
    clear_status();
    assert_int_equal(vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0), USB_ACK);
}

static void erase_journal(void)
{
    assert_int_equal(vendor_out(&board, B0_EXTENSION_ERASE_JOURNAL, 0), USB_STALL);
}

static void reset_bus(void)
{
    usb_host_reset(&board.host);
    select_configuration(&board);
}

static void power_cycle(void)
{
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
}

static void test_journal(void **state)
{
    static void (*const between[])(void) = {nothing,       clear_status, begin_session,
                                            erase_journal, reset_bus,    power_cycle};

    (void)state;
    for (size_t i = 0; i < HOSTS; i++) {
        for (size_t j = 0; j < B0_LENGTH(between); j++) {
            flash = before;
            flash.protected = 1u << B0_SECTOR_JOURNAL;
            board_start(&board, &flash);
            for (size_t next = 0; next < HOSTS; next++) {
                assert_false(hosts[(i + next) % HOSTS](&board, B0_PROGRAM_BASE, two, SIZE));
                check_refused();
                between[j]();
            }
            assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
            flash.protected = 0;
            assert_true(hosts[i](&board, B0_PROGRAM_BASE, two, SIZE));
            assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
            assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, SIZE));
        }
    }
}

/* Every single command that changes the program. */
static void test_journal_alone(void **state)
{
    static const struct {
        uint8_t bytes[B0_COMMAND_MAX];
        uint16_t size, block;
    } orders[] = {
        {{BOOT0_DFUSE_ERASE}, 1, 0},                                 /* everything */
        {{BOOT0_DFUSE_ERASE, 0x00, 0x80, 0x00, 0x08}, 5, 0},         /* the first sector */
        {{BOOT0_DFUSE_ERASE, 0x00, 0x00, 0x02, 0x08}, 5, 0},         /* one after the program */
        {{0x00, 0x00, 0x02, 0x20}, 4, BOOT0_DFUSE_BLOCK_FIRST},      /* a block */
        {{0x55, 0x55, 0x55, 0x55}, 4, BOOT0_DFUSE_BLOCK_FIRST + 60}, /* one after the program */
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(orders); i++) {
        flash = before;
        flash.protected = 1u << B0_SECTOR_JOURNAL;
        board_start(&board, &flash);
        for (int attempt = 0; attempt < 3; attempt++) {
            assert_int_equal(dfu_dnload(&board, orders[i].block, orders[i].bytes, orders[i].size),
                             USB_ACK);
            check_refused();
            clear_status();
        }
    }
}

/* An update that has already begun, and a journal without room for its end. */
static void test_full_journal(void **state)
{
    uint8_t *journal = flash.bytes + (B0_JOURNAL_BASE - B0_FLASH_BASE);

    (void)state;
    for (size_t i = 0; i < HOSTS; i++) {
        flash = before;
        memset(journal + 2 * (size_t)B0_JOURNAL_RECORD_SIZE, 0x12,
               B0_JOURNAL_SIZE - 2 * (size_t)B0_JOURNAL_RECORD_SIZE);
        flash.protected = 1u << B0_SECTOR_JOURNAL;
        assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
        assert_false(hosts[i](&board, B0_PROGRAM_BASE, two, SIZE));
        assert_int_equal(status_now(), BOOT0_DFU_STATUS_ERR_WRITE);
        assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
        flash.protected = 0;
        assert_true(hosts[i](&board, B0_PROGRAM_BASE, two, SIZE));
        assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    }
}

/* A record that does not verify does not count, and the next update tries another slot. */
static void test_worn_journal(void **state)
{
    (void)state;
    for (size_t i = 0; i < HOSTS; i++) {
        flash = before;
        flash.fail_at = B0_JOURNAL_BASE + 2 * B0_JOURNAL_RECORD_SIZE + 20;
        board_start(&board, &flash);
        assert_false(hosts[i](&board, B0_PROGRAM_BASE, two, SIZE));
        assert_int_equal(status_now(), BOOT0_DFU_STATUS_ERR_WRITE);
        assert_true(is_untouched());
        assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
        assert_true(hosts[i](&board, B0_PROGRAM_BASE, two, SIZE));
        assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
        assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, SIZE));
    }
}

/* ---- the other sectors ---- */

static void check_protected(flash_function *host, unsigned sector)
{
    bool matters = sector >= B0_SECTOR_JOURNAL && sector <= LAST_SECTOR;

    flash = before;
    flash.protected = b0_sector_range((uint8_t)sector, (uint8_t)sector);
    board_start(&board, &flash);
    assert_int_equal(host(&board, B0_PROGRAM_BASE, two, SIZE), !matters);
    if (matters)
        assert_int_equal(status_now(), BOOT0_DFU_STATUS_ERR_WRITE);
    assert_int_equal(board_start(&board, &flash), sector == B0_SECTOR_JOURNAL || !matters
                                                      ? B0_START_PROGRAM
                                                      : B0_START_BOOTLOADER);
    assert_int_equal(flash_holds(&board, B0_PROGRAM_BASE, two, SIZE), !matters);
    flash.protected = 0;
    assert_true(host(&board, B0_PROGRAM_BASE, two, SIZE));
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, SIZE));
}

static void test_each_sector(void **state)
{
    unsigned count = 0;

    (void)state;
    for (size_t i = 0; i < HOSTS; i++) {
        for (unsigned sector = 0; sector < B0_BANK_SECTORS; sector++) {
            check_protected(hosts[i], sector);
            count++;
        }
    }
    print_message("# sector write-protected in %u updates\n", count);
    assert_true(count >= 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_journal, setup),
        cmocka_unit_test_setup(test_journal_alone, setup),
        cmocka_unit_test_setup(test_full_journal, setup),
        cmocka_unit_test_setup(test_worn_journal, setup),
        cmocka_unit_test_setup(test_each_sector, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
