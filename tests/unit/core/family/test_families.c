/* SPDX-License-Identifier: MIT */
/* The facts of the families: every row is complete, and no two rows contradict each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <boot0/layout.h>
#include <cmocka.h>
#include <core/array.h>
#include <core/family/family.h>
#include <string.h>

enum {
    FLASH = 0x08000000,
    FLASH_END = 0x08600000, /* no row has more than 6 MiB */
    PROGRAM_UNIT_MAX = 32,
};

static struct boot0_layout layout_of(const char *string)
{
    struct boot0_layout layout;
    size_t rest;

    if (!boot0_layout_parse(string, strlen(string), &layout, &rest) || rest != strlen(string))
        fail_msg("no layout: %s", string);
    return layout;
}

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static size_t family_count(void)
{
    size_t count = 0;

    while (b0_family_at(count))
        count++;
    return count;
}

/* ---- finding ---- */

static void test_finds_families_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(b0_family_find("STM32F4"), &b0_stm32f4);
    assert_ptr_equal(b0_family_find("STM32H7"), &b0_stm32h7);
    assert_null(b0_family_find("STM32"));
    assert_null(b0_family_find("STM32F"));
    assert_null(b0_family_find("STM32F4x"));
    assert_null(b0_family_find("STM32X9"));
    assert_null(b0_family_find("stm32f4"));
    assert_null(b0_family_find(""));
    assert_null(b0_family_find(NULL));
    assert_null(b0_family_at(SIZE_MAX));
}

static void test_finds_chips(void **state)
{
    const struct b0_chip *chip;
    size_t count = 0;

    (void)state;
    for (; (chip = b0_chip_at(count)) != NULL; count++)
        assert_ptr_equal(b0_chip_find(chip->chip.id), chip); /* each id is in one family only */
    for (size_t i = 0; b0_family_at(i); i++)
        count -= b0_family_at(i)->chip_count;
    assert_int_equal(count, 0);
    assert_ptr_equal(b0_chip_find(0x413), &b0_stm32f4.chips[0]);
    assert_null(b0_chip_find(0));
    assert_null(b0_chip_find(0xffff));
    assert_null(b0_chip_at(SIZE_MAX));
}

/* ---- names ---- */

static void test_names_are_unique(void **state)
{
    const struct b0_chip *a, *b;

    (void)state;
    for (size_t i = 0; i < family_count(); i++) {
        const struct b0_family *family = b0_family_at(i);

        assert_memory_equal(family->name, "STM32", 5);
        assert_ptr_equal(b0_family_find(family->name), family);
        assert_true(family->chip_count > 0);
        for (size_t j = 0; j < family->chip_count; j++)
            assert_string_equal(family->chips[j].chip.family, family->name);
    }
    for (size_t i = 0; (a = b0_chip_at(i)) != NULL; i++)
        for (size_t j = i + 1; (b = b0_chip_at(j)) != NULL; j++) {
            assert_string_not_equal(a->chip.key, b->chip.key);
            assert_string_not_equal(a->chip.name, b->chip.name);
        }
}

/* The patterns of parts: each belongs to one chip only, and begins like its family's name. */
static void test_parts_are_of_one_chip(void **state)
{
    const struct b0_chip *a, *b;

    (void)state;
    for (size_t i = 0; (a = b0_chip_at(i)) != NULL; i++)
        for (const char *part = a->parts; *part; part += strspn(part, " ")) {
            size_t length = strcspn(part, " ");

            assert_true(length >= 4);
            assert_memory_equal(part, a->chip.family + 5, 2); /* "H7R3" is an STM32H7RS */
            for (size_t j = 0; (b = b0_chip_at(j)) != NULL; j++)
                for (const char *at = b->parts; b != a && *at; at += strspn(at, " ")) {
                    size_t other = strcspn(at, " ");

                    assert_false(other == length && memcmp(at, part, length) == 0);
                    at += other;
                }
            part += length;
        }
}

