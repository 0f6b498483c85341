/* SPDX-License-Identifier: MIT */
/*
 * Option bytes over DfuSe: the chip resets after receiving them, so the board disappears in the
 * middle of the operation. The session waits for it, and reads them back.
 */
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <vboard/vboard.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    MAIN = 0x08000000,
};

static struct boot0_error error;

struct bench {
    struct boot0_bus bus;
    struct vboard *board;
    struct boot0_session *session;
    struct boot0_observer observer;
    char notes[2000];
};

static void take_note(void *context, const char *text)
{
    struct bench *b = context;
    size_t length = strlen(b->notes);

    snprintf(b->notes + length, sizeof b->notes - length, "%s\n", text);
}

static void start(struct bench *b, const char *spec)
{
    memset(b, 0, sizeof *b);
    b->observer = (struct boot0_observer){.note = take_note, .context = b};
    if (boot0_virtual_open(&b->bus, &spec, 1, &error) != BOOT0_OK)
        fail_msg("%s: %s", spec, error.message);
    b->board = boot0_virtual_board(&b->bus, 0);
    if (boot0_session_open(&b->session, &b->bus, NULL, NULL, &b->observer, &error) != BOOT0_OK)
        fail_msg("%s: %s", spec, error.message);
}

static void stop(struct bench *b)
{
    boot0_session_close(b->session);
    boot0_bus_close(&b->bus);
}

static enum boot0_status flash(struct bench *b, struct boot0_image *image)
{
    const struct boot0_flash_options options = {.allow_option_bytes = true};

    image->has_addresses = true;
    return boot0_session_flash(b->session, image, &options, &error);
}

/* Writes these bytes, which are in the image, and no others. */
static enum boot0_status write_bytes(struct bench *b, uint32_t address, const uint8_t *bytes,
                                     size_t size)
{
    struct boot0_image *image = boot0_image_new();
    enum boot0_status status;

    assert_int_equal(boot0_image_add(image, 0, address, bytes, size, &error), BOOT0_OK);
    status = flash(b, image);
    boot0_image_free(image);
    return status;
}

static uint64_t resets(const struct bench *b)
{
    struct vboard_stats stats;

    vboard_get_stats(b->board, &stats);
    return stats.resets;
}

static uint8_t peek(const struct bench *b, uint32_t address)
{
    uint8_t byte;

    assert_true(vboard_peek(b->board, address, &byte, 1));
    return byte;
}

/* One harmless byte each; the others are preserved. */
static const struct {
    const char *spec;
    uint32_t address;
    uint8_t value;
    uint32_t complement; /* its complement, which the chip computes; 0: none */
} changes[] = {
    {"f407", 0x1fffc000, 0xcf, 0},          /* nRST_STDBY 1, nRST_STOP 1, WDG_SW 0 */
    {"f407old", 0x1fffc000, 0xcf, 0},       /* a ROM that calls them erasable */
    {"f427", 0x1ffec008, 0xfe, 0},          /* write protection in the second segment */
    {"f411", 0x1fffc008, 0xfe, 0},          /* of the first sector */
    {"f072", 0x1ffff802, 0xfe, 0x1ffff803}, /* WDG_SW 0 */
    {"l476", 0x1fff7802, 0xee, 0x1fff7806}, /* IWDG_SW 0 */
    {"g431", 0x1fff7802, 0xee, 0x1fff7806}, /* the same */
    {"h743", 0x5200201c + 28, 0xfe, 0},     /* write protection of a sector */
};

static void test_they_are_written_and_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(changes); i++) {
        uint64_t before;
        struct bench b;

        start(&b, changes[i].spec);
        before = resets(&b);
        if (write_bytes(&b, changes[i].address, &changes[i].value, 1) != BOOT0_OK)
            fail_msg("%s: %s", changes[i].spec, error.message);
        assert_true(resets(&b) > before);
        assert_int_equal(peek(&b, changes[i].address), changes[i].value);
        if (changes[i].complement)
            assert_int_equal(peek(&b, changes[i].complement), (uint8_t)~changes[i].value);
        if (!strstr(b.notes, "option bytes at 0x") || strstr(b.notes, "differently"))
            fail_msg("%s: notes: %s", changes[i].spec, b.notes);
        before = resets(&b); /* again: they already have these values */
        assert_int_equal(write_bytes(&b, changes[i].address, &changes[i].value, 1), BOOT0_OK);
        assert_int_equal(resets(&b), before);
        stop(&b);
    }
}

/* Bits that an F407 lacks read 1, whatever was written: a note, not a failure. */
static void test_reserved_bits_do_not_count(void **state)
{
    static const uint8_t bytes[16] = {0xec, 0xaa, 0x00, 0x00, 0, 0, 0, 0, 0xfe, 0x0f};
    struct bench b;

    (void)state;
    start(&b, "f407");
    assert_int_equal(write_bytes(&b, 0x1fffc000, bytes, sizeof bytes), BOOT0_OK);
    assert_int_equal(peek(&b, 0x1fffc002), 0xff);
    assert_non_null(strstr(b.notes, "read differently"));
    stop(&b);
}

