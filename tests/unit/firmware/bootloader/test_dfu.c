/* SPDX-License-Identifier: MIT */
/*
 * The bootloader as DFU hosts see it: requests, refusals, the queue, and when an update is
 * complete.
 */
#include "bootloader_hosts.h"

#include "core/bytes.h"
#include "core/crc32.h"
#include "core/descriptors.h"
#include "include/boot0/layout.h"

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
    SIZE = 40 * 1024 + 6, /* two sectors and a half, and an odd end */
};

static struct test_flash flash;
static struct test_board board;
static uint8_t one[SIZE], two[SIZE], data[B0_BLOCK_SIZE];

static int setup(void **state)
{
    (void)state;
    test_flash_blank(&flash);
    make_program(one, sizeof one, 1);
    make_program(two, sizeof two, 2);
    assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(flash.misuses, 0);
    for (size_t i = 0; i < B0_JOURNAL_BASE - B0_FLASH_BASE; i++)
        assert_int_equal(flash.bytes[i], 0xb0);
    return 0;
}

static void check_status(uint8_t state, uint8_t status)
{
    struct b0_dfu_status now = dfu_status(&board);

    assert_int_equal(now.state, state);
    assert_int_equal(now.status, status);
}

static void test_descriptors(void **state)
{
    struct b0_dfu_configuration found;
    uint8_t bytes[256];
    uint16_t version;
    uint8_t code;

    (void)state;
    assert_int_equal(usb_host_descriptor(&board.host, 2, 0, bytes, 255), USB_ACK);
    assert_true(b0_descriptors_walk(bytes, board.host.moved, &found));
    assert_int_equal(found.alternate_count, 2);
    assert_int_equal(found.functional.transfer_size, B0_BLOCK_SIZE);
    assert_int_equal(found.functional.version, BOOT0_DFU_VERSION_DFUSE);
    assert_int_equal(usb_host_descriptor(&board.host, 15, 0, bytes, 255), USB_ACK);
    assert_int_equal(board.host.moved, b0_load16(bytes + 2));
    assert_true(b0_extension_find(bytes, board.host.moved, &version, &code));
    assert_int_equal(version, B0_EXTENSION_VERSION);
    assert_int_equal(code, B0_EXTENSION_VENDOR_CODE);
    /* The Microsoft set's lengths: in the BOS, in the set itself, and as sent. */
    assert_int_equal(
        board_control(
            &board, (struct boot0_setup){0xc0, B0_MS_OS_20_VENDOR_CODE, 0, 7, sizeof bytes}, bytes),
        USB_ACK);
    assert_int_equal(board.host.moved, 162);
    assert_int_equal(b0_load16(bytes + 8), 162);
}

static void check_string(uint8_t index, const char *expected)
{
    uint8_t bytes[255];
    char text[128];

    assert_int_equal(usb_host_descriptor(&board.host, 3, index, bytes, 255), USB_ACK);
    b0_string_descriptor(bytes, board.host.moved, text, sizeof text);
    assert_string_equal(text, expected);
}

static void test_strings(void **state)
{
    (void)state;
    check_string(1, "boot0");
    check_string(2, "boot0 bootloader F407");
    check_string(3, "376435753038"); /* u[11], u[10] + u[2], u[9], u[8] + u[0], u[7], u[6] */
    check_string(4, "@Internal Flash  /0x08008000/02*016Kg,01*064Kg,03*128Kg");
    check_string(5, "@Device Info /0x1FFF7A10/01*102 a");
}

static void test_commands(void **state)
{
    uint8_t bytes[8];

    (void)state;
    assert_int_equal(dfu_upload(&board, 0, bytes, sizeof bytes), USB_ACK);
    assert_int_equal(board.host.moved, 3);
    assert_memory_equal(bytes, "\x00\x21\x41", 3);
    check_status(BOOT0_DFU_STATE_IDLE, BOOT0_DFU_STATUS_OK);
    /* The first answer is always "busy": dfu-util insists on it, after data pydfu.py does, too. */
    assert_int_equal(dfu_dnload(&board, 0, (const uint8_t *)"\x21\x00\x80\x00\x08", 5), USB_ACK);
    check_status(BOOT0_DFU_STATE_DNBUSY, BOOT0_DFU_STATUS_OK);
    check_status(BOOT0_DFU_STATE_DNLOAD_IDLE, BOOT0_DFU_STATUS_OK);
    assert_int_equal(dfu_dnload(&board, 2, one, 8), USB_ACK);
    check_status(BOOT0_DFU_STATE_DNBUSY, BOOT0_DFU_STATUS_OK);
    check_status(BOOT0_DFU_STATE_DNLOAD_IDLE, BOOT0_DFU_STATUS_OK);
}

