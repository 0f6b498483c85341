/* SPDX-License-Identifier: MIT */
/*
 * The models of ST's ROM bootloader as a host sees them: every request in every state, commands,
 * memories. test_busy.c covers leaving and behaviour while busy, test_protection.c protection.
 */
#include "../vboard_test.h"

#include <core/array.h>
#include <vboard/board/board.h> /* puts the model into any state */

#define OPTIONS   0x1fffc000u
#define FEATURE   0xffff0000u
#define UNIQUE_ID 0x1fff7a10u

/* Without a request, which could change it. */
static uint8_t dfu_state(const struct vboard *board)
{
    return board->bootloader.ops->dfu_state(board->bootloader.context);
}

static const char *const dfuse_boards[] = {"f407", "f401", "f401xe", "f412", "f446", "f427",
                                           "f411", "f072", "l476",   "g431", "h743", "gd32"};

/* ---- every request in every state ---- */

static enum boot0_xfer request_of_kind(struct vboard *board, unsigned request)
{
    uint8_t data[64] = {0};

    switch (request) {
    case BOOT0_DFU_DNLOAD:
        return dnload(board, 2, data, 16);
    case BOOT0_DFU_UPLOAD:
        return upload(board, 2, data, 16, NULL);
    case BOOT0_DFU_GETSTATUS:
        return transfer(board, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, data, NULL);
    case BOOT0_DFU_GETSTATE:
        return transfer(board, IN_CLASS, BOOT0_DFU_GETSTATE, 0, 1, data, NULL);
    case BOOT0_DFU_DETACH:
    case BOOT0_DFU_CLRSTATUS:
    case BOOT0_DFU_ABORT:
        return simple(board, (enum boot0_dfu_request)request);
    }
    return transfer(board, OUT_CLASS, (uint8_t)request, 0, 0, NULL, NULL);
}

/*
 * The expected result, independent of the code: ok or stalled, and the state after it. 'S' stalled,
 * '.' ok; states by their numbers in hexadecimal. Rows: states 2, 3, 5, 6, 9, 10, and columns
 * DETACH DNLOAD UPLOAD GETSTATUS CLRSTATUS GETSTATE ABORT and an unknown request. CLRSTATUS outside
 * of dfuERROR is acknowledged and causes an error: ST's ROMs do this beyond DFU.
 */
static const struct {
    uint8_t state;
    const char *outcome[8];
} expected[] = {
    {BOOT0_DFU_STATE_IDLE, {"Sa", ".3", ".9", ".2", ".a", ".2", ".2", "Sa"}},
    {BOOT0_DFU_STATE_DNLOAD_SYNC, {"Sa", "Sa", "Sa", ".4", ".a", ".3", "Sa", "Sa"}},
    {BOOT0_DFU_STATE_DNLOAD_IDLE, {"Sa", ".3", "Sa", ".5", ".a", ".5", ".2", "Sa"}},
    {BOOT0_DFU_STATE_MANIFEST_SYNC, {"Sa", "Sa", "Sa", ".7", ".a", ".6", "Sa", "Sa"}},
    {BOOT0_DFU_STATE_UPLOAD_IDLE, {"Sa", "Sa", ".9", ".9", ".a", ".9", ".2", "Sa"}},
    {BOOT0_DFU_STATE_ERROR, {"Sa", "Sa", "Sa", ".a", ".2", ".a", "Sa", "Sa"}},
};

/* The state on the wire: the model's own may have advanced since, to do the work. */
static void put_into_state(struct vboard *board, uint8_t state)
{
    static const uint8_t block[16] = {0};
    uint8_t data[16];

    to_idle(board);
    if (state == BOOT0_DFU_STATE_DNLOAD_SYNC || state == BOOT0_DFU_STATE_DNLOAD_IDLE ||
        state == BOOT0_DFU_STATE_MANIFEST_SYNC)
        dnload(board, 2, block, sizeof block);
    if (state == BOOT0_DFU_STATE_DNLOAD_IDLE || state == BOOT0_DFU_STATE_MANIFEST_SYNC)
        finish_dnload(board);
    if (state == BOOT0_DFU_STATE_MANIFEST_SYNC)
        dnload(board, 2, NULL, 0);
    if (state == BOOT0_DFU_STATE_UPLOAD_IDLE)
        upload(board, 2, data, sizeof data, NULL);
    if (state == BOOT0_DFU_STATE_ERROR)
        simple(board, BOOT0_DFU_DETACH);
    assert_int_equal(get_state(board), state);
}

