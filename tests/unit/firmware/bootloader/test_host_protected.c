/* SPDX-License-Identifier: MIT */
/*
 * libboot0 with write-protected sectors: it never reports a program that is not there, or a success
 * while the journal describes another program; and its error names the remedy.
 */
#include "bootloader_bus.h"

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
static struct board_bus bus;
static struct boot0_error error;
static uint8_t one[SIZE], two[SIZE];

static void enter(void)
{
    board_bus_reset(&bus, 0xb0070001);
    assert_int_equal(bus.runs, B0_START_BOOTLOADER);
}

static struct boot0_session *open_session(void)
{
    const struct boot0_bus on = board_bus_of(&bus);
    struct boot0_session *session = NULL;

    assert_int_equal(boot0_session_open(&session, &on, NULL, NULL, NULL, &error), BOOT0_OK);
    return session;
}

static enum boot0_status flash_at(uint32_t address, const uint8_t *data, size_t size)
{
    struct boot0_session *session = open_session();
    struct boot0_image *image = boot0_image_new();
    enum boot0_status status = boot0_image_add(image, 0, address, data, size, &error);

    image->has_addresses = true;
    if (status == BOOT0_OK)
        status = boot0_session_flash(session, image, NULL, &error);
    boot0_session_close(session);
    boot0_image_free(image);
    return status;
}

static enum boot0_status flash_program(const uint8_t *data)
{
    return flash_at(B0_PROGRAM_BASE, data, SIZE);
}

/* Program one is there, and complete. */
static int setup(void **state)
{
    (void)state;
    make_program(one, sizeof one, 1);
    make_program(two, sizeof two, 2);
    board_bus_begin(&bus, &board, &flash);
    assert_int_equal(flash_program(one), BOOT0_OK);
    assert_int_equal(bus.runs, B0_START_PROGRAM);
    before = flash;
    return 0;
}

static void protect(unsigned sector)
{
    flash = before;
    flash.protected = b0_sector_range((uint8_t)sector, (uint8_t)sector);
    enter();
}

static void check_old_program_starts(void)
{
    assert_memory_equal(flash.bytes, before.bytes, sizeof flash.bytes);
    board_bus_reset(&bus, 0);
    assert_int_equal(bus.runs, B0_START_PROGRAM);
}

/* ---- the journal ---- */

static void test_journal_is_known(void **state)
{
    struct boot0_session *session;

    (void)state;
    protect(B0_SECTOR_JOURNAL);
    session = open_session();
    assert_true(boot0_session_board(session)->bootloader.journal_protected);
    assert_int_equal(boot0_session_erase(session, B0_PROGRAM_BASE, 1, &error), BOOT0_E_PROTECTED);
    assert_int_equal(boot0_session_mass_erase(session, &error), BOOT0_E_PROTECTED);
    boot0_session_close(session);
    assert_int_equal(flash_program(two), BOOT0_E_PROTECTED);
    assert_non_null(strstr(error.message, "sector 1, at 0x08004000"));
    assert_non_null(strstr(error.message, "is write-protected"));
    assert_int_equal(error.advice, BOOT0_ADVICE_UNPROTECT_WRITE);
    check_old_program_starts();
}

/* A bootloader that does not report it, or a worn-out sector: it refuses the first erase. */
static void test_journal_is_found_out(void **state)
{
    static const uint16_t versions[] = {0x0101, B0_EXTENSION_VERSION};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(versions); i++) {
        protect(B0_SECTOR_JOURNAL);
        board.bootloader.info.protocol_version = versions[i];
        board.bootloader.info.flags = 0;
        assert_int_equal(flash_program(two), BOOT0_E_PROTECTED);
        assert_non_null(strstr(error.message, "cannot write its journal (sector 1"));
        assert_int_equal(error.advice,
                         i == 0 ? BOOT0_ADVICE_UPDATE_AND_UNPROTECT : BOOT0_ADVICE_NONE);
        /* The second time too, and for data. */
        assert_int_equal(flash_program(two), BOOT0_E_PROTECTED);
        assert_int_equal(flash_at(B0_PROGRAM_BASE + 0x10000, two, 100), BOOT0_E_PROTECTED);
        check_old_program_starts();
    }
}

/* Bootloaders up to version 1.1 behave like this after a refusal: no BEGIN, and no report of it. */
static void forget_begin(struct test_board *b)
{
    b->bootloader.queue.announced = true;
    b->bootloader.tracker.state = B0_TRACKER_WHOLE;
}

static void test_journal_was_ignored(void **state)
{
    (void)state;
    protect(B0_SECTOR_JOURNAL);
    board.bootloader.info.protocol_version = 0x0101;
    board.bootloader.info.flags = 0;
    board.before_transfer = forget_begin;
    assert_int_equal(flash_program(two), BOOT0_E_PROTECTED);
    assert_non_null(strstr(error.message, "cannot write its journal"));
    /* The journal is not blamed for other failures. */
    protect(B0_SECTOR_PROGRAM);
    assert_int_equal(flash_program(two), BOOT0_E_PROTOCOL);
    assert_null(strstr(error.message, "journal"));
}

/* ---- each sector ---- */

static void check_protected(unsigned sector)
{
    bool matters = sector >= B0_SECTOR_JOURNAL && sector <= LAST_SECTOR;
    enum boot0_status status;

    protect(sector);
    status = flash_program(two);
    if (matters) {
        assert_true(status == BOOT0_E_PROTECTED || status == BOOT0_E_PROTOCOL ||
                    status == BOOT0_E_IO);
        assert_true(error.hint[0] != '\0');
    } else {
        assert_int_equal(status, BOOT0_OK);
    }
    board_bus_reset(&bus, 0);
    assert_int_equal(bus.runs, sector == B0_SECTOR_JOURNAL || !matters ? B0_START_PROGRAM
                                                                       : B0_START_BOOTLOADER);
    assert_int_equal(flash_holds(&board, B0_PROGRAM_BASE, two, SIZE), !matters);
    flash.protected = 0;
    enter();
    assert_int_equal(flash_program(two), BOOT0_OK);
    assert_int_equal(bus.runs, B0_START_PROGRAM);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, SIZE));
}

static void test_each_sector(void **state)
{
    (void)state;
    for (unsigned sector = 0; sector < B0_BANK_SECTORS; sector++)
        check_protected(sector);
    print_message("# libboot0: sector write-protected in %u updates\n", (unsigned)B0_BANK_SECTORS);
}

/* A lone erase is accepted into the queue: its result is polled, too. */
static void test_erase(void **state)
{
    struct boot0_session *session;

    (void)state;
    for (unsigned sector = B0_SECTOR_PROGRAM; sector <= LAST_SECTOR; sector++) {
        protect(sector);
        session = open_session();
        assert_int_equal(boot0_session_erase(session, B0_PROGRAM_BASE, 0x8000, &error),
                         BOOT0_E_PROTOCOL);
        boot0_session_close(session);
        protect(sector);
        session = open_session();
        assert_int_equal(boot0_session_mass_erase(session, &error), BOOT0_E_PROTOCOL);
        boot0_session_close(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_journal_is_known, setup),
        cmocka_unit_test_setup(test_journal_is_found_out, setup),
        cmocka_unit_test_setup(test_journal_was_ignored, setup),
        cmocka_unit_test_setup(test_each_sector, setup),
        cmocka_unit_test_setup(test_erase, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
