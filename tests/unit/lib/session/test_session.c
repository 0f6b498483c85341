/* SPDX-License-Identifier: MIT */
/*
 * Sessions on virtual boards, in process: the whole way from image to flash contents, and every
 * kind of trouble on it.
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
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    BASE = 0x08000000,
};

#define KIB ((size_t)1024)

static struct boot0_error error;

struct bench {
    struct boot0_bus bus;
    struct boot0_session *session;
    struct vboard *board;
};

static struct bench plug(const char *spec)
{
    struct bench b = {0};

    if (boot0_virtual_open(&b.bus, &spec, 1, &error) != BOOT0_OK)
        fail_msg("%s: %s", spec, error.message);
    b.board = boot0_virtual_board(&b.bus, 0);
    return b;
}

static void open_with(struct bench *b, const struct boot0_session_options *options,
                      const struct boot0_observer *observer)
{
    enum boot0_status status =
        boot0_session_open(&b->session, &b->bus, NULL, options, observer, &error);

    if (status != BOOT0_OK)
        print_message("open: %s\n", error.message);
    assert_int_equal(status, BOOT0_OK);
}

static struct bench start(const char *spec)
{
    struct bench b = plug(spec);

    open_with(&b, NULL, NULL);
    return b;
}

static void stop(struct bench *b)
{
    boot0_session_close(b->session);
    boot0_bus_close(&b->bus);
}

/* A program for the F4: a vector table, then bytes that are not 0xff. */
static struct boot0_image *program(size_t size, uint8_t seed)
{
    /* stack 0x20002000, reset handler 0x08000109 */
    static const uint8_t vectors[] = {0x00, 0x20, 0x00, 0x20, 0x09, 0x01, 0x00, 0x08};
    struct boot0_image *image = boot0_image_new();
    uint8_t *data = malloc(size);

    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)((i * 31 + i / 256 + seed) & 0x7f);
    memcpy(data, vectors, sizeof vectors);
    assert_int_equal(boot0_image_add(image, 0, BASE, data, size, &error), BOOT0_OK);
    image->format = BOOT0_FORMAT_IHEX;
    image->has_addresses = true;
    free(data);
    return image;
}

static void assert_on_board(struct vboard *board, const struct boot0_image *image)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *s = &image->segments[i];
        uint8_t *held = malloc(s->size);

        assert_true(vboard_peek(board, s->address, held, s->size));
        assert_memory_equal(held, s->data, s->size);
        free(held);
    }
}

static struct vboard_stats stats_of(const struct bench *b)
{
    struct vboard_stats stats;

    vboard_get_stats(b->board, &stats);
    return stats;
}

static void flash_ok(struct bench *b, struct boot0_image *image,
                     const struct boot0_flash_options *options)
{
    enum boot0_status status = boot0_session_flash(b->session, image, options, &error);

    if (status != BOOT0_OK)
        print_message("flash: %s | %s\n", error.message, error.hint);
    assert_int_equal(status, BOOT0_OK);
}

static void nothing_touched(const struct bench *b)
{
    assert_int_equal(stats_of(b).flash_operations, 0);
}

static const struct boot0_flash_options stay = {.no_run = true};

/* ---- the main operation ---- */

static void test_what_the_board_says(void **state)
{
    struct bench b = start("f407:serial=000000000407");
    const struct boot0_board *board = boot0_session_board(b.session);

    (void)state;
    assert_string_equal(board->serial, "000000000407");
    assert_true(board->has_addresses);
    assert_int_equal(board->transfer_size, 2048);
    assert_int_equal(board->alternate_count, 4);
    assert_string_equal(board->chips[0]->key, "f407");
    assert_null(board->family); /* an F207 has the same layout */
    assert_string_equal(board->quirk, "st-rom-f2-f4-f7");
    assert_string_equal(board->contradiction, "");
    stop(&b);
}

static void test_fresh_flash(void **state)
{
    struct bench b = start("f407:fill=random");
    struct boot0_image *image = program(40 * KIB, 0);
    struct boot0_report report;
    struct vboard_stats stats;

    (void)state;
    flash_ok(&b, image, NULL);
    assert_on_board(b.board, image);
    boot0_session_report(b.session, &report);
    stats = stats_of(&b);
    assert_int_equal(report.sectors_erased, 3);
    assert_int_equal(stats.sectors_erased, 3);
    assert_int_equal(stats.violations, 0);
    assert_true(report.started);
    assert_true(stats.started);
    assert_int_equal(stats.start_stack, 0x20002000);
    boot0_image_free(image);
    stop(&b);
}

