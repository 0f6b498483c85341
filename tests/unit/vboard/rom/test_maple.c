/* SPDX-License-Identifier: MIT */
/*
 * The Maple bootloaders as a host sees them: requests in states, consecutive blocks, uploads, and
 * the start of a program.
 */
#include "../vboard_test.h"

#include <core/array.h>
#include <vboard/board/board.h>

#define PAGE  1024u
#define UPPER 0x08005000u
#define LOWER 0x08002000u
#define RAM   0x20000c00u

/* Without a request, which could change it. */
static uint8_t dfu_state(const struct vboard *board)
{
    return board->bootloader.ops->dfu_state(board->bootloader.context);
}

static void select_alternate(struct vboard *board, uint8_t alternate)
{
    assert_int_equal(transfer(board, 1, BOOT0_USB_SET_INTERFACE, alternate, 0, NULL, NULL),
                     BOOT0_XFER_OK);
}

static struct vboard *board_at(const char *spec, uint8_t alternate)
{
    struct vboard *board = new_board(spec);

    select_alternate(board, alternate);
    return board;
}

/* One page of a program: valid vectors, then a pattern. */
static void make_page(uint8_t page[PAGE], uint8_t seed)
{
    for (unsigned i = 0; i < PAGE; i++)
        page[i] = (uint8_t)(i * 3 + seed);
    b0_store32(page, 0x20004ff0);
    b0_store32(page + 4, LOWER + 0x101);
}

/* ---- every request in every state (STM32duino-bootloader, dfu.c) ---- */

static const struct {
    uint8_t state;
    const char *outcome[8]; /* as in test_rom.c */
} expected[] = {
    /* DETACH DNLOAD UPLOAD GETSTATUS CLRSTATUS GETSTATE ABORT unknown */
    {BOOT0_DFU_STATE_IDLE, {"Sa", ".3", ".9", ".2", "Sa", ".2", ".2", "Sa"}},
    {BOOT0_DFU_STATE_DNLOAD_SYNC, {"Sa", "Sa", "Sa", ".5", "Sa", ".3", "Sa", "Sa"}},
    {BOOT0_DFU_STATE_DNLOAD_IDLE, {"Sa", ".3", "Sa", ".2", "Sa", ".2", ".2", "Sa"}},
    {BOOT0_DFU_STATE_MANIFEST_SYNC, {"Sa", "Sa", "Sa", ".8", "Sa", ".6", "Sa", "Sa"}},
    {BOOT0_DFU_STATE_MANIFEST_WAIT_RESET, {".8", ".8", ".8", ".8", ".8", ".8", ".8", ".8"}},
    {BOOT0_DFU_STATE_UPLOAD_IDLE, {"Sa", "Sa", ".9", ".9", "Sa", ".9", ".2", "Sa"}},
    {BOOT0_DFU_STATE_ERROR, {"Sa", "Sa", "Sa", ".a", ".2", ".a", "Sa", "Sa"}},
};

static enum boot0_xfer request_of_kind(struct vboard *board, unsigned request)
{
    uint8_t data[PAGE] = {0};

    switch (request) {
    case BOOT0_DFU_DNLOAD:
        return dnload(board, 0, data, PAGE);
    case BOOT0_DFU_UPLOAD:
        return upload(board, 0, data, PAGE, NULL);
    case BOOT0_DFU_GETSTATUS:
        return transfer(board, IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 6, data, NULL);
    case BOOT0_DFU_GETSTATE:
        return transfer(board, IN_CLASS, BOOT0_DFU_GETSTATE, 0, 1, data, NULL);
    }
    return transfer(board, OUT_CLASS, (uint8_t)request, 0, 0, NULL, NULL);
}

static void put_into_state(struct vboard *board, uint8_t state)
{
    if (state == BOOT0_DFU_STATE_ERROR)
        simple(board, BOOT0_DFU_DETACH);
    if (state == BOOT0_DFU_STATE_UPLOAD_IDLE)
        request_of_kind(board, BOOT0_DFU_UPLOAD);
    if (state >= BOOT0_DFU_STATE_DNLOAD_SYNC && state <= BOOT0_DFU_STATE_MANIFEST_WAIT_RESET)
        request_of_kind(board, BOOT0_DFU_DNLOAD);
    if (state >= BOOT0_DFU_STATE_DNLOAD_IDLE && state <= BOOT0_DFU_STATE_MANIFEST_WAIT_RESET)
        request_of_kind(board, BOOT0_DFU_GETSTATUS);
    if (state == BOOT0_DFU_STATE_MANIFEST_SYNC || state == BOOT0_DFU_STATE_MANIFEST_WAIT_RESET)
        dnload(board, 1, NULL, 0);
    if (state == BOOT0_DFU_STATE_MANIFEST_WAIT_RESET)
        request_of_kind(board, BOOT0_DFU_GETSTATUS);
    assert_int_equal(dfu_state(board), state);
}