static unsigned hex(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a') + 10;
}

static void assert_outcome(uint8_t state, unsigned request, const char *outcome)
{
    struct vboard *board = new_board("f407");
    enum boot0_xfer result;
    char found[3] = {0};
    uint8_t after;

    put_into_state(board, state);
    result = request_of_kind(board, request);
    /* The work of a block, and leaving, follow a GETSTATUS at once. */
    after = dfu_state(board);
    if (request == BOOT0_DFU_GETSTATUS && state == BOOT0_DFU_STATE_DNLOAD_SYNC)
        after = board->work.busy ? BOOT0_DFU_STATE_DNBUSY : after;
    found[0] = result == BOOT0_XFER_OK ? '.' : 'S';
    found[1] = "0123456789a"[after];
    if (strcmp(found, outcome) != 0)
        fail_msg("%s in %s: %s, expected %s", b0_dfu_request_name(request),
                 b0_dfu_state_name(state), found, outcome);
    assert_true(result == BOOT0_XFER_OK || result == BOOT0_XFER_STALL);
    if (outcome[0] == 'S' && state != BOOT0_DFU_STATE_ERROR)
        assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    assert_int_equal(hex(outcome[1]), after);
    free_board(board);
}

static void test_every_request_in_every_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(expected); i++)
        for (unsigned request = 0; request < 8; request++)
            assert_outcome(expected[i].state, request, expected[i].outcome[request]);
}

/* The first reason is kept until it is cleared. */
static void test_error_keeps_its_reason(void **state)
{
    struct vboard *board = new_board("f407");
    uint8_t data[16];

    (void)state;
    assert_int_equal(upload(board, 2, data, 16, NULL), BOOT0_XFER_STALL);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_FIRMWARE);
    to_idle(board);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_OK);
    assert_int_equal(simple(board, BOOT0_DFU_CLRSTATUS), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_UNKNOWN);
    assert_int_equal(simple(board, BOOT0_DFU_CLRSTATUS), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_IDLE);
    free_board(board);
}

static void test_start_states(void **state)
{
    static const struct {
        const char *name;
        uint8_t state, status;
    } rows[] = {
        {"f407", BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_FIRMWARE},
        {"f072", BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_FIRMWARE},
        {"gd32", BOOT0_DFU_STATE_ERROR, BOOT0_DFU_STATUS_ERR_FIRMWARE},
        {"g431", BOOT0_DFU_STATE_IDLE, BOOT0_DFU_STATUS_OK},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct vboard *board = new_board(rows[i].name);
        struct b0_dfu_status status = get_status(board);

        assert_int_equal(status.state, rows[i].state);
        assert_int_equal(status.status, rows[i].status);
        assert_int_equal(status.poll_timeout_ms, 0);
        free_board(board);
    }
}

/*
 * Wrong direction, other interface, other recipient: stalled, without reaching the state machine.
 */
static void test_not_for_dfu(void **state)
{
    static const struct boot0_setup setups[] = {
        {OUT_CLASS, BOOT0_DFU_GETSTATUS, 0, 0, 0},
        {IN_CLASS, BOOT0_DFU_DNLOAD, 0, 0, 5},
        {OUT_CLASS, BOOT0_DFU_ABORT, 0, 1, 0},
        {BOOT0_USB_TYPE_CLASS, BOOT0_DFU_ABORT, 0, 0, 0},
        {BOOT0_USB_TYPE_VENDOR | BOOT0_USB_RECIPIENT_INTERFACE, BOOT0_DFU_ABORT, 0, 0, 0},
    };
    struct vboard *board = idle_board("f407");
    uint8_t data[8] = {0};
    size_t actual;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(setups); i++) {
        assert_int_equal(vboard_control(board, &setups[i], data, &actual, TIMEOUT),
                         BOOT0_XFER_STALL);
        assert_int_equal(actual, 0);
        assert_int_equal(get_state(board), BOOT0_DFU_STATE_IDLE);
    }
    free_board(board);
}