static void refused(const uint8_t *command, uint16_t size, uint8_t status)
{
    assert_int_equal(dfu_dnload(&board, 0, command, size), USB_ACK);
    check_status(BOOT0_DFU_STATE_ERROR, status);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    check_status(BOOT0_DFU_STATE_IDLE, BOOT0_DFU_STATUS_OK);
}

/* The pointer may be there, since hosts leave from there, but reads and writes fail. */
static void test_own_sectors(void **state)
{
    uint8_t bytes[8];

    (void)state;
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_FLASH_BASE));
    assert_false(dfu_block(&board, 2, one, 8));
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_ADDRESS);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    assert_int_equal(dfu_upload(&board, 2, bytes, sizeof bytes), USB_STALL);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_ADDRESS);
    assert_int_equal(flash.operations, 0);
}

static void test_addresses(void **state)
{
    (void)state;
    refused((const uint8_t *)"\x21\xff\xff\xff\x07", 5, BOOT0_DFU_STATUS_ERR_ADDRESS);
    refused((const uint8_t *)"\x21\x00\x00\x08\x08", 5, BOOT0_DFU_STATUS_ERR_ADDRESS);
    refused((const uint8_t *)"\x21\xff\xff\xff\xff", 5, BOOT0_DFU_STATUS_ERR_ADDRESS);
    refused((const uint8_t *)"\x41\x00\x40\x00\x08", 5, BOOT0_DFU_STATUS_ERR_ADDRESS);
    refused((const uint8_t *)"\x41\x00\x00\x08\x08", 5, BOOT0_DFU_STATUS_ERR_ADDRESS);
    refused((const uint8_t *)"\x92", 1, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    refused((const uint8_t *)"\x21", 1, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    assert_int_equal(flash.operations, 0);
    /* A block that begins inside and ends outside, by its number. */
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_FLASH_BASE + FLASH_SIZE - 4096));
    assert_int_equal(dfu_dnload(&board, 3, data, 1), USB_ACK);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_ADDRESS);
    assert_int_equal(flash.operations, 0);
}

static void test_malformed(void **state)
{
    (void)state;
    assert_int_equal(dfu_dnload(&board, 1, data, 8), USB_STALL);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    assert_int_equal(dfu_dnload(&board, 0, data, 2), USB_STALL);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_STALL);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    /* GETSTATUS must come before the next block. */
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_int_equal(dfu_dnload(&board, 2, one, 512), USB_ACK);
    assert_int_equal(dfu_dnload(&board, 3, one, 512), USB_STALL);
}

static void test_wrong_place(void **state)
{
    (void)state;
    /* Linked for the start of flash: its reset handler is in the bootloader. */
    b0_store32(one + 4, 0x08000101);
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_int_equal(dfu_dnload(&board, 2, one, 4096), USB_ACK);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_ADDRESS);
    assert_int_equal(flash.programs, 0);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    /* Only a vector table is checked. */
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE + 0x4000));
    assert_true(dfu_block(&board, 2, one, 4096));
}

static void test_whole_update(void **state)
{
    struct b0_extension_info info;
    struct b0_sha256 sha;
    uint8_t digest[B0_SHA256_SIZE];

    (void)state;
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    board_settle(&board);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, one, sizeof one));
    info = vendor_info(&board);
    assert_int_equal(info.journal_state, B0_JOURNAL_COMPLETED);
    assert_int_equal(info.journal_free, 254);
    assert_int_equal(info.program_length, sizeof one);
    b0_sha256_begin(&sha);
    b0_sha256_add(&sha, one, sizeof one);
    b0_sha256_end(&sha, digest);
    assert_memory_equal(info.program_digest, digest, sizeof digest);
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    /* Over it, with its own end and a shorter program. */
    assert_true(flash_as_boot0(&board, B0_PROGRAM_BASE, two, 10000));
    info = vendor_info(&board);
    assert_int_equal(info.journal_state, B0_JOURNAL_COMPLETED);
    assert_int_equal(info.program_length, sizeof one); /* its rest is still there */
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
}

static void test_leave(void **state)
{
    (void)state;
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_int_equal(board.bootloader.exit, B0_EXIT_NONE);
    assert_true(dfu_leave(&board));
    assert_int_equal(board.bootloader.exit, B0_EXIT_PROGRAM);
    assert_false(b0_bootloader_busy(&board.bootloader));
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    /* From dfuIDLE, as the ROM allows, and without an address. */
    assert_int_equal(dfu_dnload(&board, 0, NULL, 0), USB_ACK);
    check_status(BOOT0_DFU_STATE_MANIFEST, BOOT0_DFU_STATUS_OK);
    assert_int_equal(board.bootloader.exit, B0_EXIT_PROGRAM);
}

