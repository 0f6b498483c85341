/* SPDX-License-Identifier: MIT */
/*
 * The models of ST's ROM bootloader as a host sees them, continued: supply ranges, option bytes,
 * OTP and read protection.
 */
#include "../vboard_test.h"
#include <core/array.h>

#define OPTIONS 0x1fffc000u
#define FEATURE 0xffff0000u

/* ---- Device Feature ---- */

static uint8_t write_feature(struct vboard *board, const uint8_t *bytes, uint16_t length)
{
    uint8_t status;

    command(board, BOOT0_DFUSE_SET_ADDRESS, FEATURE);
    status = write_block(board, 2, bytes, length);
    to_idle(board);
    return status;
}

static uint64_t time_of_block(struct vboard *board)
{
    static const uint8_t data[2048] = {0};
    uint64_t before_us = stats_of(board).program_us;

    command(board, BOOT0_DFUSE_SET_ADDRESS, MAIN);
    write_block(board, 2, data, sizeof data);
    to_idle(board);
    return stats_of(board).program_us - before_us;
}

/* AN2606, 4.4, table 4. */
static void test_device_feature(void **state)
{
    static const struct {
        uint8_t bytes[4];
        uint16_t length;
        uint8_t status;
        uint64_t block_us;
    } rows[] = {
        {{0}, 1, BOOT0_DFU_STATUS_OK, 2048ul * 16},
        {{1}, 1, BOOT0_DFU_STATUS_OK, 1024ul * 16},
        {{2, 0xff}, 2, BOOT0_DFU_STATUS_OK, 1024ul * 16},
        {{3, 0xff, 0xff, 0xff}, 4, BOOT0_DFU_STATUS_OK, 512ul * 16},
        {{5}, 1, BOOT0_DFU_STATUS_ERR_TARGET, 2048ul * 16},
        {{3, 0}, 2, BOOT0_DFU_STATUS_ERR_TARGET, 2048ul * 16},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct vboard *board = idle_board("f407");
        uint8_t back[4];

        assert_int_equal(write_feature(board, rows[i].bytes, rows[i].length), rows[i].status);
        assert_int_equal(time_of_block(board), rows[i].block_us);
        assert_int_equal(stats_of(board).violations, 0);
        command(board, BOOT0_DFUSE_SET_ADDRESS, FEATURE);
        to_idle(board);
        assert_int_equal(upload(board, 2, back, 4, NULL), BOOT0_XFER_OK);
        assert_int_equal(back[0], rows[i].status == BOOT0_DFU_STATUS_OK ? rows[i].bytes[0] : 0);
        assert_int_equal(back[3], 0xff);
        vboard_press_reset(board); /* it loses the setting */
        to_idle(board);
        assert_int_equal(peek(board, FEATURE), 0);
        assert_int_equal(time_of_block(board), 2048ul * 16);
        free_board(board);
    }
}

/* The reserved bytes alone accept only 0xff. */
static void test_reserved_feature_bytes(void **state)
{
    static const uint8_t reserved[] = {0xff}, range[] = {3};
    struct vboard *board = idle_board("f407");

    (void)state;
    command(board, BOOT0_DFUSE_SET_ADDRESS, FEATURE + 1);
    assert_int_equal(write_block(board, 2, reserved, 1), BOOT0_DFU_STATUS_OK);
    assert_int_equal(write_block(board, 2, range, 1), BOOT0_DFU_STATUS_ERR_TARGET);
    assert_int_equal(peek(board, FEATURE), 0);
    free_board(board);
}

static void test_wrong_supply_setting(void **state)
{
    static const uint8_t x32[] = {3}, x64[] = {4};
    struct vboard *low = idle_board("f407:supply=2.5"), *no_vpp = idle_board("f407");

    (void)state;
    write_feature(low, x32, 1);
    time_of_block(low);
    assert_true(stats_of(low).violations > 0);
    write_feature(no_vpp, x64, 1);
    time_of_block(no_vpp);
    assert_true(stats_of(no_vpp).violations > 0);
    free_board(low);
    free_board(no_vpp);
}

