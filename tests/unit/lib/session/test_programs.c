/* SPDX-License-Identifier: MIT */
/*
 * Does the program fit the board? Vector tables and CPUs against the chips that a virtual board can
 * be, programs that nothing starts, and addresses that are not a memory of the board.
 */
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <core/bytes.h>
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
    SIZE = 0x400,
    FLASH = 0x08000000,
    BEHIND = 0x08008000, /* a bootloader */
    M4 = BOOT0_CPU_V7M | BOOT0_CPU_DSP,
    M4F = M4 | BOOT0_CPU_FPU,
};

/* A board, its session, and the session's notes, one after another. */
struct bench {
    struct boot0_bus bus;
    struct boot0_session *session;
    struct boot0_error error;
    char notes[1000];
};

static void note(void *context, const char *text)
{
    struct bench *b = context;
    size_t length = strlen(b->notes);

    snprintf(b->notes + length, sizeof b->notes - length, "%s\n", text);
}

/* Records the advice as a calling program receives it. */
static void advise(void *context, const struct boot0_error *advised)
{
    char text[1000];

    assert_int_equal(advised->code, BOOT0_OK);
    snprintf(text, sizeof text, "%s|%s 0x%08x", advised->message,
             boot0_advice_name(advised->advice), (unsigned)advised->facts.address);
    note(context, text);
}

static struct bench *start(const char *board, const char *chip)
{
    struct bench *b = calloc(1, sizeof *b);
    const struct boot0_session_options options = {.chip = chip};
    const struct boot0_observer observer = {.note = note, .context = b};

    assert_non_null(b);
    if (boot0_virtual_open(&b->bus, &board, 1, &b->error) != BOOT0_OK ||
        boot0_session_open(&b->session, &b->bus, NULL, &options, &observer, &b->error) != BOOT0_OK)
        fail_msg("%s: %s", board, b->error.message);
    return b;
}

static void stop(struct bench *b)
{
    boot0_session_close(b->session);
    boot0_bus_close(&b->bus);
    free(b);
}

static bool is_touched(struct bench *b)
{
    struct vboard_stats stats;

    vboard_get_stats(boot0_virtual_board(&b->bus, 0), &stats);
    return stats.flash_operations > 0;
}

/* A program: vector table with all handlers 0x100 after `linked`, then bytes other than 0xff. */
static struct boot0_image *program(uint32_t address, uint32_t linked, uint32_t stack)
{
    struct boot0_image *image = boot0_image_new();
    struct boot0_error error;
    uint8_t data[SIZE];

    for (size_t i = 0; i < SIZE; i++)
        data[i] = (uint8_t)(i & 0x7f);
    b0_store32(data, stack);
    for (size_t i = 1; i < 16; i++)
        b0_store32(data + 4 * i, linked + 0x101);
    assert_int_equal(boot0_image_add(image, 0, address, data, SIZE, &error), BOOT0_OK);
    image->format = BOOT0_FORMAT_ELF;
    return image;
}

/* As read from a .bin. */
static struct boot0_image *raw(uint32_t linked, uint32_t stack)
{
    struct boot0_image *image = program(0, linked, stack);

    image->format = BOOT0_FORMAT_BINARY;
    image->has_addresses = false;
    return image;
}

/* Flashes and frees the image; checks that a refusal comes before any change. */
static enum boot0_status flash(struct bench *b, struct boot0_image *image,
                               const struct boot0_flash_options *options)
{
    enum boot0_status status = boot0_session_flash(b->session, image, options, &b->error);

    boot0_image_free(image);
    if (status != BOOT0_OK)
        assert_false(is_touched(b));
    return status;
}