/* A UF2 family id stands for one family of chips, or for one chip. */
static void test_uf2_families_are_of_one_family(void **state)
{
    const struct b0_chip *a, *b;

    (void)state;
    for (size_t i = 0; (a = b0_chip_at(i)) != NULL; i++)
        for (size_t j = 0; (b = b0_chip_at(j)) != NULL; j++) {
            if (a->chip.uf2_family != 0 && a->chip.uf2_family == b->chip.uf2_family)
                assert_string_equal(a->chip.family, b->chip.family);
            for (size_t k = 0; k < B0_CHIP_UF2_MAX && a->uf2_families[k] != 0; k++) {
                assert_int_not_equal(a->uf2_families[k], b->chip.uf2_family);
                for (size_t l = 0; l < B0_CHIP_UF2_MAX; l++)
                    assert_true((a == b && k == l) || a->uf2_families[k] != b->uf2_families[l]);
            }
        }
}

/* ---- flash ---- */

static bool has_sector_size(const struct b0_flash_times *times, uint32_t size)
{
    for (size_t i = 0; i < B0_FLASH_ERASE_ROWS; i++)
        if (times->erase[i].sector_size == size)
            return true;
    return false;
}

static void has_times(const struct b0_flash_times *times)
{
    assert_non_null(times);
    assert_true(times->program_us > 0);
    for (unsigned width = 0; width < B0_PARALLEL_COUNT; width++) {
        assert_true(is_power_of_two(times->unit_bytes[width]));
        assert_true(times->mass_erase_ms[width] > 0);
        for (size_t i = 0; i < B0_FLASH_ERASE_ROWS; i++) {
            bool used = times->erase[i].sector_size > 0;

            assert_int_equal(times->erase[i].ms[width] > 0, used);
            assert_true(i > 0 || used);
            if (i > 0 && used)
                assert_true(times->erase[i].sector_size > times->erase[i - 1].sector_size);
            if (width > 0)
                assert_true(times->erase[i].ms[width] <= times->erase[i].ms[width - 1]);
        }
        if (width > 0) {
            assert_true(times->unit_bytes[width] >= times->unit_bytes[width - 1]);
            assert_true(times->mass_erase_ms[width] <= times->mass_erase_ms[width - 1]);
        }
    }
}

static void test_every_family_has_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < family_count(); i++) {
        const struct b0_family *family = b0_family_at(i);

        has_times(family->times);
        assert_true(is_power_of_two(family->program_unit));
        assert_true(family->program_unit <= PROGRAM_UNIT_MAX);
        assert_int_equal(family->times->unit_bytes[0] % family->program_unit, 0);
        assert_true(family->erased_byte == 0xff || family->erased_byte == 0x00);
    }
}

/* Sectors of every layout: whole, without gaps, in sizes that have times in the family. */
static void has_sound_sectors(const struct b0_family *family, const struct b0_chip *chip,
                              const char *string)
{
    struct boot0_layout layout = layout_of(string);
    uint32_t unit = chip->program_unit ? chip->program_unit : family->program_unit;
    uint64_t next = FLASH;

    for (size_t i = 0; i < layout.region_count; i++) {
        const struct boot0_region *region = &layout.regions[i];

        assert_int_equal(region->address, next);
        assert_true(is_power_of_two(region->sector_size));
        assert_int_equal(region->sector_size % unit, 0);
        assert_true(has_sector_size(family->times, region->sector_size));
        next += (uint64_t)region->sector_size * region->sector_count;
    }
    assert_true(next > FLASH && next <= FLASH_END);
    assert_int_equal(chip->chip.min_flash % layout.regions[0].sector_size, 0);
    assert_true(chip->chip.min_flash > 0 && chip->chip.min_flash <= next - FLASH);
}