static void test_leave_completes(void **state)
{
    (void)state;
    memset(one + 8, 0x33, 4088); /* slow to program */
    /* The command comes while blocks are still queued: it waits for them and for the record. */
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE));
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_true(dfu_block(&board, 2, one, 4096));
    assert_true(b0_bootloader_busy(&board.bootloader));
    assert_true(dfu_leave(&board));
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, one, 4096));
}

static void test_reset_leaves(void **state)
{
    (void)state;
    assert_int_equal(dfu_dnload(&board, 0, NULL, 0), USB_ACK);
    assert_int_equal(board.bootloader.exit, B0_EXIT_NONE);
    usb_host_reset(&board.host);
    assert_int_equal(board.bootloader.exit, B0_EXIT_PROGRAM);
}

static void test_mass_erase(void **state)
{
    const uint8_t whole = BOOT0_DFUSE_ERASE;
    struct b0_dfu_status status;

    (void)state;
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_int_equal(dfu_dnload(&board, 0, &whole, 1), USB_ACK);
    status = dfu_status(&board);
    assert_int_equal(status.state, BOOT0_DFU_STATE_DNBUSY);
    assert_in_range(status.poll_timeout_ms, 2500, 4100); /* minus what may stay queued */
    board_run_us(&board, status.poll_timeout_ms * 1000);
    check_status(BOOT0_DFU_STATE_DNLOAD_IDLE, BOOT0_DFU_STATUS_OK);
    board_settle(&board);
    for (uint32_t i = B0_PROGRAM_BASE - B0_FLASH_BASE; i < FLASH_SIZE; i++)
        assert_int_equal(flash.bytes[i], 0xff);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    board_settle(&board);
    assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
}

/* A host that ignores the poll timeout gets its answer when the flash is done: pydfu.py. */
static void test_asked_early(void **state)
{
    const uint8_t whole = BOOT0_DFUSE_ERASE;
    struct b0_dfu_status status;
    uint32_t start_us;

    (void)state;
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_int_equal(dfu_dnload(&board, 0, &whole, 1), USB_ACK);
    status = dfu_status(&board);
    assert_int_equal(status.state, BOOT0_DFU_STATE_DNBUSY);
    start_us = flash.now_us;
    check_status(BOOT0_DFU_STATE_DNLOAD_IDLE, BOOT0_DFU_STATUS_OK);
    assert_in_range(flash.now_us - start_us, 500000, 4100000); /* minus what may stay queued */
}

static void test_queue(void **state)
{
    uint32_t start_us = flash.now_us;
    unsigned blocks = 0;
    struct b0_dfu_status status;

    (void)state;
    memset(flash.bytes + 0x20000, 0, 0x20000); /* so that there is something to erase */
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_FLASH_BASE + 0x20000));
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_FLASH_BASE + 0x20000));
    /* Blocks are accepted at once while the flash is busy… */
    do {
        memset(data, (int)blocks, sizeof data);
        assert_int_equal(dfu_dnload(&board, (uint16_t)(2 + blocks), data, sizeof data), USB_ACK);
        status = dfu_status(&board);
        blocks++;
        if (status.poll_timeout_ms == 0)
            status = dfu_status(&board);
    } while (status.state == BOOT0_DFU_STATE_DNLOAD_IDLE);
    assert_in_range(blocks, 5, TEST_BLOCKS);
    assert_in_range(flash.now_us - start_us, 0, 100000);
    /* …until the buffer is full: then the poll timeout is close to the real time. */
    assert_int_equal(status.state, BOOT0_DFU_STATE_DNBUSY);
    board_run_us(&board, status.poll_timeout_ms * 1000);
    check_status(BOOT0_DFU_STATE_DNLOAD_IDLE, BOOT0_DFU_STATUS_OK);
    /* The journal of a new chip is erased first, then the sector. */
    assert_in_range(flash.now_us - start_us, 10000, 1400000);
    /* Reading waits until all is done. */
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    for (unsigned i = 0; i < blocks; i++) {
        uint8_t read[B0_BLOCK_SIZE];

        memset(data, (int)i, sizeof data);
        assert_int_equal(dfu_upload(&board, (uint16_t)(2 + i), read, sizeof read), USB_ACK);
        assert_memory_equal(read, data, sizeof read);
    }
}