static void test_at_most_three_transfers_a_block(void **state)
{
    struct bench b = start("f407:poll_data=100");
    struct boot0_image *image = program(256 * KIB, 0);
    struct boot0_flash_options options = {.no_run = true, .no_verify = true, .full = true};
    uint64_t blocks = 256 / 2, before = stats_of(&b).transfers;

    (void)state;
    flash_ok(&b, image, &options);
    /*
     * 6 sectors to erase, 3 addresses to set and the vectors, three transfers each; two to return
     * to idle
     */
    assert_true(stats_of(&b).transfers - before <= 3 * (blocks + 6 + 3 + 1) + 2);
    boot0_image_free(image);
    stop(&b);
}

static void test_second_time_nothing_is_done(void **state)
{
    struct bench b = start("f407:fill=random");
    struct boot0_image *image = program(40 * KIB, 0);
    struct vboard_stats before, after;

    (void)state;
    flash_ok(&b, image, &stay);
    before = stats_of(&b);
    flash_ok(&b, image, &stay);
    after = stats_of(&b);
    assert_int_equal(after.flash_operations, before.flash_operations);
    assert_true(after.total_us - before.total_us < 300000);
    boot0_image_free(image);
    stop(&b);
}

static void test_one_byte_erases_one_sector(void **state)
{
    struct bench b = start("f407:fill=random");
    struct boot0_image *image = program(256 * KIB, 0);
    uint64_t before;

    (void)state;
    flash_ok(&b, image, &stay);
    before = stats_of(&b).sectors_erased;
    image->segments[0].data[128 * KIB] ^= 1;
    flash_ok(&b, image, &stay);
    assert_int_equal(stats_of(&b).sectors_erased - before, 1);
    assert_on_board(b.board, image);
    boot0_image_free(image);
    stop(&b);
}

static void test_rest_of_the_last_sector_survives(void **state)
{
    struct bench b = start("f407:fill=0x33");
    struct boot0_image *image = program(20 * KIB, 0);
    struct boot0_flash_options options = {.no_run = true, .no_preserve = true};
    uint8_t byte;

    (void)state;
    flash_ok(&b, image, &stay);
    assert_true(vboard_peek(b.board, BASE + 31 * KIB, &byte, 1));
    assert_int_equal(byte, 0x33);
    image->segments[0].data[18 * KIB] ^= 1;
    flash_ok(&b, image, &options);
    assert_true(vboard_peek(b.board, BASE + 31 * KIB, &byte, 1));
    assert_int_equal(byte, 0xff);
    boot0_image_free(image);
    stop(&b);
}

static void test_the_supply_makes_it_faster(void **state)
{
    struct boot0_session_options at_3v3 = {.supply_mv = 3300};
    struct bench slow = start("f407"), fast = plug("f407");
    struct boot0_image *image = program(64 * KIB, 0);

    (void)state;
    open_with(&fast, &at_3v3, NULL);
    flash_ok(&slow, image, &stay);
    flash_ok(&fast, image, &stay);
    assert_on_board(fast.board, image);
    /* AN2606: bytes by default, words in the range of 2.7 to 3.6 V */
    assert_int_equal(stats_of(&slow).program_us / stats_of(&fast).program_us, 4);
    assert_int_equal(stats_of(&fast).violations, 0);
    boot0_image_free(image);
    stop(&slow);
    stop(&fast);
}

static void test_a_board_profile_says_the_supply(void **state)
{
    struct boot0_session_options known = {.board = "Black-F407VE"}, unknown = {.board = "none"};
    struct bench b = plug("f407");
    struct boot0_image *image = program(16 * KIB, 0);

    (void)state;
    assert_int_equal(boot0_session_open(&b.session, &b.bus, NULL, &unknown, NULL, &error),
                     BOOT0_E_USAGE);
    open_with(&b, &known, NULL);
    flash_ok(&b, image, &stay);
    assert_int_equal(stats_of(&b).program_us, 16 * KIB / 4 * 16); /* words of 16 us */
    boot0_image_free(image);
    stop(&b);
}

static void test_board_entries_name_known_chips(void **state)
{
    const struct boot0_board_profile *entry;

    (void)state;
    for (size_t i = 0; (entry = boot0_board_profile_at(i)) != NULL; i++) {
        assert_non_null(boot0_chip_by_name(entry->chip));
        assert_in_range(entry->supply_mv, 2700, 3600);
        assert_ptr_equal(boot0_board_profile_by_name(entry->key), entry);
    }
}

