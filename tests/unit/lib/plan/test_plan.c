/* SPDX-License-Identifier: MIT */
/* The flash plan: the sectors to change, and their order of erasing and writing. */
#include <boot0/plan.h>
#include <core/array.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define F407 "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg"

enum {
    BASE = 0x08000000,
    BLOCK = 2048,
};

static struct boot0_error error;

struct fixture {
    struct boot0_layout layout;
    struct boot0_image *image;
    uint8_t held[1 << 20]; /* the board's contents, from BASE */
    size_t bytes_read;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->image = boot0_image_new();
    boot0_layout_parse(F407, strlen(F407), &f->layout, NULL);
    memset(f->held, 0xff, sizeof f->held);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    boot0_image_free(f->image);
    free(f);
    return 0;
}

static void add(struct fixture *f, uint32_t address, uint8_t value, size_t size)
{
    uint8_t *data = malloc(size);

    memset(data, value, size);
    assert_int_equal(boot0_image_add(f->image, 0, address, data, size, &error), BOOT0_OK);
    free(data);
}

static void learn_all(struct fixture *f, struct boot0_plan *plan)
{
    for (size_t i = 0; i < plan->sector_count; i++) {
        const struct boot0_sector *s = &plan->sectors[i].sector;

        if (plan->sectors[i].need == BOOT0_NEED_NOTHING)
            continue;
        for (uint32_t at = 0; at < s->size; at += 4096) {
            f->bytes_read += 4096;
            if (!boot0_plan_learn(plan, i, at, f->held + (s->address - BASE) + at, 4096))
                break;
        }
    }
}

static struct boot0_plan *make(struct fixture *f, struct boot0_plan_options options)
{
    struct boot0_plan *plan;

    options.block_size = BLOCK;
    assert_int_equal(boot0_plan_begin(&plan, f->image, &f->layout, &options, &error), BOOT0_OK);
    learn_all(f, plan);
    assert_int_equal(boot0_plan_finish(plan, NULL, &error), BOOT0_OK);
    return plan;
}

static void assert_step(const struct boot0_plan *plan, size_t index, enum boot0_plan_action action,
                        uint32_t address, uint32_t size)
{
    assert_in_range(index, 0, plan->step_count - 1);
    assert_int_equal(plan->steps[index].action, action);
    assert_int_equal(plan->steps[index].address, address);
    assert_int_equal(plan->steps[index].size, size);
}

/* Applies a plan to `held` with the true semantics of flash. */
static void carry_out(struct fixture *f, const struct boot0_plan *plan)
{
    uint8_t erased = plan->options.erases_to_zero ? 0x00 : 0xff;

    for (size_t i = 0; i < plan->step_count; i++) {
        const struct boot0_plan_step *step = &plan->steps[i];
        uint8_t *at = f->held + (step->address - BASE);

        if (step->action == BOOT0_PLAN_ERASE)
            memset(at, erased, step->size);
        else
            for (uint32_t b = 0; b < step->size; b++)
                at[b] = erased ? at[b] & step->data[b] : at[b] | step->data[b];
    }
}

static void fresh_image_touches_its_sectors_only(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x55, sizeof f->held);
    add(f, BASE, 0x11, 0x8000); /* two whole sectors */
    plan = make(f, (struct boot0_plan_options){0});
    assert_int_equal(plan->step_count, 4);
    assert_step(plan, 0, BOOT0_PLAN_ERASE, BASE, 0x4000);
    assert_step(plan, 1, BOOT0_PLAN_ERASE, BASE + 0x4000, 0x4000);
    assert_step(plan, 2, BOOT0_PLAN_WRITE, BASE, 0x4000);
    assert_step(plan, 3, BOOT0_PLAN_WRITE, BASE + 0x4000, 0x4000);
    assert_int_equal(plan->unchanged_bytes, 0);
    assert_int_equal(f->bytes_read, 2 * 4096); /* stopped at the first difference */
    boot0_plan_free(plan);
}

static void same_contents_need_nothing(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x11, sizeof f->held);
    add(f, BASE, 0x11, 0x9000);
    plan = make(f, (struct boot0_plan_options){0});
    assert_int_equal(plan->step_count, 0);
    assert_int_equal(plan->unchanged_bytes, 0x9000);
    boot0_plan_free(plan);
}

static void one_byte_costs_one_sector(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x11, sizeof f->held);
    f->held[0x12345] = 0x10;
    add(f, BASE, 0x11, 0x40000);
    plan = make(f, (struct boot0_plan_options){0});
    assert_int_equal(plan->erase_count, 1);
    assert_step(plan, 0, BOOT0_PLAN_ERASE, BASE + 0x10000, 0x10000);
    assert_step(plan, 1, BOOT0_PLAN_WRITE, BASE + 0x10000, 0x10000);
    assert_int_equal(plan->unchanged_bytes, 0x30000);
    boot0_plan_free(plan);
}

