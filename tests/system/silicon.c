/* SPDX-License-Identifier: MIT */
/*
 * The bootloader and the runtime on chips and boards as unkind as the documents allow: oscillators
 * at the ends of their tolerance, pull-ups, watchdogs.
 *
 *   silicon FIRMWARE-FOLDER
 */
#include "silicon.h"

#include <core/array.h>

#define GENERIC         "bootloader-generic-f407"
#define DFU_PRODUCT     0xdf11
#define RUNTIME_PRODUCT 0x5740

/* DS8626, 5.3.9: over all temperatures. */
static const char *const oscillators[] = {"-8", "-4", "0", "1", "4.5"};
static const unsigned crystals[] = {4, 6, 8, 10, 12, 16, 20, 24, 25, 26};

/* ---- the crystal ---- */

static void check_crystal(const char *program, uint16_t product)
{
    for (size_t i = 0; i < B0_LENGTH(crystals); i++) {
        for (size_t k = 0; k < B0_LENGTH(oscillators); k++) {
            struct silicon silicon;
            char spec[64];

            snprintf(spec, sizeof spec, "f407:boot0=0,crystal=%u,hsi=%s", crystals[i],
                     oscillators[k]);
            silicon_open(&silicon, spec, GENERIC, program);
            if (!silicon_shows(&silicon, product, 2500))
                silicon_fail(&silicon, spec);
            if (product == DFU_PRODUCT) {
                struct b0_extension_info info = silicon_info(&silicon);

                assert_int_equal(info.crystal_hz, crystals[i] * 1000000);
                assert_int_equal(info.core_hz, crystals[i] < 24 ? 168000000 : 144000000);
            }
            silicon_close(&silicon);
        }
    }
}

static void test_crystal(void **state)
{
    (void)state;
    check_crystal(NULL, DFU_PRODUCT);
}

static void test_crystal_of_runtime(void **state)
{
    (void)state;
    check_crystal("hello", RUNTIME_PRODUCT);
}

/* ---- the clock ---- */

/* Idle, woken by SysTick alone, the bootloader counts seconds: its LED is lit every other one. */
static void test_idle_clock(void **state)
{
    struct silicon silicon;

    (void)state;
    silicon_open(&silicon, "f407:boot0=0", "bootloader-discovery-f407", NULL);
    vboard_wait(silicon.board, 10 * SECONDS);
    assert_in_range(silicon_trace_count(&silicon, "PD12 high"), 5, 6);
    silicon_close(&silicon);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crystal),
        cmocka_unit_test(test_crystal_of_runtime),
        cmocka_unit_test(test_idle_clock),
    };

    if (argc != 2)
        return 64;
    if (!silicon_find(argv[1])) {
        printf("1..0 # SKIP no firmware: make firmware\n");
        return SILICON_SKIPPED;
    }
    return cmocka_run_group_tests_name("silicon", tests, NULL, NULL);
}
