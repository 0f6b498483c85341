/* SPDX-License-Identifier: MIT */
/* What runs after a reset, and which flash belongs to it. */
#include "firmware/bootloader/start.h"
#include <core/array.h>
#include <core/bootloader_map.h>

#include "core/bytes.h"
#include "core/extension.h"
#include "core/handover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_decisions(void **state)
{
    static const struct {
        struct b0_start_facts facts; /* handover, by_pin, button, interrupted, has_program */
        enum b0_start start;
        uint8_t entry;
    } rows[] = {
        {{0, false, false, false, true}, B0_START_PROGRAM, 0},
        {{0, true, false, false, true}, B0_START_WAIT, 0},
        {{B0_HANDOVER_PROGRAM, true, false, false, true}, B0_START_PROGRAM, 0},
        {{B0_HANDOVER_TAPPED, true, false, false, true}, B0_START_BOOTLOADER, B0_ENTRY_DOUBLE_TAP},
        /* The button did not cause the second reset: power, or a watchdog. */
        {{B0_HANDOVER_TAPPED, false, false, false, true}, B0_START_PROGRAM, 0},
        {{B0_HANDOVER_BOOTLOADER, false, false, false, true}, B0_START_BOOTLOADER, B0_ENTRY_ASKED},
        {{B0_HANDOVER_BOOTLOADER, true, true, true, false}, B0_START_BOOTLOADER, B0_ENTRY_ASKED},
        {{0, false, true, false, true}, B0_START_BOOTLOADER, B0_ENTRY_BUTTON},
        {{B0_HANDOVER_PROGRAM, false, true, false, true}, B0_START_BOOTLOADER, B0_ENTRY_BUTTON},
        {{0, false, false, true, true}, B0_START_BOOTLOADER, B0_ENTRY_INTERRUPTED},
        {{B0_HANDOVER_PROGRAM, false, false, true, true},
         B0_START_BOOTLOADER,
         B0_ENTRY_INTERRUPTED},
        {{0, true, false, false, false}, B0_START_BOOTLOADER, B0_ENTRY_NO_PROGRAM},
        {{B0_HANDOVER_PROGRAM, false, false, false, false},
         B0_START_BOOTLOADER,
         B0_ENTRY_NO_PROGRAM},
        {{B0_HANDOVER_ROM, true, true, true, false}, B0_START_ROM, 0},
        /* Any other value of the register has no meaning. */
        {{0xffffffff, false, false, false, true}, B0_START_PROGRAM, 0},
        {{0xb0070005, true, false, false, true}, B0_START_WAIT, 0},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        uint8_t entry = 0;

        assert_int_equal(b0_start_decide(&rows[i].facts, &entry), rows[i].start);
        assert_int_equal(entry, rows[i].entry);
    }
}

static bool sane_on(const struct b0_chip_ram *ram, uint32_t stack, uint32_t reset)
{
    uint8_t vectors[8];

    b0_store32(vectors, stack);
    b0_store32(vectors + 4, reset);
    return b0_vectors_sane(vectors, 0x08080000, ram);
}

static bool sane(uint32_t stack, uint32_t reset)
{
    static const struct b0_chip_ram f407 = {0x20020000, 0x10010000};

    return sane_on(&f407, stack, reset);
}

static void test_vectors(void **state)
{
    (void)state;
    assert_true(sane(0x20020000, 0x08008189)); /* the top of SRAM: mask tests get this one wrong */
    assert_true(sane(0x20000004, 0x0807ffff));
    assert_true(sane(0x10010000, 0x08008001));
    assert_false(sane(0x20020004, 0x08008189));
    assert_false(sane(0x20000000, 0x08008189));
    assert_false(sane(0x10010004, 0x08008189));
    assert_false(sane(0x2001fffe, 0x08008189));
    assert_false(sane(0xffffffff, 0x08008189));
    assert_false(sane(0x20020000, 0xffffffff));
    assert_false(sane(0x20020000, 0x08008188)); /* not Thumb */
    assert_false(sane(0x20020000, 0x08000189));
    assert_false(sane(0x20020000, 0x08007fff));
    assert_false(sane(0x20020000, 0x08080001));
    assert_false(sane(0x20020000, 0x20000101));
}

static void test_vectors_of_a_chip_without_ccm(void **state)
{
    static const struct b0_chip_ram f401 = {0x20010000, 0};

    (void)state;
    assert_true(sane_on(&f401, 0x20010000, 0x08008189));
    assert_false(sane_on(&f401, 0x20010004, 0x08008189));
    assert_false(sane_on(&f401, 0x10000004, 0x08008189));
}

static void test_sectors(void **state)
{
    /* RM0090, tables 5 and 6. */
    static const uint32_t starts[B0_SECTORS] = {
        0x08000000, 0x08004000, 0x08008000, 0x0800c000, 0x08010000, 0x08020000,
        0x08040000, 0x08060000, 0x08080000, 0x080a0000, 0x080c0000, 0x080e0000,
        0x08100000, 0x08104000, 0x08108000, 0x0810c000, 0x08110000, 0x08120000,
        0x08140000, 0x08160000, 0x08180000, 0x081a0000, 0x081c0000, 0x081e0000};

    (void)state;
    for (unsigned i = 0; i < B0_SECTORS; i++) {
        uint8_t sector = (uint8_t)i;

        assert_int_equal(b0_sector_address(sector), starts[i]);
        assert_int_equal(b0_sector_at(starts[i]), i);
        assert_int_equal(b0_sector_at(starts[i] + b0_sector_size(sector) - 1), i);
    }
    assert_int_equal(b0_sector_at(0x08200000), B0_SECTORS);
    assert_int_equal(b0_sector_at(0xffffffff), B0_SECTORS);
    assert_int_equal(b0_sector_at(0x07ffffff), B0_SECTORS);
    assert_int_equal(b0_sector_at(0), B0_SECTORS);
}

static void test_sets_of_sectors(void **state)
{
    (void)state;
    assert_int_equal(b0_sector_range(0, 0), 1);
    assert_int_equal(b0_sector_range(2, 4), 0x1c);
    assert_int_equal(b0_sector_range(23, 23), 0x800000);
    assert_int_equal(b0_sector_range(0, 23), 0xffffff);
}

static void test_layout(void **state)
{
    char text[B0_MAP_LAYOUT_MAX] = {0};

    (void)state;
    assert_int_equal(b0_map_layout(B0_SECTOR_PROGRAM, 1024 * 1024, text), 55);
    assert_string_equal(text, "@Internal Flash  /0x08008000/02*016Kg,01*064Kg,07*128Kg");
    memset(text, 0, sizeof text);
    b0_map_layout(B0_SECTOR_PROGRAM, 512 * 1024, text);
    assert_string_equal(text, "@Internal Flash  /0x08008000/02*016Kg,01*064Kg,03*128Kg");
    memset(text, 0, sizeof text);
    b0_map_layout(B0_SECTOR_PROGRAM, 256 * 1024, text);
    assert_string_equal(text, "@Internal Flash  /0x08008000/02*016Kg,01*064Kg,01*128Kg");
    memset(text, 0, sizeof text);
    assert_int_equal(b0_map_layout(B0_SECTOR_PROGRAM, 2048 * 1024, text), 82);
    assert_string_equal(text, "@Internal Flash  /0x08008000/02*016Kg,01*064Kg,07*128Kg,"
                              "04*016Kg,01*064Kg,07*128Kg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_vectors_of_a_chip_without_ccm),
        cmocka_unit_test(test_sectors),
        cmocka_unit_test(test_sets_of_sectors),
        cmocka_unit_test(test_layout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
