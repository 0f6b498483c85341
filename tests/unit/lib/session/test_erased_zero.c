/* SPDX-License-Identifier: MIT */
/*
 * Sessions with a board whose erased flash reads 0x00, an STM32L073, over USB and over its UART:
 * bytes of 0xff are data there, and bytes of 0x00 are blank.
 */
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <vboard/vboard.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SPEC "custom:describe=" BOARDS "/l073.board"

enum {
    MAIN = 0x08000000,
    PAGE = 128,
    SIZE = 6 * 1024 + 5, /* ends within a word */
    AFTER = 2 * PAGE,    /* checked after the image */
};

static const struct boot0_flash_options stay = {.no_run = true};

struct fixture {
    struct boot0_bus bus;
    struct vboard *board;
    struct boot0_session *session;
    struct boot0_error error;
    uint8_t image[SIZE];
};

static void plug_usb(struct fixture *f)
{
    const char *spec = SPEC;

    if (boot0_virtual_open(&f->bus, &spec, 1, &f->error) != BOOT0_OK)
        fail_msg("%s", f->error.message);
    f->board = boot0_virtual_board(&f->bus, 0);
}

static void plug_uart(struct fixture *f)
{
    const struct boot0_uart_options options = {.port = "virtual"};
    struct boot0_stream stream;

    assert_int_equal(boot0_virtual_uart_open(&stream, SPEC, &f->error), BOOT0_OK);
    f->board = boot0_virtual_uart_board(&stream);
    assert_int_equal(boot0_uart_open(&f->bus, &stream, &options, &f->error), BOOT0_OK);
}

static void (*const ways[])(struct fixture *f) = {plug_usb, plug_uart};

/* Blocks of data, of 0xff, of 0x00, and of data again, after a vector table. */
static void begin(struct fixture *f, size_t way)
{
    static const uint8_t vectors[] = {0x00, 0x10, 0x00, 0x20, 0x01, 0x01, 0x00, 0x08};

    memset(f, 0, sizeof *f);
    for (size_t i = 0; i < SIZE; i++)
        f->image[i] = i < 2048 || i >= 5120 ? (uint8_t)(i * 31 + i / 256) : i < 4096 ? 0xff : 0x00;
    memcpy(f->image, vectors, sizeof vectors);
    ways[way](f);
    if (boot0_session_open(&f->session, &f->bus, NULL, NULL, NULL, &f->error) != BOOT0_OK)
        fail_msg("%s", f->error.message);
    assert_string_equal(boot0_session_board(f->session)->family, "STM32L0");
}

static void end(struct fixture *f)
{
    boot0_session_close(f->session);
    boot0_bus_close(&f->bus);
}

static void flash(struct fixture *f, size_t size, const struct boot0_flash_options *options)
{
    struct boot0_image *image = boot0_image_new();

    assert_int_equal(boot0_image_add(image, 0, MAIN, f->image, size, &f->error), BOOT0_OK);
    if (boot0_session_flash(f->session, image, options, &f->error) != BOOT0_OK)
        fail_msg("%s", f->error.message);
    boot0_image_free(image);
}

/* Checks the image, and `rest` after it. */
static void assert_holds(struct fixture *f, size_t size, uint8_t rest)
{
    uint8_t held[SIZE + AFTER];

    assert_true(vboard_peek(f->board, MAIN, held, sizeof held));
    assert_memory_equal(held, f->image, size);
    for (size_t i = size; i < (size + PAGE - 1) / PAGE * PAGE; i++)
        assert_int_equal(held[i], rest);
}

static void nothing_violated(const struct fixture *f)
{
    struct vboard_stats stats;

    vboard_get_stats(f->board, &stats);
    assert_int_equal(stats.violations, 0);
}

/* To a fresh board, then with other contents after the image, which are preserved. */
static void test_flashes(void **state)
{
    struct fixture f;

    (void)state;
    for (size_t way = 0; way < B0_LENGTH(ways); way++) {
        begin(&f, way);
        flash(&f, SIZE, &stay);
        assert_holds(&f, SIZE, 0x00);
        memset(f.image + 8, 0x3c, 1000 - 8);
        flash(&f, 1000, &stay);
        assert_holds(&f, SIZE, 0x00);
        nothing_violated(&f);
        end(&f);
    }
}

/* With --full and --no-preserve nothing is read: gaps in the image are erased. */
static void test_flashes_without_preserving(void **state)
{
    const struct boot0_flash_options all = {.full = true, .no_preserve = true, .no_run = true};
    struct fixture f;

    (void)state;
    for (size_t way = 0; way < B0_LENGTH(ways); way++) {
        begin(&f, way);
        flash(&f, SIZE, &stay);
        flash(&f, 1001, &all);
        assert_holds(&f, 1001, 0x00);
        nothing_violated(&f);
        end(&f);
    }
}

/* Blocks that are blank on this board are not written, and the others are. */
static void test_writes_what_is_not_blank(void **state)
{
    struct fixture f;
    struct vboard_stats before, after;

    (void)state;
    begin(&f, 0);
    vboard_get_stats(f.board, &before);
    flash(&f, SIZE, &stay);
    vboard_get_stats(f.board, &after);
    assert_in_range(after.bytes_programmed - before.bytes_programmed, SIZE - 1024, SIZE);
    end(&f);
}

/* A board without a program is not started. */
static void test_does_not_start_erased_flash(void **state)
{
    struct fixture f;

    (void)state;
    for (size_t way = 0; way < B0_LENGTH(ways); way++) {
        begin(&f, way);
        assert_int_equal(boot0_session_run(f.session, MAIN, &f.error), BOOT0_E_MISMATCH);
        assert_non_null(strstr(f.error.message, "erased"));
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flashes),
        cmocka_unit_test(test_flashes_without_preserving),
        cmocka_unit_test(test_writes_what_is_not_blank),
        cmocka_unit_test(test_does_not_start_erased_flash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