/* The L476 lists such an alternate; AN2606 gives it no meaning there. */
static void test_feature_without_meaning(void **state)
{
    static const uint8_t x32[] = {3};
    struct vboard *board = idle_board("l476"), *other = idle_board("l476");

    (void)state;
    assert_int_equal(write_feature(board, x32, 1), BOOT0_DFU_STATUS_OK);
    assert_int_equal(time_of_block(board), time_of_block(other));
    free_board(board);
    free_board(other);
}

/* ---- option bytes and protection ---- */

/* Written, then a system reset: the second GETSTATUS gets no answer (AN2662, 4.5.1). */
static void test_option_bytes(void **state)
{
    uint8_t options[16], bytes[6];
    struct vboard *board = idle_board("f407:fill=0x00");
    unsigned connection = vboard_connection(board);

    (void)state;
    assert_true(vboard_peek(board, OPTIONS, options, 16));
    assert_int_equal(options[1], 0xaa);
    options[8] = 0xfd; /* sector 1 */
    command(board, BOOT0_DFUSE_SET_ADDRESS, OPTIONS);
    assert_int_equal(dnload(board, 2, options, 16), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNBUSY);
    assert_int_equal(transfer(board, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, bytes, NULL),
                     BOOT0_XFER_GONE);
    assert_true(vboard_connected(board));
    assert_int_equal(vboard_connection(board), connection + 1);
    assert_int_equal(stats_of(board).resets, 1);
    assert_int_equal(peek(board, OPTIONS + 8), 0xfd);
    to_idle(board);
    /* Erasing a protected sector returns OK and does nothing (AN2662, 4.5.3). */
    assert_int_equal(command(board, BOOT0_DFUSE_ERASE, 0x08004000), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, 0x08004000), 0);
    assert_int_equal(command(board, BOOT0_DFUSE_ERASE, 0x08008000), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, 0x08008000), 0xff);
    free_board(board);
}

/* Not from their start: "the request is not performed". */
static void test_option_bytes_from_the_middle(void **state)
{
    static const uint8_t bytes[4] = {0};
    struct vboard *board = idle_board("f407");

    (void)state;
    command(board, BOOT0_DFUSE_SET_ADDRESS, OPTIONS + 8);
    assert_int_equal(write_block(board, 2, bytes, 4), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, OPTIONS + 8), 0xff);
    assert_int_equal(stats_of(board).resets, 0);
    free_board(board);
}

/* A reset before the write begins leaves them unchanged. */
static void test_option_bytes_reset_at_once(void **state)
{
    uint8_t options[16] = {0};
    struct vboard *board = idle_board("f407");

    (void)state;
    command(board, BOOT0_DFUSE_SET_ADDRESS, OPTIONS);
    dnload(board, 2, options, 16);
    get_status(board);
    vboard_press_reset(board);
    assert_int_equal(peek(board, OPTIONS + 1), 0xaa);
    assert_int_equal(peek(board, OPTIONS + 8), 0xff);
    free_board(board);
}

static void test_second_option_segment(void **state)
{
    uint8_t options[16];
    struct vboard *board = idle_board("f427:fill=0x00");

    (void)state;
    memset(options, 0xff, sizeof options);
    options[8] = 0xfe; /* sector 12, the first of bank 2 */
    command(board, BOOT0_DFUSE_SET_ADDRESS, 0x1ffec000);
    assert_int_equal(dnload(board, 2, options, 16), BOOT0_XFER_OK);
    get_status(board);
    vboard_wait(board, SECONDS);
    to_idle(board);
    command(board, BOOT0_DFUSE_ERASE, 0x08100000);
    command(board, BOOT0_DFUSE_ERASE, 0x08000000);
    assert_int_equal(peek(board, 0x08100000), 0);
    assert_int_equal(peek(board, 0x08000000), 0xff);
    free_board(board);
}

