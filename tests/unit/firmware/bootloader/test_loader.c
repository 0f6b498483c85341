/* SPDX-License-Identifier: MIT */
/*
 * The RAM loader, a variant of the bootloader: the host owns all of the flash, there is no journal,
 * and it leaves to the address that the host gives.
 */
#include "bootloader_hosts.h"
#include "bootloader_test.h"

#include "core/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    SIZE = 70000, /* ends in the fifth sector */
};

static struct test_flash flash;
static struct test_board board;
static uint8_t program[SIZE];

static int start(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        program[i] = (uint8_t)(i * 7 + (i >> 8));
    test_flash_blank(&flash);
    flash.by_loader = true;
    board_start(&board, &flash);
    return 0;
}

static void test_tells_what_it_is(void **state)
{
    struct b0_extension_info info = vendor_info(&board);
    char text[B0_USB_STRING_MAX];
    size_t length;

    (void)state;
    assert_int_equal(info.program_start, B0_FLASH_BASE);
    assert_int_equal(info.journal_state, B0_JOURNAL_EMPTY);
    assert_int_equal(info.journal_free, 0);
    length = board.device.string(board.device.string_context, 2, text);
    assert_int_equal(length, strlen("boot0 RAM loader F407"));
    assert_memory_equal(text, "boot0 RAM loader F407", length);
    length = board.device.string(board.device.string_context, 4, text);
    assert_memory_equal(text, "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg", length);
}

static void test_hosts_write_all_of_the_flash(void **state)
{
    bool (*const hosts[])(struct test_board *, uint32_t, const uint8_t *, uint32_t) = {
        flash_as_boot0, flash_as_dfu_util, flash_as_old_dfu_util, flash_as_pydfu};

    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        program[100] = (uint8_t)i;
        assert_true(hosts[i](&board, B0_FLASH_BASE, program, SIZE));
        board_settle(&board);
        assert_true(flash_holds(&board, B0_FLASH_BASE, program, SIZE));
        assert_int_equal(flash.misuses, 0);
        start(NULL);
    }
}

/* It writes no journal: the flash after the program stays erased. */
static void test_keeps_no_journal(void **state)
{
    (void)state;
    assert_true(flash_as_boot0(&board, B0_FLASH_BASE, program, 0x4000));
    assert_int_equal(vendor_out(&board, B0_EXTENSION_ERASE_JOURNAL, 0), USB_ACK);
    board_settle(&board);
    for (size_t i = 0x4000; i < FLASH_SIZE; i++)
        assert_int_equal(flash.bytes[i], 0xff);
}

static void test_erases_all(void **state)
{
    uint8_t command = BOOT0_DFUSE_ERASE;

    (void)state;
    assert_true(flash_as_boot0(&board, B0_FLASH_BASE, program, SIZE));
    assert_int_equal(dfu_dnload(&board, 0, &command, 1), USB_ACK);
    board_settle(&board);
    for (size_t i = 0; i < FLASH_SIZE; i++)
        assert_int_equal(flash.bytes[i], 0xff);
}

/* The reset that loads option bytes ends the loader; a host that requests it would wait in vain. */
static void test_leaves_option_bytes_alone(void **state)
{
    (void)state;
    assert_int_equal(vendor_out(&board, B0_EXTENSION_PROTECT, B0_EXTENSION_PROTECT_BOOTLOADER),
                     USB_STALL);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_PROTECT, B0_EXTENSION_BROWNOUT | 3),
                     USB_STALL);
    assert_int_equal(board.bootloader.exit, B0_EXIT_NONE);
}

static void test_leaves_to_the_pointer(void **state)
{
    (void)state;
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, 0x08010000));
    assert_int_equal(dfu_dnload(&board, 2, NULL, 0), USB_ACK);
    assert_int_equal(dfu_status(&board).state, BOOT0_DFU_STATE_MANIFEST);
    assert_int_equal(board.bootloader.exit, B0_EXIT_PROGRAM);
    assert_int_equal(board.bootloader.program, 0x08010000);
    start(NULL);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_RESET, B0_EXTENSION_TO_PROGRAM), USB_ACK);
    assert_int_equal(board.bootloader.program, B0_FLASH_BASE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_tells_what_it_is, start),
        cmocka_unit_test_setup(test_hosts_write_all_of_the_flash, start),
        cmocka_unit_test_setup(test_keeps_no_journal, start),
        cmocka_unit_test_setup(test_erases_all, start),
        cmocka_unit_test_setup(test_leaves_option_bytes_alone, start),
        cmocka_unit_test_setup(test_leaves_to_the_pointer, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