static void check_refused(const char *board, const char *chip, struct boot0_image *image,
                          enum boot0_status code, const char *message, enum boot0_advice advice,
                          const char *hint)
{
    struct bench *b = start(board, chip);
    enum boot0_status status = flash(b, image, NULL);

    if (status != code || b->error.advice != advice || !strstr(b->error.message, message) ||
        !strstr(b->error.hint, hint) || !strstr(b->error.hint, "Nothing was written."))
        fail_msg("%s: %d: %s | %s", board, status, b->error.message, b->error.hint);
    stop(b);
}

/* `notes`: part of the notes, "" for none at all. */
static void check_taken(const char *board, const char *chip, struct boot0_image *image,
                        const struct boot0_flash_options *options, const char *notes)
{
    struct bench *b = start(board, chip);

    if (flash(b, image, options) != BOOT0_OK)
        fail_msg("%s: %s | %s", board, b->error.message, b->error.hint);
    if (notes[0] ? !strstr(b->notes, notes) : b->notes[0] != '\0')
        fail_msg("%s, notes: %s", board, b->notes);
    stop(b);
}

static const struct boot0_flash_options force = {.force = true, .no_run = true};

/* ---- stacks ---- */

/*
 * An F407's program, recognised by its stack of 128 KiB: at the start of the flash and elsewhere.
 */
static void test_another_chips_program_is_refused(void **state)
{
    (void)state;
    check_refused("f072", NULL, program(FLASH, FLASH, 0x20020000), BOOT0_E_MISMATCH,
                  "no program for this chip", BOOT0_ADVICE_NO_PROGRAM, "F071/072");
    check_refused("f072", NULL, program(BEHIND, BEHIND, 0x20020000), BOOT0_E_MISMATCH,
                  "0x08008000 is for another chip: its stack, 0x20020000", BOOT0_ADVICE_OTHER_CHIP,
                  "F071/072");
    check_refused("g431", "g431", program(BEHIND, BEHIND, 0x20020000), BOOT0_E_MISMATCH,
                  "is for another chip", BOOT0_ADVICE_OTHER_CHIP, "STM32G431");
    check_refused("f072", NULL, program(BEHIND, BEHIND, 0x10010000), BOOT0_E_MISMATCH,
                  "is for another chip", BOOT0_ADVICE_OTHER_CHIP, "name the chip");
    check_taken("f072", NULL, program(BEHIND, BEHIND, 0x20020000), &force, "");
}

/*
 * Several chips: a program at the start of the flash must fit one of them; a program that nothing
 * on the board starts must fit all.
 */
static void test_a_doubtful_program_is_refused(void **state)
{
    (void)state;
    check_taken("l476", NULL, program(FLASH, FLASH, 0x20020000), NULL, "");
    check_refused("l476", NULL, program(BEHIND, BEHIND, 0x20020000), BOOT0_E_MISMATCH,
                  "may be for another chip", BOOT0_ADVICE_UNSTARTED, "Name the board's chip");
    check_refused("g431", NULL, program(BEHIND, BEHIND, 0x20020000), BOOT0_E_MISMATCH,
                  "may be for another chip", BOOT0_ADVICE_UNSTARTED, "Name the board's chip");
    check_refused("f411", NULL, program(BEHIND, BEHIND, 0x20020000), BOOT0_E_MISMATCH,
                  "in RAM of the STM32F401xD/E", BOOT0_ADVICE_UNSTARTED, "Name the board's chip");
    check_refused("l476", "l476", program(BEHIND, BEHIND, 0x20020000), BOOT0_E_MISMATCH,
                  "is for another chip", BOOT0_ADVICE_OTHER_CHIP, "STM32L471");
    check_taken("l476", "l452", program(BEHIND, BEHIND, 0x20020000), NULL, "no code at 0x08000000");
    check_taken("l476", NULL, program(BEHIND, BEHIND, 0x20008000), NULL, "no code at 0x08000000");
}

