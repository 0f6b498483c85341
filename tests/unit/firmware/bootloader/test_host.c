/* SPDX-License-Identifier: MIT */
/*
 * libboot0 with boot0's own bootloader: what it learns of the board, how little it does after small
 * changes, and its refusals. No loss of power or connection, at any step, leaves an incomplete
 * program that starts.
 */
#include "bootloader_bus.h"

#include "core/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    SIZE = 20 * 1024 + 2,
    SMALL = 3000,
};

static struct test_flash flash;
static struct test_board board;
static struct board_bus bus;
static struct boot0_error error;
static uint8_t one[SIZE], two[SIZE];
static char notes[1000];

static void take_note(void *context, const char *text)
{
    size_t length = strlen(notes);

    (void)context;
    snprintf(notes + length, sizeof notes - length, "%s", text);
}

static int blank_board(void **state)
{
    (void)state;
    make_program(one, sizeof one, 1);
    make_program(two, sizeof two, 2);
    board_bus_begin(&bus, &board, &flash);
    notes[0] = '\0';
    return 0;
}

static struct boot0_session *open_session(void)
{
    static const struct boot0_observer observer = {.note = take_note};
    const struct boot0_bus on = board_bus_of(&bus);
    struct boot0_session *session = NULL;

    if (boot0_session_open(&session, &on, NULL, NULL, &observer, &error) != BOOT0_OK)
        return NULL;
    return session;
}

static struct boot0_image *image_of(uint32_t address, const uint8_t *data, size_t size)
{
    struct boot0_image *image = boot0_image_new();

    assert_non_null(image);
    assert_int_equal(boot0_image_add(image, 0, address, data, size, &error), BOOT0_OK);
    image->has_addresses = true;
    return image;
}

static enum boot0_status flash_at(uint32_t address, const uint8_t *data, size_t size,
                                  const struct boot0_flash_options *options,
                                  struct boot0_report *report)
{
    struct boot0_session *session = open_session();
    struct boot0_image *image = image_of(address, data, size);
    enum boot0_status status = session ? BOOT0_OK : error.code;

    if (session) {
        status = boot0_session_flash(session, image, options, &error);
        if (report)
            boot0_session_report(session, report);
    }
    boot0_session_close(session);
    boot0_image_free(image);
    return status;
}

static enum boot0_status flash_program(const uint8_t *data, size_t size,
                                       struct boot0_report *report)
{
    return flash_at(B0_PROGRAM_BASE, data, size, NULL, report);
}

/* Starts the bootloader again, as two taps on the reset button do. */
static void enter(void)
{
    board_bus_reset(&bus, 0xb0070001);
    assert_int_equal(bus.runs, B0_START_BOOTLOADER);
}

/* ---- facts and operations ---- */

static void test_info(void **state)
{
    struct boot0_session *session = open_session();
    const struct boot0_board *seen;

    (void)state;
    assert_non_null(session);
    seen = boot0_session_board(session);
    assert_true(seen->bootloader.present);
    assert_int_equal(seen->bootloader.protocol, B0_EXTENSION_VERSION);
    assert_string_equal(seen->bootloader.board, "test");
    assert_string_equal(seen->bootloader.entry, "no-program");
    assert_int_equal(seen->bootloader.update, BOOT0_UPDATE_NONE);
    assert_int_equal(seen->bootloader.program_start, B0_PROGRAM_BASE);
    assert_int_equal(seen->chip_count, 1);
    assert_string_equal(seen->chips[0]->key, "f407");
    assert_string_equal(seen->contradiction, "");
    assert_string_equal(seen->quirk, "boot0");
    boot0_session_close(session);
}

static void test_fresh(void **state)
{
    struct boot0_report report = {0};

    (void)state;
    assert_int_equal(flash_program(one, SIZE, &report), BOOT0_OK);
    assert_true(report.started);
    assert_int_equal(bus.runs, B0_START_PROGRAM);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, one, SIZE));
    assert_int_equal(report.bytes_verified, SIZE);
    assert_int_equal(report.bytes_read, 8); /* the vector table, before it is started */
    assert_int_equal(flash.misuses, 0);
}