/* ---- commands ---- */

static void test_get_commands(void **state)
{
    static const uint8_t list[] = {0x00, 0x21, 0x41, 0x92};
    uint8_t data[64];
    size_t actual;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(dfuse_boards); i++) {
        struct vboard *board = idle_board(dfuse_boards[i]);

        assert_int_equal(upload(board, 0, data, 64, &actual), BOOT0_XFER_OK);
        assert_int_equal(actual, sizeof list);
        assert_memory_equal(data, list, sizeof list);
        assert_int_equal(get_state(board), BOOT0_DFU_STATE_IDLE);
        free_board(board);
    }
}

/* AN2662, figure 55: invalid commands are detected after the GETSTATUS that reports busy. */
static void test_unknown_commands(void **state)
{
    static const struct {
        uint16_t block, length;
        uint8_t bytes[6];
    } rows[] = {
        {0, 1, {0x77}},
        {0, 1, {0x21}},             /* set address without one */
        {0, 4, {0x21, 0, 0, 0}},    /* with half of one */
        {0, 6, {0x21, 0, 0, 0, 8}}, /* too long */
        {0, 3, {0x41, 0, 0}},
        {0, 5, {0x92, 0, 0, 0, 8}},
        {1, 2, {0, 0}}, /* block 1 is reserved */
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct vboard *board = idle_board("f407");

        assert_int_equal(dnload(board, rows[i].block, rows[i].bytes, rows[i].length),
                         BOOT0_XFER_OK);
        assert_int_equal(finish_dnload(board), BOOT0_DFU_STATUS_ERR_STALLEDPKT);
        assert_int_equal(stats_of(board).flash_operations, 0);
        free_board(board);
    }
}

static void test_addresses(void **state)
{
    static const struct {
        uint32_t address;
        uint8_t set, erase;
    } rows[] = {
        {MAIN, BOOT0_DFU_STATUS_OK, BOOT0_DFU_STATUS_OK},
        {0x080fffff, BOOT0_DFU_STATUS_OK, BOOT0_DFU_STATUS_OK},
        {0x08100000, BOOT0_DFU_STATUS_ERR_TARGET, BOOT0_DFU_STATUS_ERR_TARGET},
        {0x20003000, BOOT0_DFU_STATUS_OK, BOOT0_DFU_STATUS_ERR_TARGET},
        {0x20002fff, BOOT0_DFU_STATUS_ERR_TARGET,
         BOOT0_DFU_STATUS_ERR_TARGET}, /* the ROM's own RAM */
        {0x10000000, BOOT0_DFU_STATUS_ERR_TARGET, BOOT0_DFU_STATUS_ERR_TARGET}, /* CCM */
        {OPTIONS, BOOT0_DFU_STATUS_OK, BOOT0_DFU_STATUS_ERR_TARGET},
        {0x1fff7800, BOOT0_DFU_STATUS_OK, BOOT0_DFU_STATUS_ERR_TARGET},
        {FEATURE, BOOT0_DFU_STATUS_OK, BOOT0_DFU_STATUS_ERR_TARGET},
        {UNIQUE_ID, BOOT0_DFU_STATUS_OK, BOOT0_DFU_STATUS_ERR_TARGET},
        {0, BOOT0_DFU_STATUS_ERR_TARGET, BOOT0_DFU_STATUS_ERR_TARGET},
        {0xffffffff, BOOT0_DFU_STATUS_ERR_TARGET, BOOT0_DFU_STATUS_ERR_TARGET},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct vboard *board = idle_board("f407");

        assert_int_equal(command(board, BOOT0_DFUSE_SET_ADDRESS, rows[i].address), rows[i].set);
        if (rows[i].set != BOOT0_DFU_STATUS_OK)
            to_idle(board);
        assert_int_equal(command(board, BOOT0_DFUSE_ERASE, rows[i].address), rows[i].erase);
        free_board(board);
    }
}