/* Data may lie anywhere, and may look a little like a program. */
static void test_data_is_taken(void **state)
{
    struct boot0_image *image;

    (void)state;
    check_taken("f072", NULL, program(BEHIND, FLASH, 0x20020000), NULL, "");      /* incomplete */
    check_taken("f072", NULL, program(BEHIND, BEHIND, 0x42424242), NULL, "");     /* no RAM */
    check_taken("f072", NULL, program(BEHIND, BEHIND - 1, 0x20020000), NULL, ""); /* not Thumb */
    image = boot0_image_new();
    assert_int_equal(boot0_image_add(image, 0, BEHIND, (const uint8_t *)"few", 3, NULL), BOOT0_OK);
    check_taken("f072", NULL, image, NULL, "");
}

/* ---- CPUs ---- */

static struct boot0_image *program_for(uint32_t cpu)
{
    struct boot0_image *image = program(FLASH, FLASH, 0x20001000);

    image->cpu = cpu;
    return image;
}

static void test_code_for_another_cpu_is_refused(void **state)
{
    struct boot0_image *image;

    (void)state;
    check_refused("f072", "f072", program_for(M4F), BOOT0_E_MISMATCH,
                  "for a Cortex-M4 with FPU, but the board has at most a Cortex-M0",
                  BOOT0_ADVICE_OTHER_CHIP, "STM32F071");
    check_refused("f407", "f207", program_for(M4F), BOOT0_E_MISMATCH, "at most a Cortex-M3",
                  BOOT0_ADVICE_OTHER_CHIP, "STM32F205");
    check_refused("l476", NULL, program_for(M4F | BOOT0_CPU_FPV5), BOOT0_E_MISMATCH,
                  "for a Cortex-M7 with FPU", BOOT0_ADVICE_OTHER_CHIP, "name the chip");
    check_refused("h743", NULL, program_for(BOOT0_CPU_OTHER), BOOT0_E_MISMATCH, "not a Cortex-M",
                  BOOT0_ADVICE_OTHER_CHIP, "STM32H742");
    check_taken("f072", "f072", program_for(M4F), &force, "");
    check_taken("f072", NULL, program_for(0), NULL, "");
    check_taken("f407", NULL, program_for(M4F), NULL, "");
    check_taken("h743", NULL, program_for(M4F), NULL, "");
    check_taken("gd32", NULL, program_for(M4F), NULL, "");
    /* one of the chips has the RAM and another one has the CPU: no chip has both */
    image = program(BEHIND, BEHIND, 0x20024000);
    image->cpu = M4;
    check_refused("g431", NULL, image, BOOT0_E_MISMATCH, "is for another chip",
                  BOOT0_ADVICE_OTHER_CHIP, "one of 6");
}

/* ---- programs that nothing starts ---- */

static void test_a_program_that_nothing_starts_is_told(void **state)
{
    struct boot0_image *image = program(BEHIND, BEHIND, 0x20001000);
    struct boot0_image *start_of_flash = program(FLASH, FLASH, 0x20001000);
    struct bench *b = start("f407", NULL);

    (void)state;
    check_taken("f407", NULL, boot0_image_clone(image), NULL,
                "install boot0's bootloader, or link");
    check_taken("h743", NULL, boot0_image_clone(image), NULL, "flash the bootloader that");
    /* something is there, from the image or before it */
    assert_int_equal(
        flash(b, boot0_image_clone(start_of_flash), &(struct boot0_flash_options){.no_run = 1}),
        BOOT0_OK);
    assert_int_equal(flash(b, boot0_image_clone(image), &(struct boot0_flash_options){.no_run = 1}),
                     BOOT0_OK);
    assert_string_equal(b->notes, "");
    assert_int_equal(boot0_image_merge(image, start_of_flash, &b->error), BOOT0_OK);
    check_taken("f407", NULL, image, NULL, "");
    boot0_image_free(start_of_flash);
    stop(b);
}