static void test_late_errors(void **state)
{
    (void)state;
    /*
     * The error of a queued operation is reported with the next answer, and the queue after it is
     * dropped.
     */
    flash.fail_at = B0_PROGRAM_BASE + 3072;
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    memset(one + 8, 0x33, 8184);
    assert_true(dfu_block(&board, 2, one, 4096));
    assert_int_equal(dfu_dnload(&board, 3, one + 4096, 4096), USB_ACK);
    board_settle(&board);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_PROG);
    assert_int_equal(flash.bytes[B0_PROGRAM_BASE + 4096 - B0_FLASH_BASE], 0xff);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    flash.fail_at = 0;
    /* Programming over flash that is not blank. */
    flash.bytes[B0_PROGRAM_BASE + 0x1200 - B0_FLASH_BASE] = 0;
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE + 0x1000));
    assert_int_equal(dfu_dnload(&board, 2, two, 4096), USB_ACK);
    board_settle(&board);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_VERIFY);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    /* Write protection; the first request afterwards reports it. */
    flash.protected = 1 << 3;
    flash.bytes[0xc000] = 0;
    assert_int_equal(dfu_dnload(&board, 0, (const uint8_t *)"\x41\x00\xc0\x00\x08", 5), USB_ACK);
    board_settle(&board);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_STALL);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_WRITE);
    assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
}

static void test_waiting_request_fails(void **state)
{
    (void)state;
    flash.fail_at = B0_PROGRAM_BASE + 2048;
    memset(one + 8, 0x33, 4088);
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_true(dfu_block(&board, 2, one, 4096));
    assert_int_equal(dfu_dnload(&board, 0, NULL, 0), USB_STALL);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_PROG);
    assert_int_equal(board.bootloader.exit, B0_EXIT_NONE);
}

/* GETSTATUS may wait for the flash, too, but is never refused: DFU 1.1, 6.1.2. */
static void test_waiting_question_is_answered(void **state)
{
    struct b0_dfu_status status = {0};

    (void)state;
    memset(flash.bytes + 0xc000, 0, 0x4000); /* so that there is something to erase */
    memset(data, 0x33, sizeof data);
    flash.fail_at = B0_FLASH_BASE + 0xc000 + 2048;
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_FLASH_BASE + 0xc000));
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_FLASH_BASE + 0xc000));
    for (uint16_t block = 2; status.poll_timeout_ms == 0; block++) {
        assert_int_equal(dfu_dnload(&board, block, data, sizeof data), USB_ACK);
        status = dfu_status(&board);
        if (status.poll_timeout_ms == 0)
            check_status(BOOT0_DFU_STATE_DNLOAD_IDLE, BOOT0_DFU_STATUS_OK);
    }
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_PROG);
}

static void test_upload(void **state)
{
    (void)state;
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    for (uint32_t done = 0; done < sizeof one; done += sizeof data) {
        assert_int_equal(dfu_upload(&board, (uint16_t)(2 + done / sizeof data), data, sizeof data),
                         USB_ACK);
        assert_memory_equal(data, one + done,
                            sizeof one - done < sizeof data ? sizeof one - done : sizeof data);
    }
    check_status(BOOT0_DFU_STATE_UPLOAD_IDLE, BOOT0_DFU_STATUS_OK);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    /* To the end of flash and not beyond. */
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_FLASH_BASE + FLASH_SIZE - 100));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    assert_int_equal(dfu_upload(&board, 2, data, sizeof data), USB_ACK);
    assert_int_equal(board.host.moved, 100);
    check_status(BOOT0_DFU_STATE_IDLE, BOOT0_DFU_STATUS_OK);
    assert_int_equal(dfu_upload(&board, 3, data, sizeof data), USB_STALL);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_ADDRESS);
}

