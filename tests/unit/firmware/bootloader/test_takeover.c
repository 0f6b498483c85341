/* SPDX-License-Identifier: MIT */
/*
 * A host is killed before each of its transfers, and another one comes that knows nothing of it:
 * with every first request that tools make, and every operation that they do first. No incomplete
 * program ever starts, and a whole one can be written.
 */
#include "bootloader_hosts.h"

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
    SIZE_MAX_KIB = 32,
    PAUSE_US = 1200000,   /* an operator and a shell are not faster */
    SILENCE_US = 5200000, /* after which the bootloader takes the host for gone */
};

#define DATA_AT (B0_FLASH_BASE + 0x10000) /* right after the longest program here */

static struct test_flash flash, killed_flash;
static struct test_board board, killed_board;
static uint8_t one[SIZE_MAX_KIB * 1024], two[SIZE_MAX_KIB * 1024], data[512];
static uint32_t size;
static unsigned kills, takeovers;

/* ---- how the second host begins ---- */

static void set_configuration(void)
{
    select_configuration(&board);
}

static void set_interface(void)
{
    select_alternate(&board, B0_ALTERNATE_FLASH);
}

static void set_other_interface(void)
{
    select_alternate(&board, B0_ALTERNATE_INFO);
    select_alternate(&board, B0_ALTERNATE_FLASH);
}

static void reset_bus(void)
{
    usb_host_reset(&board.host);
    select_configuration(&board);
}

/* A board with its own supply loses the cable for a moment. */
static void suspend(void)
{
    b0_usb_on_suspend(&board.host.usb, true);
    b0_usb_on_suspend(&board.host.usb, false);
}

static void clear_status(void)
{
    dfu_simple(&board, BOOT0_DFU_CLRSTATUS);
}

static void detach(void)
{
    dfu_simple(&board, BOOT0_DFU_DETACH);
}

static void be_silent(void)
{
    board_be_quiet(&board, SILENCE_US);
}

static void be_silent_and_abort(void)
{
    be_silent();
    dfu_simple(&board, BOOT0_DFU_ABORT);
}

static void pause_and_abort(void)
{
    board_be_quiet(&board, PAUSE_US);
    dfu_simple(&board, BOOT0_DFU_ABORT);
}

static void pause_and_go_on(void)
{
    board_be_quiet(&board, PAUSE_US);
}

/* As tools do afterwards: depending on GETSTATUS. */
static void return_to_idle(void)
{
    for (int i = 0; i < 4; i++) {
        uint8_t state = dfu_status(&board).state;

        if (state == BOOT0_DFU_STATE_IDLE)
            return;
        dfu_simple(&board,
                   state == BOOT0_DFU_STATE_DNLOAD_IDLE || state == BOOT0_DFU_STATE_UPLOAD_IDLE
                       ? BOOT0_DFU_ABORT
                       : BOOT0_DFU_CLRSTATUS);
    }
}

/* ---- the second host's operations ---- */

static void nothing(void)
{
}

static void leave(void)
{
    dfu_leave(&board);
}

static void write_data(void)
{
    dfu_command(&board, BOOT0_DFUSE_ERASE, DATA_AT);
    dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, DATA_AT);
    dfu_block(&board, 2, data, sizeof data);
}

static void write_data_and_abort(void)
{
    write_data();
    dfu_simple(&board, BOOT0_DFU_ABORT);
}

static void write_data_and_leave(void)
{
    write_data();
    leave();
}

static void erase_journal_and_leave(void)
{
    vendor_out(&board, B0_EXTENSION_ERASE_JOURNAL, 0);
    write_data_and_leave();
}

/* It is killed as well. */
static void erase_journal_and_write_half(void)
{
    vendor_out(&board, B0_EXTENSION_ERASE_JOURNAL, 0);
    dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE);
    dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE);
    dfu_block(&board, 2, two, 4096);
}

static const struct {
    void (*begin)(void);
    bool may_be_the_same; /* the bootloader cannot distinguish it from the first */
} openings[] = {
    {set_configuration, false},
    {set_interface, false},
    {set_other_interface, false},
    {reset_bus, false},
    {suspend, false},
    {clear_status, false},
    {detach, false},
    {be_silent, false},
    {be_silent_and_abort, false},
    {pause_and_abort, true},
    {pause_and_go_on, true},
};