static void test_erase_commands(void **state)
{
    static const uint8_t mass[] = {BOOT0_DFUSE_ERASE};
    struct vboard *board = idle_board("f407:fill=0x00");
    uint64_t start_us;

    (void)state;
    assert_int_equal(command(board, BOOT0_DFUSE_ERASE, 0x08020000), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, 0x08020000), 0xff);
    assert_int_equal(peek(board, 0x0803ffff), 0xff);
    assert_int_equal(peek(board, 0x0801ffff), 0);
    assert_int_equal(peek(board, 0x08040000), 0);
    start_us = vboard_now_us(board);
    assert_int_equal(dnload(board, 0, mass, 1), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).poll_timeout_ms, 100); /* however long it takes */
    for (unsigned tries = 0; tries < 3; tries++) {
        uint8_t bytes[6];

        assert_int_equal(transfer(board, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, bytes, NULL),
                         BOOT0_XFER_TIMEOUT); /* 5 s each, of the erase's 16 s */
    }
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    assert_in_range(vboard_now_us(board) - start_us, 16 * SECONDS, 16 * SECONDS + 2 * MS);
    assert_int_equal(peek(board, 0x08000000), 0xff);
    assert_int_equal(peek(board, 0x080fffff), 0xff);
    assert_int_equal(stats_of(board).mass_erases, 1);
    assert_int_equal(stats_of(board).sectors_erased, 13);
    free_board(board);
}

/* ---- memory ---- */

static void test_write_and_read(void **state)
{
    uint8_t data[2048], back[2048];
    size_t actual;
    struct vboard *board = idle_board("f407");

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 31);
    command(board, BOOT0_DFUSE_SET_ADDRESS, MAIN + 0x100);
    assert_int_equal(write_block(board, 2, data, 2048), BOOT0_DFU_STATUS_OK);
    /* The address counts in blocks of the transfer size, also for a shorter block. */
    assert_int_equal(write_block(board, 5, data, 10), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, MAIN + 0x100 + 2047), data[2047]);
    assert_int_equal(peek(board, MAIN + 0x100 + 3 * 2048 + 9), data[9]);
    assert_int_equal(peek(board, MAIN + 0x100 + 3 * 2048 + 10), 0xff);
    to_idle(board);
    assert_int_equal(upload(board, 2, back, 2048, &actual), BOOT0_XFER_OK);
    assert_int_equal(actual, 2048);
    assert_memory_equal(back, data, 2048);
    /* So does an upload's. */
    assert_int_equal(upload(board, 5, back, 10, &actual), BOOT0_XFER_OK);
    assert_memory_equal(back, data, 10);
    assert_int_equal(get_state(board), BOOT0_DFU_STATE_UPLOAD_IDLE);
    free_board(board);
}

static void test_default_pointer(void **state)
{
    struct vboard *board = idle_board("f407");
    uint8_t data[4] = {1, 2, 3, 4};

    (void)state;
    assert_int_equal(write_block(board, 2, data, 4), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, MAIN + 3), 4);
    /* An erase moves the pointer. */
    command(board, BOOT0_DFUSE_ERASE, 0x08004000);
    assert_int_equal(write_block(board, 2, data, 4), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, 0x08004000), 1);
    free_board(board);
}