static void test_info_alternate(void **state)
{
    uint8_t bytes[B0_EXTENSION_INFO_SIZE];
    struct b0_extension_info info;

    (void)state;
    assert_int_equal(select_alternate(&board, B0_ALTERNATE_INFO), USB_ACK);
    assert_int_equal(dfu_upload(&board, 2, data, sizeof data), USB_ACK);
    assert_int_equal(board.host.moved, sizeof bytes);
    assert_true(b0_extension_info_load(&info, data, board.host.moved));
    assert_string_equal(info.board, "test");
    assert_int_equal(info.flash_kib, FLASH_KIB);
    assert_int_equal(info.buffer_bytes, sizeof board.blocks);
    /* dfu-util sets the address from the alternate's name. */
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_INFO_ADDRESS));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    assert_int_equal(dfu_upload(&board, 2, bytes, sizeof bytes), USB_ACK);
    assert_memory_equal(bytes, data, sizeof bytes);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    /* This alternate cannot be written or erased, and does not reach the flash. */
    assert_int_equal(dfu_dnload(&board, 2, data, 16), USB_ACK);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_WRITE);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    refused((const uint8_t *)"\x41\x10\x7a\xff\x1f", 5, BOOT0_DFU_STATUS_ERR_ERASE);
    refused((const uint8_t *)"\x21\x00\x80\x00\x08", 5, BOOT0_DFU_STATUS_ERR_ADDRESS);
    assert_int_equal(flash.operations, 0);
}

/* ---- when an update is complete ---- */

/* A host that erases two sectors, writes some blocks, and disappears. */
static void half_an_update(void)
{
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE));
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    for (size_t i = 0; i < 4; i++)
        assert_true(dfu_block(&board, (uint16_t)(2 + i), one + i * 4096, 4096));
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE + 0x4000));
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_true(dfu_block(&board, 6, one + 0x4000, 4096));
}

static void ask_status(void)
{
    check_status(BOOT0_DFU_STATE_DNLOAD_IDLE, BOOT0_DFU_STATUS_OK);
}

static void ask_state(void)
{
    const struct boot0_setup get_state = {0xa1, BOOT0_DFU_GETSTATE, 0, 0, 1};
    uint8_t state;

    assert_int_equal(board_control(&board, get_state, &state), USB_ACK);
}

static void ask_info(void)
{
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
}

static void set_address(void)
{
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
}

static void wait_long(void)
{
    board_be_quiet(&board, B0_END_PAUSE_US + 100000);
}

static void test_another_host(void **state)
{
    (void)state;
    /*
     * All erased sectors have been written to; but the host that aborts is not the one that wrote.
     */
    half_an_update();
    assert_int_equal(select_alternate(&board, 0), USB_ACK);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    board_settle(&board);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
    assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
    /* Nor does leaving complete it, now or after the reset. */
    assert_true(dfu_leave(&board));
    assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
    /* Nor does writing other data. */
    assert_true(flash_as_dfu_util(&board, B0_FLASH_BASE + 0x20000, two, 100));
    board_settle(&board);
    assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
    /* A whole program does. */
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, two, sizeof two));
    board_settle(&board);
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
}

static void test_bus_reset(void **state)
{
    (void)state;
    half_an_update();
    usb_host_reset(&board.host);
    board_control(&board, (struct boot0_setup){0, BOOT0_USB_SET_CONFIGURATION, 1, 0, 0}, NULL);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    board_settle(&board);
    assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
}

static void test_erased_not_written(void **state)
{
    (void)state;
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE));
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE + 0x4000));
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_true(dfu_block(&board, 2, one, 4096));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    board_settle(&board);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_true(dfu_block(&board, 6, one + 0x4000, 4096));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    board_settle(&board);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_COMPLETED);
}

/* A host that erases and leaves has spoiled a program and written none. */
static void test_only_erased(void **state)
{
    (void)state;
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE + 0x4000));
    assert_true(dfu_leave(&board));
    assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
}

/* ABORT ends an update only directly after the last block's dfuDNLOAD-IDLE. */
static void test_abort_is_an_end(void **state)
{
    static void (*const before[])(void) = {ask_status, ask_state, ask_info, set_address, wait_long};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(before); i++) {
        test_flash_blank(&flash);
        board_start(&board, &flash);
        half_an_update();
        before[i]();
        assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
        board_settle(&board);
        assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
        /* Leaving ends one. */
        assert_true(dfu_leave(&board));
        assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_COMPLETED);
    }
}

/* A pause that the poll timeout imposes does not count. */
static void test_told_pause(void **state)
{
    struct b0_dfu_status status;
    uint16_t block = 2;

    (void)state;
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    memset(flash.bytes + 0x20000, 0, 0x20000); /* its erase takes 1 s */
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_FLASH_BASE + 0x20000));
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_FLASH_BASE + 0x20000));
    do { /* until the buffer is full */
        assert_int_equal(dfu_dnload(&board, block++, data, sizeof data), USB_ACK);
        status = dfu_status(&board);
        if (status.poll_timeout_ms == 0)
            check_status(BOOT0_DFU_STATE_DNLOAD_IDLE, BOOT0_DFU_STATUS_OK);
    } while (status.poll_timeout_ms == 0);
    assert_true(status.poll_timeout_ms > 500);
    board_run_us(&board, status.poll_timeout_ms * 1000 + 900000);
    check_status(BOOT0_DFU_STATE_DNLOAD_IDLE, BOOT0_DFU_STATUS_OK);
    board_run_us(&board, 900000);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_COMPLETED);
}