static void test_an_impossible_supply_is_refused(void **state)
{
    struct boot0_session_options at_5v = {.supply_mv = 5000};
    struct bench b = plug("f407");
    struct boot0_image *image = program(4 * KIB, 0);

    (void)state;
    open_with(&b, &at_5v, NULL);
    assert_int_equal(boot0_session_flash(b.session, image, &stay, &error), BOOT0_E_USAGE);
    boot0_image_free(image);
    stop(&b);
}

static void test_every_dfuse_board_is_flashed(void **state)
{
    static const char *const specs[] = {"f407", "f427", "f411", "f072", "l476", "g431", "gd32"};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(specs); i++) {
        struct bench b = start(specs[i]);
        struct boot0_image *image = program(20 * KIB + 12, (uint8_t)i);
        struct boot0_flash_options options = {.no_run = true};

        flash_ok(&b, image, &options);
        assert_on_board(b.board, image);
        assert_int_equal(stats_of(&b).violations, 0);
        image->segments[0].data[12 * KIB] ^= 1;
        flash_ok(&b, image, NULL);
        assert_on_board(b.board, image);
        assert_true(stats_of(&b).started);
        boot0_image_free(image);
        stop(&b);
    }
}

static void test_a_clone_with_a_wrong_layout_is_corrected(void **state)
{
    struct bench b = start("gd32");
    const struct boot0_board *board = boot0_session_board(b.session);

    (void)state;
    assert_string_equal(board->serial, "3CBJ");
    assert_int_equal(boot0_layout_size(boot0_session_layout(b.session)), 128 * KIB);
    assert_int_equal(boot0_session_layout(b.session)->regions[0].sector_size, KIB);
    assert_non_null(strstr(board->contradiction, "512 pages"));
    stop(&b);
}

static void test_dual_bank_strings_are_read(void **state)
{
    struct bench b = start("f427");
    const struct boot0_board *board = boot0_session_board(b.session);

    (void)state;
    assert_true(board->flash_alternate >= 0);
    assert_string_equal(board->quirk, "st-rom-f2-f4-f7");
    stop(&b);
}

/* ---- does the file fit the board? ---- */

static void test_outside_memory_is_refused(void **state)
{
    struct bench b = start("f407");
    struct boot0_image *image = program(4 * KIB, 0);
    uint8_t byte = 1;

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, 0x08200000, &byte, 1, &error), BOOT0_OK);
    assert_int_equal(boot0_session_flash(b.session, image, NULL, &error), BOOT0_E_RANGE);
    assert_non_null(strstr(error.message, "0x08200000"));
    nothing_touched(&b);
    boot0_image_free(image);
    stop(&b);
}

static void test_a_suffix_for_another_device_is_refused(void **state)
{
    struct bench b = start("f407");
    struct boot0_image *image = program(4 * KIB, 0);
    struct boot0_flash_options options = {.ignore_suffix = true};

    (void)state;
    image->has_suffix = true;
    image->suffix = (struct boot0_suffix){0xffff, 0x0003, 0x1eaf, 0x0110};
    assert_int_equal(boot0_session_flash(b.session, image, NULL, &error), BOOT0_E_MISMATCH);
    assert_non_null(strstr(error.message, "1eaf:0003"));
    assert_non_null(strstr(error.message, "Maple"));
    nothing_touched(&b);
    flash_ok(&b, image, &options);
    boot0_image_free(image);
    stop(&b);
}

static void test_a_uf2_for_another_family_is_refused(void **state)
{
    struct bench b = start("f407");
    struct boot0_image *image = program(4 * KIB, 0);

    (void)state;
    image->has_family = true;
    image->family = 0xe48bff56; /* RP2040, microsoft/uf2 utils/uf2families.json */
    assert_int_equal(boot0_session_flash(b.session, image, NULL, &error), BOOT0_E_MISMATCH);
    nothing_touched(&b);
    boot0_image_free(image);
    stop(&b);
}

static void test_what_is_no_program_is_refused(void **state)
{
    struct bench b = start("f407");
    struct boot0_image *image = program(4 * KIB, 0);
    struct boot0_flash_options options = {.force = true, .no_run = true};

    (void)state;
    memset(image->segments[0].data, 0x42, 8);
    assert_int_equal(boot0_session_flash(b.session, image, NULL, &error), BOOT0_E_MISMATCH);
    nothing_touched(&b);
    flash_ok(&b, image, &options);
    boot0_image_free(image);
    stop(&b);
}

