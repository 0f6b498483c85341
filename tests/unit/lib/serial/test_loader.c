/* SPDX-License-Identifier: MIT */
/*
 * Sessions with the RAM loader on a serial port: the session's operations, and its failure
 * messages.
 */
#include "lib/serial/loader.h"

#include "loader_board.h"

#include <boot0/boot0.h>
#include <core/bytes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    LENGTH = 50000,
};

struct fixture {
    struct loader_board board;
    struct boot0_bus bus;
    struct boot0_session *session;
    struct boot0_error error;
    uint8_t data[LENGTH];
};

static int setup(void **state)
{
    static const uint8_t vectors[] = {0x00, 0x10, 0x00, 0x20, 0x01, 0x01, 0x00, 0x08};
    struct fixture *f = calloc(1, sizeof *f);
    uint32_t seed = 3;

    assert_non_null(f);
    loader_board_init(&f->board);
    for (size_t i = 0; i < sizeof f->data; i++) {
        seed = seed * 1664525u + 1013904223u;
        f->data[i] = (uint8_t)(seed >> 24);
    }
    memcpy(f->data, vectors, sizeof vectors);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    boot0_session_close(f->session);
    boot0_bus_close(&f->bus);
    free(f);
    return 0;
}

/* As after the ROM's Go: the loader is about to start on the open port. */
static enum boot0_status follow(struct fixture *f)
{
    static const struct boot0_uart_options options = {.port = "a port"};
    const struct boot0_stream stream = loader_board_stream(&f->board);
    struct boot0_candidate candidate;
    struct boot0_transport transport;
    struct b0_uart_bus *bus;
    size_t count;

    assert_int_equal(boot0_uart_open(&f->bus, &stream, &options, &f->error), BOOT0_OK);
    assert_int_equal(f->bus.ops->scan(f->bus.context, &candidate, 1, &count, &f->error), BOOT0_OK);
    assert_int_equal(f->bus.ops->open(f->bus.context, &candidate, &transport, &f->error), BOOT0_OK);
    bus = b0_uart_bus_of(&transport);
    bus->line.baud = bus->baud;
    bus->left = true; /* as the ROM's protocol leaves it */
    assert_int_equal(bus->stream.ops->set(bus->stream.context, &bus->line), BOOT0_XFER_OK);
    return b0_serial_backend.follow_loader(&transport, &f->error);
}

static void open_board(struct fixture *f)
{
    assert_int_equal(follow(f), BOOT0_OK);
    if (boot0_session_open(&f->session, &f->bus, NULL, NULL, NULL, &f->error) != BOOT0_OK)
        fail_msg("%s", f->error.message);
}

static enum boot0_status flash(struct fixture *f)
{
    static const struct boot0_flash_options options = {.no_run = true};
    struct boot0_image *image = boot0_image_new();
    enum boot0_status status;

    assert_non_null(image);
    assert_int_equal(boot0_image_add(image, 0, LOADER_FLASH, f->data, LENGTH, &f->error), BOOT0_OK);
    status = boot0_session_flash(f->session, image, &options, &f->error);
    boot0_image_free(image);
    return status;
}

static void assert_says(const struct fixture *f, const char *words)
{
    if (!strstr(f->error.message, words))
        fail_msg("\"%s\" does not say \"%s\"", f->error.message, words);
    assert_int_not_equal(f->error.hint[0], '\0');
}

static void test_what_it_is(void **state)
{
    struct fixture *f = *state;
    const struct boot0_board *board;

    open_board(f);
    board = boot0_session_board(f->session);
    assert_true(board->bootloader.present);
    assert_true(board->bootloader.in_ram);
    assert_string_equal(board->chips[0]->key, "f407");
    assert_string_equal(board->serial, "376435753038");
    assert_string_equal(board->product, "boot0 RAM loader, 2000000 baud");
    assert_int_equal(boot0_layout_size(&board->alternates[0].layout), LOADER_FLASH_SIZE);
}

