/* SPDX-License-Identifier: MIT */
/* The virtual chips' flash: sectors, times, the true effects of erase and program. */
#include <core/array.h>
#include <vboard/chip/chip.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAIN 0x08000000u
#define OTP  0x1fff7800u

static const struct vboard_part *const parts[] = {
    &vboard_part_f407vg,      &vboard_part_f427vi, &vboard_part_f411ce, &vboard_part_f401cc,
    &vboard_part_f401ce,      &vboard_part_f412zg, &vboard_part_f446re, &vboard_part_f072rb,
    &vboard_part_l476re,      &vboard_part_g431cb, &vboard_part_h743zi, &vboard_part_f103cb,
    &vboard_part_gd32vf103cb,
};

/* ---- helpers ---- */

static struct vboard_chip chip_of(const struct vboard_part *part)
{
    struct vboard_chip chip;

    assert_true(vboard_chip_init(&chip, part));
    chip.supply_mv = 3300;
    return chip;
}

static struct vboard_flash_op erase_op(uint32_t address)
{
    return (struct vboard_flash_op){.kind = VBOARD_ERASE_SECTOR, .address = address};
}

static struct vboard_flash_op program_op(uint32_t address, const void *data, uint32_t size)
{
    struct vboard_flash_op op = {.kind = VBOARD_PROGRAM, .address = address, .size = size};

    memcpy(op.data, data, size);
    return op;
}

/* Runs an operation to its end. */
static struct vboard_flash_result run(struct vboard_chip *chip, struct vboard_flash_op op)
{
    struct vboard_flash_result result;

    vboard_flash_apply(chip, &op, vboard_flash_duration(chip, &op), &result);
    return result;
}

static uint8_t *at(struct vboard_chip *chip, uint32_t address)
{
    uint8_t *bytes = vboard_chip_at(chip, address, 1);

    assert_non_null(bytes);
    return bytes;
}

static void fill(struct vboard_chip *chip, uint8_t byte)
{
    const struct vboard_area *flash = vboard_chip_flash(chip);

    memset(at(chip, flash->address), byte, flash->size);
}

/* ---- geometry ---- */

static void test_sectors_cover_the_flash(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(parts); i++) {
        struct vboard_chip chip = chip_of(parts[i]);
        const struct vboard_area *flash = vboard_chip_flash(&chip);
        uint32_t address = flash->address;
        unsigned index = 0;

        assert_int_equal(flash->kind, VBOARD_FLASH);
        for (; address - flash->address < flash->size; index++) {
            struct vboard_sector first = vboard_flash_sector(&chip, address);
            struct vboard_sector last = vboard_flash_sector(&chip, address + first.size - 1);

            assert_int_equal(first.address, address);
            assert_int_equal(first.index, index);
            assert_int_equal(last.address, address);
            address += first.size;
        }
        assert_int_equal(address - flash->address, flash->size);
        assert_int_equal(vboard_flash_sector(&chip, address).size, 0);
        assert_int_equal(vboard_flash_sector(&chip, flash->address - 1).size, 0);
        vboard_chip_free(&chip);
    }
}

static void test_f4_sectors(void **state)
{
    static const struct {
        uint32_t address, start, size;
        unsigned index;
    } cases[] = {
        {0x08003fff, 0x08000000, 0x4000, 0},   {0x08004000, 0x08004000, 0x4000, 1},
        {0x0801ffff, 0x08010000, 0x10000, 4},  {0x08020000, 0x08020000, 0x20000, 5},
        {0x080fffff, 0x080e0000, 0x20000, 11}, {0x08100000, 0x08100000, 0x4000, 12},
        {0x081fffff, 0x081e0000, 0x20000, 23},
    };
    struct vboard_chip chip = chip_of(&vboard_part_f427vi);

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct vboard_sector sector = vboard_flash_sector(&chip, cases[i].address);

        assert_int_equal(sector.address, cases[i].start);
        assert_int_equal(sector.size, cases[i].size);
        assert_int_equal(sector.index, cases[i].index);
    }
    vboard_chip_free(&chip);
}