static void test_a_binary_linked_elsewhere_is_refused(void **state)
{
    struct bench b = start("f407");
    struct boot0_image *image = program(4 * KIB, 0);
    struct boot0_flash_options right = {.has_address = true, .address = 0x08008000};

    (void)state;
    memcpy(image->segments[0].data + 4, "\x09\x81\x00\x08", 4); /* reset 0x08008109 */
    image->format = BOOT0_FORMAT_BINARY;
    image->has_addresses = false;
    image->segments[0].address = 0;
    assert_int_equal(boot0_session_flash(b.session, image, NULL, &error), BOOT0_E_MISMATCH);
    assert_int_equal(error.advice, BOOT0_ADVICE_PLACE_AT);
    nothing_touched(&b);
    image->has_addresses = false;
    image->segments[0].address = 0;
    flash_ok(&b, image, &right);
    assert_int_equal(stats_of(&b).start_address, 0x08008000);
    boot0_image_free(image);
    stop(&b);
}

/* A vector table must be aligned; data need not be, but is not started. */
static void test_a_program_has_to_be_aligned(void **state)
{
    struct bench b = start("f407");
    struct boot0_image *image = program(4 * KIB, 0);
    struct boot0_flash_options odd = {.has_address = true, .address = BASE + 4};

    (void)state;
    image->format = BOOT0_FORMAT_BINARY;
    image->has_addresses = false;
    image->segments[0].address = 0;
    assert_int_equal(boot0_session_flash(b.session, image, &odd, &error), BOOT0_E_MISMATCH);
    assert_non_null(strstr(error.hint, "multiple of 128"));
    assert_int_equal(error.advice, BOOT0_ADVICE_ALIGNMENT);
    assert_int_equal(error.facts.number, 128);
    nothing_touched(&b);
    image->segments[0].data[3] = 0x99; /* the stack: not in an F4's RAM */
    image->has_addresses = false;
    image->segments[0].address = 0;
    odd.address = BASE + 0x10000;
    flash_ok(&b, image, &odd);
    assert_false(stats_of(&b).started);
    boot0_image_free(image);
    stop(&b);
}

static void test_each_memory_has_a_plan(void **state)
{
    struct boot0_flash_options options = {.allow_option_bytes = true};
    struct bench b = start("f407");
    struct boot0_image *image = program(4 * KIB, 0);
    struct boot0_plan *plan;
    uint8_t bytes[16] = {0};

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, 0x1fff7800, bytes, sizeof bytes, &error), BOOT0_OK);
    assert_int_equal(boot0_session_plan(b.session, image, &options, 0, &plan, &error), BOOT0_OK);
    assert_int_equal(plan->erase_count, 1);
    boot0_plan_free(plan);
    assert_int_equal(boot0_session_plan(b.session, image, &options, 1, &plan, &error), BOOT0_OK);
    assert_int_equal(plan->erase_count, 0);
    assert_int_equal(plan->steps[0].address, 0x1fff7800);
    boot0_plan_free(plan);
    assert_int_equal(boot0_session_plan(b.session, image, &options, 2, &plan, &error), BOOT0_OK);
    assert_null(plan);
    nothing_touched(&b);
    boot0_image_free(image);
    stop(&b);
}

static void test_option_bytes_need_a_word(void **state)
{
    struct bench b = start("f407");
    struct boot0_image *image = program(4 * KIB, 0);
    uint8_t bytes[16] = {0};

    (void)state;
    assert_int_equal(boot0_image_add(image, 0, 0x1fffc000, bytes, sizeof bytes, &error), BOOT0_OK);
    assert_int_equal(boot0_session_flash(b.session, image, NULL, &error), BOOT0_E_USAGE);
    assert_int_equal(error.advice, BOOT0_ADVICE_ALLOW_OPTION_BYTES);
    nothing_touched(&b);
    boot0_image_free(image);
    stop(&b);
}

/* ---- protection ---- */