/* After a silence the host may be a different one: only an explicit request counts. */
static void test_silence(void **state)
{
    (void)state;
    half_an_update();
    board_be_quiet(&board, B0_SILENCE_US + 100000);
    assert_true(dfu_leave(&board));
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
    board_start(&board, &flash);
    /* boot0 was stopped for a while: END_SESSION confirms the whole update. */
    assert_int_equal(vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0), USB_ACK);
    half_an_update();
    board_be_quiet(&board, B0_SILENCE_US + 100000);
    assert_true(dfu_block(&board, 7, one + 0x5000, 4096));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_END_SESSION, 0), USB_ACK);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_COMPLETED);
    /* The host is gone permanently: the next host still completes a whole program. */
    assert_int_equal(vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0), USB_ACK);
    half_an_update();
    board_be_quiet(&board, B0_SILENCE_US + 100000);
    half_an_update();
    assert_true(dfu_leave(&board));
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_COMPLETED);
}

/* The host ends its update while blocks are queued, one of which fails: it gets the error. */
static void test_failed_before_record(void **state)
{
    (void)state;
    flash.fail_at = B0_PROGRAM_BASE + 3072;
    memset(one + 8, 0x33, 4088);
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE));
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_true(dfu_block(&board, 2, one, 4096));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_STALL);
    board_settle(&board);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_PROG);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    /* The same host continues with other data. */
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE + 0x4000));
    assert_true(dfu_block(&board, 2, one + 0x4000, 4096));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    board_settle(&board);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
}

/* A block was refused: the update is incomplete, although all erased sectors were written to. */
static void test_refused_in_between(void **state)
{
    (void)state;
    half_an_update();
    assert_int_equal(dfu_dnload(&board, 0, (const uint8_t *)"\x41\x00\x00\x00\x08", 5), USB_ACK);
    check_status(BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_ADDRESS);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_CLRSTATUS), USB_ACK);
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    board_settle(&board);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
}

/* A program's record has the known length, minus what was erased since. */
static void test_length(void **state)
{
    const uint8_t whole = BOOT0_DFUSE_ERASE;

    (void)state;
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_int_equal(vendor_info(&board).program_length, sizeof one);
    assert_int_equal(dfu_dnload(&board, 0, &whole, 1), USB_ACK);
    while (dfu_status(&board).state != BOOT0_DFU_STATE_DNLOAD_IDLE)
        board_run_us(&board, 100000);
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_true(dfu_block(&board, 2, two, 1000));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    assert_int_equal(vendor_info(&board).program_length, 1000);
    /* Data after it is written and erased again. */
    assert_int_equal(vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0), USB_ACK);
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_FLASH_BASE + 0x20000));
    assert_true(dfu_block(&board, 2, two, 1000));
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_FLASH_BASE + 0x20000));
    assert_int_equal(vendor_out(&board, B0_EXTENSION_END_SESSION, 0), USB_ACK);
    assert_in_range(vendor_info(&board).program_length, 1000, 0x20000 - 0x8000);
}

static void test_forgotten_bracket(void **state)
{
    (void)state;
    assert_int_equal(vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0), USB_ACK);
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    board_settle(&board);
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
}

/* Blank sectors need no erase, unless an interrupted one may have made them blank. */
static void test_blank_sectors(void **state)
{
    (void)state;
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, 0x4000 + 4096));
    board_settle(&board);
    assert_int_equal(flash.erases, 1); /* the journal of a new chip */
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE));
    board_settle(&board);
    assert_int_equal(flash.erases, 2);
    board_start(&board, &flash);
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, 4096));
    board_settle(&board);
    assert_int_equal(flash.erases, 3);
}

/* However many slots are left, an update finds one for its end. */
static void test_nearly_full_journal(void **state)
{
    (void)state;
    assert_true(flash_as_boot0(&board, B0_PROGRAM_BASE, one, sizeof one));
    for (uint32_t left = 0; left < 20; left++) {
        struct b0_journal_record record = {.type = B0_JOURNAL_COMPLETE};
        uint8_t *journal = flash.bytes + (B0_JOURNAL_BASE - B0_FLASH_BASE);

        memset(journal, 0xff, B0_JOURNAL_SIZE);
        for (size_t i = 0; i < B0_JOURNAL_SIZE / B0_JOURNAL_RECORD_SIZE - left; i++) {
            record.sequence = (uint32_t)i;
            b0_journal_encode(&record, journal + i * B0_JOURNAL_RECORD_SIZE);
        }
        assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
        assert_int_equal(vendor_info(&board).journal_free, left);
        assert_true(flash_as_boot0(&board, B0_PROGRAM_BASE, left % 2 ? one : two, sizeof two));
        assert_int_equal(vendor_info(&board).journal_free,
                         left < B0_JOURNAL_RESERVE ? 254 : left - 2);
        assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    }
}

