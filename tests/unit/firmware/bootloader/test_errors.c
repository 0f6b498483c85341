/* SPDX-License-Identifier: MIT */
/*
 * The flash fails at any moment: before, between and after the packets of every request, in every
 * state. Whatever is on the bus at that time, the error stays until CLRSTATUS: some hosts check
 * only the state, once.
 */
#include "bootloader_hosts.h"

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECTOR_AT (B0_FLASH_BASE + 0x20000) /* the one whose erase fails */

static struct test_flash flash;
static struct test_board board;
static uint8_t program[B0_BLOCK_SIZE], other[B0_BLOCK_SIZE], buffer[B0_BLOCK_SIZE];

/* ---- the failure ---- */

static unsigned moments, fail_at_moment;
static unsigned programs; /* at the failure */

static bool has_failed(void)
{
    return moments > fail_at_moment;
}

/* The operation in progress fails; the loop learns of it before it polls the bus. */
static void a_moment(void *context)
{
    (void)context;
    if (moments++ != fail_at_moment)
        return;
    flash.ready_us = flash.now_us;
    flash.failed = true;
    b0_bootloader_step(&board.bootloader, &board.host.usb, flash.now_us);
    assert_true(b0_queue_idle(&board.bootloader.queue));
    programs = flash.programs;
}

/* ---- states, with an erase in progress in each ---- */

static void erase_begun(void)
{
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, SECTOR_AT));
    board_run_us(&board, 3000);
    assert_true(b0_bootloader_busy(&board.bootloader));
}

static void reach_idle(void)
{
    erase_begun();
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
}

static void reach_sync(void)
{
    erase_begun();
    assert_int_equal(dfu_dnload(&board, 0, (const uint8_t *)"\x21\x00\x80\x00\x08", 5), USB_ACK);
}

static void reach_busy(void)
{
    reach_sync();
    assert_int_equal(dfu_status(&board).state, BOOT0_DFU_STATE_DNBUSY);
}

/* The buffer is full: GETSTATUS, DNLOAD wait. */
static void reach_full(void)
{
    struct b0_dfu_status status;

    erase_begun();
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, SECTOR_AT));
    do {
        assert_int_equal(dfu_dnload(&board, 2, buffer, sizeof buffer), USB_ACK);
        status = dfu_status(&board);
        if (status.poll_timeout_ms == 0)
            status = dfu_status(&board);
    } while (status.state == BOOT0_DFU_STATE_DNLOAD_IDLE);
    assert_int_equal(status.state, BOOT0_DFU_STATE_DNBUSY);
}

static void reach_upload(void)
{
    reach_idle();
    assert_int_equal(dfu_upload(&board, 0, buffer, 3), USB_ACK);
}

/* Vendor requests may come in any state, and some start flash operations. */
static void reach_manifest(void)
{
    const struct boot0_setup erase = {0x40, B0_EXTENSION_VENDOR_CODE, 0, B0_EXTENSION_ERASE_JOURNAL,
                                      0};

    assert_int_equal(dfu_dnload(&board, 0, NULL, 0), USB_ACK);
    assert_int_equal(usb_host_control(&board.host, erase, NULL), USB_NAK);
    board_run_us(&board, 100);
    assert_true(b0_bootloader_busy(&board.bootloader));
}

static const struct {
    void (*reach)(void);
    uint8_t state;
    enum b0_start start; /* what runs after a power cycle */
} states[] = {
    {reach_idle, BOOT0_DFU_STATE_IDLE, B0_START_BOOTLOADER},
    {reach_sync, BOOT0_DFU_STATE_DNLOAD_SYNC, B0_START_BOOTLOADER},
    {reach_busy, BOOT0_DFU_STATE_DNBUSY, B0_START_BOOTLOADER},
    {reach_full, BOOT0_DFU_STATE_DNBUSY, B0_START_BOOTLOADER},
    {erase_begun, BOOT0_DFU_STATE_DNLOAD_IDLE, B0_START_BOOTLOADER},
    {reach_upload, BOOT0_DFU_STATE_UPLOAD_IDLE, B0_START_BOOTLOADER},
    {reach_manifest, BOOT0_DFU_STATE_MANIFEST_SYNC, B0_START_PROGRAM}, /* nothing was changed */
};

