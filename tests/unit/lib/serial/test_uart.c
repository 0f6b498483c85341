/* SPDX-License-Identifier: MIT */
/* Sessions over the UART bootloader of virtual boards: the same operations as over USB. */
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <vboard/vboard.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    MAIN = 0x08000000,
};

struct fixture {
    struct boot0_bus bus;
    struct vboard *board;
    struct boot0_session *session;
    struct boot0_error error;
};

static void plug(struct fixture *f, const char *spec, const struct boot0_uart_options *options)
{
    static const struct boot0_uart_options defaults = {.port = "virtual"};
    struct boot0_stream stream;

    memset(f, 0, sizeof *f);
    assert_int_equal(boot0_virtual_uart_open(&stream, spec, &f->error), BOOT0_OK);
    f->board = boot0_virtual_uart_board(&stream);
    assert_int_equal(boot0_uart_open(&f->bus, &stream, options ? options : &defaults, &f->error),
                     BOOT0_OK);
}

static enum boot0_status open_session(struct fixture *f)
{
    return boot0_session_open(&f->session, &f->bus, NULL, NULL, NULL, &f->error);
}

static void open_at(struct fixture *f, const char *spec)
{
    plug(f, spec, NULL);
    if (open_session(f) != BOOT0_OK)
        fail_msg("%s: %s", spec, f->error.message);
}

static void done(struct fixture *f)
{
    boot0_session_close(f->session);
    boot0_bus_close(&f->bus);
}

/* A program, as far as a bootloader checks. */
static uint8_t *make_program(size_t size, uint8_t seed)
{
    static const uint8_t vectors[] = {0x00, 0x10, 0x00, 0x20, 0x01, 0x01, 0x00, 0x08};
    uint8_t *data = malloc(size);
    uint32_t state = seed;

    assert_non_null(data);
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        data[i] = (uint8_t)(state >> 24);
    }
    memcpy(data, vectors, sizeof vectors);
    return data;
}

static enum boot0_status flash(struct fixture *f, const uint8_t *data, size_t size,
                               const struct boot0_flash_options *options)
{
    struct boot0_image *image = boot0_image_new();
    enum boot0_status status;

    assert_non_null(image);
    assert_int_equal(boot0_image_add(image, 0, MAIN, data, size, &f->error), BOOT0_OK);
    status = boot0_session_flash(f->session, image, options, &f->error);
    boot0_image_free(image);
    return status;
}

static void assert_holds(const struct fixture *f, const uint8_t *data, size_t size)
{
    uint8_t *held = malloc(size);

    assert_non_null(held);
    assert_true(vboard_peek(f->board, MAIN, held, size));
    assert_memory_equal(held, data, size);
    free(held);
}

static const char *const boards[] = {"f407", "f427", "f411", "f072",
                                     "l476", "g431", "h743", "f103"};
static const struct boot0_flash_options stay = {.no_run = true};

/* ---- the main operations ---- */

static void test_identifies(void **state)
{
    static const struct {
        const char *spec;
        const char *key;
        uint64_t flash;
        const char *serial; /* where the ROM allows reading it */
    } rows[] = {
        {"f407", "f407", 1048576, ""},
        {"f072", "f072", 131072, "FFFFFFFEFFFF"},
        {"l476", "l476", 524288, "205A39795548"},
        {"g431", "g431", 131072, "207B33A55834"},
        {"f103", "f103", 131072, "48FF6B065067"},
    };
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        const struct boot0_board *board;

        open_at(&f, rows[i].spec);
        board = boot0_session_board(f.session);
        assert_string_equal(board->chips[0]->key, rows[i].key);
        assert_string_equal(board->serial, rows[i].serial);
        assert_string_equal(board->usb.path, "virtual");
        assert_true(board->usb.kind == BOOT0_KIND_SERIAL);
        assert_int_equal(boot0_layout_size(boot0_session_layout(f.session)), rows[i].flash);
        assert_string_equal(board->contradiction, "");
        done(&f);
    }
}