/* Nor do wrong complements in the file count: the chip computes them. */
static void test_wrong_complements_do_not_count(void **state)
{
    static const uint8_t bytes[4] = {0xaa, 0xff, 0xfe, 0xff};
    struct bench b;

    (void)state;
    start(&b, "f072");
    assert_int_equal(write_bytes(&b, 0x1ffff800, bytes, sizeof bytes), BOOT0_OK);
    assert_int_equal(peek(&b, 0x1ffff801), 0x55);
    assert_int_equal(peek(&b, 0x1ffff803), 0x01);
    assert_non_null(strstr(b.notes, "read differently"));
    stop(&b);
}

static void test_what_differs_is_an_error(void **state)
{
    static const uint8_t byte = 0xcf;
    struct bench b;

    (void)state;
    start(&b, "f407:fault=powercut@1:100"); /* the power fails after they are erased */
    assert_int_not_equal(write_bytes(&b, 0x1fffc000, &byte, 1), BOOT0_OK);
    assert_int_not_equal(error.code, BOOT0_E_GONE);
    stop(&b);
}

static void test_read_protection_is_told(void **state)
{
    static const struct {
        const char *spec;
        uint32_t address;
    } rdp[] = {
        {"f407", 0x1fffc001}, {"f072", 0x1ffff800}, {"l476", 0x1fff7800}, {"g431", 0x1fff7800}};
    static const uint8_t level_1 = 0x55;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rdp); i++) {
        struct bench b;

        start(&b, rdp[i].spec);
        if (write_bytes(&b, rdp[i].address, &level_1, 1) != BOOT0_OK)
            fail_msg("%s: %s", rdp[i].spec, error.message);
        assert_non_null(strstr(b.notes, "read protection is on"));
        stop(&b);
    }
}

/* A board whose BOOT0 button is no longer held starts its program. */
static void test_a_board_that_does_not_come_back_is_told(void **state)
{
    static const uint8_t byte = 0xcf;
    struct bench b;

    (void)state;
    start(&b, "f407:boot0=button");
    assert_int_equal(write_bytes(&b, 0x1fffc000, &byte, 1), BOOT0_E_GONE);
    assert_non_null(strstr(error.message, "did not come back"));
    assert_non_null(strstr(error.hint, "BOOT0"));
    assert_int_equal(peek(&b, 0x1fffc000), 0xcf);
    stop(&b);
}

static struct boot0_image *program_with_options(uint8_t rdp)
{
    static const uint8_t vectors[] = {0x00, 0x20, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08,
                                      0x30, 0xbf, 0xfd, 0xe7, 0x00, 0x00, 0x00, 0x00};
    const uint8_t options[2] = {0xcf, rdp};
    struct boot0_image *image = boot0_image_new();

    assert_int_equal(boot0_image_add(image, 0, MAIN, vectors, sizeof vectors, &error), BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 0, 0x1fffc000, options, 2, &error), BOOT0_OK);
    return image;
}

/* The program is written before them, and started after them. */
static void test_a_program_comes_along(void **state)
{
    struct boot0_image *image = program_with_options(0xaa);
    struct boot0_report report;
    struct vboard_stats stats;
    struct bench b;

    (void)state;
    start(&b, "f407");
    assert_int_equal(flash(&b, image), BOOT0_OK);
    boot0_session_report(b.session, &report);
    vboard_get_stats(b.board, &stats);
    assert_true(report.started);
    assert_true(stats.started);
    assert_int_equal(report.bytes_verified, 16 + 2);
    assert_int_equal(report.bytes_written, 64 + 16); /* whole units, and all of the options */
    assert_int_equal(report.transfers, stats.transfers);
    boot0_image_free(image);
    stop(&b);
}

static void test_a_locked_program_is_not_started(void **state)
{
    struct boot0_image *image = program_with_options(0x55);
    struct boot0_report report;
    struct bench b;

    (void)state;
    start(&b, "f407");
    assert_int_equal(flash(&b, image), BOOT0_OK);
    boot0_session_report(b.session, &report);
    assert_false(report.started);
    assert_non_null(strstr(b.notes, "not started"));
    assert_int_equal(peek(&b, MAIN + 4), 0x09);
    boot0_image_free(image);
    stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_are_written_and_read_back),
        cmocka_unit_test(test_reserved_bits_do_not_count),
        cmocka_unit_test(test_wrong_complements_do_not_count),
        cmocka_unit_test(test_what_differs_is_an_error),
        cmocka_unit_test(test_read_protection_is_told),
        cmocka_unit_test(test_a_board_that_does_not_come_back_is_told),
        cmocka_unit_test(test_a_program_comes_along),
        cmocka_unit_test(test_a_locked_program_is_not_started),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