/* ---- requests ---- */

enum {
    CLASS_OUT = BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
    CLASS_IN = BOOT0_USB_DIR_IN | CLASS_OUT,
    VENDOR_OUT = BOOT0_USB_TYPE_VENDOR,
    VENDOR_IN = BOOT0_USB_DIR_IN | VENDOR_OUT,
    CODE = B0_EXTENSION_VENDOR_CODE,
};

static const struct boot0_setup requests[] = {
    {CLASS_OUT, BOOT0_DFU_DETACH, 1000, 0, 0},
    {CLASS_OUT, BOOT0_DFU_DNLOAD, BOOT0_DFUSE_BLOCK_COMMAND, 0, 5},
    {CLASS_OUT, BOOT0_DFU_DNLOAD, BOOT0_DFUSE_BLOCK_FIRST, 0, sizeof buffer},
    {CLASS_OUT, BOOT0_DFU_DNLOAD, BOOT0_DFUSE_BLOCK_FIRST, 0, 0},
    {CLASS_IN, BOOT0_DFU_UPLOAD, BOOT0_DFUSE_BLOCK_COMMAND, 0, 3},
    {CLASS_IN, BOOT0_DFU_UPLOAD, BOOT0_DFUSE_BLOCK_FIRST, 0, 200},
    {CLASS_IN, BOOT0_DFU_GETSTATUS, 0, 0, BOOT0_DFU_STATUS_SIZE},
    {CLASS_OUT, BOOT0_DFU_CLRSTATUS, 0, 0, 0},
    {CLASS_IN, BOOT0_DFU_GETSTATE, 0, 0, 1},
    {CLASS_OUT, BOOT0_DFU_ABORT, 0, 0, 0},
    {CLASS_OUT, BOOT0_DFU_REQUEST_COUNT, 0, 0, 0},
    {0x00, BOOT0_USB_SET_CONFIGURATION, 1, 0, 0},
    {0x01, BOOT0_USB_SET_INTERFACE, B0_ALTERNATE_FLASH, 0, 0},
    {0x01, BOOT0_USB_SET_INTERFACE, B0_ALTERNATE_INFO, 0, 0},
    {0x80, BOOT0_USB_GET_DESCRIPTOR, BOOT0_USB_DESC_DEVICE << 8, 0, 18},
    {VENDOR_IN, CODE, 0, B0_EXTENSION_GET_INFO, B0_EXTENSION_INFO_SIZE},
    {VENDOR_OUT, CODE, 0, B0_EXTENSION_SET_RANGES, B0_EXTENSION_RANGE_SIZE},
    {VENDOR_IN, CODE, 0, B0_EXTENSION_GET_DIGESTS, B0_SHA256_SIZE},
    {VENDOR_IN, CODE, 0, B0_EXTENSION_GET_CHECKSUMS, B0_EXTENSION_CHECKSUM_SIZE},
    {VENDOR_OUT, CODE, 0, B0_EXTENSION_BEGIN_SESSION, 0},
    {VENDOR_OUT, CODE, 0, B0_EXTENSION_END_SESSION, 0},
    {VENDOR_OUT, CODE, 0, B0_EXTENSION_ERASE_JOURNAL, 0},
    {VENDOR_OUT, CODE, B0_EXTENSION_TO_PROGRAM, B0_EXTENSION_RESET, 0},
    {VENDOR_OUT, CODE, 1, B0_EXTENSION_PROTECT, 0},
};

/* The data of an OUT request: the address of a set-address command, a range, or of a program. */
static void fill(const struct boot0_setup *setup)
{
    static const uint8_t set_address[5] = {0x21, 0x00, 0x80, 0x00, 0x08};
    static const uint8_t range[B0_EXTENSION_RANGE_SIZE] = {0x00, 0x80, 0x00, 0x08, 0x00, 0x10};

    memcpy(buffer, other, sizeof buffer);
    if (setup->wLength == sizeof set_address)
        memcpy(buffer, set_address, sizeof set_address);
    if (setup->wLength == sizeof range)
        memcpy(buffer, range, sizeof range);
}

/* ---- invariants ---- */

static uint8_t get_state(void)
{
    const struct boot0_setup setup = {CLASS_IN, BOOT0_DFU_GETSTATE, 0, 0, 1};
    uint8_t state = 0xff;

    assert_int_equal(board_control(&board, setup, &state), USB_ACK);
    return state;
}