static void test_flashes_every_board(void **state)
{
    enum { SIZE = 20011 };
    uint8_t *program = make_program(SIZE, 1);
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(boards); i++) {
        struct vboard_stats stats;

        open_at(&f, boards[i]);
        if (flash(&f, program, SIZE, NULL) != BOOT0_OK)
            fail_msg("%s: %s", boards[i], f.error.message);
        assert_holds(&f, program, SIZE);
        vboard_get_stats(f.board, &stats);
        assert_true(stats.started);
        assert_int_equal(stats.start_address, MAIN);
        assert_int_equal(stats.violations, 0);
        done(&f);
    }
    free(program);
}

static void test_again_writes_nothing(void **state)
{
    enum { SIZE = 5000 };
    uint8_t *program = make_program(SIZE, 2);
    struct vboard_stats before, after;
    struct fixture f;

    (void)state;
    open_at(&f, "f072");
    assert_int_equal(flash(&f, program, SIZE, &stay), BOOT0_OK);
    vboard_get_stats(f.board, &before);
    assert_int_equal(flash(&f, program, SIZE, &stay), BOOT0_OK);
    vboard_get_stats(f.board, &after);
    assert_int_equal(after.flash_operations, before.flash_operations);
    program[4097] ^= 0xff;
    assert_int_equal(flash(&f, program, SIZE, &stay), BOOT0_OK);
    vboard_get_stats(f.board, &after);
    assert_int_equal(after.sectors_erased, before.sectors_erased + 1);
    assert_holds(&f, program, SIZE);
    done(&f);
    free(program);
}

static void test_reads_any_length(void **state)
{
    uint8_t *program = make_program(2000, 3), got[1000];
    static const struct {
        uint32_t from, size;
    } parts[] = {{0, 1}, {0, 256}, {1, 255}, {255, 2}, {3, 700}, {1999, 1}, {512, 0}};
    struct fixture f;

    (void)state;
    open_at(&f, "l476");
    assert_true(vboard_poke(f.board, MAIN, program, 2000));
    for (size_t i = 0; i < B0_LENGTH(parts); i++) {
        memset(got, 0x55, sizeof got);
        assert_int_equal(
            boot0_session_read(f.session, MAIN + parts[i].from, got, parts[i].size, &f.error),
            parts[i].size ? BOOT0_OK : boot0_session_read(f.session, MAIN, got, 0, &f.error));
        assert_memory_equal(got, program + parts[i].from, parts[i].size);
        assert_int_equal(got[parts[i].size], 0x55);
    }
    done(&f);
    free(program);
}

static void test_erases(void **state)
{
    uint8_t byte = 0;
    struct vboard_stats stats;
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(boards); i++) {
        char spec[32];
        uint32_t second;

        snprintf(spec, sizeof spec, "%s:fill=0", boards[i]);
        open_at(&f, spec);
        second = MAIN + boot0_layout_sector_at(boot0_session_layout(f.session), MAIN).size;
        assert_int_equal(boot0_session_erase(f.session, second, 1, &f.error), BOOT0_OK);
        vboard_get_stats(f.board, &stats);
        assert_int_equal(stats.sectors_erased, 1);
        assert_true(vboard_peek(f.board, second, &byte, 1));
        assert_int_equal(byte, 0xff);
        assert_true(vboard_peek(f.board, second - 1, &byte, 1));
        assert_int_equal(byte, 0);
        assert_int_equal(boot0_session_mass_erase(f.session, &f.error), BOOT0_OK);
        vboard_get_stats(f.board, &stats);
        assert_int_equal(stats.mass_erases, 1);
        assert_true(vboard_peek(f.board, MAIN, &byte, 1));
        assert_int_equal(byte, 0xff);
        done(&f);
    }
}

