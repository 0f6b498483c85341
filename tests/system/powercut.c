/* SPDX-License-Identifier: MIT */
/*
 * Runs the bootloader's binary on the emulated chip, with libboot0 as its host: cuts the power in
 * every single flash operation of an update, and pulls the cable before every single transfer. The
 * same for a host that behaves like dfu-util, without a start command.
 *
 * Afterwards the board is always reached over DFU without BOOT0, only a whole program starts, and
 * the next update succeeds. (The unit tests bootloader_power and bootloader_host cut the same
 * logic, without its chip, in thousands of places.)
 *
 * All cases of a kind begin with one board that runs the bootloader: each is a fork of the process
 * with that board, with as many at a time as there are processors.
 *
 *   powercut FIRMWARE-FOLDER CHIP [N]   takes bootloader-generic-CHIP.bin from there; only every
 *   N-th operation
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../dfu_util_way.h"
#include "../forked.h"

#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <core/bytes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vboard/vboard.h>

#define FLASH   UINT32_C(0x08000000)
#define PROGRAM UINT32_C(0x08008000)
#define MS      UINT64_C(1000)

enum {
    BOOTLOADER_MAX = 16 * 1024,
    FIRST_SIZE = 400,
    SECOND_SIZE = 100,
    OWN_SIZE = 0x8000, /* bootloader and journal */
    SKIPPED = 77,
    OUTAGE_MS = 50,
    BOOT_MS = 3000, /* by then the bootloader or the program is on the bus */
};

/* The chips, and where a program has a second piece: in its second sector, or the second bank. */
static const struct chip {
    const char *name;
    const char *board;
    uint32_t second;
    uint32_t stack;
} chips[] = {
    {"f407", "f407:boot0=0", 0x0800c000, 0x20020000},
    {"f401xc", "f401:boot0=0", 0x0800c000, 0x20010000},
    {"f401xe", "f401xe:boot0=0", 0x0800c000, 0x20018000},
    {"f411", "f411:boot0=0", 0x0800c000, 0x20020000},
    {"f412", "f412:boot0=0", 0x0800c000, 0x20040000},
    {"f429", "f427:boot0=0", 0x08104000, 0x20030000},
    {"f446", "f446:boot0=0", 0x0800c000, 0x20020000},
};
static const struct chip *chip;

static uint8_t bootloader[BOOTLOADER_MAX], journal[OWN_SIZE / 2];
static size_t bootloader_size;
static struct boot0_error error;
static unsigned stride = 1;

/* A program that does nothing, and data after it that `seed` varies. */
struct program {
    uint8_t first[FIRST_SIZE];
    uint8_t second[SECOND_SIZE];
};
static struct program one, two;

static void make_program(struct program *program, uint8_t seed)
{
    static const uint8_t start[] = {
        0x00, 0x00, 0x00, 0x00, /* stack */
        0x09, 0x80, 0x00, 0x08, /* reset */
        0x30, 0xbf,             /* wfi */
        0xfd, 0xe7,             /* b .-2 */
    };

    for (size_t i = 0; i < FIRST_SIZE; i++)
        program->first[i] = (uint8_t)(seed + i * 7);
    for (size_t i = 0; i < SECOND_SIZE; i++)
        program->second[i] = (uint8_t)((size_t)seed * 3 + i * 5);
    memcpy(program->first, start, sizeof start);
    b0_store32(program->first, chip->stack);
}

/* ---- the board ---- */

struct bench {
    struct boot0_bus bus;
    struct vboard *board;
    uint64_t violations; /* before the flash held anything to run */
};

static struct vboard_stats stats_of(const struct bench *bench)
{
    struct vboard_stats stats;

    vboard_get_stats(bench->board, &stats);
    return stats;
}

/* A board with the bootloader and the program in its flash. */
static void open_bench(struct bench *bench, const struct program *program)
{
    if (boot0_virtual_open(&bench->bus, &chip->board, 1, &error) != BOOT0_OK)
        fail_msg("%s", error.message);
    bench->board = boot0_virtual_board(&bench->bus, 0);
    assert_true(vboard_poke(bench->board, FLASH, bootloader, bootloader_size));
    if (program) {
        assert_true(vboard_poke(bench->board, PROGRAM - OWN_SIZE / 2, journal, sizeof journal));
        assert_true(vboard_poke(bench->board, PROGRAM, program->first, FIRST_SIZE));
        assert_true(vboard_poke(bench->board, chip->second, program->second, SECOND_SIZE));
    }
    vboard_power_cycle(bench->board);
    bench->violations = stats_of(bench).violations;
}

