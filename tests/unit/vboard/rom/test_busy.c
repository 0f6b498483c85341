/* SPDX-License-Identifier: MIT */
/*
 * The models of ST's ROM bootloader as a host sees them, continued: leaving, and the different
 * chips' behaviour while their flash is busy.
 */
#include "../vboard_test.h"
#include <core/array.h>

static const char *const dfuse_boards[] = {"f407", "f401", "f401xe", "f412", "f446", "f427",
                                           "f411", "f072", "l476",   "g431", "h743", "gd32"};

static void put_program(struct vboard *board, uint32_t address)
{
    uint8_t vectors[8];

    b0_store32(vectors, 0x20001000);
    b0_store32(vectors + 4, 0x08000101);
    assert_true(vboard_poke(board, address, vectors, sizeof vectors));
}

/* ---- leaving ---- */

static void test_leave(void **state)
{
    struct vboard *board = idle_board("f407");
    struct vboard_stats stats;
    uint8_t bytes[6];

    (void)state;
    put_program(board, 0x08004000);
    command(board, BOOT0_DFUSE_SET_ADDRESS, 0x08004000);
    assert_int_equal(dnload(board, 2, NULL, 0), BOOT0_XFER_OK);
    assert_true(vboard_connected(board)); /* not before the GETSTATUS */
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_MANIFEST);
    assert_false(vboard_connected(board));
    assert_int_equal(transfer(board, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, bytes, NULL),
                     BOOT0_XFER_GONE);
    stats = stats_of(board);
    assert_true(stats.started);
    assert_int_equal(stats.start_address, 0x08004000);
    assert_int_equal(stats.start_stack, 0x20001000);
    assert_int_equal(stats.start_pc, 0x08000101);
    assert_int_equal(stats.violations, 0);
    vboard_press_reset(board); /* BOOT0 is still high */
    assert_true(vboard_connected(board));
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_FIRMWARE);
    free_board(board);
}

/* From dfuIDLE, with either block number, to the pointer's address: webdfu and pydfu send 0. */
static void test_leave_without_address(void **state)
{
    (void)state;
    for (uint16_t block = 0; block <= 2; block += 2) {
        struct vboard *board = idle_board("f407");

        put_program(board, MAIN);
        assert_int_equal(dnload(board, block, NULL, 0), BOOT0_XFER_OK);
        assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_MANIFEST);
        assert_true(stats_of(board).started);
        assert_int_equal(stats_of(board).start_address, MAIN);
        free_board(board);
    }
}

static void test_leave_to_nothing(void **state)
{
    struct vboard *board = idle_board("f407");

    (void)state;
    dnload(board, 2, NULL, 0);
    get_status(board);
    assert_false(vboard_connected(board));
    assert_false(stats_of(board).started);
    assert_int_equal(stats_of(board).violations, 1);
    vboard_power_cycle(board);
    assert_true(vboard_connected(board));
    free_board(board);
}

/* The clone disappears before the poll (gd32-dfu-utils, issues 4 and 6). */
static void test_gd32_leaves_at_once(void **state)
{
    struct vboard *board = idle_board("gd32");

    (void)state;
    put_program(board, MAIN);
    assert_int_equal(dnload(board, 2, NULL, 0), BOOT0_XFER_OK);
    assert_false(vboard_connected(board));
    assert_true(stats_of(board).started);
    free_board(board);
}

static void test_boot0_low(void **state)
{
    struct vboard *board = new_board("f407");

    (void)state;
    put_program(board, MAIN);
    vboard_set_boot0(board, false);
    assert_true(vboard_connected(board)); /* only a reset samples the pin */
    vboard_press_reset(board);
    assert_false(vboard_connected(board));
    assert_true(stats_of(board).started);
    vboard_set_boot0(board, true);
    vboard_press_reset(board);
    assert_true(vboard_connected(board));
    free_board(board);
}

/* ---- behaviour while busy ---- */

static void begin_block(struct vboard *board)
{
    static const uint8_t data[1024] = {0};

    assert_int_equal(dnload(board, 2, data, sizeof data), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNBUSY);
}

static enum boot0_xfer ask(struct vboard *board)
{
    uint8_t bytes[6];

    return transfer(board, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, bytes, NULL);
}

/* F4: the second GETSTATUS is NAKed until the work is done, like any other request. */
static void test_f4_naks(void **state)
{
    struct vboard *board = idle_board("f407");
    uint64_t start_us;
    uint8_t byte;

    (void)state;
    begin_block(board);
    start_us = vboard_now_us(board);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    assert_in_range(vboard_now_us(board) - start_us, 1024 * 16, 1024 * 16 + 100);
    begin_block(board);
    start_us = vboard_now_us(board);
    transfer(board, 0x80, BOOT0_USB_GET_CONFIGURATION, 0, 1, &byte, NULL);
    assert_in_range(vboard_now_us(board) - start_us, 1024 * 16, 1024 * 16 + 100);
    free_board(board);
}

/* L4: stalls, without losing anything. */
static void test_l4_stalls(void **state)
{
    struct vboard *board = idle_board("l476");

    (void)state;
    begin_block(board);
    assert_int_equal(ask(board), BOOT0_XFER_STALL);
    assert_int_equal(ask(board), BOOT0_XFER_STALL);
    vboard_wait(board, 25 * MS);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    assert_int_equal(peek(board, MAIN + 1023), 0);
    free_board(board);
}