/* The sectors of an F4 have different sizes: each is erased by its number. */
static void test_numbers_sectors(void **state)
{
    static const uint32_t offsets[] = {0, 0x4000, 0xc000, 0x10000, 0x20000, 0xe0000};
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(offsets); i++) {
        uint8_t byte = 0;

        open_at(&f, "f407:fill=0");
        assert_int_equal(boot0_session_erase(f.session, MAIN + offsets[i], 1, &f.error), BOOT0_OK);
        assert_true(vboard_peek(f.board, MAIN + offsets[i], &byte, 1));
        assert_int_equal(byte, 0xff);
        done(&f);
    }
}

static void test_supply(void **state)
{
    enum { SIZE = 16384 };
    const struct boot0_session_options options = {.supply_mv = 3300};
    uint8_t *program = make_program(SIZE, 4);
    struct vboard_stats stats;
    struct fixture f;

    (void)state;
    plug(&f, "f407", NULL);
    assert_int_equal(boot0_session_open(&f.session, &f.bus, NULL, &options, NULL, &f.error),
                     BOOT0_OK);
    assert_int_equal(flash(&f, program, SIZE, &stay), BOOT0_OK);
    vboard_get_stats(f.board, &stats);
    assert_int_equal(stats.program_us, SIZE / 4 * 16);
    done(&f);
    free(program);
}

static void test_protection(void **state)
{
    uint8_t byte;
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(boards); i++) {
        char spec[32];

        snprintf(spec, sizeof spec, "%s:fill=0,rdp=1", boards[i]);
        open_at(&f, spec);
        assert_int_equal(boot0_session_read(f.session, MAIN, &byte, 1, &f.error),
                         BOOT0_E_PROTECTED);
        assert_int_equal(f.error.advice, BOOT0_ADVICE_UNPROTECT_READ);
        assert_int_equal(boot0_session_unprotect(f.session, &f.error), BOOT0_OK);
        done(&f);
    }
}

/* ---- the line ---- */

static void test_already_in_sync(void **state)
{
    struct boot0_board *list;
    struct fixture f;
    size_t count;

    (void)state;
    plug(&f, "f407", NULL);
    /* Another program has already sent 0x7f: the next one is the first half of a command. */
    vboard_uart_send(f.board, &(struct vboard_line){115200, true}, (const uint8_t[]){0x7f}, 1);
    assert_int_equal(boot0_board_list(&f.bus, NULL, &list, &count, &f.error), BOOT0_OK);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].access.code, BOOT0_OK);
    free(list);
    done(&f);
}

/* A program was stopped in the middle of a write: the board waits for the end of the block. */
static void test_found_in_a_frame(void **state)
{
    static const struct vboard_line line = {115200, true};
    static const uint8_t write[] = {0x31, 0xce, 0x08, 0, 0, 0, 0x08, 0xff, 1, 2, 3};
    static const uint8_t erase[] = {0x44, 0xbb, 0x00};
    static const struct {
        const uint8_t *bytes;
        size_t size;
    } starts[] = {{write, 1}, {write, 2},  {write, 4}, {write, 7}, {write, 8},
                  {write, 9}, {write, 11}, {erase, 2}, {erase, 3}};
    uint8_t byte;
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(starts); i++) {
        plug(&f, "f407:fill=0x33", NULL);
        vboard_uart_send(f.board, &line, (const uint8_t[]){0x7f}, 1);
        vboard_uart_send(f.board, &line, starts[i].bytes, starts[i].size);
        if (open_session(&f) != BOOT0_OK)
            fail_msg("start %zu: %s", i, f.error.message);
        assert_true(vboard_peek(f.board, MAIN, &byte, 1));
        assert_int_equal(byte, 0x33);
        done(&f);
    }
}