static void test_out_of_range(void **state)
{
    struct vboard *board = idle_board("f407");
    uint8_t data[2048] = {0};

    (void)state;
    command(board, BOOT0_DFUSE_SET_ADDRESS, 0x080ffff8);
    assert_int_equal(write_block(board, 2, data, 9), BOOT0_DFU_STATUS_ERR_TARGET);
    to_idle(board);
    assert_int_equal(write_block(board, 0xffff, data, 4), BOOT0_DFU_STATUS_ERR_TARGET);
    to_idle(board);
    assert_int_equal(upload(board, 2, data, 9, NULL), BOOT0_XFER_STALL);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_TARGET);
    to_idle(board);
    assert_int_equal(upload(board, 2, data, 8, NULL), BOOT0_XFER_OK);
    to_idle(board);
    /* The unique id accepts a pointer, but cannot be read. */
    assert_int_equal(command(board, BOOT0_DFUSE_SET_ADDRESS, UNIQUE_ID), BOOT0_DFU_STATUS_OK);
    to_idle(board);
    assert_int_equal(upload(board, 2, data, 12, NULL), BOOT0_XFER_STALL);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_TARGET);
    assert_int_equal(stats_of(board).flash_operations, 0);
    free_board(board);
}

static void test_odd_uploads(void **state)
{
    struct vboard *board = idle_board("f407");
    uint8_t data[4096];

    (void)state;
    assert_int_equal(upload(board, 1, data, 16, NULL), BOOT0_XFER_STALL);
    to_idle(board);
    assert_int_equal(upload(board, 2, data, 0, NULL), BOOT0_XFER_STALL);
    to_idle(board);
    assert_int_equal(upload(board, 2, data, 2049, NULL), BOOT0_XFER_STALL);
    assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    free_board(board);
}

static void test_ram(void **state)
{
    struct vboard *board = idle_board("f407");
    uint8_t data[4] = {9, 8, 7, 6};

    (void)state;
    command(board, BOOT0_DFUSE_SET_ADDRESS, 0x20004000);
    assert_int_equal(write_block(board, 2, data, 4), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, 0x20004002), 7);
    assert_int_equal(stats_of(board).flash_operations, 0);
    vboard_press_reset(board);
    assert_int_equal(peek(board, 0x20004002), 7);
    vboard_power_cycle(board);
    assert_int_equal(peek(board, 0x20004002), 0);
    free_board(board);
}

static void test_block_size(void **state)
{
    static const struct {
        const char *name;
        uint16_t fits;
    } rows[] = {{"f407", 2048}, {"g431", 1024}};
    uint8_t data[2049] = {0};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct vboard *board = idle_board(rows[i].name);

        assert_int_equal(dnload(board, 2, data, (uint16_t)(rows[i].fits + 1)), BOOT0_XFER_STALL);
        assert_int_equal(get_status(board).status, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
        to_idle(board);
        assert_int_equal(write_block(board, 2, data, rows[i].fits), BOOT0_DFU_STATUS_OK);
        free_board(board);
    }
}

static void test_violations_are_seen(void **state)
{
    static const uint8_t data[8] = {0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55};
    struct vboard *f4 = idle_board("f407:fill=0xaa"), *l4 = idle_board("l476:fill=0xaa");

    (void)state;
    assert_int_equal(write_block(f4, 2, data, 8), BOOT0_DFU_STATUS_OK); /* no error on the F4 */
    assert_int_equal(stats_of(f4).violations, 8);
    assert_int_equal(peek(f4, MAIN), 0);
    assert_int_equal(write_block(l4, 2, data, 8), BOOT0_DFU_STATUS_ERR_PROG);
    assert_int_equal(stats_of(l4).violations, 1);
    assert_int_equal(peek(l4, MAIN), 0xaa);
    free_board(f4);
    free_board(l4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_request_in_every_state),
        cmocka_unit_test(test_error_keeps_its_reason),
        cmocka_unit_test(test_start_states),
        cmocka_unit_test(test_not_for_dfu),
        cmocka_unit_test(test_get_commands),
        cmocka_unit_test(test_unknown_commands),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_erase_commands),
        cmocka_unit_test(test_write_and_read),
        cmocka_unit_test(test_default_pointer),
        cmocka_unit_test(test_out_of_range),
        cmocka_unit_test(test_odd_uploads),
        cmocka_unit_test(test_ram),
        cmocka_unit_test(test_block_size),
        cmocka_unit_test(test_violations_are_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