static void test_areas(void **state)
{
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);

    (void)state;
    assert_int_equal(vboard_chip_area(&chip, 0x20000000, 4)->kind, VBOARD_RAM);
    assert_int_equal(vboard_chip_area(&chip, 0x1fffc000, 16)->kind, VBOARD_OPTIONS);
    assert_int_equal(vboard_chip_area(&chip, 0xffff0000, 4)->kind, VBOARD_FEATURE);
    assert_null(vboard_chip_area(&chip, 0x080ffff0, 17)); /* extends past the end */
    assert_non_null(vboard_chip_area(&chip, 0x080ffff0, 16));
    assert_null(vboard_chip_area(&chip, 0xfffffffe, 0xffffffff)); /* wraps */
    assert_null(vboard_chip_at(&chip, 0x1fff0000, 1));
    assert_int_equal(*at(&chip, 0x1fff7a22), 0); /* 1024 KiB, low byte */
    assert_int_equal(*at(&chip, 0x1fff7a23), 4);
    vboard_chip_free(&chip);
}

static void test_unique_id(void **state)
{
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    const uint8_t *id = at(&chip, 0x1fff7a10);

    (void)state;
    vboard_chip_set_serial(&chip, "315A28A0b956");
    assert_int_equal(id[11], 0x31);
    assert_int_equal(id[10] + id[2], 0x5a);
    assert_int_equal(id[9], 0x28);
    assert_int_equal(id[8] + id[0], 0xa0);
    assert_int_equal(id[7], 0xb9);
    assert_int_equal(id[6], 0x56);
    vboard_chip_set_serial(&chip, "no hex here!"); /* not a valid number: left unchanged */
    assert_int_equal(id[11], 0x31);
    vboard_chip_free(&chip);
}

/* Each part in parts.c agrees with core/family's facts of its family. */
static void test_parts_agree_with_their_families(void **state)
{
    static const char *const styles[] = {
        [VBOARD_OPTIONS_F4] = "f4", [VBOARD_OPTIONS_F1] = "f1", [VBOARD_OPTIONS_F0] = "f0",
        [VBOARD_OPTIONS_L4] = "l4", [VBOARD_OPTIONS_H7] = "h7",
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(parts); i++) {
        const struct vboard_part *part = parts[i];
        const struct b0_family *family = b0_family_find(part->family);

        assert_non_null(family);
        assert_string_equal(styles[part->options_style], family->option_style);
        assert_int_equal(part->pages_per_wrp, family->pages_per_wrp);
        assert_int_equal(part->otp_lock, family->otp_lock);
        assert_int_equal(part->refuses_unerased, family->refuses_unerased);
        assert_int_equal(part->unique_id, family->signature.unique_id);
        assert_int_equal(part->flash_size, family->signature.flash_size);
        for (const struct vboard_area *area = part->areas; area->size > 0; area++)
            if (area->kind == VBOARD_INFO) {
                assert_int_equal(area->address, family->signature.info.first);
                assert_int_equal(area->address + area->size - 1, family->signature.info.last);
            }
    }
}

/* ---- erase and program ---- */

static void test_erase_one_sector(void **state)
{
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    struct vboard_flash_result result;

    (void)state;
    fill(&chip, 0x5a);
    result = run(&chip, erase_op(0x08007abc)); /* anywhere in sector 1 */
    assert_int_equal(result.sectors_erased, 1);
    assert_int_equal(*at(&chip, 0x08003fff), 0x5a);
    for (uint32_t i = 0; i < 0x4000; i++)
        assert_int_equal(*at(&chip, 0x08004000 + i), 0xff);
    assert_int_equal(*at(&chip, 0x08008000), 0x5a);
    vboard_chip_free(&chip);
}

static void test_mass_erase(void **state)
{
    struct vboard_chip chip = chip_of(&vboard_part_f427vi);
    struct vboard_flash_op op = {.kind = VBOARD_ERASE_ALL, .address = MAIN};

    (void)state;
    fill(&chip, 0);
    assert_int_equal(run(&chip, op).sectors_erased, 24);
    for (uint32_t i = 0; i < 0x200000; i++)
        assert_int_equal(*at(&chip, MAIN + i), 0xff);
    vboard_chip_free(&chip);
}

/* RM0367, 3.3.4: the L0's erased bits are 0, and words are programmed once. */
static const struct vboard_part l0 = {
    .name = "STM32L073RZ",
    .family = "STM32L0",
    .areas = {{VBOARD_FLASH, MAIN, 192 * B0_KIB, 0}, {VBOARD_RAM, 0x20000000, 20 * B0_KIB, 0}},
    .sectors = {{1536, 128}},
    .banks = 2,
    .options_style = VBOARD_OPTIONS_NONE,
    .refuses_unerased = true,
};