/* Each single character of a short operation is hit once: it succeeds, and the flash is right. */
static void every_character(const char *fault, const char *board)
{
    enum { SIZE = 700 };
    uint8_t *program = make_program(SIZE, 5);
    unsigned total = 0;
    struct vboard_stats stats;
    struct fixture f;

    open_at(&f, board);
    assert_int_equal(flash(&f, program, SIZE, &stay), BOOT0_OK);
    vboard_get_stats(f.board, &stats);
    total = (unsigned)(stats.bytes_in + stats.bytes_out);
    done(&f);
    assert_true(total > 1500);
    for (unsigned n = 2; n <= total; n += 1) {
        char spec[64];

        snprintf(spec, sizeof spec, "%s:fault=%s@%u", board, fault, n);
        open_at(&f, spec);
        if (flash(&f, program, SIZE, &stay) != BOOT0_OK)
            fail_msg("%s: %s", spec, f.error.message);
        assert_holds(&f, program, SIZE);
        vboard_get_stats(f.board, &stats);
        if (stats.violations != 0)
            fail_msg("%s: %u violations", spec, (unsigned)stats.violations);
        done(&f);
    }
    free(program);
}

static void test_lost_characters(void **state)
{
    (void)state;
    every_character("lost", "f072");
}

static void test_noise(void **state)
{
    (void)state;
    every_character("noise", "f072");
}

static void test_wrong_parity(void **state)
{
    (void)state;
    every_character("parity", "f103");
    every_character("parity", "l476");
}

static void test_unplugged(void **state)
{
    enum { SIZE = 700 };
    uint8_t *program = make_program(SIZE, 6);
    struct fixture f;

    (void)state;
    for (unsigned n = 1; n < 2500; n += 97) {
        enum boot0_status status;
        char spec[64];

        snprintf(spec, sizeof spec, "l476:fault=hangup@%u", n);
        plug(&f, spec, NULL);
        status = open_session(&f);
        if (status == BOOT0_OK)
            status = flash(&f, program, SIZE, &stay);
        assert_true(status == BOOT0_E_GONE || (status == BOOT0_OK && n > 1500));
        done(&f);
    }
    free(program);
}

static void test_nobody_there(void **state)
{
    struct fixture f;

    (void)state;
    plug(&f, "f407:boot0=0", NULL);
    assert_int_equal(open_session(&f), BOOT0_E_IO);
    assert_non_null(strstr(f.error.message, "does not answer"));
    assert_non_null(strstr(f.error.hint, "BOOT0"));
    done(&f);
}

/* ---- speed, modem lines ---- */

static void test_speeds(void **state)
{
    static const uint32_t speeds[] = {1200, 9600, 57600, 115200, 230400};
    uint8_t bytes[600];
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(speeds); i++) {
        const struct boot0_uart_options options = {.port = "virtual", .baud = speeds[i]};

        plug(&f, "g431", &options);
        assert_int_equal(open_session(&f), BOOT0_OK);
        assert_int_equal(boot0_session_read(f.session, MAIN, bytes, sizeof bytes, &f.error),
                         BOOT0_OK);
        done(&f);
    }
}

static void test_too_fast(void **state)
{
    struct boot0_uart_options options = {.port = "virtual", .baud = 460800};
    struct fixture f;

    (void)state;
    plug(&f, "f407", &options);
    assert_int_equal(open_session(&f), BOOT0_E_IO);
    assert_int_equal(f.error.advice, BOOT0_ADVICE_LINE_SPEED);
    done(&f);
    /* A board with a reset line is retried at the next slower speed. */
    options.boot = "dtr-reset";
    plug(&f, "f407:wiring=dtr-reset", &options);
    if (open_session(&f) != BOOT0_OK)
        fail_msg("%s", f.error.message);
    done(&f);
}