static void test_flash_and_again(void **state)
{
    struct fixture *f = *state;
    struct boot0_report report;
    unsigned programs;
    uint8_t held[1000];

    memset(f->board.flash, 0x42, sizeof f->board.flash);
    open_board(f);
    assert_int_equal(flash(f), BOOT0_OK);
    assert_memory_equal(f->board.flash, f->data, LENGTH);
    assert_int_equal(f->board.flash[LOADER_FLASH_SIZE - 1], 0x42);
    programs = f->board.programs;
    assert_int_equal(flash(f), BOOT0_OK);
    assert_int_equal(f->board.programs, programs);
    boot0_session_report(f->session, &report);
    assert_int_equal(report.unchanged_bytes, LENGTH);
    assert_int_equal(
        boot0_session_read(f->session, LOADER_FLASH + 777, held, sizeof held, &f->error), BOOT0_OK);
    assert_memory_equal(held, f->data + 777, sizeof held);
}

static void test_starts_the_program(void **state)
{
    struct fixture *f = *state;

    open_board(f);
    assert_int_equal(flash(f), BOOT0_OK);
    assert_int_equal(boot0_session_run(f->session, LOADER_FLASH, &f->error), BOOT0_OK);
    loader_board_run(&f->board, 1000);
    assert_int_equal(f->board.line.exit, B0_LOADER_RUNS);
    assert_int_equal(f->board.line.run_address, LOADER_FLASH);
}

/* The flash fails permanently at one address: the session reports where the board failed. */
static void test_flash_fails(void **state)
{
    struct fixture *f = *state;

    open_board(f);
    f->board.fails_at = LOADER_FLASH + 20000;
    assert_int_equal(flash(f), BOOT0_E_PROTOCOL);
    assert_says(f, "errPROG");
    f->board.fails_at = 0;
    assert_int_equal(flash(f), BOOT0_OK);
    assert_memory_equal(f->board.flash, f->data, LENGTH);
}

static void test_port_goes(void **state)
{
    struct fixture *f = *state;

    open_board(f);
    f->board.cut_at = f->board.characters + 20000;
    assert_int_equal(flash(f), BOOT0_E_GONE);
    assert_says(f, "a port went away while writing");
}

static void test_board_stops(void **state)
{
    struct fixture *f = *state;

    open_board(f);
    f->board.line.exit = B0_LOADER_RESETS; /* the user has pressed the button */
    assert_int_equal(flash(f), BOOT0_E_IO);
    assert_says(f, "in time");
}

static void test_nobody_comes(void **state)
{
    struct fixture *f = *state;

    f->board.appears_us = UINT32_MAX;
    assert_int_equal(follow(f), BOOT0_E_NO_BOARD);
    assert_int_equal(f->board.host.parity, BOOT0_PARITY_EVEN); /* for the ROM */
}

static void test_first_speed(void **state)
{
    struct fixture *f = *state;
    uint8_t image[B0_LOADER_BAUD_AT + 4] = {0};
    const struct boot0_uart_options options = {.port = "a port", .baud = 57600};
    const struct boot0_stream stream = loader_board_stream(&f->board);
    struct boot0_candidate candidate;
    struct boot0_transport transport;
    size_t count;

    assert_int_equal(boot0_uart_open(&f->bus, &stream, &options, &f->error), BOOT0_OK);
    assert_int_equal(f->bus.ops->scan(f->bus.context, &candidate, 1, &count, &f->error), BOOT0_OK);
    assert_int_equal(f->bus.ops->open(f->bus.context, &candidate, &transport, &f->error), BOOT0_OK);
    b0_uart_bus_of(&transport)->line.baud = 57600; /* found with the ROM */
    b0_serial_backend.prepare_loader(&transport, image, sizeof image);
    assert_int_equal(b0_load32(image + B0_LOADER_BAUD_AT), 57600);
    b0_serial_backend.prepare_loader(&transport, image, sizeof image - 1); /* no loader */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flash_and_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_starts_the_program, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flash_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_port_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_board_stops, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody_comes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_first_speed, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