static void test_every_request_in_every_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(expected); i++)
        for (unsigned request = 0; request < 8; request++) {
            struct vboard *board = board_at("bluepill", 2);
            char found[3] = {0};

            put_into_state(board, expected[i].state);
            found[0] = request_of_kind(board, request) == BOOT0_XFER_OK ? '.' : 'S';
            found[1] = "0123456789a"[dfu_state(board)];
            if (strcmp(found, expected[i].outcome[request]) != 0)
                fail_msg("%s in %s: %s, expected %s", b0_dfu_request_name(request),
                         b0_dfu_state_name(expected[i].state), found, expected[i].outcome[request]);
            free_board(board);
        }
}

/* The status is OK again at the next request: GETSTATUS never reports the reason. */
static void test_error_is_forgotten(void **state)
{
    struct vboard *board = board_at("bluepill", 0);
    struct b0_dfu_status status;

    (void)state;
    assert_int_equal(request_of_kind(board, BOOT0_DFU_DNLOAD),
                     BOOT0_XFER_STALL); /* RAM: errWRITE */
    status = get_status(board);
    assert_int_equal(status.state, BOOT0_DFU_STATE_ERROR);
    assert_int_equal(status.status, BOOT0_DFU_STATUS_OK);
    assert_int_equal(simple(board, BOOT0_DFU_CLRSTATUS), BOOT0_XFER_OK);
    assert_int_equal(get_state(board), BOOT0_DFU_STATE_IDLE);
    assert_int_equal(dnload(board, 0, NULL, 0), BOOT0_XFER_STALL);
    free_board(board);
}

/* ---- downloads ---- */

/* Page by page, like maple_upload and dfu-util; one GETSTATUS each. */
static void download(struct vboard *board, const uint8_t *data, size_t pages)
{
    for (size_t i = 0; i < pages; i++) {
        struct b0_dfu_status status;

        assert_int_equal(dnload(board, (uint16_t)i, data + (size_t)PAGE * i, PAGE), BOOT0_XFER_OK);
        status = get_status(board);
        while (status.state == BOOT0_DFU_STATE_DNBUSY) {
            vboard_wait(board, status.poll_timeout_ms * MS);
            status = get_status(board);
        }
        assert_int_equal(status.state, BOOT0_DFU_STATE_DNLOAD_IDLE);
        assert_int_equal(status.status, BOOT0_DFU_STATUS_OK);
    }
    assert_int_equal(dnload(board, (uint16_t)pages, NULL, 0), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_MANIFEST_WAIT_RESET);
}

static void test_bluepill_download(void **state)
{
    uint8_t data[3 * PAGE], back[3 * PAGE];
    struct vboard *board = board_at("bluepill:fill=0x00", 2);
    struct vboard_stats stats;
    uint64_t start_us;

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        make_page(data + (size_t)PAGE * i, (uint8_t)i);
    start_us = vboard_now_us(board);
    download(board, data, 3);
    /* Erase and program happen inside GETSTATUS: 30 ms per page, 53 us per half-word. */
    assert_in_range(vboard_now_us(board) - start_us, 3 * (30 * MS + 512ul * 53),
                    3 * (30 * MS + 512ul * 53) + 5 * MS);
    assert_true(vboard_peek(board, LOWER, back, sizeof back));
    assert_memory_equal(back, data, sizeof data);
    stats = stats_of(board);
    assert_int_equal(stats.sectors_erased, 3);
    assert_int_equal(stats.bytes_programmed, 3 * PAGE);
    assert_int_equal(stats.violations, 0);
    assert_int_equal(peek(board, LOWER - 1), 0);
    assert_int_equal(peek(board, LOWER + 3 * PAGE), 0);
    free_board(board);
}

/* A download to the upper address erases the first page of the lower one. */
static void test_bluepill_wipes_the_other(void **state)
{
    uint8_t page[PAGE];
    struct vboard *board = board_at("bluepill:fill=0x00", 1);

    (void)state;
    make_page(page, 0);
    download(board, page, 1);
    assert_int_equal(peek(board, LOWER), 0xff);
    assert_int_equal(peek(board, LOWER + PAGE), 0);
    assert_int_equal(peek(board, UPPER + 100), page[100]);
    assert_int_equal(stats_of(board).sectors_erased, 2);
    free_board(board);
}