static void test_nothing_to_do(void **state)
{
    struct boot0_report report = {0};
    unsigned erases, programs;

    (void)state;
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    enter();
    erases = flash.erases;
    programs = flash.programs;
    assert_int_equal(flash_program(one, SIZE, &report), BOOT0_OK);
    assert_int_equal(report.bytes_written, 0);
    assert_int_equal(report.unchanged_bytes, SIZE);
    assert_int_equal(flash.erases, erases);
    assert_int_equal(flash.programs, programs);
    assert_true(report.started);
    assert_true(report.total_us < 300000);
    assert_int_equal(bus.runs, B0_START_PROGRAM);
}

/* Recognised by its digest in the journal, and by checksums; but the flash must hold it. */
static void test_completed_is_recognised(void **state)
{
    struct boot0_report report = {0};

    (void)state;
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    enter();
    memset(bus.asked, 0, sizeof bus.asked);
    assert_int_equal(flash_program(one, SIZE, &report), BOOT0_OK);
    assert_int_equal(report.unchanged_bytes, SIZE);
    assert_int_equal(bus.asked[B0_EXTENSION_GET_CHECKSUMS], 1);
    assert_int_equal(bus.asked[B0_EXTENSION_GET_DIGESTS], 0);
    enter();
    flash.bytes[B0_PROGRAM_BASE - B0_FLASH_BASE + 0x4800] ^= 1;
    assert_int_equal(flash_program(one, SIZE, &report), BOOT0_OK);
    assert_int_equal(report.sectors_erased, 1);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, one, SIZE));
}

/* A part of it, a longer one, another one: its record does not cover these. */
static void test_not_completed(void **state)
{
    static uint8_t more[SIZE + 4];

    (void)state;
    memcpy(more, one, SIZE);
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    enter();
    memset(bus.asked, 0, sizeof bus.asked);
    assert_int_equal(flash_program(one, SMALL, NULL), BOOT0_OK);
    enter();
    assert_int_equal(flash_program(more, sizeof more, NULL), BOOT0_OK);
    enter();
    assert_int_equal(flash_program(two, SIZE, NULL), BOOT0_OK);
    assert_int_equal(bus.asked[B0_EXTENSION_GET_CHECKSUMS], 0);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, SIZE));
}

static void test_without_checksums(void **state)
{
    struct boot0_report report = {0};

    (void)state;
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    enter();
    board.bootloader.info.protocol_version = 0x0100;
    memset(bus.asked, 0, sizeof bus.asked);
    assert_int_equal(flash_program(one, SIZE, &report), BOOT0_OK);
    assert_int_equal(report.unchanged_bytes, SIZE);
    assert_int_equal(bus.asked[B0_EXTENSION_GET_CHECKSUMS], 0);
}

static void test_one_byte(void **state)
{
    struct boot0_report report = {0};

    (void)state;
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    enter();
    memcpy(two, one, SIZE);
    two[1000] ^= 1;
    assert_int_equal(flash_program(two, SIZE, &report), BOOT0_OK);
    assert_int_equal(report.sectors_erased, 1);
    assert_int_equal(report.unchanged_bytes, SIZE - 0x4000);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, SIZE));
    assert_true(report.total_us < 250000 * 13 / 10 + 66000 + 200000);
}

/* Other data in a changed sector is preserved, and is read only if there is any. */
static void test_rest_is_preserved(void **state)
{
    static const uint8_t neighbour[] = "not the program's";
    uint32_t there = B0_PROGRAM_BASE + 0x7000;
    struct boot0_report report = {0};

    (void)state;
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    enter();
    assert_int_equal(flash_at(there, neighbour, sizeof neighbour, NULL, NULL), BOOT0_OK);
    assert_int_equal(bus.runs, B0_START_BOOTLOADER);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, one, SIZE));
    assert_true(flash_holds(&board, there, neighbour, sizeof neighbour));
    assert_int_equal(flash_program(two, SIZE, &report), BOOT0_OK);
    assert_int_equal(report.bytes_read, 0x4000 + 8);
    assert_true(flash_holds(&board, there, neighbour, sizeof neighbour));
    assert_int_equal(bus.runs, B0_START_PROGRAM);
}