static void test_protection_is_told_and_taken_off(void **state)
{
    struct bench b = start("f407:rdp=1,fill=random");
    struct boot0_image *image = program(4 * KIB, 0);
    uint8_t byte;

    (void)state;
    assert_int_equal(boot0_session_flash(b.session, image, NULL, &error), BOOT0_E_PROTECTED);
    assert_int_equal(error.advice, BOOT0_ADVICE_UNPROTECT_READ);
    assert_int_equal(boot0_session_unprotect(b.session, &error), BOOT0_OK);
    boot0_session_close(b.session);
    b.session = NULL;
    vboard_wait(b.board, 40000000);
    open_with(&b, NULL, NULL);
    assert_true(vboard_peek(b.board, BASE + 0x1234, &byte, 1));
    assert_int_equal(byte, 0xff);
    flash_ok(&b, image, NULL);
    boot0_image_free(image);
    stop(&b);
}

/* ---- reading, erasing, starting ---- */

static void test_read_verify_erase_run(void **state)
{
    struct bench b = start("f407:fill=random");
    struct boot0_image *image = program(5000, 0);
    uint8_t held[5000], byte;

    (void)state;
    flash_ok(&b, image, &stay);
    assert_int_equal(boot0_session_read(b.session, BASE, held, sizeof held, &error), BOOT0_OK);
    assert_memory_equal(held, image->segments[0].data, sizeof held);
    assert_int_equal(boot0_session_verify(b.session, image, NULL, &error), BOOT0_OK);
    image->segments[0].data[4999] ^= 0x10;
    assert_int_equal(boot0_session_verify(b.session, image, NULL, &error), BOOT0_E_MISMATCH);
    assert_non_null(strstr(error.message, "0x08001387"));
    assert_int_equal(boot0_session_erase(b.session, BASE + 5, 1, &error), BOOT0_OK);
    assert_true(vboard_peek(b.board, BASE, &byte, 1));
    assert_int_equal(byte, 0xff);
    assert_int_equal(boot0_session_run(b.session, BASE, &error), BOOT0_E_MISMATCH);
    assert_int_equal(boot0_session_read(b.session, 0x20000000, held, 16, &error), BOOT0_E_RANGE);
    assert_int_equal(boot0_session_erase(b.session, 0x20000000, 16, &error), BOOT0_E_RANGE);
    assert_int_equal(boot0_session_mass_erase(b.session, &error), BOOT0_OK);
    assert_int_equal(stats_of(&b).mass_erases, 1);
    boot0_image_free(image);
    stop(&b);
}

static void test_plain_dfu_takes_one_file(void **state)
{
    struct boot0_session_options to_flash = {.alternate = "2"};
    struct bench b = plug("bluepill");
    struct boot0_image *image = program(8 * KIB, 0);
    uint8_t held[8 * KIB], *data;
    size_t size;

    (void)state;
    open_with(&b, &to_flash, NULL);
    assert_false(boot0_session_board(b.session)->has_addresses);
    assert_int_equal(boot0_session_erase(b.session, BASE, 1, &error), BOOT0_E_UNSUPPORTED);
    flash_ok(&b, image, &stay);
    assert_true(vboard_peek(b.board, BASE + 0x2000, held, sizeof held));
    assert_memory_equal(held, image->segments[0].data, sizeof held);
    vboard_power_cycle(b.board);
    boot0_session_close(b.session);
    open_with(&b, &to_flash, NULL);
    assert_int_equal(boot0_session_upload(b.session, &data, &size, 1 << 20, &error), BOOT0_OK);
    assert_true(size > 32 * KIB);
    assert_memory_equal(data, image->segments[0].data, sizeof held);
    free(data);
    boot0_image_free(image);
    stop(&b);
}

/* A program for the F103 after a bootloader: all its handlers right after its vector table. */
static struct boot0_image *sketch(uint32_t base, bool placed)
{
    struct boot0_image *image = boot0_image_new();
    uint8_t data[20 * KIB + 5];

    memset(data, 0x5a, sizeof data);
    for (size_t i = 0; i < 64; i += 4) {
        uint32_t word = i == 0 ? 0x20005000 : base + 0x151;

        for (size_t b = 0; b < 4; b++)
            data[i + b] = (uint8_t)(word >> 8 * b);
    }
    assert_int_equal(boot0_image_add(image, 0, placed ? base : 0, data, sizeof data, &error),
                     BOOT0_OK);
    image->format = placed ? BOOT0_FORMAT_IHEX : BOOT0_FORMAT_BINARY;
    image->has_addresses = placed;
    return image;
}