static void test_l0_erases_to_zero(void **state)
{
    static const uint8_t data[] = {0x12, 0xff, 0x00, 0x80, 0xff, 0xff, 0xff, 0xff, 0x01};
    struct vboard_chip chip = chip_of(&l0);
    struct vboard_flash_result result;

    (void)state;
    assert_int_equal(*at(&chip, MAIN), 0x00); /* as delivered */
    fill(&chip, 0x5a);
    result = run(&chip, erase_op(MAIN + 128));
    assert_int_equal(result.sectors_erased, 1);
    for (uint32_t i = 0; i < 384; i++)
        assert_int_equal(*at(&chip, MAIN + i), i >= 128 && i < 256 ? 0x00 : 0x5a);
    result = run(&chip, program_op(MAIN + 132, data, sizeof data)); /* within a half-page */
    assert_false(result.failed);
    assert_null(result.violation);
    assert_int_equal(result.bytes_programmed, sizeof data);
    assert_memory_equal(at(&chip, MAIN + 132), data, sizeof data);
    assert_int_equal(*at(&chip, MAIN + 132 + sizeof data), 0x00); /* the rest of its word */
    assert_true(run(&chip, program_op(MAIN + 136, data, 4)).failed);
    assert_false(run(&chip, program_op(MAIN + 128, data, 4)).failed);
    vboard_chip_free(&chip);
}

/* Half an erase of 1s has cleared some bits, half a program has set some. */
static void test_l0_half_done(void **state)
{
    struct vboard_chip chip = chip_of(&l0);
    struct vboard_flash_op op = erase_op(MAIN);
    struct vboard_flash_result result;
    unsigned cleared = 0;
    uint8_t ones[128];

    (void)state;
    memset(ones, 0xff, sizeof ones);
    fill(&chip, 0xff);
    vboard_flash_apply(&chip, &op, vboard_flash_duration(&chip, &op) / 2, &result);
    for (uint32_t i = 0; i < 128; i++)
        cleared += *at(&chip, MAIN + i) != 0xff;
    assert_in_range(cleared, 100, 128);
    assert_int_equal(*at(&chip, MAIN + 128), 0xff);

    fill(&chip, 0x00);
    op = program_op(MAIN, ones, sizeof ones);
    vboard_flash_apply(&chip, &op, vboard_flash_duration(&chip, &op) / 2, &result);
    assert_memory_equal(at(&chip, MAIN), ones, 64);
    for (uint32_t i = 64; i < 128; i++)
        assert_int_equal(*at(&chip, MAIN + i), 0x00);
    vboard_chip_free(&chip);
}

/* F4: the bits of both are ANDed, and the controller reports nothing (RM0090, 3.6.3). */
static void test_f4_program_unerased(void **state)
{
    static const uint8_t old[] = {0xf0, 0x0f, 0xff, 0x00}, new[] = {0x3c, 0x0f, 0x12, 0x00};
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    struct vboard_flash_result result;

    (void)state;
    memcpy(at(&chip, MAIN), old, 4);
    result = run(&chip, program_op(MAIN, new, 4));
    assert_int_equal(*at(&chip, MAIN), 0x30);
    assert_int_equal(*at(&chip, MAIN + 1), 0x0f);
    assert_int_equal(*at(&chip, MAIN + 2), 0x12);
    assert_int_equal(*at(&chip, MAIN + 3), 0x00);
    assert_false(result.failed);
    assert_int_equal(result.violations, 1); /* only the first byte differs from the intended one */
    assert_int_equal(result.violation_address, MAIN);
    assert_int_equal(result.bytes_programmed, 4);
    vboard_chip_free(&chip);
}

/* L4: a double word that is not erased is refused, except for all zeros (RM0351, 3.3.7). */
static void test_l4_program_unerased(void **state)
{
    static const uint8_t zeros[8] = {0};
    uint8_t data[24];
    struct vboard_chip chip = chip_of(&vboard_part_l476re);
    struct vboard_flash_result result;

    (void)state;
    memset(data, 0xa5, sizeof data);
    *at(&chip, MAIN + 8 + 3) = 0xfe;
    result = run(&chip, program_op(MAIN, data, sizeof data));
    assert_true(result.failed);
    assert_int_equal(result.violations, 1);
    assert_int_equal(result.violation_address, MAIN + 8);
    assert_int_equal(*at(&chip, MAIN + 7), 0xa5);
    assert_int_equal(*at(&chip, MAIN + 8), 0xff);
    assert_int_equal(*at(&chip, MAIN + 11), 0xfe);
    assert_int_equal(*at(&chip, MAIN + 16), 0xa5);
    result = run(&chip, program_op(MAIN, zeros, 8));
    assert_false(result.failed);
    assert_int_equal(*at(&chip, MAIN), 0);
    vboard_chip_free(&chip);
}

