/* SPDX-License-Identifier: MIT */
/*
 * Checks arduino/boards.txt and the variant's table of ROMs against core/family's facts: sizes,
 * CPU, whether the ROM supports USB, and its possible addresses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arduino/variants/boot0/system_memory.h>
#include <boot0/chip.h>
#include <boot0/layout.h>
#include <cmocka.h>
#include <core/array.h>
#include <core/family/family.h>
#include <core/family/rows.h>

enum {
    TEXT_MAX = 256 * 1024,
    VALUE_MAX = 200,
    FLASH = 0x08000000,
};

static char text[TEXT_MAX];

static int read_boards(void **state)
{
    FILE *file = fopen(BOARDS_TXT, "r");
    size_t length;

    (void)state;
    assert_non_null(file);
    length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_in_range(length, 1, sizeof text - 2);
    return 0;
}

/* Returns the value of "KEY.NAME=" in boards.txt; "" if there is no such line. */
static const char *value_of(const char *key, const char *name)
{
    static char value[VALUE_MAX];
    char line[VALUE_MAX];
    const char *found;

    snprintf(line, sizeof line, "\n%s.%s=", key, name);
    found = strstr(text, line);
    snprintf(value, sizeof value, "%s", found ? found + strlen(line) : "");
    value[strcspn(value, "\n")] = '\0';
    return value;
}

static uint32_t number_of(const char *key, const char *name)
{
    return (uint32_t)strtoul(value_of(key, name), NULL, 0);
}

/* Calls `check` for each board, with the chip from its build.board: GENERIC_F407VGTX. */
static void each_board(void (*check)(const char *key, const char *part,
                                     const struct boot0_chip *chip))
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, ".name=")) != NULL; at++, count++) {
        const char *begin = at, *board;
        char key[VALUE_MAX], part[16];
        const struct boot0_chip *chip;

        while (begin[-1] != '\n')
            begin--;
        snprintf(key, sizeof key, "%.*s", (int)(at - begin), begin);
        board = value_of(key, "build.board");
        snprintf(part, sizeof part, "STM32%.6s", strrchr(board, '_') + 1);
        chip = boot0_chip_by_name(part);
        if (!chip)
            fail_msg("%s: %s is no chip", key, part);
        print_message("# %s: %s\n", key, part);
        check(key, part, chip);
    }
    assert_true(count > 20);
}

/* ---- boards ---- */

/* The last letter of a part encodes its flash size: datasheets, "Ordering information". */
static uint32_t flash_of_part(const char *part)
{
    static const struct {
        char code;
        uint32_t kib;
    } codes[] = {{'8', 64},  {'B', 128},  {'Z', 192}, {'C', 256},
                 {'E', 512}, {'G', 1024}, {'I', 2048}};

    for (size_t i = 0; i < B0_LENGTH(codes); i++)
        if (codes[i].code == part[strlen(part) - 1])
            return codes[i].kib * B0_KIB;
    fail_msg("%s: which size is that?", part);
    return 0;
}

static void check_sizes(const char *key, const char *part, const struct boot0_chip *chip)
{
    uint32_t flash = number_of(key, "upload.maximum_size");
    struct boot0_layout layout;
    uint32_t largest = 0;
    size_t rest;

    assert_int_equal(flash, flash_of_part(part));
    assert_true(boot0_layout_parse(chip->layout, strlen(chip->layout), &layout, &rest));
    for (size_t i = 0; i < layout.region_count; i++)
        largest += layout.regions[i].sector_count * layout.regions[i].sector_size;
    assert_in_range(flash, chip->min_flash, largest);
    assert_int_equal(number_of(key, "upload.maximum_data_size"), chip->ram[0].size);
}

static void test_sizes_are_the_chips(void **state)
{
    (void)state;
    each_board(check_sizes);
}

static void check_cpu(const char *key, const char *part, const struct boot0_chip *chip)
{
    static const struct {
        const char *mcu;
        uint32_t cpu;
    } cpus[] = {{"cortex-m0plus", B0_CPU_M0},
                {"cortex-m3", B0_CPU_M3},
                {"cortex-m4", B0_CPU_M4},
                {"cortex-m33", B0_CPU_M33}};
    char series[16];

    (void)part;
    for (size_t i = 0; i < B0_LENGTH(cpus); i++)
        assert_int_equal(strcmp(value_of(key, "build.mcu"), cpus[i].mcu) == 0,
                         chip->cpu == cpus[i].cpu);
    assert_int_equal(value_of(key, "build.fpu")[0] != '\0', (chip->cpu & BOOT0_CPU_FPU) != 0);
    snprintf(series, sizeof series, "%sxx", chip->family);
    assert_string_equal(value_of(key, "build.series"), series);
}