static bool holds(const struct bench *bench, const struct program *program)
{
    struct program held = {{0}, {0}};

    return vboard_peek(bench->board, PROGRAM, held.first, FIRST_SIZE) &&
           vboard_peek(bench->board, chip->second, held.second, SECOND_SIZE) &&
           memcmp(&held, program, sizeof held) == 0;
}

/* Returns whether the board's only device is on the bus in DFU mode. */
static bool in_dfu(const struct bench *bench)
{
    struct boot0_candidate candidate;
    size_t count = 0;

    return bench->bus.ops->scan(bench->bus.context, &candidate, 1, &count, &error) == BOOT0_OK &&
           count == 1;
}

/* Returns whether a start leads to the bootloader. */
static bool comes_in_dfu(const struct bench *bench)
{
    uint64_t end_us = vboard_now_us(bench->board) + BOOT_MS * MS;

    while (!in_dfu(bench) && vboard_now_us(bench->board) < end_us)
        vboard_wait(bench->board, 10 * MS);
    return in_dfu(bench);
}

/* ---- hosts ---- */

typedef enum boot0_status update_function(const struct bench *bench);

static struct boot0_image *image_of(const struct program *program)
{
    struct boot0_image *image = boot0_image_new();

    assert_non_null(image);
    assert_int_equal(boot0_image_add(image, 0, PROGRAM, program->first, FIRST_SIZE, &error),
                     BOOT0_OK);
    assert_int_equal(boot0_image_add(image, 0, chip->second, program->second, SECOND_SIZE, &error),
                     BOOT0_OK);
    image->has_addresses = true;
    return image;
}

static enum boot0_status by_boot0(const struct bench *bench)
{
    const struct boot0_selection selection = {.wait_ms = BOOT_MS};
    struct boot0_image *image = image_of(&two);
    struct boot0_session *session;
    enum boot0_status status =
        boot0_session_open(&session, &bench->bus, &selection, NULL, NULL, &error);

    if (status == BOOT0_OK)
        status = boot0_session_flash(session, image, NULL, &error);
    boot0_session_close(session);
    boot0_image_free(image);
    return status;
}

static enum boot0_status by_dfu_util(const struct bench *bench)
{
    const struct dfu_util_piece pieces[] = {{PROGRAM, two.first, FIRST_SIZE},
                                            {chip->second, two.second, SECOND_SIZE}};
    struct boot0_candidate candidate;
    struct boot0_transport transport;
    size_t count = 0;
    bool done;

    if (!comes_in_dfu(bench) ||
        bench->bus.ops->scan(bench->bus.context, &candidate, 1, &count, &error) != BOOT0_OK ||
        bench->bus.ops->open(bench->bus.context, &candidate, &transport, &error) != BOOT0_OK)
        return BOOT0_E_NO_BOARD;
    done = dfu_util_write(&transport, pieces, 2, 4096, dfu_util_sector_f4);
    transport.ops->close(transport.context);
    /* The flash is still busy after the last answer. */
    vboard_wait(bench->board, 1500 * MS);
    return done ? BOOT0_OK : BOOT0_E_IO;
}

/* ---- cutting ---- */

static void enter_bootloader(struct vboard *board)
{
    vboard_wait(board, 100 * MS);
    vboard_press_reset(board);
    vboard_wait(board, 200 * MS);
    vboard_press_reset(board);
}

/* A board after a flash of `one`, with the resulting journal. */
static int make_journal(void **state)
{
    struct bench bench;
    struct program keep = two;

    (void)state;
    open_bench(&bench, NULL);
    two = one;
    if (by_boot0(&bench) != BOOT0_OK)
        fail_msg("the first update: %s", error.message);
    two = keep;
    assert_true(holds(&bench, &one));
    assert_true(vboard_peek(bench.board, PROGRAM - OWN_SIZE / 2, journal, sizeof journal));
    boot0_bus_close(&bench.bus);
    return 0;
}

static enum forked_verdict bad(const char *fault, const char *what)
{
    fprintf(stderr, "%s: %s\n", fault, what);
    return FORKED_BAD;
}