/* The last double word is filled with 1s, but its ECC is spent. */
static void test_l4_tail(void **state)
{
    static const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct vboard_chip chip = chip_of(&vboard_part_l476re);
    struct vboard_flash_result result = run(&chip, program_op(MAIN, data, sizeof data));

    (void)state;
    assert_int_equal(result.bytes_programmed, 10);
    assert_int_equal(*at(&chip, MAIN + 9), 10);
    assert_int_equal(*at(&chip, MAIN + 10), 0xff);
    assert_true(run(&chip, program_op(MAIN + 8, data, 8)).failed);
    vboard_chip_free(&chip);
}

static void test_alignment(void **state)
{
    static const uint8_t data[8] = {0};
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);

    (void)state;
    assert_int_equal(run(&chip, program_op(MAIN + 1, data, 1)).violations, 0); /* x8 */
    chip.width = B0_PARALLEL_X32;
    assert_int_equal(run(&chip, program_op(MAIN + 6, data, 4)).violations, 1);
    assert_int_equal(*at(&chip, MAIN + 6), 0xff);
    assert_int_equal(run(&chip, program_op(MAIN + 8, data, 4)).violations, 0);
    vboard_chip_free(&chip);
}

/* ---- times ---- */

/* DS8626, table 40, at x8: 1 MiB takes 4 x 0.4 + 1.2 + 7 x 2 s to erase, 16 us a byte to program.
 */
static void test_times_of_a_whole_f407(void **state)
{
    static const struct {
        enum b0_parallelism width;
        uint64_t erase_us, program_us, mass_us;
    } rows[] = {
        {B0_PARALLEL_X8, 16800000, 16777216, 16000000},
        {B0_PARALLEL_X16, 11000000, 8388608, 11000000},
        {B0_PARALLEL_X32, 8550000, 4194304, 8000000},
    };
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);

    (void)state;
    chip.erases_by_width = true;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct vboard_flash_op all = {.kind = VBOARD_ERASE_ALL};
        uint8_t block[VBOARD_BLOCK_MAX] = {0};
        uint64_t erase_us = 0, program_us = 0;

        chip.width = rows[i].width;
        for (uint32_t a = MAIN; a < MAIN + 0x100000; a += vboard_flash_sector(&chip, a).size) {
            struct vboard_flash_op op = erase_op(a);

            erase_us += vboard_flash_duration(&chip, &op);
        }
        for (uint32_t a = MAIN; a < MAIN + 0x100000; a += sizeof block) {
            struct vboard_flash_op op = program_op(a, block, sizeof block);

            program_us += vboard_flash_duration(&chip, &op);
        }
        assert_int_equal(erase_us, rows[i].erase_us);
        assert_int_equal(program_us, rows[i].program_us);
        assert_int_equal(vboard_flash_duration(&chip, &all), rows[i].mass_us);
    }
    vboard_chip_free(&chip);
}

/* Undocumented effects are not assumed: the width affects only programming, unless requested. */
static void test_erase_ignores_width(void **state)
{
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    struct vboard_flash_op op = erase_op(MAIN);

    (void)state;
    chip.width = B0_PARALLEL_X32;
    assert_int_equal(vboard_flash_duration(&chip, &op), 400000);
    chip.erases_by_width = true;
    assert_int_equal(vboard_flash_duration(&chip, &op), 250000);
    vboard_chip_free(&chip);
}

static void test_times_of_two_banks(void **state)
{
    struct vboard_chip chip = chip_of(&vboard_part_f427vi);
    struct vboard_flash_op all = {.kind = VBOARD_ERASE_ALL};

    (void)state;
    assert_int_equal(vboard_flash_duration(&chip, &all), 32000000);
    vboard_chip_free(&chip);
}

/* ---- power failures ---- */