static void test_cpu_is_the_chips(void **state)
{
    (void)state;
    each_board(check_cpu);
}

static void check_methods(const char *key, const char *part, const struct boot0_chip *chip)
{
    bool rom = value_of(key, "menu.upload_method.rom")[0] != '\0';
    bool boot0 = value_of(key, "menu.upload_method.boot0")[0] != '\0';

    (void)part;
    assert_int_equal(rom, chip->has_usb_rom);
    assert_int_equal(boot0, strcmp(chip->family, "STM32F4") == 0);
    assert_true(value_of(key, "menu.upload_method.uart")[0] != '\0');
    assert_int_equal(boot0 || strcmp(part, "STM32F103C8") == 0,
                     value_of(key, "bootloader.tool")[0] != '\0');
}

static void test_methods_are_those_of_the_rom(void **state)
{
    (void)state;
    each_board(check_methods);
}

/* A chip or board in the command's options matches the one that the program is compiled for. */
static void check_options(const char *key, const char *part, const struct boot0_chip *chip)
{
    static const char *const names[] = {
        "bootloader.options", "menu.upload_method.boot0.upload.options",
        "menu.upload_method.rom.upload.options", "menu.upload_method.erase.upload.options",
        "menu.upload_method.uart.upload.options"};

    (void)part;
    for (size_t i = 0; i < B0_LENGTH(names); i++) {
        const char *value = value_of(key, names[i]);
        const struct boot0_board_profile *entry;
        char name[32];

        if (sscanf(value, "--chip %31s", name) == 1)
            assert_ptr_equal(boot0_chip_by_name(name), chip);
        if (sscanf(value, "--board %31s", name) != 1)
            continue;
        entry = boot0_board_profile_by_name(name);
        if (i > 0)
            assert_non_null(entry);
        if (entry)
            assert_ptr_equal(boot0_chip_by_name(entry->chip), chip);
    }
}

static void test_options_name_the_chip(void **state)
{
    (void)state;
    each_board(check_options);
}

/* ---- ROMs ---- */

static bool covers(const struct b0_span *spans, uint32_t address)
{
    for (; spans->last != 0; spans++)
        if (address >= spans->first && address <= spans->last)
            return true;
    return false;
}

static void test_roms_are_where_no_other_memory_is(void **state)
{
    static const struct {
        const char *family;
        struct system_memory rom;
    } rows[] = {
        {"STM32F4", SYSTEM_MEMORY(f4)}, {"STM32L0", SYSTEM_MEMORY(l0)},
        {"STM32L1", SYSTEM_MEMORY(l1)}, {"STM32L4", SYSTEM_MEMORY(l4)},
        {"STM32U5", SYSTEM_MEMORY(u5)},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        const struct b0_family *family = b0_family_find(rows[i].family);
        uint32_t vectors = rows[i].rom.vectors;

        assert_non_null(family);
        assert_int_equal(vectors % 0x1000, 0);
        assert_false(covers(family->otp, vectors));
        assert_false(covers(family->option_bytes, vectors));
        assert_false(vectors >= family->signature.info.first &&
                     vectors <= family->signature.info.last);
        for (size_t j = 0; j < family->chip_count; j++) {
            assert_false(boot0_chip_is_ram(&family->chips[j].chip, vectors));
            assert_int_not_equal(family->chips[j].chip.option_bytes, vectors);
        }
        /* Remappable flash appears at 0 as well; the U5's does not. */
        assert_int_equal(rows[i].rom.remap != 0, family->aliases[0].flash != 0);
        assert_int_equal(rows[i].rom.remap != 0, rows[i].rom.clock_enable != 0);
        assert_int_equal(rows[i].rom.remap != 0, rows[i].rom.syscfg_clock != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_are_the_chips),
        cmocka_unit_test(test_cpu_is_the_chips),
        cmocka_unit_test(test_methods_are_those_of_the_rom),
        cmocka_unit_test(test_options_name_the_chip),
        cmocka_unit_test(test_roms_are_where_no_other_memory_is),
    };

    return cmocka_run_group_tests(tests, read_boards, NULL);
}