static void (*const deeds[])(void) = {
    nothing,
    leave,
    write_data_and_abort,
    write_data_and_leave,
    erase_journal_and_leave,
    erase_journal_and_write_half,
};

/* ---- invariants ---- */

static void check_whole(void)
{
    board_settle(&board);
    assert_true(board_start(&board, &flash) == B0_START_BOOTLOADER ||
                flash_holds(&board, B0_PROGRAM_BASE, one, sizeof one) ||
                flash_holds(&board, B0_PROGRAM_BASE, two, size));
    assert_int_equal(flash.misuses, 0);
}

/* After a sample of the cases: it takes longer than everything else. */
static void check_next_update(unsigned turn)
{
    static flash_function *const hosts[] = {flash_as_dfu_util, flash_as_pydfu, flash_as_boot0};

    if (turn % 17 != 0)
        return;
    assert_true(hosts[turn % 3](&board, B0_PROGRAM_BASE, two, size));
    board_settle(&board);
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, size));
}

static void take_over(size_t opening, size_t deed)
{
    openings[opening].begin();
    return_to_idle();
    deeds[deed]();
    check_whole();
    check_next_update(takeovers++);
}

/* Every opening follows every kill; the operations take turns. */
static bool is_due(size_t opening, size_t deed)
{
    return deed == 0 || (!openings[opening].may_be_the_same && (opening + deed + kills) % 3 == 0);
}

/* Before each transfer of the first host, and after its last one. */
static void kill_host(struct test_board *b)
{
    b->before_transfer = NULL;
    killed_board = board;
    killed_flash = flash;
    kills++;
    check_whole(); /* only a power cycle */
    for (size_t i = 0; i < B0_LENGTH(openings); i++) {
        for (size_t j = 0; j < B0_LENGTH(deeds); j++) {
            if (!is_due(i, j))
                continue;
            board = killed_board;
            flash = killed_flash;
            if (board.bootloader.exit == B0_EXIT_NONE) /* otherwise the chip has reset by then */
                take_over(i, j);
        }
    }
    board = killed_board;
    flash = killed_flash;
    b->before_transfer = kill_host;
}

/* ---- the first host ---- */

/* Like webdfu and fwupd: SET_INTERFACE, all erases, one address, leaves. */
static bool flash_as_webdfu(struct test_board *b, uint32_t address, const uint8_t *bytes,
                            uint32_t length)
{
    if (select_alternate(b, B0_ALTERNATE_FLASH) != USB_ACK)
        return false;
    for (uint8_t sector = B0_SECTOR_PROGRAM; sector <= b0_sector_at(address + length - 1); sector++)
        if (!dfu_command(b, BOOT0_DFUSE_ERASE, b0_sector_address(sector)))
            return false;
    for (uint32_t done = 0; done < length; done += 2048) {
        uint32_t left = length - done;

        if (!dfu_command(b, BOOT0_DFUSE_SET_ADDRESS, address + done) ||
            !dfu_block(b, 2, bytes + done, (uint16_t)(left < 2048 ? left : 2048)))
            return false;
    }
    return dfu_leave(b);
}

static void kill_everywhere(flash_function *host, uint32_t length)
{
    size = length;
    make_program(one, sizeof one, 1);
    make_program(two, sizeof two, 2);
    memset(data, 0x5a, sizeof data);
    test_flash_blank(&flash);
    board_start(&board, &flash);
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    board.before_transfer = kill_host;
    assert_true(host(&board, B0_PROGRAM_BASE, two, length));
    kill_host(&board);
    board.before_transfer = NULL;
    board_settle(&board);
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, two, length));
}

/* With an end in the middle of a block, at the end of a block, and at the end of a sector. */
static void test_killed(void **state)
{
    static flash_function *const hosts[] = {
        flash_as_dfu_util, flash_as_old_dfu_util,    flash_as_pydfu,
        flash_as_boot0,    flash_as_boot0_and_leave, flash_as_webdfu,
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(hosts); i++) {
        kill_everywhere(hosts[i], 18 * 1024 + 2);
        kill_everywhere(hosts[i], 20 * 1024);
        kill_everywhere(hosts[i], 32 * 1024);
    }
    print_message("# host killed before %u transfers\n", kills);
    print_message("# another one came %u times\n", takeovers);
    assert_true(kills > 500 && takeovers > 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