static void rest_of_a_sector_is_preserved(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x77, sizeof f->held);
    add(f, BASE + 0x100, 0x11, 0x10);
    plan = make(f, (struct boot0_plan_options){0});
    carry_out(f, plan);
    for (size_t i = 0; i < sizeof f->held; i++)
        assert_int_equal(f->held[i], i >= 0x100 && i < 0x110 ? 0x11 : 0x77);
    boot0_plan_free(plan);
}

static void rest_of_a_sector_is_lost_when_told_so(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x77, sizeof f->held);
    add(f, BASE + 0x100, 0x11, 0x10);
    plan = make(f, (struct boot0_plan_options){.no_preserve = true});
    carry_out(f, plan);
    for (size_t i = 0; i < sizeof f->held; i++)
        assert_int_equal(f->held[i], i >= 0x4000 ? 0x77 : i >= 0x100 && i < 0x110 ? 0x11 : 0xff);
    boot0_plan_free(plan);
}

static void partly_covered_and_equal_needs_nothing(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x77, sizeof f->held);
    add(f, BASE + 0x100, 0x77, 0x10);
    plan = make(f, (struct boot0_plan_options){0});
    assert_int_equal(plan->step_count, 0);
    boot0_plan_free(plan);
}

static void blank_blocks_are_skipped(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0, sizeof f->held);
    add(f, BASE, 0x11, 0x800);
    add(f, BASE + 0x800, 0xff, 0x1800);
    add(f, BASE + 0x2000, 0x22, 0x2000);
    plan = make(f, (struct boot0_plan_options){0});
    assert_int_equal(plan->step_count, 3);
    assert_step(plan, 1, BOOT0_PLAN_WRITE, BASE, 0x800);
    assert_step(plan, 2, BOOT0_PLAN_WRITE, BASE + 0x2000, 0x2000);
    carry_out(f, plan);
    assert_int_equal(f->held[0x800], 0xff);
    assert_int_equal(f->held[0x2000], 0x22);
    boot0_plan_free(plan);
}

/* Flash of an L0 or L1: its erased bits are 0, so a block of 0xff must be written. */
static void test_blank_is_what_the_flash_erases_to(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x55, sizeof f->held);
    add(f, BASE, 0xff, 0x800);
    add(f, BASE + 0x800, 0x00, 0x1800);
    add(f, BASE + 0x2000, 0x22, 0x800);
    add(f, BASE + 0x2800, 0xff, 0x1800);
    plan = make(f, (struct boot0_plan_options){.erases_to_zero = true});
    assert_int_equal(plan->step_count, 3);
    assert_step(plan, 1, BOOT0_PLAN_WRITE, BASE, 0x800);
    assert_step(plan, 2, BOOT0_PLAN_WRITE, BASE + 0x2000, 0x2000);
    carry_out(f, plan);
    for (size_t i = 0; i < 0x4000; i++)
        assert_int_equal(f->held[i], i < 0x800 || i >= 0x2800 ? 0xff : i < 0x2000 ? 0x00 : 0x22);
    boot0_plan_free(plan);
}

/* Gaps in the image stay erased, in the last block too. */
static void test_the_rest_is_filled_with_what_the_flash_erases_to(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x55, sizeof f->held);
    add(f, BASE + 0x10, 0x11, 0x10);
    plan = make(f, (struct boot0_plan_options){.no_preserve = true, .erases_to_zero = true});
    carry_out(f, plan);
    for (size_t i = 0; i < 0x4000; i++)
        assert_int_equal(f->held[i], i >= 0x10 && i < 0x20 ? 0x11 : 0x00);
    boot0_plan_free(plan);
}

static void end_of_a_run_is_rounded_to_the_programming_unit(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    add(f, BASE, 0x11, 0x801);
    f->held[0] = 0;
    plan = make(f, (struct boot0_plan_options){0});
    assert_step(plan, 1, BOOT0_PLAN_WRITE, BASE, 0x840);
    boot0_plan_free(plan);
}

static void full_writes_everything(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x11, sizeof f->held);
    add(f, BASE, 0x11, 0x4000);
    plan = make(f, (struct boot0_plan_options){.full = true});
    assert_int_equal(plan->erase_count, 1);
    assert_int_equal(plan->write_bytes, 0x4000);
    assert_int_equal(f->bytes_read, 0);
    boot0_plan_free(plan);
}