static void test_every_chip_has_sound_flash(void **state)
{
    const struct b0_chip *chip;

    (void)state;
    for (size_t i = 0; (chip = b0_chip_at(i)) != NULL; i++) {
        const struct b0_family *family = b0_family_find(chip->chip.family);

        has_sound_sectors(family, chip, chip->chip.layout);
        for (size_t j = 0; j < B0_CHIP_LAYOUTS_MAX && chip->layouts[j]; j++)
            has_sound_sectors(family, chip, chip->layouts[j]);
        assert_true(chip->program_unit == 0 || is_power_of_two(chip->program_unit));
    }
}

/*
 * No two layouts that one board can have erase to different values: b0_erases_to_zero() relies on
 * it.
 */
static void test_no_layout_erases_both_ways(void **state)
{
    const struct b0_chip *a, *b;

    (void)state;
    for (size_t i = 0; (a = b0_chip_at(i)) != NULL; i++)
        for (size_t j = 0; (b = b0_chip_at(j)) != NULL; j++) {
            struct boot0_layout one = layout_of(a->chip.layout), two = layout_of(b->chip.layout);

            if (b0_family_find(a->chip.family)->erased_byte !=
                b0_family_find(b->chip.family)->erased_byte)
                assert_int_not_equal(one.regions[0].sector_size, two.regions[0].sector_size);
        }
}

static void test_aliases_show_the_flash(void **state)
{
    (void)state;
    for (size_t i = 0; i < family_count(); i++) {
        const struct boot0_alias *alias = b0_family_at(i)->aliases;

        for (; alias->flash != 0; alias++) {
            assert_int_equal(alias->flash, FLASH);
            assert_true(alias->address < FLASH);
        }
    }
}

/* ---- other memories ---- */

static bool overlap(const struct b0_span *a, const struct b0_span *b)
{
    return a->first <= b->last && b->first <= a->last;
}

static size_t collect(const struct b0_span *from, const struct b0_span *to[], size_t count)
{
    for (; from->last != 0; from++) {
        assert_true(from->first < from->last);
        assert_int_equal(from->first % 4, 0);
        assert_int_equal(from->last % 4, 3);
        to[count++] = from;
    }
    return count;
}

static void test_option_bytes_and_otp_lie_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < family_count(); i++) {
        const struct b0_family *family = b0_family_at(i);
        const struct b0_span *spans[2 * B0_FAMILY_SPANS_MAX];
        const struct b0_span flash = {FLASH, FLASH_END};
        size_t count = collect(family->otp, spans, 0);

        assert_true(!family->otp_lock || count > 0);
        count = collect(family->option_bytes, spans, count);
        assert_true(count > 0);
        for (size_t j = 0; j < count; j++) {
            assert_false(overlap(spans[j], &flash));
            for (size_t k = 0; k < j; k++)
                assert_false(overlap(spans[j], spans[k]));
        }
    }
}

static bool is_in(const struct b0_span *spans, uint32_t address)
{
    for (; spans->last != 0; spans++)
        if (address >= spans->first && address <= spans->last)
            return true;
    return false;
}

/* The option bytes that a chip's ROM shows are in a span of its family. */
static void test_chips_have_the_option_bytes_of_their_family(void **state)
{
    const struct b0_chip *chip;

    (void)state;
    for (size_t i = 0; (chip = b0_chip_at(i)) != NULL; i++)
        if (chip->chip.option_bytes != 0)
            assert_true(
                is_in(b0_family_find(chip->chip.family)->option_bytes, chip->chip.option_bytes));
}

static void test_encodings_fit_their_option_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < family_count(); i++) {
        const struct b0_family *family = b0_family_at(i);
        const struct b0_option_encoding *encoding = family->encodings;

        for (; encoding->period != 0; encoding++) {
            assert_true(encoding->period <= B0_OPTION_PATTERN_MAX);
            assert_true(encoding->address == 0 || is_in(family->option_bytes, encoding->address));
            if (encoding->level_0 != 0)
                assert_int_equal(encoding->kept[encoding->rdp % encoding->period], 0xff);
        }
        assert_int_equal(family->option_style != NULL, family->option_size != 0);
        assert_true(family->option_style || family->pages_per_wrp == 0);
    }
}