static void test_many_pieces(void **state)
{
    struct boot0_session *session = open_session();
    struct boot0_image *image = boot0_image_new();
    uint8_t byte[4] = {1, 2, 3, 4};

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, B0_PROGRAM_BASE, one, SMALL, &error), BOOT0_OK);
    for (uint32_t i = 0; i < 30; i++)
        assert_int_equal(
            boot0_image_add(image, 0, B0_PROGRAM_BASE + 0x4000 + i * 64, byte, 4, &error),
            BOOT0_OK);
    image->has_addresses = true;
    assert_int_equal(boot0_session_flash(session, image, NULL, &error), BOOT0_OK);
    boot0_session_close(session);
    enter();
    session = open_session();
    assert_int_equal(boot0_session_verify(session, image, NULL, &error), BOOT0_OK);
    flash.bytes[B0_PROGRAM_BASE - B0_FLASH_BASE + 0x4000 + 66] = 9;
    assert_int_equal(boot0_session_verify(session, image, NULL, &error), BOOT0_E_MISMATCH);
    assert_non_null(strstr(error.message, "0x0800c042"));
    boot0_session_close(session);
    boot0_image_free(image);
}

static void test_lost_bits_are_found(void **state)
{
    struct boot0_session *session;
    struct boot0_image *image = image_of(B0_PROGRAM_BASE, one, SIZE);
    const struct boot0_flash_options options = {.no_run = true};

    (void)state;
    assert_int_equal(flash_at(B0_PROGRAM_BASE, one, SIZE, &options, NULL), BOOT0_OK);
    session = open_session();
    assert_int_equal(boot0_session_verify(session, image, NULL, &error), BOOT0_OK);
    flash.bytes[B0_PROGRAM_BASE - B0_FLASH_BASE + 2048] ^= 1;
    assert_int_equal(boot0_session_verify(session, image, NULL, &error), BOOT0_E_MISMATCH);
    boot0_session_close(session);
    boot0_image_free(image);
}

/* ---- refusals ---- */

static void test_not_moved(void **state)
{
    uint8_t program[SMALL];
    struct boot0_flash_options options = {.force = true};
    unsigned erases = flash.erases;

    (void)state;
    memcpy(program, one, SMALL);
    b0_store32(program + 4, 0x08000101);
    assert_int_equal(flash_at(B0_FLASH_BASE, program, SMALL, NULL, NULL), BOOT0_E_MISMATCH);
    assert_non_null(strstr(error.message, "0x08008000"));
    assert_int_equal(flash_at(B0_FLASH_BASE, program, SMALL, &options, NULL), BOOT0_E_MISMATCH);
    assert_int_equal(flash_at(B0_PROGRAM_BASE, program, SMALL, &options, NULL), BOOT0_E_MISMATCH);
    assert_non_null(strstr(error.hint, "LD_FLASH_OFFSET=0x8000"));
    assert_null(strstr(error.hint, "0x0x"));
    assert_int_equal(flash.erases, erases);
    assert_int_equal(flash.programs, 0);
}

/* Another major version: an ordinary DfuSe board, with a note about it. */
static void test_later_version(void **state)
{
    struct boot0_session *session;

    (void)state;
    bus.bos_version = 2;
    session = open_session();
    assert_non_null(session);
    assert_false(boot0_session_board(session)->bootloader.present);
    assert_non_null(strstr(boot0_session_board(session)->contradiction, "version 2.04"));
    assert_int_equal(boot0_session_reset_to(session, BOOT0_TARGET_ROM, &error),
                     BOOT0_E_UNSUPPORTED);
    boot0_session_close(session);
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    assert_int_equal(bus.runs, B0_START_PROGRAM);
}

/* ---- orders ---- */

static void test_orders(void **state)
{
    struct boot0_session *session;

    (void)state;
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    enter();
    session = open_session();
    assert_int_equal(boot0_session_reset_to(session, BOOT0_TARGET_BOOTLOADER, &error), BOOT0_OK);
    boot0_session_close(session);
    assert_int_equal(bus.runs, B0_START_BOOTLOADER);
    session = open_session();
    assert_string_equal(boot0_session_board(session)->bootloader.entry, "asked");
    assert_int_equal(boot0_session_erase_journal(session, &error), BOOT0_OK);
    assert_int_equal(boot0_session_reset_to(session, BOOT0_TARGET_PROGRAM, &error), BOOT0_OK);
    boot0_session_close(session);
    assert_int_equal(bus.runs, B0_START_PROGRAM);
    enter();
    session = open_session();
    assert_int_equal(boot0_session_board(session)->bootloader.update, BOOT0_UPDATE_NONE);
    assert_int_equal(boot0_session_reset_to(session, BOOT0_TARGET_ROM, &error), BOOT0_OK);
    boot0_session_close(session);
    assert_int_equal(bus.runs, B0_START_ROM);
}

