/* SPDX-License-Identifier: MIT */
/*
 * Compares a chip's header of the firmware with the host's facts of the chip: two tables from two
 * readings of the documents. Built once per chip, with its CHIP_HEADER.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <boot0/chip.h>
#include <boot0/layout.h>
#include <chip/stm32f4/chip.h>
#include <cmocka.h>
#include <core/bootloader_map.h>
#include <core/family/family.h>
#include <string.h>

static const struct b0_chip *row;

static int find_row(void **state)
{
    (void)state;
    row = b0_chip_find(CHIP_DEVICE_ID);
    assert_non_null(row);
    return 0;
}

static void test_the_host_knows_the_port(void **state)
{
    (void)state;
    assert_true(b0_bootloader_runs_on(CHIP_DEVICE_ID));
    assert_string_equal(row->chip.family, "STM32F4");
    assert_non_null(strstr(row->parts, CHIP_NAME));
}

static struct boot0_layout layout_of_row(void)
{
    struct boot0_layout layout;
    size_t rest;

    assert_true(boot0_layout_parse(row->chip.layout, strlen(row->chip.layout), &layout, &rest));
    return layout;
}

static void test_flash(void **state)
{
    const struct boot0_layout layout = layout_of_row();

    (void)state;
    assert_int_equal(boot0_layout_size(&layout), CHIP_FLASH_KIB_MAX * 1024);
    assert_true(CHIP_FLASH_KIB_MAX * 1024 <= B0_FLASH_SIZE_MAX);
    assert_int_equal(row->chip.min_flash, CHIP_FLASH_KIB_MIN * 1024);
    assert_int_equal(CHIP_HAS_DB1M, row->layouts[0] != NULL);
}

/* Each sector of the chip is at its address in the common map of all chips. */
static void test_sectors(void **state)
{
    const struct boot0_layout layout = layout_of_row();
    uint8_t sector = 0;

    (void)state;
    for (size_t i = 0; i < layout.region_count; i++) {
        uint32_t address = layout.regions[i].address;

        for (uint32_t n = 0; n < layout.regions[i].sector_count; n++) {
            assert_int_equal(b0_sector_address(sector), address);
            assert_int_equal(b0_sector_size(sector), layout.regions[i].sector_size);
            address += layout.regions[i].sector_size;
            sector++;
        }
    }
    assert_int_equal(b0_sector_address((uint8_t)(sector - 1)) +
                         b0_sector_size((uint8_t)(sector - 1)),
                     B0_FLASH_BASE + CHIP_FLASH_KIB_MAX * 1024);
}

static uint32_t ram_at(uint32_t address)
{
    for (size_t i = 0; i < BOOT0_CHIP_RAM_MAX; i++)
        if (row->chip.ram[i].address == address)
            return row->chip.ram[i].size;
    return 0;
}

static void test_ram(void **state)
{
    (void)state;
    assert_int_equal(CHIP_SRAM_SIZE, ram_at(0x20000000));
    assert_int_equal(CHIP_CCM_SIZE, ram_at(0x10000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_host_knows_the_port),
        cmocka_unit_test(test_flash),
        cmocka_unit_test(test_sectors),
        cmocka_unit_test(test_ram),
    };

    return cmocka_run_group_tests(tests, find_row, NULL);
}