static void check_error_stays(enum b0_start start)
{
    struct b0_dfu_status first = dfu_status(&board), then;

    board_settle(&board);
    assert_int_equal(flash.programs, programs); /* later requests change nothing */
    assert_int_equal(first.state, BOOT0_DFU_STATE_ERROR);
    assert_int_not_equal(first.status, BOOT0_DFU_STATUS_OK);
    for (size_t i = 0; i < B0_LENGTH(requests); i++) {
        const struct boot0_setup *setup = &requests[i];

        if (setup->bRequest == BOOT0_DFU_CLRSTATUS && setup->bmRequestType == CLASS_OUT)
            continue;
        fill(setup);
        board_control(&board, *setup, buffer);
        then = dfu_status(&board);
        assert_int_equal(then.state, BOOT0_DFU_STATE_ERROR);
        assert_int_equal(then.status, first.status);
        assert_int_equal(get_state(), BOOT0_DFU_STATE_ERROR);
    }
    usb_host_reset(&board.host);
    select_configuration(&board);
    assert_int_equal(dfu_status(&board).status, first.status);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    assert_int_equal(dfu_status(&board).state, BOOT0_DFU_STATE_IDLE);
    board_settle(&board);
    assert_int_equal(board_start(&board, &flash), start);
}

static enum usb_answer ask(const struct boot0_setup *setup)
{
    enum usb_answer answer;

    fill(setup);
    board.host.between = a_moment;
    answer = usb_host_control(&board.host, *setup, buffer);
    if (answer == USB_NAK) { /* while it waits */
        a_moment(NULL);
        board_run_us(&board, 1000);
        answer = usb_host_continue(&board.host);
    }
    board.host.between = NULL;
    return answer;
}

/* Whether a failure before the request begins may be cleared after it. */
static bool may_clear(const struct boot0_setup *setup)
{
    return setup->bmRequestType == CLASS_OUT && setup->bRequest == BOOT0_DFU_CLRSTATUS &&
           fail_at_moment == 0;
}

static bool try_moment(size_t state, const struct boot0_setup *setup, unsigned moment)
{
    test_flash_blank(&flash);
    memset(flash.bytes + (SECTOR_AT - B0_FLASH_BASE), 0, 0x20000); /* something to erase */
    board_start(&board, &flash);
    assert_true(flash_as_boot0(&board, B0_PROGRAM_BASE, program, sizeof program));
    states[state].reach();
    assert_int_equal(b0_dfu_state(&board.bootloader), states[state].state);
    moments = 0;
    fail_at_moment = moment;
    ask(setup);
    if (!has_failed())
        return false;
    /* An answer from before the failure that ends the bootloader is not withdrawn. */
    if (board.bootloader.exit == B0_EXIT_NONE && !may_clear(setup))
        check_error_stays(states[state].start);
    return true;
}

static void test_every_moment(void **state)
{
    unsigned count = 0;

    (void)state;
    make_program(program, sizeof program, 1);
    make_program(other, sizeof other, 2);
    for (size_t i = 0; i < B0_LENGTH(states); i++) {
        for (size_t j = 0; j < B0_LENGTH(requests); j++) {
            unsigned moment = 0;

            while (try_moment(i, &requests[j], moment))
                moment++;
            assert_true(moment >= 2);
            count += moment;
        }
    }
    print_message("# flash failed at %u moments\n", count);
    assert_true(count > 500);
}

/* Like pydfu.py: it sees the states of two answers, and nothing else. */
static void test_states_alone(void **state)
{
    (void)state;
    make_program(other, sizeof other, 2);
    for (unsigned packet = 0; packet <= sizeof buffer / 64; packet++) {
        test_flash_blank(&flash);
        memset(flash.bytes + (SECTOR_AT - B0_FLASH_BASE), 0, 0x20000);
        board_start(&board, &flash);
        erase_begun();
        moments = 0;
        fail_at_moment = packet;
        assert_int_equal(ask(&requests[2]), packet == 0 ? USB_STALL : USB_ACK);
        assert_int_equal(dfu_status(&board).state, BOOT0_DFU_STATE_ERROR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_moment),
        cmocka_unit_test(test_states_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