/* Checks the board after any outcome, without BOOT0. */
static enum forked_verdict check_aftermath(const struct bench *bench, const char *fault,
                                           update_function *next)
{
    vboard_power_cycle(bench->board);
    if (!comes_in_dfu(bench)) {
        if (!holds(bench, &one) && !holds(bench, &two))
            return bad(fault, "a program starts that is not whole");
        enter_bootloader(bench->board);
        if (!comes_in_dfu(bench))
            return bad(fault, "no way into the bootloader");
    }
    if (next(bench) != BOOT0_OK)
        return bad(fault, error.message);
    if (!holds(bench, &two))
        return bad(fault, "the next update has not written all");
    vboard_power_cycle(bench->board);
    if (comes_in_dfu(bench))
        return bad(fault, "the program does not start after the next update");
    if (stats_of(bench).flash_stalls != 0)
        return bad(fault, "the bootloader waits for its flash");
    if (stats_of(bench).violations != bench->violations)
        return bad(fault, "violations");
    return FORKED_HIT;
}

/* An update with a fault at the n-th operation or transfer. */
static enum forked_verdict happens(const struct bench *bench, update_function *update,
                                   const char *kind, unsigned n)
{
    struct vboard_stats after;
    char fault[60];
    bool hit;

    snprintf(fault, sizeof fault, "%s@%u:%d", kind, n, OUTAGE_MS);
    if (vboard_plan_faults(bench->board, fault, &error) != BOOT0_OK)
        return bad(fault, error.message);
    hit = update(bench) != BOOT0_OK;
    vboard_wait(bench->board, (uint64_t)OUTAGE_MS * 2 * MS);
    after = stats_of(bench);
    hit =
        hit || (strcmp(kind, "powercut") == 0 ? after.flash_operations >= n : after.transfers >= n);
    /* Otherwise the fault would hit the next update. */
    return hit ? check_aftermath(bench, fault, n % 2 ? by_boot0 : by_dfu_util)
               : FORKED_PAST_THE_END;
}

struct cut {
    struct bench bench;
    update_function *update;
    const char *kind;
};

static enum forked_verdict run_case(const void *context, unsigned n)
{
    const struct cut *cut = context;

    return happens(&cut->bench, cut->update, cut->kind, n);
}

static unsigned everywhere(update_function *update, const char *kind)
{
    struct cut cut = {.update = update, .kind = kind};
    unsigned hits;

    open_bench(&cut.bench, &one);
    enter_bootloader(cut.bench.board);
    assert_true(comes_in_dfu(&cut.bench));
    hits = forked_cases(run_case, &cut, stride);
    boot0_bus_close(&cut.bench.bus);
    return hits;
}

static void test_power(void **state)
{
    unsigned boot0, dfu_util;

    (void)state;
    boot0 = everywhere(by_boot0, "powercut");
    dfu_util = everywhere(by_dfu_util, "powercut");
    print_message("# power cut in %u flash operations: %u of boot0, %u of dfu-util's way\n",
                  boot0 + dfu_util, boot0, dfu_util);
    assert_true(boot0 > 100 / stride && dfu_util > 100 / stride);
}

static void test_cable(void **state)
{
    unsigned boot0, dfu_util;

    (void)state;
    boot0 = everywhere(by_boot0, "unplug");
    dfu_util = everywhere(by_dfu_util, "unplug");
    print_message("# cable pulled before %u transfers: %u of boot0, %u of dfu-util's way\n",
                  boot0 + dfu_util, boot0, dfu_util);
    assert_true(boot0 > 20 / stride && dfu_util > 15 / stride);
}

static bool read_bootloader(const char *folder)
{
    char name[4096];
    FILE *file;

    snprintf(name, sizeof name, "%s/bootloader-generic-%s.bin", folder, chip->name);
    file = fopen(name, "rb");
    if (!file)
        return false;
    bootloader_size = fread(bootloader, 1, sizeof bootloader, file);
    fclose(file);
    return bootloader_size > 0;
}

static const struct chip *find_chip(const char *name)
{
    for (size_t i = 0; i < B0_LENGTH(chips); i++)
        if (strcmp(chips[i].name, name) == 0)
            return &chips[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_power), cmocka_unit_test(test_cable)};

    chip = argc < 3 ? NULL : find_chip(argv[2]);
    if (!chip || !read_bootloader(argv[1])) {
        fputs("1..0 # SKIP: there is no bootloader; `make firmware` compiles it\n", stdout);
        return SKIPPED;
    }
    if (argc > 3)
        stride = (unsigned)strtoul(argv[3], NULL, 10);
    if (stride == 0)
        stride = 1;
    make_program(&one, 1);
    make_program(&two, 2);
    return cmocka_run_group_tests(tests, make_journal, NULL);
}