static void full_preserves_too(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x11, sizeof f->held);
    add(f, BASE, 0x11, 0x2000);
    plan = make(f, (struct boot0_plan_options){.full = true});
    carry_out(f, plan);
    for (size_t i = 0; i < sizeof f->held; i++)
        assert_int_equal(f->held[i], 0x11);
    boot0_plan_free(plan);
}

static void set_vectors(struct fixture *f, uint32_t address)
{
    static const uint8_t vectors[8] = {0x00, 0x00, 0x02, 0x20, 0x01, 0x01, 0x00, 0x08};
    struct boot0_segment *segment = &f->image->segments[0];

    memcpy(segment->data + (address - segment->address), vectors, sizeof vectors);
}

static void vectors_are_erased_first_and_written_last(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x55, sizeof f->held);
    add(f, BASE, 0x11, 0x8000);
    plan = make(f, (struct boot0_plan_options){.vectors_last = true, .program_unit = 1});
    assert_int_equal(plan->step_count, 6);
    assert_step(plan, 0, BOOT0_PLAN_ERASE, BASE, 0x4000);
    assert_step(plan, 1, BOOT0_PLAN_ERASE, BASE + 0x4000, 0x4000);
    assert_step(plan, 2, BOOT0_PLAN_WRITE, BASE + 8, BLOCK - 8);
    assert_step(plan, 3, BOOT0_PLAN_WRITE, BASE + BLOCK, 0x4000 - BLOCK);
    assert_step(plan, 4, BOOT0_PLAN_WRITE, BASE + 0x4000, 0x4000);
    assert_step(plan, 5, BOOT0_PLAN_WRITE, BASE, 8);
    boot0_plan_free(plan);
}

/* Flash with an ECC needs whole units; for an unknown flash the widest is taken. */
static void the_last_write_is_one_unit_of_the_flash(void **state)
{
    static const uint32_t units[][2] = {{0, 32}, {1, 8},   {2, 8},   {4, 8},
                                        {8, 8},  {16, 16}, {32, 32}, {64, 32}};
    struct fixture *f = *state;

    memset(f->held, 0x55, sizeof f->held);
    add(f, BASE, 0x11, 0x4000);
    for (size_t i = 0; i < B0_LENGTH(units); i++) {
        struct boot0_plan *plan =
            make(f, (struct boot0_plan_options){.vectors_last = true, .program_unit = units[i][0]});

        assert_int_equal(plan->step_count, 4);
        assert_step(plan, 1, BOOT0_PLAN_WRITE, BASE + units[i][1], BLOCK - units[i][1]);
        assert_step(plan, 3, BOOT0_PLAN_WRITE, BASE, units[i][1]);
        boot0_plan_free(plan);
    }
}

/* A bootloader that stays, and a program after it: the program's vectors come last. */
static void every_vector_table_waits(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    add(f, BASE, 0x11, 0x10000);
    set_vectors(f, BASE + 0x8000);
    memset(f->held, 0x11, 0x4000);
    plan = make(f, (struct boot0_plan_options){.vectors_last = true, .program_unit = 1});
    assert_int_equal(plan->erase_count, 3);
    assert_step(plan, 0, BOOT0_PLAN_ERASE, BASE + 0x8000, 0x4000);
    assert_step(plan, 1, BOOT0_PLAN_ERASE, BASE + 0x4000, 0x4000);
    assert_step(plan, plan->step_count - 1, BOOT0_PLAN_WRITE, BASE + 0x8000, 8);
    boot0_plan_free(plan);

    memset(f->held, 0x55, 0x4000); /* both change: the chip starts from the lower one */
    plan = make(f, (struct boot0_plan_options){.vectors_last = true, .program_unit = 1});
    assert_step(plan, plan->step_count - 2, BOOT0_PLAN_WRITE, BASE + 0x8000, 8);
    assert_step(plan, plan->step_count - 1, BOOT0_PLAN_WRITE, BASE, 8);
    boot0_plan_free(plan);
}

static void blocks_smaller_than_a_unit_do_no_harm(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;
    struct boot0_plan_options options = {.block_size = 8, .vectors_last = true, .program_unit = 32};

    f->held[0] = 0;
    add(f, BASE, 0x11, 0x4000);
    assert_int_equal(boot0_plan_begin(&plan, f->image, &f->layout, &options, &error), BOOT0_OK);
    learn_all(f, plan);
    assert_int_equal(boot0_plan_finish(plan, NULL, &error), BOOT0_OK);
    assert_int_equal(plan->step_count, 3);
    assert_step(plan, 1, BOOT0_PLAN_WRITE, BASE + 32, 0x4000 - 32);
    assert_step(plan, 2, BOOT0_PLAN_WRITE, BASE, 32);
    boot0_plan_free(plan);
}