/* Planned, then flashed: the note appears only once. */
static void test_it_is_told_once(void **state)
{
    struct boot0_image *image = program(BEHIND, BEHIND, 0x20001000);
    struct bench *b = start("f407", NULL);
    struct boot0_plan *plan;
    const char *told;

    (void)state;
    assert_int_equal(boot0_session_plan(b->session, image, NULL, 0, &plan, &b->error), BOOT0_OK);
    boot0_plan_free(plan);
    assert_int_equal(flash(b, image, NULL), BOOT0_OK);
    told = strstr(b->notes, "no code at 0x08000000");
    assert_non_null(told);
    assert_null(strstr(told + 1, "no code at 0x08000000"));
    stop(b);
}

/* An observer that takes advice gets it instead of the library's text. */
static void test_an_observer_is_advised(void **state)
{
    struct bench *b = start("f407", NULL);
    const struct boot0_session_options options = {.supply_mv = 3300};
    const struct boot0_observer observer = {.note = note, .context = b, .advise = advise};
    const char *board = "l476";

    (void)state;
    boot0_session_close(b->session);
    assert_int_equal(boot0_session_open(&b->session, &b->bus, NULL, NULL, &observer, &b->error),
                     BOOT0_OK);
    assert_int_equal(flash(b, program(BEHIND, BEHIND, 0x20001000), NULL), BOOT0_OK);
    assert_string_equal(b->notes, "no code at 0x08000000 starts the program at 0x08008000 after a "
                                  "reset|starter 0x08000000\n");
    boot0_session_close(b->session);
    boot0_bus_close(&b->bus);
    b->notes[0] = '\0';
    assert_int_equal(boot0_virtual_open(&b->bus, &board, 1, &b->error), BOOT0_OK);
    assert_int_equal(boot0_session_open(&b->session, &b->bus, NULL, &options, &observer, &b->error),
                     BOOT0_OK);
    assert_int_equal(flash(b, program(FLASH, FLASH, 0x20001000), NULL), BOOT0_OK);
    assert_string_equal(b->notes, "this board's bootloader does not accept a supply "
                                  "range|supply-ignored 0x00000000\n");
    stop(b);
}

/* ---- raw binaries ---- */

static void test_the_address_of_a_raw_binary_is_computed(void **state)
{
    struct boot0_flash_options there = {.has_address = true, .address = BEHIND};
    struct boot0_image *image;

    (void)state;
    check_refused("f407", NULL, raw(BEHIND, 0x20001000), BOOT0_E_MISMATCH,
                  "not linked for 0x08000000: its reset handler, 0x08008101", BOOT0_ADVICE_PLACE_AT,
                  "at 0x08008000");
    check_taken("f407", NULL, raw(BEHIND, 0x20001000), &there, "no code at 0x08000000");
    /* far after the table: the other handlers show where the file begins */
    image = raw(0x08002000, 0x20001000);
    b0_store32(image->segments[0].data + 4, 0x08002301);
    check_refused("f072", NULL, image, BOOT0_E_MISMATCH, "not linked for", BOOT0_ADVICE_PLACE_AT,
                  "at 0x08002000");
    /* data words do not mislead */
    image = raw(BEHIND, 0x20001000);
    b0_store32(image->segments[0].data + 20, 0x080c0001);
    check_refused("f407", NULL, image, BOOT0_E_MISMATCH, "not linked for", BOOT0_ADVICE_PLACE_AT,
                  "at 0x08008000");
    /* at no distance of a sector's start */
    check_refused("f407", NULL, raw(0x08021000, 0x20001000), BOOT0_E_MISMATCH, "not linked for",
                  BOOT0_ADVICE_PLACE, "Give the address");
}

/* ---- addresses ---- */

