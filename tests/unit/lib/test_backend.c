/* SPDX-License-Identifier: MIT */
/*
 * A backend outside the library: boards in a byte array, on their own bus. lib/backend.h and
 * lib/protocol.h contain all that a session needs of a connection to a board.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <core/bytes.h>
#include <lib/backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BASE = 0x08000000,
    SECTOR = 1024,
    SECTORS = 4,
    BLOCK = 256,
};

struct dummy {
    uint8_t flash[SECTORS * SECTOR];
    uint64_t now_us;
    unsigned erased; /* sectors */
    bool started;
};

/* ---- the protocol ---- */

struct dummy_protocol {
    struct b0_protocol protocol; /* first: a pointer to it is also one to this struct */
    struct dummy *board;
};

static struct dummy *board_of(struct b0_protocol *protocol)
{
    return ((struct dummy_protocol *)protocol)->board;
}

static enum boot0_status be_idle(struct b0_protocol *protocol, struct boot0_error *error)
{
    (void)protocol;
    (void)error;
    return BOOT0_OK;
}

static enum boot0_status read_memory(struct b0_protocol *protocol, int memory, uint32_t address,
                                     uint8_t *data, uint32_t size, struct boot0_error *error)
{
    (void)memory;
    (void)error;
    memcpy(data, board_of(protocol)->flash + (address - BASE), size);
    protocol->done = size;
    protocol->transfers++;
    return BOOT0_OK;
}

static enum boot0_status write_memory(struct b0_protocol *protocol, int memory, uint32_t address,
                                      const uint8_t *data, uint32_t size, struct boot0_error *error)
{
    (void)memory;
    (void)error;
    memcpy(board_of(protocol)->flash + (address - BASE), data, size);
    protocol->done = size;
    protocol->transfers++;
    return BOOT0_OK;
}

static enum boot0_status erase(struct b0_protocol *protocol, int memory, enum b0_erase what,
                               uint32_t address, struct boot0_error *error)
{
    struct dummy *board = board_of(protocol);

    (void)memory;
    (void)error;
    if (what == B0_ERASE_SECTOR)
        memset(board->flash + (address - BASE), 0xff, SECTOR);
    board->erased++;
    return BOOT0_OK;
}

static enum boot0_status leave(struct b0_protocol *protocol, uint32_t address,
                               struct boot0_error *error)
{
    (void)address;
    (void)error;
    board_of(protocol)->started = true;
    return BOOT0_OK;
}

static void close_protocol(struct b0_protocol *protocol)
{
    free(protocol);
}

/* ---- the backend ---- */

static enum boot0_status probe(const struct boot0_transport *transport, struct boot0_board *board,
                               struct boot0_error *error)
{
    static const char layout[] = "@Flash /0x08000000/4*1Kg";
    struct boot0_alternate *alternate = &board->alternates[0];

    (void)transport;
    (void)error;
    board->has_addresses = true;
    board->transfer_size = BLOCK;
    board->alternate_count = 1;
    board->flash_alternate = 0;
    memcpy(alternate->name, layout, sizeof layout);
    alternate->has_layout = boot0_layout_parse(layout, sizeof layout - 1, &alternate->layout, NULL);
    return BOOT0_OK;
}

static struct b0_protocol *open_protocol(const struct boot0_transport *transport,
                                         const struct boot0_board *board, bool patient)
{
    static const struct b0_protocol_ops ops = {
        be_idle, read_memory, write_memory, erase, leave, close_protocol,
    };
    struct dummy_protocol *made = calloc(1, sizeof *made);

    (void)board;
    (void)patient;
    if (!made)
        return NULL;
    made->protocol.ops = &ops;
    made->protocol.block_size = BLOCK;
    made->board = transport->context;
    return &made->protocol;
}

static const struct boot0_backend dummy_backend = {
    .name = "dummy",
    .probe = probe,
    .open = open_protocol,
};

/* ---- the bus ---- */

static enum boot0_xfer reset(void *context)
{
    struct dummy *board = context;

    board->started = true;
    return BOOT0_XFER_OK;
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct dummy *board = context;

    board->now_us += microseconds;
}

static uint64_t now_us(void *context)
{
    struct dummy *board = context;

    return board->now_us;
}

static void close_nothing(void *context)
{
    (void)context;
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    static const struct boot0_transport_ops ops = {
        .reset = reset, .wait = wait_us, .now_us = now_us, .close = close_nothing};

    (void)candidate;
    (void)error;
    *transport = (struct boot0_transport){&ops, context, &dummy_backend};
    return BOOT0_OK;
}

/* A board whose program was started is gone. */
static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    struct dummy *board = context;

    (void)error;
    *count = board->started ? 0 : 1;
    if (capacity > 0 && !board->started) {
        memset(list, 0, sizeof *list);
        snprintf(list->path, sizeof list->path, "dummy0");
    }
    return BOOT0_OK;
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    struct dummy *board = context;

    board->now_us += (uint64_t)timeout_ms * 1000;
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan,
    .wait_change = wait_change,
    .now_us = now_us,
    .open = open_board,
    .close = close_nothing,
};

/* ---- tests ---- */

static struct boot0_error error;

static struct boot0_session *open_session(struct dummy *board)
{
    const struct boot0_bus bus = {.ops = &bus_ops, .context = board};
    struct boot0_session *session;

    memset(board->flash, 0x55, sizeof board->flash);
    assert_int_equal(boot0_session_open(&session, &bus, NULL, NULL, NULL, &error), BOOT0_OK);
    return session;
}

static void test_flashes_and_starts(void **state)
{
    struct dummy board = {.erased = 0};
    struct boot0_session *session = open_session(&board);
    struct boot0_image *image = boot0_image_new();
    uint8_t data[SECTOR + 100], held[sizeof data];

    (void)state;
    memset(data, 0xa5, sizeof data);
    b0_store32(data, 0x20000400);
    b0_store32(data + 4, BASE + 0x41);
    assert_int_equal(boot0_image_add(image, 0, BASE, data, sizeof data, &error), BOOT0_OK);
    image->has_addresses = true;
    assert_int_equal(boot0_session_flash(session, image, NULL, &error), BOOT0_OK);
    assert_memory_equal(board.flash, data, sizeof data);
    assert_int_equal(board.flash[sizeof data], 0x55); /* the rest of the sector is preserved */
    assert_int_equal(board.erased, 2);
    assert_true(board.started);
    board.started = false;
    assert_int_equal(boot0_session_read(session, BASE, held, sizeof held, &error), BOOT0_OK);
    assert_memory_equal(held, data, sizeof held);
    boot0_image_free(image);
    boot0_session_close(session);
}

static void test_lacks_what_its_table_lacks(void **state)
{
    struct dummy board = {.erased = 0};
    struct boot0_session *session = open_session(&board);
    const uint8_t sectors[] = {0};

    (void)state;
    assert_int_equal(
        boot0_session_protect(session, BOOT0_PROTECT_SECTORS, sectors, sizeof sectors, &error),
        BOOT0_E_UNSUPPORTED);
    boot0_session_detach(session); /* no way to do it */
    assert_false(board.started);
    boot0_session_close(session);
}

static void test_kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(boot0_kind_name(BOOT0_KIND_USB), "usb");
    assert_string_equal(boot0_kind_name(BOOT0_KIND_SERIAL), "serial");
    assert_string_equal(boot0_kind_name(BOOT0_KIND_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flashes_and_starts),
        cmocka_unit_test(test_lacks_what_its_table_lacks),
        cmocka_unit_test(test_kinds_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