/* ---- signatures and RAM ---- */

static void has_sound_signature(const struct b0_family *family,
                                const struct b0_signature *signature)
{
    const struct b0_span *info = &signature->info;

    assert_int_equal(signature->unique_id % 4, 0);
    assert_int_equal(signature->flash_size % 2, 0);
    if (info->last == 0)
        return;
    assert_true(signature->unique_id >= info->first && signature->unique_id + 11 <= info->last);
    assert_true(signature->flash_size >= info->first && signature->flash_size + 1 <= info->last);
    assert_true(signature->flash_size + 1 < signature->unique_id ||
                signature->flash_size > signature->unique_id + 11);
    for (const struct b0_span *span = family->option_bytes; span->last != 0; span++)
        assert_false(overlap(info, span));
}

/* Fields of one chip share no bit; ids and values are written as they are read. */
static void check_fields(const struct b0_family *family, uint16_t id)
{
    const struct b0_option_field *fields = family->option_fields;

    for (const struct b0_option_field *a = fields; a->name; a++) {
        const uint16_t *one = a->ids;

        while (one && *one != 0 && *one != id)
            one++;
        if (one && *one == 0)
            continue;
        for (const struct b0_option_field *b = fields; b < a; b++) {
            uint64_t bits_a = ((UINT64_C(1) << a->width) - 1) << a->bit;
            uint64_t bits_b = ((UINT64_C(1) << b->width) - 1) << b->bit;

            assert_string_not_equal(a->name, b->name);
            assert_true(a->address != b->address || (bits_a & bits_b) == 0);
        }
    }
}

static void test_option_fields_are_sound(void **state)
{
    const struct b0_family *family;

    (void)state;
    for (size_t i = 0; (family = b0_family_at(i)); i++) {
        for (const struct b0_option_field *f = family->option_fields; f && f->name; f++) {
            assert_true(is_in(family->option_bytes, f->address));
            assert_true(is_in(family->option_bytes, f->address + 3));
            assert_int_equal(f->address % 4, 0);
            assert_in_range(f->width, 1, 32 - f->bit);
            assert_true(strlen(f->name) < 17 && f->text);
            for (const uint16_t *id = f->ids; id && *id; id++)
                assert_string_equal(b0_chip_find(*id)->chip.family, family->name);
        }
        for (size_t c = 0; family->option_fields && c < family->chip_count; c++)
            check_fields(family, family->chips[c].chip.id);
    }
}

static void test_signatures_are_sound(void **state)
{
    const struct b0_chip *chip;

    (void)state;
    for (size_t i = 0; (chip = b0_chip_at(i)) != NULL; i++)
        has_sound_signature(b0_family_find(chip->chip.family), b0_chip_signature(chip));
}

/* UID_BASE and FLASHSIZE_BASE of ST's CMSIS headers, for chips that differ from their family. */
static void test_knows_signatures_of_chips(void **state)
{
    static const struct {
        uint16_t id;
        uint32_t unique_id, flash_size;
    } cases[] = {
        {0x413, 0x1fff7a10, 0x1fff7a22}, /* F407 */
        {0x449, 0x1ff0f420, 0x1ff0f442}, /* F746 */
        {0x452, 0x1ff07a10, 0x1ff07a22}, /* F722 */
        {0x450, 0x1ff1e800, 0x1ff1e880}, /* H743 */
        {0x480, 0x08fff800, 0x08fff80c}, /* H7A3 */
        {0x485, 0x08fff800, 0x08fff80c}, /* H7S7 */
        {0x484, 0x08fff800, 0x08fff80c}, /* H563 */
        {0x472, 0x0bfa0590, 0x0bfa05e0}, /* L552 */
        {0x482, 0x0bfa0700, 0x0bfa07a0}, /* U575 */
        {0x454, 0x0bfa0700, 0x0bfa07a0}, /* U385 */
        {0x489, 0x1fff6e50, 0x1fff6ea0}, /* U083 */
        {0x459, 0x1fff3e50, 0x1fff3ea0}, /* U031 */
        {0x493, 0x1fff7550, 0x1fff75a0}, /* C071 */
        {0x492, 0x0bf90700, 0x0bf907a0}, /* WBA55 */
        {0x4b0, 0x0bfa0700, 0x0bfa07a0}, /* WBA65 */
        {0x4b2, 0x0bf8d700, 0x0bf8d7a0}, /* WBA25 */
        {0x427, 0, 0x1ff800cc},          /* L152xC: the id is in several pieces */
        {0x416, 0, 0x1ff8004c},          /* L152xB */
        {0x436, 0, 0},                   /* L152xD: a code, not a size */
        {0x447, 0, 0x1ff8007c},          /* L073 */
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        const struct b0_signature *signature = b0_chip_signature(b0_chip_find(cases[i].id));

        assert_int_equal(signature->unique_id, cases[i].unique_id);
        assert_int_equal(signature->flash_size, cases[i].flash_size);
    }
}