static void test_half_an_erase(void **state)
{
    struct vboard_chip chip = chip_of(&vboard_part_f407vg), twin = chip_of(&vboard_part_f407vg);
    struct vboard_flash_op op = erase_op(MAIN);
    struct vboard_flash_result result;
    unsigned ones = 0;

    (void)state;
    fill(&chip, 0);
    fill(&twin, 0);
    vboard_flash_apply(&chip, &op, vboard_flash_duration(&chip, &op) / 2, &result);
    vboard_flash_apply(&twin, &op, vboard_flash_duration(&twin, &op) / 2, &result);
    assert_int_equal(result.sectors_erased, 0);
    assert_memory_equal(at(&chip, MAIN), at(&twin, MAIN), 0x8000); /* deterministic */
    for (uint32_t i = 0; i < 0x4000; i++)
        for (unsigned bit = 0; bit < 8; bit++)
            ones += *at(&chip, MAIN + i) >> bit & 1;
    assert_in_range(ones, 0x4000 * 8 * 45 / 100, 0x4000 * 8 * 55 / 100);
    assert_int_equal(*at(&chip, MAIN + 0x4000), 0);
    vboard_chip_free(&chip);
    vboard_chip_free(&twin);
}

static void test_half_a_block(void **state)
{
    uint8_t data[64];
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    struct vboard_flash_op op;
    struct vboard_flash_result result;

    (void)state;
    memset(data, 0x11, sizeof data);
    op = program_op(MAIN, data, sizeof data);
    vboard_flash_apply(&chip, &op, 32 * 16 + 7, &result); /* in the middle of byte 32 */
    assert_int_equal(*at(&chip, MAIN + 31), 0x11);
    assert_int_equal(*at(&chip, MAIN + 32) & 0x11, 0x11); /* no bit that should be 1 is lost */
    assert_int_equal(*at(&chip, MAIN + 33), 0xff);
    assert_int_equal(result.bytes_programmed, 33);
    vboard_chip_free(&chip);
}

static void test_no_time_no_change(void **state)
{
    uint8_t data[16] = {0};
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    struct vboard_flash_op op = erase_op(MAIN);
    struct vboard_flash_result result;

    (void)state;
    fill(&chip, 0xc3);
    vboard_flash_apply(&chip, &op, 0, &result);
    assert_int_equal(*at(&chip, MAIN), 0xc3);
    assert_int_equal(*at(&chip, MAIN + 0x3fff), 0xc3);
    fill(&chip, 0xff);
    op = program_op(MAIN, data, sizeof data);
    vboard_flash_apply(&chip, &op, 0, &result);
    assert_int_equal(*at(&chip, MAIN + 1), 0xff);
    vboard_chip_free(&chip);
}

/* ---- supply ---- */

static unsigned wrong_bytes(unsigned supply_mv, enum b0_parallelism width, bool needs_vpp)
{
    uint8_t block[2048] = {0};
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    struct vboard_flash_result result;
    unsigned wrong = 0;

    chip.supply_mv = supply_mv;
    chip.width = width;
    chip.needs_vpp = needs_vpp;
    result = run(&chip, program_op(MAIN, block, sizeof block));
    for (uint32_t i = 0; i < sizeof block; i++)
        wrong += *at(&chip, MAIN + i) != 0;
    assert_int_equal(result.violations > 0, wrong > 0);
    assert_false(result.failed); /* no error is reported */
    vboard_chip_free(&chip);
    return wrong;
}

/* AN2606, 4.4, table 4. */
static void test_supply_too_low(void **state)
{
    (void)state;
    assert_int_equal(wrong_bytes(1800, B0_PARALLEL_X8, false), 0);
    assert_int_equal(wrong_bytes(2100, B0_PARALLEL_X16, false), 0);
    assert_int_equal(wrong_bytes(2700, B0_PARALLEL_X32, false), 0);
    assert_int_equal(wrong_bytes(3300, B0_PARALLEL_X32, false), 0);
    assert_in_range(wrong_bytes(2099, B0_PARALLEL_X16, false), 1, 200);
    assert_in_range(wrong_bytes(2699, B0_PARALLEL_X32, false), 1, 200);
    assert_in_range(wrong_bytes(3300, B0_PARALLEL_X32, true), 1, 200);
}

/* ---- protection ---- */

static void protect(struct vboard_chip *chip, uint32_t address, uint8_t value)
{
    *at(chip, address) = value;
    vboard_chip_reset(chip); /* loads the option bytes */
}