/* Blank parts of an image need no write, not even the vectors. */
static void blank_vectors_are_not_written(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;

    memset(f->held, 0x55, sizeof f->held);
    add(f, BASE, 0xff, BLOCK);
    add(f, BASE + BLOCK, 0x11, 0x4000 - BLOCK);
    plan = make(f, (struct boot0_plan_options){.vectors_last = true, .program_unit = 8});
    assert_int_equal(plan->step_count, 2);
    assert_step(plan, 1, BOOT0_PLAN_WRITE, BASE + BLOCK, 0x4000 - BLOCK);
    boot0_plan_free(plan);
}

/* ---- units with an ECC ---- */

/* The same numbers in every run. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Pieces of 1 to 3000 bytes with gaps between them, some of them blank. */
static void add_pieces(struct fixture *f, uint32_t *seed)
{
    uint32_t at = next_random(seed) % 3 ? 0 : next_random(seed) % 600;

    while (at < 0x8000) {
        uint32_t size = 1 + next_random(seed) % 3000;

        add(f, BASE + at, next_random(seed) % 4 ? 0x11 : 0xff, size);
        at += size + next_random(seed) % 3000;
    }
}

/* Applies a plan in blocks, as the engine does, and counts how often each unit is programmed. */
static void assert_units_are_programmed_once(const struct boot0_plan *plan, uint32_t unit)
{
    static uint8_t count[1 << 20];

    memset(count, 0, sizeof count);
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct boot0_plan_step *step = &plan->steps[i];

        if (step->action != BOOT0_PLAN_WRITE)
            continue;
        assert_int_equal(step->address % unit, 0);
        for (uint32_t at = 0; at < step->size; at += BLOCK) {
            uint32_t first = (step->address - BASE + at) / unit;
            uint32_t part = step->size - at < BLOCK ? step->size - at : BLOCK;

            for (uint32_t u = first; u <= (step->address - BASE + at + part - 1) / unit; u++)
                assert_int_equal(count[u]++, 0);
        }
    }
}

static void no_unit_is_programmed_twice(void **state)
{
    static const uint32_t units[] = {8, 16, 32};
    uint32_t seed = 1;

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        void *fresh;
        struct fixture *f;
        struct boot0_plan *plan;
        uint32_t unit = units[round % 3];

        set_up(&fresh);
        f = fresh;
        memset(f->held, 0x55, sizeof f->held);
        add_pieces(f, &seed);
        plan = make(f, (struct boot0_plan_options){
                           .vectors_last = true, .program_unit = unit, .no_preserve = round % 2});
        assert_units_are_programmed_once(plan, unit);
        carry_out(f, plan);
        for (size_t i = 0; i < plan->sector_count; i++)
            assert_memory_equal(f->held + (plan->sectors[i].sector.address - BASE),
                                plan->sectors[i].wanted, plan->sectors[i].sector.size);
        boot0_plan_free(plan);
        tear_down(&fresh);
    }
}

static void outside_is_refused_with_its_first_address(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;
    struct boot0_plan_options options = {.block_size = BLOCK};

    add(f, BASE + 0xff000, 0x11, 0x2000);
    assert_int_equal(boot0_plan_begin(&plan, f->image, &f->layout, &options, &error),
                     BOOT0_E_RANGE);
    assert_null(plan);
    assert_non_null(strstr(error.message, "0x08100000"));
}

static void read_only_memory_is_refused(void **state)
{
    static const char text[] = "@Mixed /0x08000000/01*016Ka,01*016Kg";
    struct fixture *f = *state;
    struct boot0_plan *plan;
    struct boot0_plan_options options = {.block_size = BLOCK};

    boot0_layout_parse(text, strlen(text), &f->layout, NULL);
    add(f, BASE + 0x3ffc, 0x11, 8);
    assert_int_equal(boot0_plan_begin(&plan, f->image, &f->layout, &options, &error),
                     BOOT0_E_RANGE);
}

