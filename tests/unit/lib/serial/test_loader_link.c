/* SPDX-License-Identifier: MIT */
/* The line between boot0 and the serial RAM loader, both ends: speeds, orders, and failures. */
#include "lib/serial/loader_link.h"

#include "loader_board.h"

#include <boot0/protocol.h>
#include <core/array.h>
#include <core/bytes.h>
#include <core/crc32.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    KIB = 1024,
    LENGTH = 40 * KIB + 123,
};

struct fixture {
    struct loader_board board;
    struct boot0_line line;
    struct b0_loader_link link;
    uint8_t data[LOADER_FLASH_SIZE], held[LOADER_FLASH_SIZE];
};

/* Half of it repeats itself, as in programs. */
static void make_data(struct fixture *f)
{
    uint32_t seed = 5;

    for (size_t i = 0; i < sizeof f->data; i++) {
        seed = seed * 1664525u + 1013904223u;
        f->data[i] = i % 64 < 32 ? (uint8_t)(i / 64) : (uint8_t)(seed >> 24);
    }
}

/* A host that has just opened the port. */
static void open_line(struct fixture *f)
{
    struct boot0_stream stream = loader_board_stream(&f->board);

    f->line = (struct boot0_line){.baud = B0_LOADER_FIRST_BAUD};
    assert_int_equal(stream.ops->set(stream.context, &f->line), BOOT0_XFER_OK);
    b0_loader_link_init(&f->link, &stream, &f->line);
}

