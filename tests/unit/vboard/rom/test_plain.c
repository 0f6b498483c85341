/* SPDX-License-Identifier: MIT */
/*
 * The bootloader that follows DFU 1.1 exactly, and boards with several DFU interfaces. The board is
 * tests/boards/twoif.board: 128 KiB of flash in interface 0, 4 KiB of EEPROM in 1.
 */
#include "../vboard_test.h"

#include <core/array.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EEPROM 0x08080000u

/* ---- helpers ---- */

/* The board of the file, with some of its lines replaced. */
static struct vboard *changed_board(const char *from, const char *to)
{
    char text[4096], name[] = "/tmp/boot0-plain-XXXXXX", spec[64];
    FILE *file = fopen(BOARDS "/twoif.board", "r");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    int made = mkstemp(name);
    struct vboard *board;
    char *at;

    assert_true(size > 0 && made >= 0);
    fclose(file);
    text[size] = '\0';
    file = fdopen(made, "w");
    at = strstr(text, from);
    assert_non_null(at);
    fprintf(file, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    fclose(file);
    snprintf(spec, sizeof spec, "custom:describe=%s", name);
    board = new_board(spec);
    unlink(name);
    return board;
}

static struct vboard *twoif(void)
{
    return new_board("custom:describe=" BOARDS "/twoif.board");
}

/* A class request to an interface. */
static enum boot0_xfer request(struct vboard *board, uint16_t interface, uint8_t code,
                               uint16_t value, uint8_t *data, uint16_t length, size_t *actual)
{
    bool in = code == BOOT0_DFU_UPLOAD || code == BOOT0_DFU_GETSTATUS || code == BOOT0_DFU_GETSTATE;
    const struct boot0_setup setup = {in ? IN_CLASS : OUT_CLASS, code, value, interface, length};
    size_t moved;

    return vboard_control(board, &setup, data, actual ? actual : &moved, TIMEOUT);
}

static struct b0_dfu_status status_of(struct vboard *board, uint16_t interface)
{
    uint8_t bytes[BOOT0_DFU_STATUS_SIZE] = {0};