/* A second GETSTATUS after a block ends the download; the next block goes to the start again. */
static void test_polling_twice_loses_the_position(void **state)
{
    uint8_t page[PAGE], other[PAGE];
    struct vboard *board = board_at("bluepill", 2);

    (void)state;
    make_page(page, 0);
    make_page(other, 99);
    dnload(board, 0, page, PAGE);
    get_status(board);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_IDLE);
    dnload(board, 1, other, PAGE);
    get_status(board);
    assert_int_equal(peek(board, LOWER + 100), other[100]);
    assert_int_equal(peek(board, LOWER + PAGE), 0xff);
    free_board(board);
}

/* Each block erases the page in which it begins: shorter blocks destroy each other. */
static void test_short_blocks_lose_data(void **state)
{
    uint8_t page[PAGE];
    struct vboard *board = board_at("bluepill", 2);

    (void)state;
    make_page(page, 1);
    dnload(board, 0, page, 512);
    get_status(board);
    dnload(board, 1, page + 512, 512);
    get_status(board);
    assert_int_equal(peek(board, LOWER), 0xff);
    assert_int_equal(peek(board, LOWER + 512), page[512]);
    free_board(board);
}

/* Whole words are written; the previous block's bytes fill the last one. */
static void test_odd_length(void **state)
{
    uint8_t page[PAGE];
    struct vboard *board = board_at("bluepill", 2);

    (void)state;
    make_page(page, 1);
    dnload(board, 0, page, PAGE);
    get_status(board);
    dnload(board, 1, page + 4, 6);
    get_status(board);
    assert_int_equal(peek(board, LOWER + PAGE + 5), page[9]);
    assert_int_equal(peek(board, LOWER + PAGE + 6), page[6]);
    assert_int_equal(peek(board, LOWER + PAGE + 8), 0xff);
    free_board(board);
}

/* LeafLabs' own answers dfuDNBUSY with 32 ms until the page is written. */
static void test_maple_download(void **state)
{
    uint8_t page[PAGE];
    struct vboard *board = board_at("maple", 1);
    struct b0_dfu_status status;

    (void)state;
    make_page(page, 0);
    dnload(board, 0, page, PAGE);
    status = get_status(board);
    assert_int_equal(status.state, BOOT0_DFU_STATE_DNBUSY);
    assert_int_equal(status.poll_timeout_ms, 32);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_DNBUSY); /* early: harmless */
    vboard_wait(board, 60 * MS);
    status = get_status(board);
    assert_int_equal(status.state, BOOT0_DFU_STATE_DNLOAD_IDLE);
    assert_int_equal(status.poll_timeout_ms, 0);
    assert_int_equal(peek(board, UPPER + 100), page[100]);
    free_board(board);
}

static void test_maple_ram(void **state)
{
    uint8_t page[PAGE];
    struct vboard *board = board_at("maple", 0);

    (void)state;
    make_page(page, 0);
    download(board, page, 1);
    assert_int_equal(peek(board, RAM + 100), page[100]);
    assert_int_equal(stats_of(board).flash_operations, 0);
    vboard_bus_reset(board);
    vboard_wait(board, 3 * SECONDS);
    assert_int_equal(stats_of(board).start_address, RAM);
    free_board(board);
}

/* ---- uploads ---- */

static void test_upload(void **state)
{
    uint8_t page[PAGE], back[PAGE];
    struct vboard *board = board_at("bluepill:fill=0x00", 2);
    const unsigned whole = (0x08020000 - LOWER) / PAGE;
    size_t actual;

    (void)state;
    make_page(page, 5);
    assert_true(vboard_poke(board, LOWER + 3 * PAGE, page, PAGE));
    for (uint16_t block = 0; block < whole; block++) {
        assert_int_equal(upload(board, block, back, PAGE, &actual), BOOT0_XFER_OK);
        assert_int_equal(actual, PAGE);
        if (block == 3)
            assert_memory_equal(back, page, PAGE);
    }
    /* The end of the flash: an empty block, and dfuIDLE. */
    assert_int_equal(upload(board, (uint16_t)whole, back, PAGE, &actual), BOOT0_XFER_OK);
    assert_int_equal(actual, 0);
    assert_int_equal(get_state(board), BOOT0_DFU_STATE_IDLE);
    assert_int_equal(upload(board, 0xffff, back, PAGE, &actual), BOOT0_XFER_OK);
    assert_int_equal(actual, 0);
    free_board(board);
}