static void test_a_sketch_finds_its_alternate(void **state)
{
    static const uint32_t bases[] = {0x08002000, 0x08005000};

    (void)state;
    for (int i = 0; i < 4; i++) {
        uint32_t base = bases[i % 2];
        struct bench b = start("bluepill:fill=0x00");
        struct boot0_image *image = sketch(base, i < 2);
        uint8_t held[20 * KIB + 6];

        flash_ok(&b, image, NULL);
        assert_true(vboard_peek(b.board, base, held, sizeof held));
        assert_memory_equal(held, image->segments[0].data, image->segments[0].size);
        assert_int_equal(held[20 * KIB + 5], 0xff); /* the last block was padded */
        assert_true(stats_of(&b).started);
        assert_int_equal(stats_of(&b).start_address, base);
        boot0_image_free(image);
        stop(&b);
    }
}

static void test_a_file_of_no_alternate_is_a_question(void **state)
{
    struct bench b = start("bluepill");
    struct boot0_image *image = sketch(0x08000000, true);

    (void)state;
    assert_int_equal(boot0_session_flash(b.session, image, NULL, &error), BOOT0_E_MISMATCH);
    assert_int_equal(error.advice, BOOT0_ADVICE_LINK_FOR_MEMORY);
    nothing_touched(&b);
    boot0_image_free(image);
    stop(&b);
}

static void test_download_only_boards_cannot_be_read(void **state)
{
    struct bench b = start("maple");
    uint8_t *data;
    size_t size;

    (void)state;
    assert_int_equal(boot0_session_upload(b.session, &data, &size, 1 << 20, &error),
                     BOOT0_E_UNSUPPORTED);
    stop(&b);
}

/* ---- several boards ---- */

static void test_one_of_several_is_chosen(void **state)
{
    static const char *const specs[] = {"f407:serial=AAA", "f411:serial=BBB"};
    struct boot0_selection by_serial = {.serial = "bbb"}, nobody = {.serial = "CCC"};
    struct boot0_bus bus;
    struct boot0_session *session;
    struct boot0_board *boards;
    size_t count;

    (void)state;
    assert_int_equal(boot0_virtual_open(&bus, specs, 2, &error), BOOT0_OK);
    assert_int_equal(boot0_session_open(&session, &bus, NULL, NULL, NULL, &error), BOOT0_E_SEVERAL);
    assert_non_null(strstr(error.hint, "AAA"));
    assert_non_null(strstr(error.hint, "BBB"));
    assert_int_equal(error.advice, BOOT0_ADVICE_CHOOSE_BOARD);
    assert_int_equal(error.facts.text[0], '\n');
    assert_non_null(strstr(error.facts.text, "BBB"));
    assert_int_equal(boot0_session_open(&session, &bus, &nobody, NULL, NULL, &error),
                     BOOT0_E_NO_BOARD);
    assert_int_equal(boot0_session_open(&session, &bus, &by_serial, NULL, NULL, &error), BOOT0_OK);
    assert_string_equal(boot0_session_board(session)->serial, "BBB");
    boot0_session_close(session);
    assert_int_equal(boot0_board_list(&bus, NULL, &boards, &count, &error), BOOT0_OK);
    assert_int_equal(count, 2);
    assert_string_not_equal(boards[0].usb.path, boards[1].usb.path);
    free(boards);
    boot0_bus_close(&bus);
}

/* ---- faults ---- */

static bool stop_after_half(void *context, const struct boot0_progress *progress)
{
    (void)context;
    return progress->phase != BOOT0_PHASE_WRITE || progress->done * 2 < progress->total;
}

static void test_a_stopped_flash_is_taken_up_again(void **state)
{
    struct boot0_observer observer = {.progress = stop_after_half};
    struct bench b = plug("f407:fill=random");
    struct boot0_image *image = program(40 * KIB, 0);
    uint64_t erased;

    (void)state;
    open_with(&b, NULL, &observer);
    assert_int_equal(boot0_session_flash(b.session, image, NULL, &error), BOOT0_E_CANCELLED);
    assert_false(stats_of(&b).started);
    erased = stats_of(&b).sectors_erased;
    boot0_session_close(b.session);
    open_with(&b, NULL, NULL);
    flash_ok(&b, image, NULL);
    assert_on_board(b.board, image);
    assert_true(stats_of(&b).sectors_erased > erased);
    boot0_image_free(image);
    stop(&b);
}

/* Returns how many class transfers a whole flash of this image makes. */
static unsigned count_transfers(size_t size)
{
    struct bench b = start("f407:fill=random");
    struct boot0_image *image = program(size, 0);
    unsigned count;

    flash_ok(&b, image, NULL);
    count = (unsigned)stats_of(&b).transfers;
    boot0_image_free(image);
    stop(&b);
    return count;
}

