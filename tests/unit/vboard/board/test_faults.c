/* SPDX-License-Identifier: MIT */
/* Faults of a virtual board, power cuts, and the accounting of time. */
#include "../vboard_test.h"

#include <stdio.h>

/* ---- faults of transfers ---- */

static enum boot0_xfer ask(struct vboard *board)
{
    uint8_t bytes[6];

    return transfer(board, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, bytes, NULL);
}

static void test_stall_and_timeout(void **state)
{
    struct vboard *board = new_board("f407:fault=stall@2+timeout@3");
    uint64_t start_us;
    uint8_t byte;

    (void)state;
    assert_int_equal(ask(board), BOOT0_XFER_OK);
    /* Standard requests do not count. */
    assert_int_equal(transfer(board, 0x80, BOOT0_USB_GET_CONFIGURATION, 0, 1, &byte, NULL),
                     BOOT0_XFER_OK);
    assert_int_equal(simple(board, BOOT0_DFU_CLRSTATUS),
                     BOOT0_XFER_STALL); /* and it had no effect */
    start_us = vboard_now_us(board);
    assert_int_equal(simple(board, BOOT0_DFU_CLRSTATUS), BOOT0_XFER_TIMEOUT);
    assert_int_equal(vboard_now_us(board) - start_us, TIMEOUT);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_ERROR);
    assert_int_equal(stats_of(board).transfers, 4);
    assert_int_equal(stats_of(board).standard_transfers, 1);
    free_board(board);
}

/* A host with other means of waiting passes no limit. */
static void test_no_timeout(void **state)
{
    const struct boot0_setup setup = {IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 0, 6};
    const uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 8, 8};
    struct vboard *board = new_board("f407:fault=timeout@1");
    uint8_t bytes[6];
    size_t actual;

    (void)state;
    assert_int_equal(vboard_control(board, &setup, bytes, &actual, VBOARD_NO_TIMEOUT),
                     BOOT0_XFER_TIMEOUT);
    assert_int_equal(actual, 0);
    assert_int_equal(vboard_now_us(board), 0);
    to_idle(board);
    dnload(board, 0, page, 5);
    get_status(board);
    assert_int_equal(vboard_control(board, &setup, bytes, &actual, VBOARD_NO_TIMEOUT),
                     BOOT0_XFER_OK);
    assert_int_equal(bytes[4], BOOT0_DFU_STATE_DNLOAD_IDLE);
    assert_in_range(vboard_now_us(board), 2 * SECONDS, 2 * SECONDS + MS);
    free_board(board);
}

/* The transfer times out, the operation continues. */
static void test_timeout_while_busy(void **state)
{
    const struct boot0_setup setup = {IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 0, 6};
    const uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 8, 8};
    struct vboard *board = idle_board("f407:fill=0x00");
    uint64_t start_us;
    uint8_t bytes[6];
    size_t actual;

    (void)state;
    dnload(board, 0, page, 5);
    get_status(board);
    start_us = vboard_now_us(board);
    assert_int_equal(vboard_control(board, &setup, bytes, &actual, 500 * MS), BOOT0_XFER_TIMEOUT);
    assert_int_equal(vboard_now_us(board) - start_us, 500 * MS);
    assert_int_equal(peek(board, MAIN + 0x80000), 0);
    vboard_wait(board, 1600 * MS);
    assert_int_equal(peek(board, MAIN + 0x80000), 0xff);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    free_board(board);
}

static void test_garbage_status(void **state)
{
    uint8_t one[6], two[6];
    struct vboard *board = new_board("f407:fault=status@2"),
                  *twin = new_board("f407:fault=status@2");

    (void)state;
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_ERROR);
    assert_int_equal(get_state(board), BOOT0_DFU_STATE_ERROR); /* counts only GETSTATUS */
    get_status(twin);
    transfer(board, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, one, NULL);
    transfer(twin, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, two, NULL);
    assert_memory_equal(one, two, 6);
    assert_true(one[0] != BOOT0_DFU_STATUS_ERR_FIRMWARE || one[4] != BOOT0_DFU_STATE_ERROR);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_ERROR);
    free_board(board);
    free_board(twin);
}

