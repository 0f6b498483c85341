/* SPDX-License-Identifier: MIT */
/* A board for a test, and one-line DFU requests. */
#ifndef VBOARD_TEST_H
#define VBOARD_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/bytes.h>
#include <core/dfu.h>
#include <string.h>
#include <vboard/vboard.h>

#define MS        UINT64_C(1000)
#define SECONDS   UINT64_C(1000000)
#define MAIN      0x08000000u /* start of main flash */
#define TIMEOUT   (5 * SECONDS)
#define IN_CLASS  (BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE)
#define OUT_CLASS (BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE)

static inline struct vboard *new_board(const char *spec)
{
    struct boot0_error error = {.code = BOOT0_OK};
    struct vboard *board = vboard_new(spec, &error);

    if (!board)
        fail_msg("%s: %s", spec, error.message);
    return board;
}

static inline void free_board(struct vboard *board)
{
    assert_int_equal(vboard_free(board, NULL), BOOT0_OK);
}

/* A transfer with all five fields of its setup packet; *actual may be NULL. */
static inline enum boot0_xfer transfer(struct vboard *board, uint8_t type, uint8_t request,
                                       uint16_t value, uint16_t length, uint8_t *data,
                                       size_t *actual)
{
    const struct boot0_setup setup = {type, request, value, 0, length};
    size_t moved;

    return vboard_control(board, &setup, data, actual ? actual : &moved, TIMEOUT);
}

static inline enum boot0_xfer dnload(struct vboard *board, uint16_t block, const uint8_t *data,
                                     uint16_t length)
{
    uint8_t copy[4096] = {0};

    if (length > 0)
        memcpy(copy, data, length);
    return transfer(board, OUT_CLASS, BOOT0_DFU_DNLOAD, block, length, copy, NULL);
}

static inline enum boot0_xfer upload(struct vboard *board, uint16_t block, uint8_t *data,
                                     uint16_t length, size_t *actual)
{
    return transfer(board, IN_CLASS, BOOT0_DFU_UPLOAD, block, length, data, actual);
}

static inline enum boot0_xfer simple(struct vboard *board, enum boot0_dfu_request request)
{
    return transfer(board, OUT_CLASS, (uint8_t)request, 0, 0, NULL, NULL);
}

/* GETSTATUS that must be answered. */
static inline struct b0_dfu_status get_status(struct vboard *board)
{
    uint8_t bytes[BOOT0_DFU_STATUS_SIZE] = {0};
    size_t actual = 0;

    assert_int_equal(transfer(board, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, bytes, &actual),
                     BOOT0_XFER_OK);
    assert_int_equal(actual, 6);
    return b0_dfu_status_load(bytes);
}

static inline uint8_t get_state(struct vboard *board)
{
    uint8_t state = 0xff;

    assert_int_equal(transfer(board, IN_CLASS, BOOT0_DFU_GETSTATE, 0, 1, &state, NULL),
                     BOOT0_XFER_OK);
    return state;
}

/* From any state to dfuIDLE, as a host does it. */
static inline void to_idle(struct vboard *board)
{
    struct b0_dfu_status status = get_status(board);

    if (status.state == BOOT0_DFU_STATE_ERROR)
        assert_int_equal(simple(board, BOOT0_DFU_CLRSTATUS), BOOT0_XFER_OK);
    else
        assert_int_equal(simple(board, BOOT0_DFU_ABORT), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_IDLE);
}

/* A board in dfuIDLE. */
static inline struct vboard *idle_board(const char *spec)
{
    struct vboard *board = new_board(spec);

    if (get_status(board).state != BOOT0_DFU_STATE_IDLE)
        to_idle(board);
    return board;
}

/* Polls a block or command, honouring poll timeouts; returns its final status. */
static inline uint8_t finish_dnload(struct vboard *board)
{
    struct b0_dfu_status status = get_status(board);

    assert_int_equal(status.state, BOOT0_DFU_STATE_DNBUSY);
    assert_int_equal(status.status, BOOT0_DFU_STATUS_OK);
    vboard_wait(board, (uint64_t)status.poll_timeout_ms * MS);
    status = get_status(board);
    if (status.status == BOOT0_DFU_STATUS_OK)
        assert_int_equal(status.state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    else
        assert_int_equal(status.state, BOOT0_DFU_STATE_ERROR);
    return status.status;
}

static inline uint8_t command(struct vboard *board, uint8_t code, uint32_t address)
{
    uint8_t bytes[5] = {code};

    b0_store32(bytes + 1, address);
    assert_int_equal(dnload(board, 0, bytes, 5), BOOT0_XFER_OK);
    return finish_dnload(board);
}

static inline uint8_t write_block(struct vboard *board, uint16_t block, const uint8_t *data,
                                  uint16_t length)
{
    assert_int_equal(dnload(board, block, data, length), BOOT0_XFER_OK);
    return finish_dnload(board);
}

static inline uint8_t peek(const struct vboard *board, uint32_t address)
{
    uint8_t byte = 0;

    assert_true(vboard_peek(board, address, &byte, 1));
    return byte;
}

static inline struct vboard_stats stats_of(const struct vboard *board)
{
    struct vboard_stats stats;

    vboard_get_stats(board, &stats);
    return stats;
}

#endif