static void test_write_protection(void **state)
{
    static const struct {
        const struct vboard_part *part;
        uint32_t option;
        uint8_t value;
        uint32_t inside, outside;
    } rows[] = {
        {&vboard_part_f407vg, 0x1fffc008, 0xfd, 0x08004000, 0x08008000}, /* sector 1 */
        {&vboard_part_f407vg, 0x1fffc009, 0xf7, 0x080e0000, 0x080c0000}, /* sector 11 */
        {&vboard_part_f427vi, 0x1ffec008, 0xfe, 0x08100000, 0x08000000}, /* sector 12 */
        {&vboard_part_f072rb, 0x1ffff80a, 0xfe, 0x08008000, 0x08007800}, /* pages 16, 17 */
        {&vboard_part_f103cb, 0x1ffff808, 0xfd, 0x08001000, 0x08000c00}, /* pages 4 to 7 */
        {&vboard_part_l476re, 0x1fff7818, 0x00, 0x08000000, 0x08000800}, /* page 0 to … 0 */
        {&vboard_part_h743zi, 0x52002038, 0xfb, 0x08040000, 0x08060000}, /* sector 2 */
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        static const uint8_t zeros[32] = {0};
        struct vboard_chip chip = chip_of(rows[i].part);
        struct vboard_flash_op all = {.kind = VBOARD_ERASE_ALL};

        fill(&chip, 0x77);
        protect(&chip, rows[i].option, rows[i].value);
        assert_int_equal(run(&chip, erase_op(rows[i].inside)).sectors_erased, 0);
        assert_int_equal(*at(&chip, rows[i].inside), 0x77);
        assert_int_equal(run(&chip, erase_op(rows[i].outside)).sectors_erased, 1);
        assert_int_equal(run(&chip, program_op(rows[i].inside, zeros, 32)).bytes_programmed, 0);
        assert_false(run(&chip, program_op(rows[i].inside, zeros, 32)).failed);
        assert_int_equal(*at(&chip, rows[i].inside), 0x77);
        assert_int_equal(run(&chip, program_op(rows[i].outside, zeros, 32)).bytes_programmed, 32);
        /* RM0090, 3.6.4: mass erase is then impossible. */
        assert_int_equal(run(&chip, all).sectors_erased, 0);
        vboard_chip_free(&chip);
    }
}

static void test_protection_levels(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(parts); i++) {
        struct vboard_chip chip = chip_of(parts[i]);

        assert_int_equal(vboard_options_level(&chip), 0);
        for (unsigned sector = 0; sector < 12; sector++)
            assert_false(vboard_options_protect(&chip, sector));
        vboard_options_init(&chip, 1);
        assert_int_equal(vboard_options_level(&chip), 0); /* not before the next reset */
        vboard_chip_reset(&chip);
        assert_int_equal(vboard_options_level(&chip), 1);
        vboard_chip_free(&chip);
    }
}

static void test_level_2(void **state)
{
    struct vboard_chip f4 = chip_of(&vboard_part_f407vg), f1 = chip_of(&vboard_part_f103cb);

    (void)state;
    protect(&f4, 0x1fffc001, 0xcc);
    assert_int_equal(vboard_options_level(&f4), 2);
    protect(&f1, 0x1ffff800, 0xcc); /* an F1 lacks this level */
    assert_int_equal(vboard_options_level(&f1), 1);
    vboard_chip_free(&f4);
    vboard_chip_free(&f1);
}

static void test_options_are_erased_first(void **state)
{
    static const uint8_t two[] = {0xef, 0xaa};
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    struct vboard_flash_op op = program_op(0x1fffc000, two, 2);
    struct vboard_flash_result result;

    (void)state;
    *at(&chip, 0x1fffc008) = 0;
    op.kind = VBOARD_PROGRAM_OPTIONS;
    run(&chip, op);
    assert_int_equal(*at(&chip, 0x1fffc001), 0xaa);
    assert_int_equal(*at(&chip, 0x1fffc008), 0xff);
    vboard_flash_apply(&chip, &op, vboard_flash_duration(&chip, &op) / 2, &result);
    vboard_chip_reset(&chip);
    assert_int_equal(vboard_options_level(&chip), 1); /* the remaining ones protect */
    vboard_chip_free(&chip);
}