    assert_int_equal(request(board, interface, BOOT0_DFU_GETSTATUS, 0, bytes, sizeof bytes, NULL),
                     BOOT0_XFER_OK);
    return b0_dfu_status_load(bytes);
}

/* Sends a block and polls until it is done; returns its final status. */
static uint8_t block(struct vboard *board, uint16_t interface, uint16_t number, uint8_t byte,
                     uint16_t size)
{
    uint8_t data[128];
    struct b0_dfu_status status;

    memset(data, byte, sizeof data);
    assert_int_equal(request(board, interface, BOOT0_DFU_DNLOAD, number, data, size, NULL),
                     BOOT0_XFER_OK);
    status = status_of(board, interface);
    assert_int_equal(status.state, BOOT0_DFU_STATE_DNBUSY);
    assert_int_equal(status.poll_timeout_ms, 10);
    for (int i = 0; i < 100 && status.state == BOOT0_DFU_STATE_DNBUSY; i++) {
        vboard_wait(board, 10 * MS);
        status = status_of(board, interface);
    }
    if (status.status == BOOT0_DFU_STATUS_OK)
        assert_int_equal(status.state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    else
        assert_int_equal(status.state, BOOT0_DFU_STATE_ERROR);
    return status.status;
}

/* ---- transfers ---- */

static void test_download(void **state)
{
    struct vboard *board = twoif();

    (void)state;
    for (uint16_t i = 0; i < 10; i++)
        assert_int_equal(block(board, 0, i, (uint8_t)i, 128), BOOT0_DFU_STATUS_OK);
    assert_int_equal(block(board, 0, 10, 0xaa, 3), BOOT0_DFU_STATUS_OK);
    assert_int_equal(simple(board, BOOT0_DFU_ABORT), BOOT0_XFER_OK);
    for (uint32_t i = 0; i < 1280; i++)
        assert_int_equal(peek(board, MAIN + i), i / 128);
    assert_int_equal(peek(board, MAIN + 1282), 0xaa);
    assert_int_equal(peek(board, MAIN + 1283), 0xff);
    assert_int_equal(stats_of(board).sectors_erased, 2);
    assert_int_equal(stats_of(board).violations, 0);
    free_board(board);
}

/* Existing contents are erased first, one sector at a time. */
static void test_download_again(void **state)
{
    struct vboard *board = twoif();

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (uint16_t i = 0; i < 9; i++)
            assert_int_equal(block(board, 0, i, round ? 0xf0 : 0x0f, 128), BOOT0_DFU_STATUS_OK);
        assert_int_equal(simple(board, BOOT0_DFU_ABORT), BOOT0_XFER_OK);
    }
    assert_int_equal(peek(board, MAIN), 0xf0);
    assert_int_equal(peek(board, MAIN + 9 * 128 - 1), 0xf0);
    assert_int_equal(stats_of(board).violations, 0);
    free_board(board);
}

static void test_upload(void **state)
{
    struct vboard *board = twoif();
    uint8_t data[128];
    size_t actual = 128, total = 0;

    (void)state;
    for (uint16_t i = 0; actual == 128; i++) {
        assert_int_equal(request(board, 0, BOOT0_DFU_UPLOAD, i, data, 128, &actual), BOOT0_XFER_OK);
        total += actual;
    }
    assert_int_equal(actual, 0);
    assert_int_equal(total, 128 * 1024);
    assert_int_equal(status_of(board, 0).state, BOOT0_DFU_STATE_IDLE);
    free_board(board);
}

/* DFU 1.1, 7: GETSTATUS after the empty DNLOAD, then dfuMANIFEST-WAIT-RESET until the reset. */
static void test_manifestation(void **state)
{
    struct vboard *board = twoif();
    unsigned connection = vboard_connection(board);

    (void)state;
    block(board, 0, 0, 0, 4);
    assert_int_equal(request(board, 0, BOOT0_DFU_DNLOAD, 1, NULL, 0, NULL), BOOT0_XFER_OK);
    assert_int_equal(status_of(board, 0).state, BOOT0_DFU_STATE_MANIFEST_WAIT_RESET);
    assert_int_equal(request(board, 0, BOOT0_DFU_ABORT, 0, NULL, 0, NULL), BOOT0_XFER_STALL);
    vboard_bus_reset(board);
    assert_int_not_equal(vboard_connection(board), connection);
    assert_int_equal(status_of(board, 0).state, BOOT0_DFU_STATE_IDLE);
    free_board(board);

    board = changed_board("attributes = 0x03", "attributes = 0x07");
    block(board, 0, 0, 0, 4);
    assert_int_equal(request(board, 0, BOOT0_DFU_DNLOAD, 1, NULL, 0, NULL), BOOT0_XFER_OK);
    assert_int_equal(status_of(board, 0).state, BOOT0_DFU_STATE_IDLE);
    free_board(board);
}

/* ---- refusals ---- */

static void assert_error(struct vboard *board, uint8_t status)
{
    struct b0_dfu_status found = status_of(board, 0);

    assert_int_equal(found.state, BOOT0_DFU_STATE_ERROR);
    assert_int_equal(found.status, status);
    assert_int_equal(request(board, 0, BOOT0_DFU_CLRSTATUS, 0, NULL, 0, NULL), BOOT0_XFER_OK);
    assert_int_equal(status_of(board, 0).state, BOOT0_DFU_STATE_IDLE);
}

static void test_refusals(void **state)
{
    struct vboard *board = twoif();
    uint8_t data[256] = {0};

    (void)state;
    assert_int_equal(request(board, 0, BOOT0_DFU_DNLOAD, 0, data, 0, NULL), BOOT0_XFER_STALL);
    assert_error(board, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    assert_int_equal(request(board, 0, BOOT0_DFU_DNLOAD, 0, data, 129, NULL), BOOT0_XFER_STALL);
    assert_error(board, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    assert_int_equal(request(board, 0, BOOT0_DFU_UPLOAD, 0, data, 129, NULL), BOOT0_XFER_STALL);
    assert_error(board, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    assert_int_equal(request(board, 0, BOOT0_DFU_DETACH, 0, data, 0, NULL), BOOT0_XFER_STALL);
    assert_error(board, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    /* a missing block */
    assert_int_equal(block(board, 0, 0, 0, 128), BOOT0_DFU_STATUS_OK);
    assert_int_equal(request(board, 0, BOOT0_DFU_DNLOAD, 2, data, 128, NULL), BOOT0_XFER_STALL);
    assert_error(board, BOOT0_DFU_STATUS_ERR_ADDRESS);
    free_board(board);

    board = changed_board("attributes = 0x03", "attributes = 0x00");
    assert_int_equal(request(board, 0, BOOT0_DFU_DNLOAD, 0, data, 4, NULL), BOOT0_XFER_STALL);
    assert_error(board, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    assert_int_equal(request(board, 0, BOOT0_DFU_UPLOAD, 0, data, 4, NULL), BOOT0_XFER_STALL);
    assert_error(board, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    free_board(board);

    board = changed_board("base = 0x08000000", "base = 0");
    assert_int_equal(request(board, 0, BOOT0_DFU_DNLOAD, 0, data, 4, NULL), BOOT0_XFER_STALL);
    assert_error(board, BOOT0_DFU_STATUS_ERR_TARGET);
    free_board(board);
}

static void test_end_of_memory(void **state)
{
    struct vboard *board = twoif();

    (void)state;
    for (uint16_t i = 0; i < 64; i++)
        assert_int_equal(block(board, 1, i, 1, 64), BOOT0_DFU_STATUS_OK);
    assert_int_equal(block(board, 1, 64, 1, 1), BOOT0_DFU_STATUS_ERR_ADDRESS);
    assert_int_equal(peek(board, EEPROM + 4095), 1);
    free_board(board);
}

/* While it is busy. */
static void test_busy(void **state)
{
    static const struct {
        const char *line;
        enum boot0_xfer result;
    } cases[] = {
        {"busy_data = says-busy", BOOT0_XFER_OK},
        {"busy_data = stalls", BOOT0_XFER_STALL},
        {"busy_data = breaks", BOOT0_XFER_STALL},
        {"busy_data = naks", BOOT0_XFER_OK},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct vboard *board = changed_board("busy_data = says-busy", cases[i].line);
        uint8_t data[128] = {0}, bytes[BOOT0_DFU_STATUS_SIZE];

        assert_int_equal(request(board, 0, BOOT0_DFU_DNLOAD, 0, data, 128, NULL), BOOT0_XFER_OK);
        assert_int_equal(status_of(board, 0).state, BOOT0_DFU_STATE_DNBUSY);
        assert_int_equal(request(board, 0, BOOT0_DFU_GETSTATUS, 0, bytes, sizeof bytes, NULL),
                         cases[i].result);
        vboard_wait(board, SECONDS);
        assert_int_equal(status_of(board, 0).state, strstr(cases[i].line, "breaks")
                                                        ? BOOT0_DFU_STATE_ERROR
                                                        : BOOT0_DFU_STATE_DNLOAD_IDLE);
        free_board(board);
    }
}

/* ---- interfaces ---- */

static void test_interfaces(void **state)
{
    struct vboard *board = twoif();
    uint8_t data[64] = {0};
    size_t actual;

    (void)state;
    assert_int_equal(block(board, 1, 0, 0x77, 64), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, EEPROM + 63), 0x77);
    assert_int_equal(peek(board, MAIN), 0xff);
    /* the other one must wait */
    assert_int_equal(request(board, 0, BOOT0_DFU_GETSTATUS, 0, data, 6, NULL), BOOT0_XFER_STALL);
    assert_int_equal(request(board, 0, BOOT0_DFU_ABORT, 0, NULL, 0, NULL), BOOT0_XFER_STALL);
    assert_int_equal(request(board, 1, BOOT0_DFU_ABORT, 0, NULL, 0, NULL), BOOT0_XFER_OK);
    assert_int_equal(status_of(board, 0).state, BOOT0_DFU_STATE_IDLE);
    assert_int_equal(request(board, 1, BOOT0_DFU_UPLOAD, 0, data, 64, &actual), BOOT0_XFER_OK);
    assert_int_equal(actual, 64);
    assert_int_equal(data[63], 0x77);
    assert_int_equal(request(board, 1, BOOT0_DFU_UPLOAD, 1, data, 65, NULL), BOOT0_XFER_STALL);
    assert_int_equal(request(board, 2, BOOT0_DFU_GETSTATUS, 0, data, 6, NULL), BOOT0_XFER_STALL);
    assert_int_equal(request(board, 256, BOOT0_DFU_GETSTATUS, 0, data, 6, NULL), BOOT0_XFER_STALL);
    free_board(board);
}

static enum boot0_xfer set_interface(struct vboard *board, uint16_t interface, uint16_t alternate)
{
    const struct boot0_setup setup = {BOOT0_USB_RECIPIENT_INTERFACE, BOOT0_USB_SET_INTERFACE,
                                      alternate, interface, 0};
    size_t actual;

    return vboard_control(board, &setup, NULL, &actual, TIMEOUT);
}

/* Each interface has its own alternate settings; descriptors are generated for all of them. */
static void test_alternates(void **state)
{
    struct vboard *board = changed_board(
        "[dfu]", "[alternate]\nname = \"second\"\ninterface = 1\nbase = 0x08000400\n[dfu]");
    uint8_t data[4] = {1, 2, 3, 4};

    (void)state;
    assert_int_equal(set_interface(board, 0, 1), BOOT0_XFER_STALL);
    assert_int_equal(set_interface(board, 1, 2), BOOT0_XFER_STALL);
    assert_int_equal(set_interface(board, 2, 0), BOOT0_XFER_STALL);
    assert_int_equal(set_interface(board, 16, 0), BOOT0_XFER_STALL);
    assert_int_equal(set_interface(board, 1, 1), BOOT0_XFER_OK);
    assert_int_equal(request(board, 1, BOOT0_DFU_DNLOAD, 0, data, 4, NULL), BOOT0_XFER_OK);
    status_of(board, 1);
    vboard_wait(board, SECONDS);
    assert_int_equal(status_of(board, 1).state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    assert_int_equal(peek(board, MAIN + 0x400), 1);
    free_board(board);
}

/* The generated descriptors equal the bytes in the file. */
static void test_descriptors(void **state)
{
    struct vboard *raw = twoif();
    struct vboard *made =
        changed_board("configuration = 09 02 2D 00 02 01 00 80 32\n"
                      "configuration = 09 04 00 00 00 FE 01 02 04    09 21 03 FF 00 80 00 10 01"
                      "   # interface 0\n"
                      "configuration = ",
                      "attributes = 0x80\n#");
    uint8_t a[128], b[128];

    (void)state;
    assert_int_equal(vboard_descriptors(raw, a, sizeof a), 18 + 45);
    assert_int_equal(vboard_descriptors(made, b, sizeof b), 18 + 45);
    assert_memory_equal(a, b, 18 + 45);
    free_board(made);
    free_board(raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_download),   cmocka_unit_test(test_download_again),
        cmocka_unit_test(test_upload),     cmocka_unit_test(test_manifestation),
        cmocka_unit_test(test_refusals),   cmocka_unit_test(test_end_of_memory),
        cmocka_unit_test(test_busy),       cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_alternates), cmocka_unit_test(test_descriptors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