/* RM0367 and RM0038; OpenOCD's stm32lx.c. */
static void test_l0_and_l1_erase_to_zero(void **state)
{
    (void)state;
    for (size_t i = 0; i < family_count(); i++) {
        const struct b0_family *family = b0_family_at(i);

        assert_int_equal(family->erased_byte,
                         family == &b0_stm32l0 || family == &b0_stm32l1 ? 0x00 : 0xff);
    }
}

/* A board that can be several chips has an erased byte only if all of them agree. */
static void test_erased_byte_of_several_chips(void **state)
{
    const struct boot0_chip *chips[] = {&b0_stm32l0.chips[0].chip, &b0_stm32l1.chips[0].chip,
                                        &b0_stm32f4.chips[0].chip};

    (void)state;
    assert_int_equal(b0_chips_erased_byte(chips, 0), 0xff);
    assert_int_equal(b0_chips_erased_byte(chips, 1), 0x00);
    assert_int_equal(b0_chips_erased_byte(chips, 2), 0x00);
    assert_int_equal(b0_chips_erased_byte(chips, 3), 0xff);
}

static void test_ram_is_apart(void **state)
{
    const struct b0_chip *chip;

    (void)state;
    for (size_t i = 0; (chip = b0_chip_at(i)) != NULL; i++) {
        const struct boot0_range *ram = chip->chip.ram;

        assert_true(ram[0].size > 0);
        for (size_t j = 0; j < BOOT0_CHIP_RAM_MAX && ram[j].size > 0; j++) {
            assert_int_equal(ram[j].size % 1024, 0);
            for (size_t k = 0; k < j; k++)
                assert_true(ram[j].address >= ram[k].address + ram[k].size ||
                            ram[k].address >= ram[j].address + ram[j].size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_families_by_name),
        cmocka_unit_test(test_finds_chips),
        cmocka_unit_test(test_names_are_unique),
        cmocka_unit_test(test_parts_are_of_one_chip),
        cmocka_unit_test(test_uf2_families_are_of_one_family),
        cmocka_unit_test(test_every_family_has_times),
        cmocka_unit_test(test_every_chip_has_sound_flash),
        cmocka_unit_test(test_no_layout_erases_both_ways),
        cmocka_unit_test(test_aliases_show_the_flash),
        cmocka_unit_test(test_option_bytes_and_otp_lie_apart),
        cmocka_unit_test(test_chips_have_the_option_bytes_of_their_family),
        cmocka_unit_test(test_encodings_fit_their_option_bytes),
        cmocka_unit_test(test_option_fields_are_sound),
        cmocka_unit_test(test_signatures_are_sound),
        cmocka_unit_test(test_knows_signatures_of_chips),
        cmocka_unit_test(test_l0_and_l1_erase_to_zero),
        cmocka_unit_test(test_erased_byte_of_several_chips),
        cmocka_unit_test(test_ram_is_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