/* One bad transfer, wherever it is, does not make a flash fail. */
static void one_bad_transfer_is_survived(const char *fault)
{
    unsigned total = count_transfers(5000);

    for (unsigned n = 1; n <= total; n++) {
        char spec[64];
        struct bench b;
        struct boot0_image *image = program(5000, 0);

        snprintf(spec, sizeof spec, "f407:fill=random,fault=%s@%u", fault, n);
        b = plug(spec);
        open_with(&b, NULL, NULL);
        if (boot0_session_flash(b.session, image, NULL, &error) != BOOT0_OK)
            fail_msg("%s: %s", spec, error.message);
        assert_on_board(b.board, image);
        boot0_image_free(image);
        stop(&b);
    }
}

static void test_a_stall_anywhere_is_survived(void **state)
{
    (void)state;
    one_bad_transfer_is_survived("stall");
}

static void test_a_timeout_anywhere_is_survived(void **state)
{
    (void)state;
    one_bad_transfer_is_survived("timeout");
}

/* Preserved data must survive a second attempt too, when the sector is already erased. */
static void test_what_is_preserved_survives_a_second_attempt(void **state)
{
    static const char *const faults[] = {"stall", "timeout", "status"};
    unsigned total = count_transfers(5000);
    uint8_t before[16 * KIB], after[16 * KIB];

    (void)state;
    for (unsigned n = 1; n <= 3 * total; n++) {
        char spec[64];
        struct bench b;
        struct boot0_image *image = program(5000, 0);

        snprintf(spec, sizeof spec, "f407:fill=random,fault=%s@%u", faults[n % 3], n / 3 + 1);
        b = plug(spec);
        assert_true(vboard_peek(b.board, BASE, before, sizeof before));
        memcpy(before, image->segments[0].data, image->segments[0].size);
        if (boot0_session_open(&b.session, &b.bus, NULL, NULL, NULL, &error) == BOOT0_OK &&
            boot0_session_flash(b.session, image, &stay, &error) == BOOT0_OK) {
            assert_true(vboard_peek(b.board, BASE, after, sizeof after));
            if (memcmp(before, after, sizeof before) != 0)
                fail_msg("%s: the rest of the sector is lost", spec);
        }
        boot0_image_free(image);
        stop(&b);
    }
}

static void test_a_garbage_status_anywhere_is_survived_or_told(void **state)
{
    unsigned total = count_transfers(5000);

    (void)state;
    for (unsigned n = 1; n <= total; n++) {
        char spec[64];
        struct bench b;
        struct boot0_image *image = program(5000, 0);

        snprintf(spec, sizeof spec, "f407:fill=random,fault=status@%u", n);
        b = plug(spec);
        error.message[0] = '\0';
        if (boot0_session_open(&b.session, &b.bus, NULL, NULL, NULL, &error) != BOOT0_OK ||
            boot0_session_flash(b.session, image, NULL, &error) != BOOT0_OK)
            assert_true(error.message[0] != '\0');
        else
            assert_on_board(b.board, image);
        boot0_image_free(image);
        stop(&b);
    }
}

static void test_an_unplugged_board_is_told_and_flashed_later(void **state)
{
    unsigned total = count_transfers(5000);

    (void)state;
    for (unsigned n = 1; n <= total; n++) {
        char spec[64];
        struct bench b;
        struct boot0_image *image = program(5000, 0);
        enum boot0_status status;

        snprintf(spec, sizeof spec, "f407:fill=random,fault=unplug@%u", n);
        b = plug(spec);
        status = boot0_session_open(&b.session, &b.bus, NULL, NULL, NULL, &error);
        if (status == BOOT0_OK)
            status = boot0_session_flash(b.session, image, NULL, &error);
        /* a board that goes away in the last step has left, as far as the host can tell */
        if (status != BOOT0_OK)
            assert_int_equal(status, BOOT0_E_GONE);
        boot0_session_close(b.session);
        vboard_power_cycle(b.board);
        open_with(&b, NULL, NULL);
        flash_ok(&b, image, &stay);
        assert_on_board(b.board, image);
        boot0_image_free(image);
        stop(&b);
    }
}

/*
 * One set-address is received with a wrong bit: data goes to a wrong address, or is read from
 * there. Whatever boot0 reports as done is on the board.
 */