/* ROM: AN3156's Set Address Pointer, which the fault counts. */
static void test_wrong_address(void **state)
{
    static const uint8_t data[] = {1, 2, 3, 4};
    struct vboard *board = idle_board("f407:fault=address@2=0c");

    (void)state;
    assert_int_equal(command(board, BOOT0_DFUSE_SET_ADDRESS, MAIN + 0x100), BOOT0_DFU_STATUS_OK);
    assert_int_equal(write_block(board, 2, data, 4), BOOT0_DFU_STATUS_OK);
    assert_int_equal(command(board, BOOT0_DFUSE_SET_ADDRESS, MAIN + 0x200), BOOT0_DFU_STATUS_OK);
    assert_int_equal(write_block(board, 2, data, 4), BOOT0_DFU_STATUS_OK);
    assert_int_equal(command(board, BOOT0_DFUSE_SET_ADDRESS, MAIN + 0x300), BOOT0_DFU_STATUS_OK);
    assert_int_equal(write_block(board, 2, data, 4), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, MAIN + 0x100), 1);
    assert_int_equal(peek(board, MAIN + 0x200), 0xff);
    assert_int_equal(peek(board, MAIN + 0x1200), 1);
    assert_int_equal(peek(board, MAIN + 0x300), 1); /* only once */
    free_board(board);
}

static void test_corrupt_descriptor(void **state)
{
    struct vboard *board =
        new_board("f407:fault=descriptor@9=00+descriptor@50=FF+descriptor@900=1");
    uint8_t all[128], configuration[64];

    (void)state;
    assert_int_equal(vboard_descriptors(board, all, sizeof all), 72);
    assert_int_equal(all[18 + 9], 0);
    assert_int_equal(all[18 + 50], 0xff);
    transfer(board, 0x80, BOOT0_USB_GET_DESCRIPTOR, 0x0200, 64, configuration, NULL);
    assert_memory_equal(configuration, all + 18, 54);
    free_board(board);
}

static void test_unplug(void **state)
{
    struct vboard *board = new_board("f407:fault=unplug@2");
    unsigned connection = vboard_connection(board);

    (void)state;
    assert_int_equal(ask(board), BOOT0_XFER_OK);
    assert_int_equal(ask(board), BOOT0_XFER_GONE);
    assert_false(vboard_connected(board));
    assert_int_equal(ask(board), BOOT0_XFER_GONE);
    vboard_wait(board, 60 * SECONDS);
    assert_false(vboard_connected(board));
    assert_int_equal(vboard_descriptors(board, NULL, 0), 0);
    vboard_power_cycle(board);
    assert_true(vboard_connected(board));
    assert_int_equal(vboard_connection(board), connection + 1);
    assert_int_equal(ask(board), BOOT0_XFER_OK); /* a fault strikes once */
    free_board(board);
}

static void test_replug(void **state)
{
    struct vboard *board = new_board("f407:fault=unplug@1:250");

    (void)state;
    assert_int_equal(ask(board), BOOT0_XFER_GONE);
    vboard_wait(board, 249 * MS);
    assert_false(vboard_connected(board));
    vboard_wait(board, 1 * MS);
    assert_true(vboard_connected(board));
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_FIRMWARE);
    free_board(board);
}

/* ---- power cuts ---- */

static void test_power_cut_in_erase(void **state)
{
    struct vboard *board = idle_board("f407:fill=0x00,fault=powercut@2:100");
    const uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0x40, 0, 8};
    unsigned ones = 0;

    (void)state;
    assert_int_equal(command(board, BOOT0_DFUSE_ERASE, MAIN), BOOT0_DFU_STATUS_OK);
    dnload(board, 0, page, 5);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNBUSY);
    assert_int_equal(ask(board), BOOT0_XFER_GONE);
    assert_false(vboard_connected(board));
    for (uint32_t i = 0; i < 0x4000; i++)
        for (unsigned bit = 0; bit < 8; bit++)
            ones += peek(board, 0x08004000 + i) >> bit & 1;
    assert_in_range(ones, 0x4000 * 8 * 45 / 100, 0x4000 * 8 * 55 / 100);
    assert_int_equal(stats_of(board).sectors_erased, 1);
    assert_int_equal(stats_of(board).erase_us, 600 * MS);
    vboard_wait(board, 100 * MS);
    to_idle(board);
    assert_int_equal(command(board, BOOT0_DFUSE_ERASE, 0x08004000), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, 0x08005000), 0xff);
    free_board(board);
}