/* L4: its poll timeout for an erase is slightly too short. */
static void test_l4_short_poll(void **state)
{
    uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 0, 8};
    struct vboard *board = idle_board("l476");
    struct b0_dfu_status status;

    (void)state;
    dnload(board, 0, page, 5);
    status = get_status(board);
    vboard_wait(board, (uint64_t)status.poll_timeout_ms * MS);
    assert_int_equal(ask(board), BOOT0_XFER_STALL);
    vboard_wait(board, (uint64_t)status.poll_timeout_ms * MS);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    free_board(board);
}

/* F072: an early poll breaks a block, but not an erase (openmv, issue 1508). */
static void test_f072_breaks(void **state)
{
    uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 0, 8};
    struct vboard *board = idle_board("f072");
    struct b0_dfu_status status;

    (void)state;
    dnload(board, 0, page, 5);
    get_status(board);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    begin_block(board);
    assert_int_equal(ask(board), BOOT0_XFER_STALL);
    assert_int_equal(ask(board), BOOT0_XFER_STALL);
    assert_int_equal(simple(board, BOOT0_DFU_CLRSTATUS), BOOT0_XFER_STALL);
    vboard_wait(board, 60 * MS);
    status = get_status(board);
    assert_int_equal(status.state, BOOT0_DFU_STATE_ERROR);
    assert_int_equal(status.status, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    to_idle(board);
    begin_block(board);
    vboard_wait(board, 60 * MS);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    free_board(board);
}

/* H743: the erase is done when the first GETSTATUS answers, which reports a second. */
static void test_h743_erases_before_it_answers(void **state)
{
    uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 2, 8};
    struct vboard *board = idle_board("h743:fill=0x00");
    struct b0_dfu_status status;
    uint64_t start_us;

    (void)state;
    dnload(board, 0, page, 5);
    start_us = vboard_now_us(board);
    status = get_status(board);
    assert_in_range(vboard_now_us(board) - start_us, SECONDS, SECONDS + MS);
    assert_int_equal(status.state, BOOT0_DFU_STATE_DNBUSY);
    assert_int_equal(status.poll_timeout_ms, 1000);
    assert_int_equal(peek(board, 0x08020000), 0xff);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    free_board(board);
}

/* Rev V, bank 2: stays busy until two CLRSTATUS. */
static void test_h743_hangs(void **state)
{
    uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 0x10, 8};
    struct vboard *board = idle_board("h743:fill=0x00");

    (void)state;
    dnload(board, 0, page, 5);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNBUSY);
        vboard_wait(board, 10 * SECONDS);
    }
    assert_int_equal(simple(board, BOOT0_DFU_CLRSTATUS), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_UNKNOWN);
    assert_int_equal(simple(board, BOOT0_DFU_CLRSTATUS), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_IDLE);
    assert_int_equal(peek(board, 0x08100000), 0xff);
    /* A refused address does not hang it. */
    page[3] = 0x20;
    dnload(board, 0, page, 5);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_TARGET);
    free_board(board);
}

/* A host that honours the poll timeouts succeeds on every model. */
static void test_obedient_host(void **state)
{
    static const uint8_t data[1024] = {0};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(dfuse_boards); i++) {
        struct vboard *board = idle_board(dfuse_boards[i]);

        if (strcmp(dfuse_boards[i], "l476") != 0) /* its timeouts are too short: see above */
            assert_int_equal(command(board, BOOT0_DFUSE_ERASE, MAIN), BOOT0_DFU_STATUS_OK);
        assert_int_equal(command(board, BOOT0_DFUSE_SET_ADDRESS, MAIN), BOOT0_DFU_STATUS_OK);
        for (uint16_t block = 2; block < 6; block++)
            assert_int_equal(write_block(board, block, data, sizeof data), BOOT0_DFU_STATUS_OK);
        assert_int_equal(stats_of(board).violations, 0);
        free_board(board);
    }
}

static void test_poll_keys(void **state)
{
    static const uint8_t data[4] = {0};
    uint8_t set[5] = {BOOT0_DFUSE_SET_ADDRESS, 0, 0, 0, 8},
            page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 0, 8};
    struct vboard *board = idle_board("f407:poll_address=1,poll_erase=22,poll_data=333");

    (void)state;
    dnload(board, 0, set, 5);
    assert_int_equal(get_status(board).poll_timeout_ms, 1);
    get_status(board);
    dnload(board, 0, page, 5);
    assert_int_equal(get_status(board).poll_timeout_ms, 22);
    get_status(board);
    dnload(board, 2, data, 4);
    assert_int_equal(get_status(board).poll_timeout_ms, 333);
    free_board(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leave),
        cmocka_unit_test(test_leave_without_address),
        cmocka_unit_test(test_leave_to_nothing),
        cmocka_unit_test(test_gd32_leaves_at_once),
        cmocka_unit_test(test_boot0_low),
        cmocka_unit_test(test_f4_naks),
        cmocka_unit_test(test_l4_stalls),
        cmocka_unit_test(test_l4_short_poll),
        cmocka_unit_test(test_f072_breaks),
        cmocka_unit_test(test_h743_erases_before_it_answers),
        cmocka_unit_test(test_h743_hangs),
        cmocka_unit_test(test_obedient_host),
        cmocka_unit_test(test_poll_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