static void test_a_wrong_address_is_never_verified(void **state)
{
    struct boot0_image *old = program(20 * KIB, 1), *image = program(20 * KIB, 2);
    static const unsigned bits[] = {3, 11, 12, 14, 15, 16};
    unsigned noticed = 0, n;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(bits); i++)
        for (n = 1;; n++) {
            struct bench b = start("f407");
            char fault[32];
            bool hit;

            assert_true(vboard_poke(b.board, BASE, old->segments[0].data, 20 * KIB));
            snprintf(fault, sizeof fault, "address@%u=%x", n, bits[i]);
            assert_int_equal(vboard_plan_faults(b.board, fault, &error), BOOT0_OK);
            hit = boot0_session_flash(b.session, image, &stay, &error) != BOOT0_OK;
            if (!hit)
                assert_on_board(b.board, image);
            noticed += hit;
            stop(&b);
            if (!hit && n > 12)
                break;
        }
    assert_true(noticed > 20);
    boot0_image_free(old);
    boot0_image_free(image);
}

/* With any single byte of the descriptors changed, nothing breaks and failures are explained. */
static void test_damaged_descriptors_are_survived(void **state)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0xff};

    (void)state;
    for (unsigned offset = 0; offset < 54; offset++)
        for (size_t v = 0; v < sizeof values; v++) {
            char spec[64];
            struct bench b;
            struct boot0_image *image = program(100, 0);

            snprintf(spec, sizeof spec, "f407:fault=descriptor@%u=%02x", offset, values[v]);
            b = plug(spec);
            memset(&error, 0, sizeof error);
            if (boot0_session_open(&b.session, &b.bus, NULL, NULL, NULL, &error) == BOOT0_OK)
                boot0_session_flash(b.session, image, &stay, &error);
            else
                assert_true(error.message[0] != '\0');
            boot0_image_free(image);
            stop(&b);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_board_says),
        cmocka_unit_test(test_fresh_flash),
        cmocka_unit_test(test_at_most_three_transfers_a_block),
        cmocka_unit_test(test_second_time_nothing_is_done),
        cmocka_unit_test(test_one_byte_erases_one_sector),
        cmocka_unit_test(test_rest_of_the_last_sector_survives),
        cmocka_unit_test(test_the_supply_makes_it_faster),
        cmocka_unit_test(test_a_board_profile_says_the_supply),
        cmocka_unit_test(test_board_entries_name_known_chips),
        cmocka_unit_test(test_an_impossible_supply_is_refused),
        cmocka_unit_test(test_every_dfuse_board_is_flashed),
        cmocka_unit_test(test_a_clone_with_a_wrong_layout_is_corrected),
        cmocka_unit_test(test_dual_bank_strings_are_read),
        cmocka_unit_test(test_outside_memory_is_refused),
        cmocka_unit_test(test_a_suffix_for_another_device_is_refused),
        cmocka_unit_test(test_a_uf2_for_another_family_is_refused),
        cmocka_unit_test(test_what_is_no_program_is_refused),
        cmocka_unit_test(test_a_binary_linked_elsewhere_is_refused),
        cmocka_unit_test(test_a_program_has_to_be_aligned),
        cmocka_unit_test(test_each_memory_has_a_plan),
        cmocka_unit_test(test_option_bytes_need_a_word),
        cmocka_unit_test(test_protection_is_told_and_taken_off),
        cmocka_unit_test(test_read_verify_erase_run),
        cmocka_unit_test(test_plain_dfu_takes_one_file),
        cmocka_unit_test(test_a_sketch_finds_its_alternate),
        cmocka_unit_test(test_a_file_of_no_alternate_is_a_question),
        cmocka_unit_test(test_download_only_boards_cannot_be_read),
        cmocka_unit_test(test_one_of_several_is_chosen),
        cmocka_unit_test(test_a_stopped_flash_is_taken_up_again),
        cmocka_unit_test(test_a_stall_anywhere_is_survived),
        cmocka_unit_test(test_a_timeout_anywhere_is_survived),
        cmocka_unit_test(test_what_is_preserved_survives_a_second_attempt),
        cmocka_unit_test(test_a_garbage_status_anywhere_is_survived_or_told),
        cmocka_unit_test(test_an_unplugged_board_is_told_and_flashed_later),
        cmocka_unit_test(test_a_wrong_address_is_never_verified),
        cmocka_unit_test(test_damaged_descriptors_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