static void test_brackets(void **state)
{
    (void)state;
    assert_int_equal(vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0), USB_ACK);
    assert_int_equal(flash.operations, 0);
    half_an_update();
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    board_settle(&board);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_END_SESSION, 0), USB_ACK);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_COMPLETED);
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    /* Without a change nothing is written. */
    flash.operations = 0;
    assert_int_equal(vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0), USB_ACK);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_END_SESSION, 0), USB_ACK);
    assert_int_equal(flash.operations, 0);
}

static void test_end_needs_program(void **state)
{
    (void)state;
    assert_true(flash_as_boot0(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_int_equal(vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0), USB_ACK);
    assert_true(dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE));
    assert_int_equal(vendor_out(&board, B0_EXTENSION_END_SESSION, 0), USB_STALL);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_BEGUN);
}

/* ---- the extension's other requests ---- */

static void test_digests(void **state)
{
    uint8_t ranges[3 * 8], digests[3 * 32], digest[32];
    const struct boot0_setup set = {0x40, B0_EXTENSION_VENDOR_CODE, 0, B0_EXTENSION_SET_RANGES,
                                    sizeof ranges};
    const struct boot0_setup get = {0xc0, B0_EXTENSION_VENDOR_CODE, 0, B0_EXTENSION_GET_DIGESTS,
                                    sizeof digests};
    struct b0_sha256 sha;

    (void)state;
    assert_int_equal(board_control(&board, get, digests), USB_STALL);
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    for (size_t i = 0; i < 3; i++) {
        b0_store32(ranges + 8 * i, (uint32_t)(B0_PROGRAM_BASE + 5000 * i));
        b0_store32(ranges + 8 * i + 4, (uint32_t)(5000 - i));
    }
    assert_int_equal(board_control(&board, set, ranges), USB_ACK);
    assert_int_equal(board_control(&board, get, digests), USB_ACK);
    for (size_t i = 0; i < 3; i++) {
        b0_sha256_begin(&sha);
        b0_sha256_add(&sha, one + 5000 * i, 5000 - i);
        b0_sha256_end(&sha, digest);
        assert_memory_equal(digests + 32 * i, digest, sizeof digest);
    }
    /* Outside the flash, empty, past its end, and not a list. */
    b0_store32(ranges, 0x20000000);
    assert_int_equal(board_control(&board, set, ranges), USB_STALL);
    assert_int_equal(board_control(&board, get, digests), USB_STALL);
    b0_store32(ranges, B0_FLASH_BASE + FLASH_SIZE - 4999);
    b0_store32(ranges + 4, 5000);
    assert_int_equal(board_control(&board, set, ranges), USB_STALL);
    b0_store32(ranges + 4, UINT32_MAX);
    assert_int_equal(board_control(&board, set, ranges), USB_STALL);
    b0_store32(ranges + 4, 0);
    assert_int_equal(board_control(&board, set, ranges), USB_STALL);
    b0_store32(ranges + 4, 4999);
    assert_int_equal(board_control(&board, set, ranges), USB_ACK);
    assert_int_equal(board_control(&board, (struct boot0_setup){0x40, 0xb0, 0, 2, 12}, ranges),
                     USB_STALL);
}

static void test_checksums(void **state)
{
    uint8_t ranges[2 * 8], checksums[2 * 4];
    const struct boot0_setup set = {0x40, B0_EXTENSION_VENDOR_CODE, 0, B0_EXTENSION_SET_RANGES,
                                    sizeof ranges};
    const struct boot0_setup get = {0xc0, B0_EXTENSION_VENDOR_CODE, 0, B0_EXTENSION_GET_CHECKSUMS,
                                    sizeof checksums};

    (void)state;
    assert_int_equal(board_control(&board, get, checksums), USB_STALL);
    assert_true(flash_as_dfu_util(&board, B0_PROGRAM_BASE, one, sizeof one));
    b0_store32(ranges, B0_PROGRAM_BASE);
    b0_store32(ranges + 4, 9000);
    b0_store32(ranges + 8, B0_PROGRAM_BASE + 9001);
    b0_store32(ranges + 12, 1);
    assert_int_equal(board_control(&board, set, ranges), USB_ACK);
    assert_int_equal(board_control(&board, get, checksums), USB_ACK);
    assert_int_equal(b0_load32(checksums), b0_crc32(B0_CRC32_START, one, 9000));
    assert_int_equal(b0_load32(checksums + 4), b0_crc32(B0_CRC32_START, one + 9001, 1));
}

