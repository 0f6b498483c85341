/* SPDX-License-Identifier: MIT */
/* Erase and program times, against the figures of the F4's datasheet. */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <core/family/family.h>

/* DS8626, table 40. */
static void test_erases_as_the_f4(void **state)
{
    static const struct {
        uint32_t size;
        uint32_t ms[B0_PARALLEL_COUNT];
    } cases[] = {
        {16 * B0_KIB, {400, 300, 250}},
        {64 * B0_KIB, {1200, 700, 550}},
        {128 * B0_KIB, {2000, 1300, 1000}},
    };
    const struct b0_flash_times *times = &b0_stm32f4_times;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        for (unsigned width = 0; width < B0_PARALLEL_COUNT; width++)
            assert_int_equal(b0_flash_erase_ms(times, (enum b0_parallelism)width, cases[i].size),
                             cases[i].ms[width]);
    }
    assert_int_equal(times->mass_erase_ms[B0_PARALLEL_X8], 16000);
    assert_int_equal(times->mass_erase_ms[B0_PARALLEL_X16], 11000);
    assert_int_equal(times->mass_erase_ms[B0_PARALLEL_X32], 8000);
}

static void test_takes_the_nearest_sector_size(void **state)
{
    const struct b0_flash_times *times = &b0_stm32f4_times;

    (void)state;
    assert_int_equal(b0_flash_erase_ms(times, B0_PARALLEL_X8, 0), 400);
    assert_int_equal(b0_flash_erase_ms(times, B0_PARALLEL_X8, 2 * B0_KIB), 400);
    assert_int_equal(b0_flash_erase_ms(times, B0_PARALLEL_X8, 32 * B0_KIB), 400);
    assert_int_equal(b0_flash_erase_ms(times, B0_PARALLEL_X8, 40 * B0_KIB), 1200); /* a tie */
    assert_int_equal(b0_flash_erase_ms(times, B0_PARALLEL_X8, 256 * B0_KIB), 2000);
    assert_int_equal(b0_flash_erase_ms(times, B0_PARALLEL_X8, UINT32_MAX), 2000);
}

static void test_programs_by_the_width(void **state)
{
    const struct b0_flash_times *times = &b0_stm32f4_times;

    (void)state;
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_X8, 2048), 2048 * 16);
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_X16, 2048), 1024 * 16);
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_X32, 2048), 512 * 16);
    /* a started unit counts whole */
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_X32, 0), 0);
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_X32, 1), 16);
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_X32, 4), 16);
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_X32, 5), 32);
    /* no overflow */
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_X8, UINT32_MAX),
                     UINT64_C(0xffffffff) * 16);
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_X32, UINT32_MAX),
                     UINT64_C(0x40000000) * 16);
}

static void test_takes_a_wrong_width_for_the_slowest(void **state)
{
    const struct b0_flash_times *times = &b0_stm32f4_times;

    (void)state;
    assert_int_equal(b0_flash_erase_ms(times, B0_PARALLEL_COUNT, 16 * B0_KIB), 400);
    assert_int_equal(b0_flash_program_us(times, B0_PARALLEL_COUNT, 1), 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_erases_as_the_f4),
        cmocka_unit_test(test_takes_the_nearest_sector_size),
        cmocka_unit_test(test_programs_by_the_width),
        cmocka_unit_test(test_takes_a_wrong_width_for_the_slowest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