static void test_another_name_of_the_flash_is_mapped(void **state)
{
    struct boot0_flash_options at_zero = {.has_address = true, .address = 0};
    struct bench *b = start("f407", NULL);
    struct boot0_image *image = program(0, 0, 0x20001000);
    uint8_t held[8];
    const char *told;

    (void)state;
    /* The boot alias: RM0090, 2.4. */
    assert_int_equal(boot0_session_verify(b->session, image, NULL, &b->error), BOOT0_E_MISMATCH);
    assert_int_equal(image->segments[0].address, 0);
    assert_int_equal(flash(b, image, NULL), BOOT0_OK);
    told = strstr(b->notes, "data for 0x00000000 is written at 0x08000000");
    assert_non_null(told);
    assert_null(strstr(told + 1, "data for 0x00000000")); /* noted once per session */
    assert_non_null(strstr(b->notes, "its reset handler, 0x00000101, is at 0x08000100"));
    assert_true(vboard_peek(boot0_virtual_board(&b->bus, 0), FLASH, held, sizeof held));
    assert_int_equal(b0_load32(held + 4), 0x101);
    stop(b);
    check_taken("f407", NULL, raw(0, 0x20001000), &at_zero, "is written at 0x08000000");
    check_taken("f072", NULL, program(FLASH, 0, 0x20001000), NULL, "0x00000101, is at 0x08000100");
    /* an H743 has RAM at 0; the GD32 is unknown */
    check_refused("h743", NULL, program(0, 0, 0x20001000), BOOT0_E_RANGE, "for RAM at 0x00000000",
                  BOOT0_ADVICE_NONE, "Link the program for flash");
    check_refused("gd32", NULL, program(0, 0, 0x20001000), BOOT0_E_RANGE,
                  "not memory of this board", BOOT0_ADVICE_SEE_MEMORIES, "");
}

static struct boot0_image *with_ram(uint32_t address)
{
    struct boot0_image *image = program(FLASH, FLASH, 0x20001000);
    static const uint8_t data[64];

    assert_int_equal(boot0_image_add(image, 0, address, data, sizeof data, NULL), BOOT0_OK);
    return image;
}

static void test_ram_in_an_image_is_told(void **state)
{
    static const struct boot0_flash_options skip = {.skip_ram = true};
    static const struct {
        const char *board;
        uint32_t address;
    } rams[] = {{"f407", 0x10000000}, {"f407", 0x20000000}, {"h743", 0x24000000},
                {"h743", 0},          {"gd32", 0x20000000}, {"l476", 0x10000000}};
    struct boot0_image *image = boot0_image_new();

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rams); i++) {
        check_refused(rams[i].board, NULL, with_ram(rams[i].address), BOOT0_E_RANGE,
                      "64 bytes for RAM at 0x", BOOT0_ADVICE_SKIP_RAM, "AT> FLASH");
        check_taken(rams[i].board, NULL, with_ram(rams[i].address), &skip,
                    "64 bytes for RAM at 0x");
    }
    check_refused("f072", NULL, with_ram(0x10000000), BOOT0_E_RANGE, "0x10000000",
                  BOOT0_ADVICE_SKIP_RAM, "");
    /* it contains nothing else */
    assert_int_equal(boot0_image_add(image, 0, 0x20000000, (const uint8_t *)"x", 1, NULL),
                     BOOT0_OK);
    check_refused("f407", NULL, image, BOOT0_E_RANGE, "1 byte", BOOT0_ADVICE_NONE,
                  "Link the program for flash");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_another_chips_program_is_refused),
        cmocka_unit_test(test_a_doubtful_program_is_refused),
        cmocka_unit_test(test_data_is_taken),
        cmocka_unit_test(test_code_for_another_cpu_is_refused),
        cmocka_unit_test(test_a_program_that_nothing_starts_is_told),
        cmocka_unit_test(test_it_is_told_once),
        cmocka_unit_test(test_an_observer_is_advised),
        cmocka_unit_test(test_the_address_of_a_raw_binary_is_computed),
        cmocka_unit_test(test_another_name_of_the_flash_is_mapped),
        cmocka_unit_test(test_ram_in_an_image_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
