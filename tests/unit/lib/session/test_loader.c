/* SPDX-License-Identifier: MIT */
/*
 * A session with a RAM loader's bytes: the boards that they are for, and loaders that do nothing.
 * tests/system/fast.py tests the loaders themselves.
 */
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/bootloader_map.h>
#include <core/bytes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct boot0_error error;
static struct boot0_bus bus;
static struct boot0_session *session;
static uint8_t bytes[256];
static char notes[1000];

static void take_note(void *context, const char *text)
{
    size_t length = strlen(notes);

    (void)context;
    snprintf(notes + length, sizeof notes - length, "%s\n", text);
}

/* A loader for the F405/407 that only loops. */
static struct boot0_loader loader(void)
{
    memset(bytes, 0, sizeof bytes);
    b0_store32(bytes, B0_LOADER_BASE);
    b0_store32(bytes + 4, B0_LOADER_BASE + 0x81);
    b0_store32(bytes + B0_BOOTLOADER_SIGNATURE_AT, B0_LOADER_SIGNATURE);
    b0_store32(bytes + B0_BOOTLOADER_DEVICE_AT, 0x413);
    b0_store16(bytes + 0x80, 0xe7fe); /* b . */
    return (struct boot0_loader){bytes, sizeof bytes};
}

static void open_board(const char *spec)
{
    static const struct boot0_observer observer = {.note = take_note};

    notes[0] = '\0';
    assert_int_equal(boot0_virtual_open(&bus, &spec, 1, &error), BOOT0_OK);
    assert_int_equal(boot0_session_open(&session, &bus, NULL, NULL, &observer, &error), BOOT0_OK);
}

static int close_board(void **state)
{
    (void)state;
    boot0_session_close(session);
    boot0_bus_close(&bus);
    session = NULL;
    return 0;
}

static void test_device(void **state)
{
    struct boot0_loader good = loader();

    (void)state;
    assert_int_equal(boot0_loader_device(&good), 0x413);
    good.size = B0_BOOTLOADER_HEAD_SIZE - 1;
    assert_int_equal(boot0_loader_device(&good), 0);
    good = loader();
    b0_store32(bytes + B0_BOOTLOADER_SIGNATURE_AT, B0_BOOTLOADER_SIGNATURE);
    assert_int_equal(boot0_loader_device(&good), 0);
}

static void test_boards(void **state)
{
    static const struct {
        const char *spec;
        bool takes;
    } boards[] = {{"f407", true}, {"f411", true}, {"f072", false}, {"maple", false}};
    struct boot0_loader good = loader();

    (void)state;
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        open_board(boards[i].spec); /* an F411 shows the flash of an F405 */
        assert_int_equal(boot0_session_takes_loader(session, &good), boards[i].takes);
        close_board(NULL);
    }
    open_board("f407");
}

/* The ROM has flashed the board, and the session continues. */
static void test_for_another_board(void **state)
{
    struct boot0_loader other = loader();
    enum boot0_loader_result result;
    uint8_t byte;

    (void)state;
    b0_store32(bytes + B0_BOOTLOADER_DEVICE_AT, 0x449);
    open_board("f407");
    assert_int_equal(boot0_session_start_loader(session, &other, &result, &error), BOOT0_OK);
    assert_int_equal(result, BOOT0_LOADER_REFUSED);
    assert_non_null(strstr(notes, "for another board"));
    assert_int_equal(boot0_session_read(session, 0x08000000, &byte, 1, &error), BOOT0_OK);
}

static void test_silent(void **state)
{
    struct boot0_loader silent = loader();
    enum boot0_loader_result result;

    (void)state;
    open_board("f407:boot0=button");
    assert_int_equal(boot0_session_start_loader(session, &silent, &result, &error), BOOT0_E_GONE);
    assert_non_null(strstr(notes, "press the board's reset button"));
    assert_non_null(strstr(error.hint, "BOOT0 at 3.3 V"));
    assert_int_equal(error.advice, BOOT0_ADVICE_WITHOUT_LOADER);
}

/* The reported time that a loader would have saved. */
static void test_time(void **state)
{
    static uint8_t program[40000];
    struct boot0_image *image = boot0_image_new();
    const struct boot0_flash_options options = {.force = true, .no_run = true};

    (void)state;
    open_board("f407");
    assert_int_equal(boot0_image_add(image, 0, 0x08000000, program, sizeof program, &error),
                     BOOT0_OK);
    assert_int_equal(boot0_session_flash(session, image, &options, &error), BOOT0_OK);
    boot0_image_free(image);
    /* DS8626, 5.3.12: three sectors of 16 KiB in 250 ms each, 10000 words in 16 us each. */
    assert_in_range(boot0_session_loader_us(session), 910000, 1800000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_device),
        cmocka_unit_test_teardown(test_boards, close_board),
        cmocka_unit_test_teardown(test_for_another_board, close_board),
        cmocka_unit_test_teardown(test_silent, close_board),
        cmocka_unit_test_teardown(test_time, close_board),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