static void test_upload_last_piece(void **state)
{
    uint8_t back[PAGE];
    struct vboard *board = board_at("bluepill", 2);
    size_t actual;

    (void)state;
    assert_int_equal(upload(board, 0, back, 1000, &actual), BOOT0_XFER_OK);
    assert_int_equal(upload(board, 122, back, 1000, &actual), BOOT0_XFER_OK);
    assert_int_equal(actual, (0x08020000 - LOWER) - 122000);
    assert_int_equal(get_state(board), BOOT0_DFU_STATE_IDLE);
    free_board(board);
}

/* The early one reports that it cannot upload. */
static void test_maple_has_no_upload(void **state)
{
    uint8_t back[PAGE];
    struct vboard *board = board_at("maple", 1);

    (void)state;
    assert_int_equal(upload(board, 0, back, PAGE, NULL), BOOT0_XFER_STALL);
    free_board(board);
}

/* ---- starting ---- */

/* A program has replaced the bootloader: 1eaf:0004, which has a serial port. */
static bool is_sketch(const struct vboard *board)
{
    uint8_t device[18];

    return vboard_descriptors(board, device, sizeof device) == sizeof device &&
           b0_load16(device + 8) == BOOT0_VENDOR_LEAFLABS &&
           b0_load16(device + 10) == BOOT0_PRODUCT_MAPLE_SERIAL;
}

static void test_starts_after_download(void **state)
{
    uint8_t page[PAGE];
    struct vboard *board = board_at("bluepill", 2);

    (void)state;
    make_page(page, 0);
    download(board, page, 1);
    vboard_wait(board, 10 * SECONDS); /* it waits for the reset */
    assert_true(vboard_connected(board));
    vboard_bus_reset(board);
    assert_true(is_sketch(board));
    assert_true(stats_of(board).started);
    assert_int_equal(stats_of(board).start_address, LOWER);
    assert_int_equal(stats_of(board).resets, 1);
    /* Only once: at the next reset the button (boot0=1) counts again. */
    vboard_press_reset(board);
    vboard_wait(board, 10 * SECONDS);
    assert_true(vboard_connected(board));
    free_board(board);
}

static void test_reset_in_idle_is_nothing(void **state)
{
    struct vboard *board = board_at("bluepill", 2);
    unsigned connection = vboard_connection(board);

    (void)state;
    vboard_bus_reset(board);
    assert_int_equal(vboard_connection(board), connection);
    assert_int_equal(stats_of(board).resets, 0);
    free_board(board);
}

/* Without the button: two seconds for a first request, then the program. */
static void test_waits_for_a_host(void **state)
{
    uint8_t page[PAGE];
    struct vboard *board = new_board("bluepill");

    (void)state;
    make_page(page, 0);
    vboard_poke(board, UPPER, page, PAGE);
    vboard_set_boot0(board, false);
    vboard_power_cycle(board);
    assert_true(vboard_connected(board));
    vboard_wait(board, 1900 * MS);
    assert_true(vboard_connected(board));
    vboard_wait(board, 200 * MS);
    assert_true(is_sketch(board));
    assert_int_equal(stats_of(board).start_address, UPPER);
    vboard_power_cycle(board);
    get_status(board); /* a host has connected */
    vboard_wait(board, 10 * SECONDS);
    assert_true(vboard_connected(board));
    free_board(board);
}

static void test_nothing_to_start(void **state)
{
    struct vboard *board = new_board("maple:boot0=0");

    (void)state;
    vboard_wait(board, 10 * SECONDS);
    assert_true(vboard_connected(board));
    free_board(board);
}

/* ---- the program's serial port ---- */

enum {
    DTR = 1,
    RTS = 2,
    DATA_IN = 0x81,
    DATA_OUT = 0x03,
    SET_CONTROL_LINE_STATE = 0x22,
};

static void set_lines(struct vboard *board, uint16_t lines)
{
    assert_int_equal(transfer(board, OUT_CLASS, SET_CONTROL_LINE_STATE, lines, 0, NULL, NULL),
                     BOOT0_XFER_OK);
}

static enum boot0_xfer send_text(struct vboard *board, const char *text)
{
    uint8_t bytes[64];
    size_t size = strlen(text);