static int setup(void **state)
{
    struct fixture *f = malloc(sizeof *f);

    assert_non_null(f);
    loader_board_init(&f->board);
    make_data(f);
    open_line(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static void greet(struct fixture *f)
{
    assert_int_equal(b0_loader_link_hello(&f->link, 3000), B0_LOADER_OK);
    assert_int_equal(b0_loader_link_speed_up(&f->link), B0_LOADER_OK);
}

/* Erases where needed, writes, and compares the flash itself. */
static void assert_writes(struct fixture *f, uint32_t size)
{
    assert_int_equal(b0_loader_link_erase(&f->link, LOADER_FLASH,
                                          (size + 128 * KIB - 1) / (128 * KIB) * 128 * KIB),
                     B0_LOADER_OK);
    assert_int_equal(b0_loader_link_write(&f->link, LOADER_FLASH, f->data, size), B0_LOADER_OK);
    assert_int_equal(f->link.done, size);
    assert_int_equal(b0_loader_link_ask(&f->link, B0_LOADER_SYNC, NULL, 0, NULL, 0), B0_LOADER_OK);
    assert_int_equal(f->board.order_count, 0);
    assert_memory_equal(f->board.flash, f->data, size);
}

static void assert_reads(struct fixture *f, uint32_t size)
{
    memset(f->held, 0, size);
    assert_int_equal(b0_loader_link_read(&f->link, LOADER_FLASH, f->held, size), B0_LOADER_OK);
    assert_int_equal(f->link.done, size);
    assert_memory_equal(f->held, f->board.flash, size);
}

/* ---- the main operations ---- */

static void test_all_of_it(void **state)
{
    struct fixture *f = *state;
    uint8_t ranges[8], digest[B0_SHA256_SIZE], wanted[B0_SHA256_SIZE], crc[4];
    struct b0_sha256 sha;

    f->board.appears_us = 250000; /* a board's crystal and clocks need this time */
    greet(f);
    assert_int_equal(f->line.baud, 2000000);
    assert_int_equal(f->link.repeated, 4);
    assert_writes(f, LENGTH);
    assert_reads(f, LENGTH + 1000);
    b0_store32(ranges, LOADER_FLASH);
    b0_store32(ranges + 4, LENGTH);
    assert_int_equal(b0_loader_link_ask(&f->link, B0_LOADER_DIGESTS, ranges, 8, digest, 32),
                     B0_LOADER_OK);
    b0_sha256_begin(&sha);
    b0_sha256_add(&sha, f->data, LENGTH);
    b0_sha256_end(&sha, wanted);
    assert_memory_equal(digest, wanted, sizeof wanted);
    assert_int_equal(b0_loader_link_ask(&f->link, B0_LOADER_CHECKSUMS, ranges, 8, crc, 4),
                     B0_LOADER_OK);
    assert_int_equal(b0_load32(crc), b0_crc32(B0_CRC32_START, f->data, LENGTH));
    assert_int_equal(f->board.overruns, 0);
}

/* Orders are in transit while the flash works: the time required for 256 KiB. */
static void test_times(void **state)
{
    struct fixture *f = *state;
    uint64_t start_us, span_us;

    memset(f->board.flash, 0x00, sizeof f->board.flash); /* everything must be erased */
    greet(f);
    start_us = f->board.now_ns / 1000;
    assert_writes(f, 256 * KIB);
    span_us = f->board.now_ns / 1000 - start_us;
    assert_true(span_us < 4200000); /* the erase takes 2.55 s, the programming 1.05 s */
    start_us = f->board.now_ns / 1000;
    assert_reads(f, LOADER_FLASH_SIZE);
    span_us = f->board.now_ns / 1000 - start_us;
    assert_true(span_us < 5700000); /* the wire takes 5.24 s */
    assert_int_equal(f->board.overruns, 0);
}

/* ---- speeds ---- */

static void test_adapters(void **state)
{
    static const struct {
        uint32_t max, garbles_from, reached;
    } adapters[] = {
        {0, 0, 2000000},     {921600, 0, 921600}, {115200, 0, 115200},
        {0, 921600, 460800}, {0, 230400, 115200}, {1500000, 1500000, 921600},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < B0_LENGTH(adapters); i++) {
        loader_board_init(&f->board);
        f->board.adapter_max = adapters[i].max;
        f->board.garbles_from = adapters[i].garbles_from;
        open_line(f);
        greet(f);
        assert_int_equal(f->line.baud, adapters[i].reached);
        assert_int_equal(f->board.line.baud, adapters[i].reached);
        assert_writes(f, 20 * KIB);
        assert_reads(f, 20 * KIB);
    }
}

/* The board hears the host at the new speed, and its answers are garbled: it does not fall back. */
static void test_answers_are_garbled(void **state)
{
    struct fixture *f = *state;

    f->board.mumbles_from = 921600;
    greet(f);
    assert_int_equal(f->line.baud, 460800);
    assert_writes(f, 20 * KIB);
}

/* A line that carries small frames and breaks long ones: the speed drops until it works. */
static void test_slows_down(void **state)
{
    struct fixture *f = *state;

    f->board.noise_every = 3001;
    f->board.noise_from = 460800;
    greet(f);
    assert_int_equal(f->line.baud, 2000000);
    assert_writes(f, 256 * KIB);
    assert_int_equal(f->line.baud, 230400);
    assert_reads(f, 64 * KIB);
}

/* After a host that was killed at a high speed, the next one begins at the first speed again. */
static void test_second_host(void **state)
{
    struct fixture *f = *state;

    greet(f);
    assert_int_equal(f->board.line.baud, 2000000);
    loader_board_replug(&f->board);
    open_line(f);
    greet(f);
    assert_writes(f, LENGTH);
}

/* ---- a bad line ---- */

static void test_lost_and_damaged(void **state)
{
    static const unsigned every[] = {50021, 9973};
    struct fixture *f = *state;

    for (size_t i = 0; i < B0_LENGTH(every); i++)
        for (int lost = 0; lost < 2; lost++) {
            loader_board_init(&f->board);
            f->board.lost_every = lost ? every[i] : 0;
            f->board.noise_every = lost ? 0 : every[i];
            open_line(f);
            greet(f);
            assert_writes(f, 256 * KIB);
            assert_reads(f, 256 * KIB);
            assert_true(f->link.repeated > 0);
        }
}

/* Each single character of a short conversation is lost once, or damaged. */
static void test_each_character(void **state)
{
    struct fixture *f = *state;
    unsigned all = 0;

    for (unsigned at = 0; at <= all; at += 7)
        for (int lost = 0; lost < 2; lost++) {
            loader_board_init(&f->board);
            open_line(f);
            greet(f);
            f->board.characters = at > 0 ? 1000000 - at : 0; /* selects the character to hit */
            f->board.lost_every = lost && at > 0 ? 1000000 : 0;
            f->board.noise_every = !lost && at > 0 ? 1000000 : 0;
            assert_writes(f, 6000);
            assert_reads(f, 3000);
            if (at == 0)
                all = f->board.characters;
        }
}

/* The port disappears at any time: the next host finds the loader, and all works. */
static void test_cut(void **state)
{
    struct fixture *f = *state;

    for (unsigned at = 1; at < 20000; at += 611) {
        enum b0_loader_result result;

        loader_board_init(&f->board);
        open_line(f);
        f->board.cut_at = at;
        result = b0_loader_link_hello(&f->link, 3000);
        if (result == B0_LOADER_OK)
            result = b0_loader_link_speed_up(&f->link);
        if (result == B0_LOADER_OK)
            result = b0_loader_link_erase(&f->link, LOADER_FLASH, 16 * KIB);
        if (result == B0_LOADER_OK)
            result = b0_loader_link_write(&f->link, LOADER_FLASH, f->data, 16 * KIB);
        assert_int_equal(result, f->board.characters < at ? B0_LOADER_OK : B0_LOADER_GONE);
        loader_board_replug(&f->board);
        open_line(f);
        greet(f);
        assert_writes(f, 16 * KIB);
    }
}

static void test_nobody(void **state)
{
    struct fixture *f = *state;

    f->board.appears_us = UINT32_MAX;
    assert_int_equal(b0_loader_link_hello(&f->link, 3000), B0_LOADER_SILENT);
    assert_in_range(f->board.now_ns / 1000000, 3000, 12000);
}

/* ---- refusals ---- */

static void test_refusals(void **state)
{
    static const uint8_t outside[8] = {0xff, 0xff, 0x0f, 0x08, 2, 0, 0, 0};
    struct fixture *f = *state;
    uint8_t digest[B0_SHA256_SIZE];

    greet(f);
    assert_int_equal(b0_loader_link_ask(&f->link, B0_LOADER_DIGESTS, outside, 8, digest, 32),
                     B0_LOADER_REFUSED);
    assert_int_equal(f->link.status, BOOT0_DFU_STATUS_ERR_ADDRESS);
    assert_int_equal(b0_loader_link_ask(&f->link, B0_LOADER_DIGESTS, outside, 7, digest, 32),
                     B0_LOADER_REFUSED);
    assert_int_equal(f->link.status, BOOT0_DFU_STATUS_ERR_UNKNOWN);
    assert_int_equal(b0_loader_link_ask(&f->link, (enum b0_loader_type)0x30, NULL, 0, NULL, 0),
                     B0_LOADER_REFUSED);
    assert_int_equal(b0_loader_link_read(&f->link, 0x20000000, f->held, 16), B0_LOADER_REFUSED);
    assert_int_equal(b0_loader_link_write(&f->link, 0x20000000, f->data, 16), B0_LOADER_REFUSED);
    assert_int_equal(f->link.status, BOOT0_DFU_STATUS_ERR_ADDRESS);
    /* This failure stays until the next HELLO. */
    assert_int_equal(b0_loader_link_write(&f->link, LOADER_FLASH, f->data, 16), B0_LOADER_REFUSED);
    assert_int_equal(b0_loader_link_ask(&f->link, B0_LOADER_SYNC, NULL, 0, NULL, 0),
                     B0_LOADER_REFUSED);
    assert_int_equal(b0_loader_link_hello(&f->link, 3000), B0_LOADER_OK);
    assert_int_equal(f->line.baud, 2000000);
    assert_writes(f, LENGTH);
}

/* The flash fails long after it has accepted the block. */
static void test_flash_fails(void **state)
{
    struct fixture *f = *state;
    enum b0_loader_result result;

    greet(f);
    f->board.fails_at = LOADER_FLASH + 9 * B0_LOADER_BLOCK + 5;
    result = b0_loader_link_write(&f->link, LOADER_FLASH, f->data, 16 * B0_LOADER_BLOCK);
    if (result == B0_LOADER_OK)
        result = b0_loader_link_ask(&f->link, B0_LOADER_SYNC, NULL, 0, NULL, 0);
    assert_int_equal(result, B0_LOADER_REFUSED);
    assert_int_equal(f->link.status, BOOT0_DFU_STATUS_ERR_PROG);
    assert_memory_equal(f->board.flash, f->data, (size_t)9 * B0_LOADER_BLOCK);
    f->board.fails_at = 0;
    assert_int_equal(b0_loader_link_hello(&f->link, 3000), B0_LOADER_OK);
    assert_writes(f, LENGTH);
}

static bool stop(void *context)
{
    unsigned *left = context;

    return *left == 0 || --*left > 0;
}

static void stop_after(struct fixture *f, unsigned *left, unsigned ticks)
{
    *left = ticks;
    f->link.tick = stop;
    f->link.context = left;
}

/* Stopped anywhere, the board is soon idle again. */
static void test_stopped(void **state)
{
    struct fixture *f = *state;
    unsigned left;

    greet(f);
    assert_writes(f, 256 * KIB);
    for (unsigned after = 1; after < 40; after += 3) {
        stop_after(f, &left, after);
        assert_int_equal(b0_loader_link_read(&f->link, LOADER_FLASH, f->held, 256 * KIB),
                         B0_LOADER_STOPPED);
        f->link.tick = NULL;
        assert_int_equal(b0_loader_link_hello(&f->link, 3000), B0_LOADER_OK);
        stop_after(f, &left, after);
        assert_int_equal(b0_loader_link_write(&f->link, LOADER_FLASH, f->data, 256 * KIB),
                         B0_LOADER_STOPPED);
        f->link.tick = NULL;
        assert_int_equal(b0_loader_link_hello(&f->link, 3000), B0_LOADER_OK);
        assert_reads(f, 5000);
    }
}

static void test_ends(void **state)
{
    static const uint8_t start[4] = {0x00, 0x00, 0x00, 0x08}, ram[4] = {0x00, 0x00, 0x00, 0x20};
    struct fixture *f = *state;

    greet(f);
    assert_int_equal(b0_loader_link_ask(&f->link, B0_LOADER_RUN, ram, 4, NULL, 0),
                     B0_LOADER_REFUSED);
    assert_int_equal(f->board.line.exit, B0_LOADER_STAYS);
    assert_int_equal(b0_loader_link_ask(&f->link, B0_LOADER_RUN, start, 4, NULL, 0), B0_LOADER_OK);
    loader_board_run(&f->board, 1000);
    assert_int_equal(f->board.line.exit, B0_LOADER_RUNS);
    assert_int_equal(f->board.line.run_address, LOADER_FLASH);
    for (int target = B0_EXTENSION_TO_BOOTLOADER; target <= B0_EXTENSION_TO_ROM; target++) {
        const uint8_t payload[4] = {(uint8_t)target};

        loader_board_init(&f->board);
        open_line(f);
        greet(f);
        assert_int_equal(b0_loader_link_ask(&f->link, B0_LOADER_RESET, payload, 4, NULL, 0),
                         B0_LOADER_OK);
        loader_board_run(&f->board, 1000);
        assert_int_equal(f->board.line.exit,
                         target == B0_EXTENSION_TO_ROM ? B0_LOADER_TO_ROM : B0_LOADER_RESETS);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_of_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_times, setup, teardown),
        cmocka_unit_test_setup_teardown(test_adapters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_are_garbled, setup, teardown),
        cmocka_unit_test_setup_teardown(test_slows_down, setup, teardown),
        cmocka_unit_test_setup_teardown(test_second_host, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lost_and_damaged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_character, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flash_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stopped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ends, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