static void test_power_cut_in_program(void **state)
{
    static const uint8_t zeros[2048] = {0};
    struct vboard *board = idle_board("f407:fault=powercut@1");

    (void)state;
    dnload(board, 2, zeros, sizeof zeros);
    get_status(board);
    assert_int_equal(ask(board), BOOT0_XFER_GONE);
    assert_int_equal(peek(board, MAIN + 1023), 0);
    assert_int_equal(peek(board, MAIN + 1025), 0xff);
    assert_int_equal(stats_of(board).bytes_programmed, 1024);
    vboard_power_cycle(board);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_FIRMWARE);
    free_board(board);
}

/* Without requests too, and when the plug is pulled by hand. */
static void test_pulled_by_hand(void **state)
{
    const uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 0, 8};
    struct vboard *board = idle_board("f407:fill=0x00");

    (void)state;
    dnload(board, 0, page, 5);
    get_status(board);
    vboard_wait(board, 100 * MS); /* a quarter of the erase */
    vboard_power_cycle(board);
    assert_true(vboard_connected(board));
    assert_int_equal(stats_of(board).sectors_erased, 0);
    assert_int_equal(stats_of(board).erase_us, 100 * MS);
    vboard_wait(board, SECONDS);
    assert_int_equal(stats_of(board).sectors_erased, 0); /* it does not continue */
    free_board(board);
}

/* The reset button interrupts the flash as well. */
static void test_reset_in_erase(void **state)
{
    const uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 0, 8};
    struct vboard *board = idle_board("f407:fill=0x00");
    unsigned touched = 0;

    (void)state;
    dnload(board, 0, page, 5);
    get_status(board);
    vboard_wait(board, 200 * MS);
    vboard_press_reset(board);
    assert_true(vboard_connected(board));
    for (uint32_t i = 0; i < 0x4000; i++)
        touched += peek(board, MAIN + i) != 0;
    assert_true(touched > 0x3000);
    assert_int_equal(stats_of(board).sectors_erased, 0);
    free_board(board);
}

/* A planned cut is dropped if the power was removed before. */
static void test_cut_is_forgotten(void **state)
{
    const uint8_t page[5] = {BOOT0_DFUSE_ERASE, 0, 0, 0, 8};
    struct vboard *board = idle_board("f407:fault=powercut@1");

    (void)state;
    dnload(board, 0, page, 5);
    get_status(board);
    vboard_power_cycle(board);
    vboard_wait(board, 10 * SECONDS);
    assert_true(vboard_connected(board));
    free_board(board);
}

/* Every operation of a small job, cut one after another: the board always comes back. */
static void test_every_cut(void **state)
{
    static const uint8_t zeros[2048] = {0};

    (void)state;
    for (unsigned at = 1; at <= 6; at++) {
        char spec[64];
        struct vboard *board;

        snprintf(spec, sizeof spec, "f411:fill=0x00,fault=powercut@%u:10", at);
        board = idle_board(spec);
        for (unsigned operation = 1; operation < at; operation++)
            assert_int_equal(
                operation <= 2 ? command(board, BOOT0_DFUSE_ERASE, MAIN + (operation - 1) * 0x4000)
                               : write_block(board, (uint16_t)operation, zeros, sizeof zeros),
                BOOT0_DFU_STATUS_OK);
        dnload(board, at <= 2 ? 0 : (uint16_t)at,
               at <= 2 ? (const uint8_t[]){0x41, 0, 0, 0, 8} : zeros, at <= 2 ? 5 : sizeof zeros);
        get_status(board);
        assert_int_equal(ask(board), BOOT0_XFER_GONE);
        vboard_wait(board, 10 * MS);
        to_idle(board);
        assert_int_equal(stats_of(board).flash_operations, at);
        free_board(board);
    }
}

/* ---- time ---- */