    assert_true(size <= sizeof bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)text[i];
    return vboard_packet(board, DATA_OUT, bytes, &size, 0);
}

/* Returns the program's present output, up to a NAK. */
static void receive_text(struct vboard *board, char *text, size_t size)
{
    size_t length = 0, packet = 64;
    uint8_t bytes[64];

    while (vboard_packet(board, DATA_IN, bytes, &packet, 0) == BOOT0_XFER_OK) {
        assert_true(packet > 0 && length + packet < size);
        memcpy(text + length, bytes, packet);
        length += packet;
        packet = 64;
    }
    text[length] = '\0';
}

static void test_sketch_talks(void **state)
{
    struct vboard *board = new_board("bluepill:mode=serial");
    uint64_t start_us = vboard_now_us(board);
    uint8_t byte[64];
    size_t size = 64;
    char text[128];

    (void)state;
    assert_true(is_sketch(board));
    assert_int_equal(vboard_packet(board, DATA_IN, byte, &size, 5000), BOOT0_XFER_TIMEOUT);
    assert_int_equal(vboard_now_us(board) - start_us, 5000);
    set_lines(board, DTR | RTS);
    assert_int_equal(send_text(board, "echo"), BOOT0_XFER_OK);
    receive_text(board, text, sizeof text);
    assert_string_equal(text, "program at 0x08005000\r\necho");
    size = 1;
    assert_int_equal(vboard_packet(board, 0x05, byte, &size, 0), BOOT0_XFER_STALL);
    free_board(board);
}

/* It keeps unread data, up to 1 KiB; then it NAKs. */
static void test_sketch_has_flow_control(void **state)
{
    struct vboard *board = new_board("maple:mode=serial");
    size_t sent = 0;
    char text[1100];

    (void)state;
    while (send_text(board, "0123456789abcdef") == BOOT0_XFER_OK)
        sent += 16;
    assert_int_equal(sent, 1024);
    receive_text(board, text, sizeof text);
    assert_int_equal(strlen(text), 1024);
    assert_int_equal(send_text(board, "more"), BOOT0_XFER_OK);
    free_board(board);
}

/*
 * libmaple, usb_serial.cpp: the bytes directly after a falling edge of DTR, with nothing in
 * between.
 */
static void test_magic_bytes(void **state)
{
    static const struct {
        uint16_t lines[4];
        size_t count;
        const char *text;
        bool resets;
    } cases[] = {
        {{DTR, 0}, 2, "1EAF", true},
        {{DTR | RTS, RTS}, 2, "1EAF", true},
        {{DTR, 0}, 2, "xx1EAF", true},
        {{DTR, 0, RTS}, 3, "1EAF", false}, /* RTS has moved after the edge */
        {{DTR}, 1, "1EAF", false},
        {{0}, 1, "1EAF", false}, /* no edge: it was never on */
        {{DTR, 0}, 2, "1EAFx", false},
        {{DTR, 0}, 2, "AF", false},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct vboard *board = new_board("bluepill:mode=serial");

        for (size_t n = 0; n < cases[i].count; n++)
            set_lines(board, cases[i].lines[n]);
        send_text(board, cases[i].text);
        vboard_wait(board, 10 * MS);
        assert_int_equal(!is_sketch(board), cases[i].resets);
        vboard_wait(board, 3 * SECONDS); /* no host: the bootloader starts it again */
        assert_true(is_sketch(board));
        free_board(board);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_request_in_every_state),
        cmocka_unit_test(test_error_is_forgotten),
        cmocka_unit_test(test_bluepill_download),
        cmocka_unit_test(test_bluepill_wipes_the_other),
        cmocka_unit_test(test_polling_twice_loses_the_position),
        cmocka_unit_test(test_short_blocks_lose_data),
        cmocka_unit_test(test_odd_length),
        cmocka_unit_test(test_maple_download),
        cmocka_unit_test(test_maple_ram),
        cmocka_unit_test(test_upload),
        cmocka_unit_test(test_upload_last_piece),
        cmocka_unit_test(test_maple_has_no_upload),
        cmocka_unit_test(test_starts_after_download),
        cmocka_unit_test(test_reset_in_idle_is_nothing),
        cmocka_unit_test(test_waits_for_a_host),
        cmocka_unit_test(test_nothing_to_start),
        cmocka_unit_test(test_sketch_talks),
        cmocka_unit_test(test_sketch_has_flow_control),
        cmocka_unit_test(test_magic_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