static void test_orders(void **state)
{
    static const struct {
        uint16_t command, value;
        uint8_t exit;
    } orders[] = {
        {B0_EXTENSION_RESET, B0_EXTENSION_TO_PROGRAM, B0_EXIT_PROGRAM},
        {B0_EXTENSION_RESET, B0_EXTENSION_TO_BOOTLOADER, B0_EXIT_BOOTLOADER},
        {B0_EXTENSION_RESET, B0_EXTENSION_TO_ROM, B0_EXIT_ROM},
        {B0_EXTENSION_PROTECT, 1, B0_EXIT_PROTECT},
        {B0_EXTENSION_PROTECT, 0, B0_EXIT_UNPROTECT},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(orders); i++) {
        board_start(&board, &flash);
        assert_int_equal(vendor_out(&board, orders[i].command, orders[i].value), USB_ACK);
        assert_int_equal(board.bootloader.exit, orders[i].exit);
    }
    board_start(&board, &flash);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_RESET, 3), USB_STALL);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_PROTECT, 2), USB_STALL);
    assert_int_equal(vendor_out(&board, 0, 0), USB_STALL);
    assert_int_equal(vendor_out(&board, 9, 0), USB_STALL);
    assert_int_equal(vendor_out(&board, B0_EXTENSION_GET_INFO, 0), USB_STALL);
    assert_int_equal(board_control(&board, (struct boot0_setup){0x40, 0xb3, 0, 6, 0}, NULL),
                     USB_STALL);
    assert_int_equal(board.bootloader.exit, B0_EXIT_NONE);
}

static void test_erase_journal(void **state)
{
    (void)state;
    assert_true(flash_as_boot0(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_int_equal(vendor_out(&board, B0_EXTENSION_ERASE_JOURNAL, 0), USB_ACK);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_EMPTY);
    assert_int_equal(vendor_info(&board).journal_free, 256);
    assert_true(flash_holds(&board, B0_PROGRAM_BASE, one, sizeof one));
    assert_int_equal(board_start(&board, &flash), B0_START_PROGRAM);
    /* An incomplete program must not start only because the record against it is gone. */
    half_an_update();
    assert_int_equal(vendor_out(&board, B0_EXTENSION_ERASE_JOURNAL, 0), USB_ACK);
    assert_int_equal(vendor_info(&board).journal_state, B0_JOURNAL_EMPTY);
    /* Its first block alone does not make it whole, even for an old host. */
    assert_true(dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE));
    assert_true(dfu_block(&board, 2, one, 4096));
    assert_int_equal(dfu_simple(&board, BOOT0_DFU_ABORT), USB_ACK);
    assert_true(dfu_leave(&board));
    assert_int_equal(board_start(&board, &flash), B0_START_BOOTLOADER);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_descriptors),
        TEST(test_strings),
        TEST(test_commands),
        TEST(test_own_sectors),
        TEST(test_addresses),
        TEST(test_malformed),
        TEST(test_wrong_place),
        TEST(test_whole_update),
        TEST(test_leave),
        TEST(test_leave_completes),
        TEST(test_reset_leaves),
        TEST(test_mass_erase),
        TEST(test_asked_early),
        TEST(test_queue),
        TEST(test_late_errors),
        TEST(test_waiting_request_fails),
        TEST(test_waiting_question_is_answered),
        TEST(test_upload),
        TEST(test_info_alternate),
        TEST(test_another_host),
        TEST(test_bus_reset),
        TEST(test_erased_not_written),
        TEST(test_only_erased),
        TEST(test_abort_is_an_end),
        TEST(test_told_pause),
        TEST(test_silence),
        TEST(test_failed_before_record),
        TEST(test_refused_in_between),
        TEST(test_length),
        TEST(test_forgotten_bracket),
        TEST(test_blank_sectors),
        TEST(test_nearly_full_journal),
        TEST(test_brackets),
        TEST(test_end_needs_program),
        TEST(test_digests),
        TEST(test_checksums),
        TEST(test_orders),
        TEST(test_erase_journal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