/* A piece of data does not complete an interrupted program; the program does. */
static void test_interrupted(void **state)
{
    static const uint8_t data[] = "data";

    (void)state;
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    enter();
    flash.operations = 0;
    flash.cut_at = 30;
    assert_int_not_equal(flash_program(two, SIZE, NULL), BOOT0_OK);
    board_bus_reset(&bus, 0);
    assert_int_equal(bus.runs, B0_START_BOOTLOADER);
    assert_int_equal(flash_at(B0_PROGRAM_BASE + 0x10000, data, sizeof data, NULL, NULL), BOOT0_OK);
    assert_non_null(strstr(notes, "flashed again"));
    board_bus_reset(&bus, 0);
    assert_int_equal(bus.runs, B0_START_BOOTLOADER);
    assert_int_equal(flash_program(two, SIZE, NULL), BOOT0_OK);
    assert_int_equal(bus.runs, B0_START_PROGRAM);
}

/* ---- cuts ---- */

static void check_aftermath(const uint8_t *data, uint32_t size)
{
    board_bus_reset(&bus, 0);
    if (bus.runs != B0_START_BOOTLOADER) {
        assert_true(flash_holds(&board, B0_PROGRAM_BASE, one, SIZE) ||
                    flash_holds(&board, B0_PROGRAM_BASE, data, size));
        enter();
    }
    assert_int_equal(flash_program(data, size, NULL), BOOT0_OK);
    assert_int_equal(bus.runs, B0_START_PROGRAM);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, data, size));
    assert_int_equal(flash.misuses, 0);
}

static unsigned cut_everywhere(const struct test_flash *before, uint32_t size)
{
    unsigned cut = 0;
    bool was_cut;

    do {
        flash = *before;
        enter();
        flash.operations = 0;
        flash.cut_at = ++cut;
        (void)flash_program(two, size, NULL);
        was_cut = flash.dead;
        check_aftermath(two, size);
    } while (was_cut);
    return cut - 1;
}

static void test_power_cuts(void **state)
{
    static struct test_flash before;
    unsigned count = 0;

    (void)state;
    before = flash;
    count += cut_everywhere(&before, SIZE); /* factory-new */
    flash = before;
    enter();
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    before = flash;
    count += cut_everywhere(&before, SIZE);
    count += cut_everywhere(&before, SMALL);
    print_message("# libboot0: power cut in %u flash operations\n", count);
    assert_true(count > 150);
}

static void test_unplugged(void **state)
{
    static struct test_flash before;
    unsigned count = 0;
    bool was_cut;

    (void)state;
    assert_int_equal(flash_program(one, SIZE, NULL), BOOT0_OK);
    before = flash;
    do {
        flash = before;
        enter();
        board.transfers_left = ++count;
        (void)flash_program(two, SIZE, NULL);
        was_cut = board.transfers_left == 0;
        board.transfers_left = UINT32_MAX;
        if (was_cut) { /* plugged in again, without a loss of power */
            usb_host_reset(&board.host);
            board_control(&board, (struct boot0_setup){0, BOOT0_USB_SET_CONFIGURATION, 1, 0, 0},
                          NULL);
            board_settle(&board);
        }
        check_aftermath(two, SIZE);
    } while (was_cut);
    print_message("# libboot0: unplugged before %u transfers\n", count - 1);
    assert_true(count > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_info, blank_board),
        cmocka_unit_test_setup(test_fresh, blank_board),
        cmocka_unit_test_setup(test_nothing_to_do, blank_board),
        cmocka_unit_test_setup(test_completed_is_recognised, blank_board),
        cmocka_unit_test_setup(test_not_completed, blank_board),
        cmocka_unit_test_setup(test_without_checksums, blank_board),
        cmocka_unit_test_setup(test_one_byte, blank_board),
        cmocka_unit_test_setup(test_rest_is_preserved, blank_board),
        cmocka_unit_test_setup(test_many_pieces, blank_board),
        cmocka_unit_test_setup(test_lost_bits_are_found, blank_board),
        cmocka_unit_test_setup(test_not_moved, blank_board),
        cmocka_unit_test_setup(test_later_version, blank_board),
        cmocka_unit_test_setup(test_orders, blank_board),
        cmocka_unit_test_setup(test_interrupted, blank_board),
        cmocka_unit_test_setup(test_power_cuts, blank_board),
        cmocka_unit_test_setup(test_unplugged, blank_board),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