static void test_wirings(void **state)
{
    static const struct {
        const char *board;
        const char *host;
    } rows[] = {
        {"dtr-reset+rts-boot0", "rts-boot0,dtr-reset"},
        {"dtr-reset+!rts-boot0", "dtr-reset,!rts-boot0"},
        {"!rts-reset+dtr-boot0", "dtr-boot0,!rts-reset"},
        {"dtr-reset+rts-boot0", "rts=1,dtr=1,100ms,dtr=0,50ms"},
        {"dtr-reset+rts-boot0", "rts=1,dtr=1,100ms,dtr=0,50ms:rts=0,dtr=1,10ms,dtr=0"},
    };
    struct vboard_stats stats;
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        const struct boot0_uart_options options = {.port = "virtual", .boot = rows[i].host};
        char spec[80];

        snprintf(spec, sizeof spec, "f407:boot0=0,wiring=%s", rows[i].board);
        plug(&f, spec, &options);
        if (open_session(&f) != BOOT0_OK)
            fail_msg("%s: %s", rows[i].host, f.error.message);
        if (i != 3) { /* whose sequence does not lead out */
            uint8_t *program = make_program(64, 1);

            assert_true(vboard_poke(f.board, MAIN, program, 64));
            free(program);
            assert_int_equal(boot0_session_reset(f.session, &f.error), BOOT0_OK);
            vboard_get_stats(f.board, &stats);
            assert_true(stats.started);
        }
        done(&f);
    }
}

static void test_bad_wirings(void **state)
{
    static const char *const bad[] = {
        "",
        "dtr",
        "dtr-reset,",
        "dtr-reset,dtr-boot0",
        "dtr-reset,rts-reset",
        "dtr-boot1",
        "dtr=2",
        "dtr=1,",
        "50",
        "50ms,",
        "50s",
        "99999ms",
        "dtr=1,rts",
        "!",
        "dtr-reset;rts-boot0",
        "dtr=1:rts=0:1ms",
    };
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(bad); i++) {
        const struct boot0_uart_options options = {.boot = bad[i]};
        struct boot0_stream stream;

        assert_int_equal(boot0_virtual_uart_open(&stream, "f407", &f.error), BOOT0_OK);
        if (boot0_uart_open(&f.bus, &stream, &options, &f.error) != BOOT0_E_USAGE)
            fail_msg("\"%s\" is taken", bad[i]);
    }
}

/* ---- being stopped ---- */

struct stopper {
    unsigned calls;
    unsigned at;
};

static bool stop_at(void *context, const struct boot0_progress *progress)
{
    struct stopper *stopper = context;

    (void)progress;
    return ++stopper->calls != stopper->at;
}

static void test_stopped_anywhere(void **state)
{
    enum { SIZE = 700 };
    uint8_t *program = make_program(SIZE, 7);
    struct fixture f;

    (void)state;
    for (unsigned at = 5; at < 100; at += 3) {
        struct stopper stopper = {.at = at};
        const struct boot0_observer observer = {.progress = stop_at, .context = &stopper};
        enum boot0_status status;

        plug(&f, "g431", NULL);
        assert_int_equal(boot0_session_open(&f.session, &f.bus, NULL, NULL, &observer, &f.error),
                         BOOT0_OK);
        status = flash(&f, program, SIZE, &stay);
        if (status != BOOT0_E_CANCELLED)
            assert_int_equal(status, BOOT0_OK);
        /* The next one finds the board waiting, and completes the work. */
        if (flash(&f, program, SIZE, &stay) != BOOT0_OK)
            fail_msg("stopped at %u: %s", at, f.error.message);
        assert_holds(&f, program, SIZE);
        done(&f);
    }
    free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identifies),
        cmocka_unit_test(test_flashes_every_board),
        cmocka_unit_test(test_again_writes_nothing),
        cmocka_unit_test(test_reads_any_length),
        cmocka_unit_test(test_erases),
        cmocka_unit_test(test_numbers_sectors),
        cmocka_unit_test(test_supply),
        cmocka_unit_test(test_protection),
        cmocka_unit_test(test_already_in_sync),
        cmocka_unit_test(test_found_in_a_frame),
        cmocka_unit_test(test_lost_characters),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_wrong_parity),
        cmocka_unit_test(test_unplugged),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_speeds),
        cmocka_unit_test(test_too_fast),
        cmocka_unit_test(test_wirings),
        cmocka_unit_test(test_bad_wirings),
        cmocka_unit_test(test_stopped_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