static void test_otp(void **state)
{
    static const uint8_t first[] = {0xf0}, second[] = {0x0f};
    struct vboard *board = idle_board("f407");

    (void)state;
    command(board, BOOT0_DFUSE_SET_ADDRESS, 0x1fff7800);
    assert_int_equal(write_block(board, 2, first, 1), BOOT0_DFU_STATUS_OK);
    assert_int_equal(write_block(board, 2, second, 1), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, 0x1fff7800), 0x00);
    assert_int_equal(stats_of(board).violations, 1);
    free_board(board);
}

/* AN2662, 4.4.1, 4.5: errVENDOR for all but set address, get commands and read unprotect. */
static void test_read_protection(void **state)
{
    static const uint8_t mass[] = {BOOT0_DFUSE_ERASE};
    uint8_t data[16] = {0};
    struct vboard *board = idle_board("f407:rdp=1,fill=0x12");

    (void)state;
    assert_int_equal(upload(board, 0, data, 16, NULL), BOOT0_XFER_OK);
    assert_int_equal(command(board, BOOT0_DFUSE_SET_ADDRESS, MAIN), BOOT0_DFU_STATUS_OK);
    to_idle(board);
    assert_int_equal(upload(board, 2, data, 16, NULL), BOOT0_XFER_STALL);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_VENDOR);
    to_idle(board);
    assert_int_equal(write_block(board, 2, data, 16), BOOT0_DFU_STATUS_ERR_VENDOR);
    to_idle(board);
    assert_int_equal(command(board, BOOT0_DFUSE_ERASE, MAIN), BOOT0_DFU_STATUS_ERR_VENDOR);
    to_idle(board);
    assert_int_equal(dnload(board, 0, mass, 1), BOOT0_XFER_OK);
    assert_int_equal(finish_dnload(board), BOOT0_DFU_STATUS_ERR_VENDOR);
    assert_int_equal(peek(board, MAIN), 0x12);
    free_board(board);
}

static void test_read_unprotect(void **state)
{
    static const uint8_t code[] = {BOOT0_DFUSE_READ_UNPROTECT};
    uint8_t data[16];
    struct vboard *board = idle_board("f407:rdp=1,fill=0x12");
    unsigned connection = vboard_connection(board);

    (void)state;
    assert_int_equal(dnload(board, 0, code, 1), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNBUSY);
    vboard_wait(board, 17 * SECONDS);
    assert_int_equal(vboard_connection(board), connection + 1);
    assert_int_equal(stats_of(board).mass_erases, 1);
    to_idle(board);
    assert_int_equal(upload(board, 2, data, 16, NULL), BOOT0_XFER_OK);
    assert_int_equal(data[0], 0xff);
    free_board(board);
}

/* Level 2 disables the bootloader permanently. */
static void test_level_2(void **state)
{
    uint8_t options[16];
    struct vboard *board = idle_board("f407");

    (void)state;
    vboard_peek(board, OPTIONS, options, 16);
    options[1] = 0xcc;
    command(board, BOOT0_DFUSE_SET_ADDRESS, OPTIONS);
    dnload(board, 2, options, 16);
    get_status(board);
    vboard_wait(board, SECONDS);
    assert_false(vboard_connected(board));
    vboard_power_cycle(board);
    assert_false(vboard_connected(board));
    free_board(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_device_feature),
        cmocka_unit_test(test_reserved_feature_bytes),
        cmocka_unit_test(test_wrong_supply_setting),
        cmocka_unit_test(test_feature_without_meaning),
        cmocka_unit_test(test_option_bytes),
        cmocka_unit_test(test_option_bytes_from_the_middle),
        cmocka_unit_test(test_option_bytes_reset_at_once),
        cmocka_unit_test(test_second_option_segment),
        cmocka_unit_test(test_otp),
        cmocka_unit_test(test_read_protection),
        cmocka_unit_test(test_read_unprotect),
        cmocka_unit_test(test_level_2),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