static void option_bytes_are_written_without_erase(void **state)
{
    static const char text[] = "@Option Bytes  /0x08000000/01*016 e";
    struct fixture *f = *state;
    struct boot0_plan *plan;
    struct boot0_plan_options options = {.block_size = BLOCK};
    uint8_t held[16];

    memset(held, 0x33, sizeof held);
    boot0_layout_parse(text, strlen(text), &f->layout, NULL);
    add(f, BASE, 0xff, 4);
    assert_int_equal(boot0_plan_begin(&plan, f->image, &f->layout, &options, &error), BOOT0_OK);
    assert_false(boot0_plan_learn(plan, 0, 0, held, 16));
    assert_int_equal(boot0_plan_finish(plan, NULL, &error), BOOT0_OK);
    assert_int_equal(plan->step_count, 1);
    assert_step(plan, 0, BOOT0_PLAN_WRITE, BASE, 16); /* the remaining ones are included */
    assert_int_equal(plan->steps[0].data[3], 0xff);
    assert_int_equal(plan->steps[0].data[4], 0x33);
    boot0_plan_free(plan);
}

static void other_alternates_are_left_out(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;
    uint8_t byte = 1;

    add(f, BASE, 0x11, 0x4000);
    assert_int_equal(boot0_image_add(f->image, 1, 0x1fffc000, &byte, 1, &error), BOOT0_OK);
    plan = make(f, (struct boot0_plan_options){0});
    assert_int_equal(plan->sector_count, 1);
    boot0_plan_free(plan);
}

static void learning_checks_its_arguments(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;
    struct boot0_plan_options options = {.block_size = BLOCK};

    add(f, BASE, 0xff, 0x4000);
    assert_int_equal(boot0_plan_begin(&plan, f->image, &f->layout, &options, &error), BOOT0_OK);
    assert_false(boot0_plan_learn(plan, 7, 0, f->held, 16));
    assert_false(boot0_plan_learn(plan, 0, 16, f->held, 16)); /* a gap */
    assert_true(boot0_plan_learn(plan, 0, 0, f->held, 16));
    assert_false(boot0_plan_learn(plan, 0, 16, f->held, 0xffffffff)); /* more than there is */
    assert_int_equal(plan->sectors[0].held_size, 0x4000);
    boot0_plan_free(plan);
}

static uint32_t ten_per_sector(const void *context, uint32_t size)
{
    (void)context;
    (void)size;
    return 10;
}

static uint32_t one_per_kib(const void *context, uint32_t size)
{
    (void)context;
    return size / 1024;
}

static void expected_times_are_summed(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;
    struct boot0_plan_options options = {.block_size = BLOCK};
    struct boot0_plan_times times = {ten_per_sector, one_per_kib, NULL};

    f->held[0] = f->held[0x4000] = 0;
    add(f, BASE, 0x11, 0x8000);
    assert_int_equal(boot0_plan_begin(&plan, f->image, &f->layout, &options, &error), BOOT0_OK);
    learn_all(f, plan);
    assert_int_equal(boot0_plan_finish(plan, &times, &error), BOOT0_OK);
    assert_int_equal(plan->expected_ms, 2 * 10 + 32);
    boot0_plan_free(plan);
}

static void absurd_sectors_are_not_believed(void **state)
{
    struct fixture *f = *state;
    struct boot0_plan *plan;
    struct boot0_plan_options options = {.block_size = BLOCK};

    f->layout.regions[0] = (struct boot0_region){BASE, 0x40000000, 1, 7};
    f->layout.region_count = 1;
    add(f, BASE, 0x11, 16);
    assert_int_equal(boot0_plan_begin(&plan, f->image, &f->layout, &options, &error),
                     BOOT0_E_PROTOCOL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fresh_image_touches_its_sectors_only),
        TEST(same_contents_need_nothing),
        TEST(one_byte_costs_one_sector),
        TEST(rest_of_a_sector_is_preserved),
        TEST(rest_of_a_sector_is_lost_when_told_so),
        TEST(partly_covered_and_equal_needs_nothing),
        TEST(blank_blocks_are_skipped),
        TEST(test_blank_is_what_the_flash_erases_to),
        TEST(test_the_rest_is_filled_with_what_the_flash_erases_to),
        TEST(end_of_a_run_is_rounded_to_the_programming_unit),
        TEST(full_writes_everything),
        TEST(full_preserves_too),
        TEST(vectors_are_erased_first_and_written_last),
        TEST(the_last_write_is_one_unit_of_the_flash),
        TEST(every_vector_table_waits),
        TEST(blocks_smaller_than_a_unit_do_no_harm),
        TEST(blank_vectors_are_not_written),
        TEST(no_unit_is_programmed_twice),
        TEST(outside_is_refused_with_its_first_address),
        TEST(read_only_memory_is_refused),
        TEST(option_bytes_are_written_without_erase),
        TEST(other_alternates_are_left_out),
        TEST(learning_checks_its_arguments),
        TEST(expected_times_are_summed),
        TEST(absurd_sectors_are_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