/* Setup, data and status stage by TRANSACTION_BYTES and STAGE_US of clock.c. */
static void test_bus_time(void **state)
{
    static const uint8_t block[2048] = {0};
    struct vboard *board = idle_board("f407");
    uint64_t start_us = vboard_now_us(board), bus_us = stats_of(board).bus_us;
    uint8_t bytes[100];

    (void)state;
    get_status(board);
    /* 3 x 13 + 8 + 6 bytes at 12 MBit/s are 35.3 us, and 3 x 10 us between the stages. */
    assert_int_equal(vboard_now_us(board) - start_us, 66);
    start_us = vboard_now_us(board);
    dnload(board, 2, block, sizeof block);
    /* 2 + 32 transactions, 8 + 2048 bytes: 1665.3 us. */
    assert_int_equal(vboard_now_us(board) - start_us, 1696);
    assert_int_equal(stats_of(board).bus_us - bus_us, 66 + 1696);
    /* No data stage: 2 x 13 + 8 bytes, 22.7 us, and two stages; a stall takes as long. */
    start_us = vboard_now_us(board);
    simple(board, BOOT0_DFU_GETSTATUS);
    assert_int_equal(vboard_now_us(board) - start_us, 43);
    start_us = vboard_now_us(board);
    upload(board, 1, bytes, sizeof bytes, NULL);
    assert_int_equal(vboard_now_us(board) - start_us, 43);
    free_board(board);
}

/* All time is accounted for: on the bus, in the flash, or waited. */
static void test_time_adds_up(void **state)
{
    static const uint8_t block[2048] = {0};
    struct vboard *board = idle_board("f407");
    struct vboard_stats stats;

    (void)state;
    command(board, BOOT0_DFUSE_ERASE, MAIN);
    command(board, BOOT0_DFUSE_SET_ADDRESS, MAIN);
    for (uint16_t i = 0; i < 4; i++)
        write_block(board, (uint16_t)(2 + i), block, sizeof block);
    vboard_wait(board, 12345);
    stats = stats_of(board);
    assert_int_equal(stats.erase_us, 400 * MS);
    assert_int_equal(stats.program_us, 4 * 2048 * 16);
    assert_int_equal(stats.wait_us, 104 * MS + 12345); /* set address needs no time */
    assert_int_equal(stats.total_us,
                     stats.bus_us + stats.erase_us + stats.program_us + stats.wait_us);
    assert_int_equal(stats.total_us, vboard_now_us(board));
    assert_int_equal(stats.bytes_out, 5 + 5 + 4 * 2048);
    vboard_wait_until(board, 1); /* long ago */
    assert_int_equal(stats.total_us, vboard_now_us(board));
    free_board(board);
}

/* A host that never waits: 1 MiB at x8 takes 16.8 s to erase and 16.8 s to program. */
static void test_whole_chip(void **state)
{
    static const uint8_t block[2048] = {0};
    struct vboard *board = idle_board("f407:poll_address=0,poll_erase=0");
    struct vboard_stats stats;

    (void)state;
    for (uint32_t at = 0; at < 0x100000; at += at < 0x10000   ? 0x4000
                                               : at < 0x20000 ? 0x10000
                                                              : 0x20000)
        assert_int_equal(command(board, BOOT0_DFUSE_ERASE, MAIN + at), BOOT0_DFU_STATUS_OK);
    command(board, BOOT0_DFUSE_SET_ADDRESS, MAIN);
    for (uint16_t i = 0; i < 512; i++)
        assert_int_equal(write_block(board, (uint16_t)(2 + i), block, sizeof block),
                         BOOT0_DFU_STATUS_OK);
    stats = stats_of(board);
    assert_int_equal(stats.erase_us, 16800000);
    assert_int_equal(stats.program_us, 16777216);
    assert_int_equal(stats.sectors_erased, 12);
    assert_int_equal(stats.bytes_programmed, 0x100000);
    assert_int_equal(stats.flash_operations, 12 + 512);
    assert_int_equal(stats.wait_us, 0);
    assert_in_range(stats.bus_us, 800 * MS, 1200 * MS);
    free_board(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stall_and_timeout),
        cmocka_unit_test(test_no_timeout),
        cmocka_unit_test(test_timeout_while_busy),
        cmocka_unit_test(test_garbage_status),
        cmocka_unit_test(test_wrong_address),
        cmocka_unit_test(test_corrupt_descriptor),
        cmocka_unit_test(test_unplug),
        cmocka_unit_test(test_replug),
        cmocka_unit_test(test_power_cut_in_erase),
        cmocka_unit_test(test_power_cut_in_program),
        cmocka_unit_test(test_pulled_by_hand),
        cmocka_unit_test(test_reset_in_erase),
        cmocka_unit_test(test_cut_is_forgotten),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_bus_time),
        cmocka_unit_test(test_time_adds_up),
        cmocka_unit_test(test_whole_chip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