static void test_unprotect(void **state)
{
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    struct vboard_flash_op op = {.kind = VBOARD_UNPROTECT};

    (void)state;
    vboard_options_init(&chip, 1);
    fill(&chip, 0);
    protect(&chip, 0x1fffc008, 0xfe); /* write protection does not prevent it */
    *at(&chip, 0x20010000) = 0x42;
    assert_int_equal(run(&chip, op).sectors_erased, 12);
    vboard_chip_reset(&chip);
    assert_int_equal(vboard_options_level(&chip), 0);
    assert_int_equal(*at(&chip, MAIN), 0xff);
    assert_int_equal(*at(&chip, 0x20010000), 0);
    vboard_chip_free(&chip);
}

/* RM0090, 3.9.4: 16 blocks of 32 bytes, with one lock byte each. */
static void test_otp(void **state)
{
    static const uint8_t text[] = {0x0f, 0xf0}, zero[] = {0};
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);

    (void)state;
    assert_int_equal(run(&chip, program_op(OTP + 32, text, 2)).violations, 0);
    assert_int_equal(*at(&chip, OTP + 32), 0x0f);
    run(&chip, program_op(OTP + 33, text, 1));
    assert_int_equal(*at(&chip, OTP + 33), 0x00);   /* 0xf0 and 0x0f */
    run(&chip, program_op(OTP + 512 + 1, zero, 1)); /* locks block 1 */
    assert_int_equal(run(&chip, program_op(OTP + 32, zero, 1)).bytes_programmed, 0);
    assert_int_equal(*at(&chip, OTP + 32), 0x0f);
    run(&chip, program_op(OTP + 64, zero, 1));
    assert_int_equal(*at(&chip, OTP + 64), 0);
    vboard_chip_free(&chip);
}

/* ---- vector tables that start ---- */

static void test_vectors(void **state)
{
    static const struct {
        uint32_t stack, pc;
        bool good;
    } cases[] = {
        {0x20020000, 0x08000101, true},
        {0x20000008, 0x08000101, true},
        {0x10010000, 0x08000101, true},
        {0x20020004, 0x08000101, false},
        {0x20000000, 0x08000101, false},
        {0x2001fffe, 0x08000101, false},
        {0x20020000, 0x08000100, false},
        {0x20020000, 0x08100001, false},
        {0x20020000, 0x20000101, true},
        {0xffffffff, 0xffffffff, false},
        {0, 0, false},
    };
    struct vboard_chip chip = chip_of(&vboard_part_f407vg);
    uint32_t stack, pc;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        for (unsigned b = 0; b < 4; b++) {
            *at(&chip, MAIN + b) = (uint8_t)(cases[i].stack >> 8 * b);
            *at(&chip, MAIN + 4 + b) = (uint8_t)(cases[i].pc >> 8 * b);
        }
        assert_int_equal(vboard_chip_vectors(&chip, MAIN, &stack, &pc), cases[i].good);
        assert_int_equal(stack, cases[i].stack);
        assert_int_equal(pc, cases[i].pc);
    }
    assert_false(vboard_chip_vectors(&chip, 0x080ffffc, &stack, &pc));
    vboard_chip_free(&chip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sectors_cover_the_flash),
        cmocka_unit_test(test_f4_sectors),
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_unique_id),
        cmocka_unit_test(test_parts_agree_with_their_families),
        cmocka_unit_test(test_erase_one_sector),
        cmocka_unit_test(test_mass_erase),
        cmocka_unit_test(test_l0_erases_to_zero),
        cmocka_unit_test(test_l0_half_done),
        cmocka_unit_test(test_f4_program_unerased),
        cmocka_unit_test(test_l4_program_unerased),
        cmocka_unit_test(test_l4_tail),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_times_of_a_whole_f407),
        cmocka_unit_test(test_erase_ignores_width),
        cmocka_unit_test(test_times_of_two_banks),
        cmocka_unit_test(test_half_an_erase),
        cmocka_unit_test(test_half_a_block),
        cmocka_unit_test(test_no_time_no_change),
        cmocka_unit_test(test_supply_too_low),
        cmocka_unit_test(test_write_protection),
        cmocka_unit_test(test_protection_levels),
        cmocka_unit_test(test_level_2),
        cmocka_unit_test(test_options_are_erased_first),
        cmocka_unit_test(test_unprotect),
        cmocka_unit_test(test_otp),
        cmocka_unit_test(test_vectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
