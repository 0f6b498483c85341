/* SPDX-License-Identifier: MIT */
/*
 * Layout strings: those of real boards, odd ones, and invalid ones. The strings of real boards are
 * from dfu-util's device logs and from listings that owners published.
 */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <boot0/layout.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    A = BOOT0_SECTOR_READABLE,
    E = BOOT0_SECTOR_READABLE | BOOT0_SECTOR_WRITABLE,
    G = BOOT0_SECTOR_READABLE | BOOT0_SECTOR_ERASABLE | BOOT0_SECTOR_WRITABLE,
};

/* Parses a copy without NUL and of exactly that size, so that a sanitizer sees a read past it. */
static bool parse(const char *string, struct boot0_layout *layout, size_t *rest)
{
    size_t length = strlen(string);
    char *copy = malloc(length > 0 ? length : 1);
    bool parsed;

    assert_non_null(copy);
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): intended */
    memcpy(copy, string, length);
    parsed = boot0_layout_parse(copy, length, layout, rest);
    free(copy);
    return parsed;
}

struct good {
    const char *string;
    const char *name;
    const char *unknown; /* the rest that is not understood */
    struct boot0_region regions[8];
};

#define F4_16K_64K                                                                                 \
    {0x08000000, 16 * B0_KIB, 4, G},                                                               \
    {                                                                                              \
        0x08010000, 64 * B0_KIB, 1, G                                                              \
    }
#define F407_REGIONS                                                                               \
    F4_16K_64K,                                                                                    \
    {                                                                                              \
        0x08020000, 128 * B0_KIB, 7, G                                                             \
    }

static const struct good good[] = {
    /* F407, all four alternates; the first ROMs have "g" everywhere */
    {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg",
     "Internal Flash",
     "",
     {F407_REGIONS}},
    {"@Option Bytes  /0x1FFFC000/01*016 e", "Option Bytes", "", {{0x1fffc000, 16, 1, E}}},
    {"@Option Bytes  /0x1FFFC000/01*016 g", "Option Bytes", "", {{0x1fffc000, 16, 1, G}}},
    {"@OTP Memory /0x1FFF7800/01*512 e,01*016 e",
     "OTP Memory",
     "",
     {{0x1fff7800, 512, 1, E}, {0x1fff7a00, 16, 1, E}}},
    {"@Device Feature/0xFFFF0000/01*004 e", "Device Feature", "", {{0xffff0000, 4, 1, E}}},
    /* F42x */
    {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg,04*016Kg,01*064Kg,07*128Kg",
     "Internal Flash",
     "",
     {F407_REGIONS,
      {0x08100000, 16 * B0_KIB, 4, G},
      {0x08110000, 64 * B0_KIB, 1, G},
      {0x08120000, 128 * B0_KIB, 7, G}}},
    {"@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e",
     "Option Bytes",
     "",
     {{0x1fffc000, 16, 1, E}, {0x1ffec000, 16, 1, E}}},
    /* F72x: widths change within a string; no blank before the type */
    {"@Internal Flash  /0x08000000/04*016Kg,01*64Kg,03*128Kg",
     "Internal Flash",
     "",
     {F4_16K_64K, {0x08020000, 128 * B0_KIB, 3, G}}},
    {"@OTP Memory /0x1FF07800/01*528e", "OTP Memory", "", {{0x1ff07800, 528, 1, E}}},
    {"@Internal Flash  /0x08000000/04*032Kg,01*128Kg,03*256Kg",
     "Internal Flash",
     "",
     {{0x08000000, 32 * B0_KIB, 4, G},
      {0x08020000, 128 * B0_KIB, 1, G},
      {0x08040000, 256 * B0_KIB, 3, G}}},
    /* L0, L1, L4 */
    {"@Internal Flash  /0x08000000/1536*128g", "Internal Flash", "", {{0x08000000, 128, 1536, G}}},
    {"@DATA Memory /0x08080000/2*3Ke", "DATA Memory", "", {{0x08080000, 3 * B0_KIB, 2, E}}},
    {"@Internal Flash  /0x08000000/1024*256 g", "Internal Flash", "", {{0x08000000, 256, 1024, G}}},
    {"@DATA Memory /0x08080000/02*004Ke", "DATA Memory", "", {{0x08080000, 4 * B0_KIB, 2, E}}},
    {"@Internal Flash  /0x08000000/0256*0002Kg",
     "Internal Flash",
     "",
     {{0x08000000, 2 * B0_KIB, 256, G}}},
    {"@OTP Memory /0x1FFF7000/01*0001Ke", "OTP Memory", "", {{0x1fff7000, B0_KIB, 1, E}}},
    /* F0 */
    {"@Internal Flash  /0x08000000/064*0002Kg",
     "Internal Flash",
     "",
     {{0x08000000, 2 * B0_KIB, 64, G}}},
    /* G0, G4, H7, U5: three spaces, short numbers, 'B' and then the type */
    {"@Internal Flash   /0x08000000/64*02Kg",
     "Internal Flash",
     "",
     {{0x08000000, 2 * B0_KIB, 64, G}}},
    {"@Option Bytes   /0x1FFF7800/01*40Be", "Option Bytes", "", {{0x1fff7800, 40, 1, E}}},
    {"@Option Bytes   /0x1FFF7800/01*048 e/0x1FFFF800/01*048 e",
     "Option Bytes",
     "",
     {{0x1fff7800, 48, 1, E}, {0x1ffff800, 48, 1, E}}},
    {"@Internal Flash   /0x08000000/16*128Kg",
     "Internal Flash",
     "",
     {{0x08000000, 128 * B0_KIB, 16, G}}},
    {"@Option Bytes   /0x5200201C/01*297 e", "Option Bytes", "", {{0x5200201c, 297, 1, E}}},
    {"@Option Bytes   /0x40022040/01*64 e", "Option Bytes", "", {{0x40022040, 64, 1, E}}},
    /* GD32: wrong, but a layout */
    {"@Internal Flash  /0x08000000/512*002Kg",
     "Internal Flash",
     "",
     {{0x08000000, 2 * B0_KIB, 512, G}}},
    {"@Option Bytes  /0x1FFFF800/01*016Be", "Option Bytes", "", {{0x1ffff800, 16, 1, E}}},
    /* third-party bootloaders: read-only sectors, names with punctuation, several groups */
    {"@Internal Flash  /0x08000000/12*001Ka,116*001Kg",
     "Internal Flash",
     "",
     {{0x08000000, B0_KIB, 12, A}, {0x08003000, B0_KIB, 116, G}}},
    {"@SPI Flash : M25P64/0x00000000/64*064Kg,64*064Kg",
     "SPI Flash : M25P64",
     "",
     {{0x00000000, 64 * B0_KIB, 64, G}, {0x00400000, 64 * B0_KIB, 64, G}}},
    {"@Flash /0x90000000/64*4Kg/0x90040000/60*64Kg/0x90400000/60*64Kg",
     "Flash",
     "",
     {{0x90000000, 4 * B0_KIB, 64, G},
      {0x90040000, 64 * B0_KIB, 60, G},
      {0x90400000, 64 * B0_KIB, 60, G}}},

    /* not seen yet, but allowed: M, a name with a slash, no name, spaces, lower-case hex digits */
    {"@RAM/ROM /0x90000000/01*016Mg", "RAM/ROM", "", {{0x90000000, 16 * B0_KIB *B0_KIB, 1, G}}},
    {"@/0x0/1*1 a", "", "", {{0, 1, 1, A}}},
    {"@  spaced  name   /0x0800abcd / 1 * 2 K g , 3*4 e  ",
     "spaced  name",
     "",
     {{0x0800abcd, 2 * B0_KIB, 1, G}, {0x0800b3cd, 4, 3, E}}},
    /* up to the end of the address space, and numbers wider than their value */
    {"@A~!/0Xffff0000/64*001Kg", "A~!", "", {{0xffff0000, B0_KIB, 64, G}}},
    {"@End/0xFFFF0000/64*001Kg", "End", "", {{0xffff0000, B0_KIB, 64, G}}},
    {"@Wide/0x0000000008000000/0000000000000004*00000000000016Kg",
     "Wide",
     "",
     {{0x08000000, 16 * B0_KIB, 4, G}}},

    /* cut, or with garbage at the end: complete parts are kept */
    {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*12",
     "Internal Flash",
     ",07*12",
     {F4_16K_64K}},
    {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128K",
     "Internal Flash",
     ",07*128K",
     {F4_16K_64K}},
    {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg,",
     "Internal Flash",
     ",",
     {F407_REGIONS}},
    {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg\x01\xff@Opt",
     "Internal Flash",
     "\x01\xff@Opt",
     {F407_REGIONS}},
    {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg,\xe4\xb8\xad",
     "Internal Flash",
     ",\xe4\xb8\xad",
     {F407_REGIONS}},
    {"@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/",
     "Option Bytes",
     "/0x1FFEC000/",
     {{0x1fffc000, 16, 1, E}}},
    {"@Option Bytes  /0x1FFFC000/01*016 e/", "Option Bytes", "/", {{0x1fffc000, 16, 1, E}}},
    /* no type, an unknown type, nothing at all: not complete */
    {"@X/0x0/1*1Kg,1*1Kh", "X", ",1*1Kh", {{0, B0_KIB, 1, G}}},
    {"@X/0x0/1*1Kg,1*1kg", "X", ",1*1kg", {{0, B0_KIB, 1, G}}},
    {"@X/0x0/1*1Kg,1 1Kg", "X", ",1 1Kg", {{0, B0_KIB, 1, G}}},
    {"@X/0x0/1*1Kg,1*Kg", "X", ",1*Kg", {{0, B0_KIB, 1, G}}},
    {"@X/0x0/1*1Kg/0x/1*1Kg", "X", "/0x/1*1Kg", {{0, B0_KIB, 1, G}}},
    {"@X/0x0/1*1Kg/800/1*1Kg", "X", "/800/1*1Kg", {{0, B0_KIB, 1, G}}},
    {"@X/0x0/1*1Kg/0x800-1*1Kg", "X", "/0x800-1*1Kg", {{0, B0_KIB, 1, G}}},
    /* empty regions are understood, and omitted */
    {"@X/0x0/1*1Kg,0*1Kg,1*2Kg", "X", "", {{0, B0_KIB, 1, G}, {B0_KIB, 2 * B0_KIB, 1, G}}},
    {"@X/0x0/1*1Kg,1*0Kg", "X", "", {{0, B0_KIB, 1, G}}},
    {"@X/0x0/0*1Kg", "X", "", {{0}}},
    /* several memories in one string; one of them empty */
    {"@A /0x0/1*1Kg   @B/0x400/1*1Kg", "A", "", {{0, B0_KIB, 1, G}, {0x400, B0_KIB, 1, G}}},
    {"@A /0x0/0*1Kg@B/0x400/1*1Kg,1*1Ke @C /0x0/0*4Ka",
     "A",
     "",
     {{0x400, B0_KIB, 1, G}, {0x800, B0_KIB, 1, E}}},
};

static void check_regions(const struct boot0_layout *layout, const struct boot0_region *expected)
{
    for (size_t i = 0; i < layout->region_count; i++) {
        assert_int_equal(layout->regions[i].address, expected[i].address);
        assert_int_equal(layout->regions[i].sector_size, expected[i].sector_size);
        assert_int_equal(layout->regions[i].sector_count, expected[i].sector_count);
        assert_int_equal(layout->regions[i].access, expected[i].access);
    }
    if (layout->region_count < B0_LENGTH(good[0].regions))
        assert_int_equal(expected[layout->region_count].sector_count, 0);
}

static void test_parses_what_boards_send(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(good); i++) {
        struct boot0_layout layout;
        size_t rest = SIZE_MAX;

        if (!parse(good[i].string, &layout, &rest))
            fail_msg("refused: %s", good[i].string);
        assert_string_equal(layout.name, good[i].name);
        assert_string_equal(good[i].string + rest, good[i].unknown);
        check_regions(&layout, good[i].regions);
        assert_true(parse(good[i].string, &layout, NULL));
    }
}

static void test_formats_what_it_parsed(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(good); i++) {
        struct boot0_layout layout;
        struct boot0_layout again;
        char text[300];
        size_t rest;
        size_t length;

        assert_true(parse(good[i].string, &layout, NULL));
        length = boot0_layout_format(&layout, text, sizeof(text));
        assert_int_equal(strlen(text), length);
        assert_true(boot0_layout_parse(text, length, &again, &rest));
        assert_int_equal(rest, length);
        assert_string_equal(again.name, layout.name);
        assert_int_equal(again.region_count, layout.region_count);
        assert_int_equal(again.more_name_count, layout.more_name_count);
        assert_memory_equal(again.more_names, layout.more_names, sizeof again.more_names);
        check_regions(&again, layout.regions);
    }
}

static void test_refuses_what_is_none(void **state)
{
    static const char *const bad[] = {
        "",
        "@",
        " @Internal Flash  /0x08000000/04*016Kg",
        "Internal Flash  /0x08000000/04*016Kg",
        "@Internal Flash",
        "@Internal Flash  /0x08000000",
        "@Internal Flash  /0x08000000/",
        "@Internal Flash  /0x08000000/04*016K",
        "@Internal Flash  /0x08000000/*016Kg",
        "@Internal Flash  /0x08000000/04*Kg",
        "@Internal Flash  /0x08000000/04016Kg",
        "@Internal Flash  /0x/04*016Kg",
        "@Internal Flash  /08000000/04*016Kg",
        "@Internal Flash  /0x0800000g/04*016Kg",
        "@Internal Flash  /0x08000000/-4*016Kg",
        "STM32duino bootloader v1.0  Upload to Flash 0x8002000",
        /* past 32 bits: the address, the sum, the product, each factor */
        "@X/0x100000000/1*1Kg",
        "@X/0x1000000000000000008000000/1*1Kg",
        "@X/0x00000000/1*1Kg/0x100000000/1*1Kg",
        "@X/0xFFFF0000/65*001Kg",
        "@X/0xFFFF0000/64*001Kg,1*1 g",
        "@X/0x08000000/4294967295*4294967295Mg",
        "@X/0x08000000/4294967296*1 g",
        "@X/0x00000000/4294967296*1 g",
        "@X/0x00000000/1*4294967296 g",
        "@X/0x00000000/1*4096Mg",
        "@X/0x00000000/4096*1Mg,1*1 g",
        "@X/0x08000000/18446744073709551617*1Kg",
        "@X/0x08000000/1*18446744073709551617Kg",
        "@X/0x08000000/65536*65536Kg",
        "@X/0x08000000/1*1Kg,99999999999*1Kg",
        /* overlaps: the same, partly, one within the other; whichever comes first */
        "@X/0x08000000/4*16Kg/0x08000000/4*16Kg",
        "@X/0x08000000/4*16Kg/0x0800FFFF/1*1 g",
        "@X/0x08004000/1*1Kg/0x08000000/2*16Kg",
        "@X/0x00000000/4096*1Mg/0xFFFFFFFF/1*1 g",
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(bad); i++) {
        struct boot0_layout layout;
        struct boot0_layout zero;
        size_t rest = 7;

        memset(&zero, 0, sizeof(zero));
        memset(&layout, 0xa5, sizeof(layout));
        if (parse(bad[i], &layout, &rest))
            fail_msg("accepted: %s", bad[i]);
        assert_memory_equal(&layout, &zero, sizeof(zero));
    }
}

static void test_takes_all_of_the_address_space(void **state)
{
    struct boot0_layout layout;
    uint32_t where = 1;

    (void)state;
    assert_true(parse("@All/0x00000000/4096*1Mg", &layout, NULL));
    assert_int_equal(boot0_layout_size(&layout), UINT64_C(1) << 32);
    assert_true(boot0_layout_covers(&layout, 0, UINT32_MAX, G, &where));
    assert_true(boot0_layout_covers(&layout, UINT32_MAX, 1, G, &where));
    assert_int_equal(where, 1);
    assert_int_equal(boot0_layout_sector_at(&layout, UINT32_MAX).address, 0xfff00000);
    /* only ranges past 2^32 are not covered */
    assert_false(boot0_layout_covers(&layout, UINT32_MAX, 2, G, &where));
    assert_int_equal(where, UINT32_MAX);
}

static void test_counts_regions(void **state)
{
    struct boot0_layout layout;
    char string[400] = "@X/0x0/1*1Kg";
    size_t length = strlen(string);

    (void)state;
    for (size_t i = 1; i <= BOOT0_LAYOUT_REGION_MAX; i++) {
        assert_true(parse(string, &layout, NULL));
        assert_int_equal(layout.region_count, i);
        length += (size_t)snprintf(string + length, sizeof(string) - length, ",1*1Kg");
    }
    assert_false(parse(string, &layout, NULL));
}

static void test_cuts_long_names_and_odd_letters(void **state)
{
    struct boot0_layout layout;

    (void)state;
    for (size_t length = 1; length <= 100; length++) {
        size_t kept = length < BOOT0_LAYOUT_NAME_MAX ? length : BOOT0_LAYOUT_NAME_MAX - 1;
        char string[120] = "@";

        memset(string + 1, 'n', length);
        snprintf(string + 1 + length, sizeof(string) - 1 - length, "/0x0/1*1Kg");
        assert_true(parse(string, &layout, NULL));
        assert_int_equal(strlen(layout.name), kept);
        string[kept] = ' '; /* the last that fits */
        assert_true(parse(string, &layout, NULL));
        assert_int_equal(strlen(layout.name), kept - 1);
    }
    assert_true(parse("@a\x1b[2Jb\xff/0x0/1*1Kg", &layout, NULL));
    assert_string_equal(layout.name, "a?[2Jb?");
}

static void test_stops_at_the_given_length(void **state)
{
    const char *string = "@X/0x0/1*1Kg,1*1Kg\0,1*1Kg";
    struct boot0_layout layout;
    size_t rest;

    (void)state;
    assert_true(boot0_layout_parse(string, 12, &layout, &rest));
    assert_int_equal(layout.region_count, 1);
    assert_int_equal(rest, 12);
    /* a NUL within the length is not understood */
    assert_true(boot0_layout_parse(string, 25, &layout, &rest));
    assert_int_equal(layout.region_count, 2);
    assert_int_equal(rest, 18);
}

static void test_formats_into_any_size(void **state)
{
    const char *whole = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg";
    struct boot0_layout layout;

    (void)state;
    assert_true(parse(whole, &layout, NULL));
    for (size_t size = 0; size <= strlen(whole) + 2; size++) {
        char text[80];

        memset(text, 0x5a, sizeof(text));
        assert_int_equal(boot0_layout_format(&layout, text, size), strlen(whole));
        if (size > 0) {
            assert_int_equal(strlen(text), size > strlen(whole) ? strlen(whole) : size - 1);
            assert_memory_equal(text, whole, strlen(text));
        }
        for (size_t i = size; i < sizeof(text); i++)
            assert_int_equal(text[i], 0x5a);
    }
    assert_int_equal(boot0_layout_format(&layout, NULL, 0), strlen(whole));
}

static void test_finds_sectors(void **state)
{
    static const struct {
        uint32_t address;
        uint32_t sector;
        uint32_t size;
    } cases[] = {
        {0x07ffffff, 0, 0},
        {0x08000000, 0x08000000, 16 * B0_KIB},
        {0x08003fff, 0x08000000, 16 * B0_KIB},
        {0x08004000, 0x08004000, 16 * B0_KIB},
        {0x0800ffff, 0x0800c000, 16 * B0_KIB},
        {0x08010000, 0x08010000, 64 * B0_KIB},
        {0x0801ffff, 0x08010000, 64 * B0_KIB},
        {0x08020000, 0x08020000, 128 * B0_KIB},
        {0x080fffff, 0x080e0000, 128 * B0_KIB},
        {0x08100000, 0, 0},
        {0x1fffc00f, 0x1fffc000, 16},
        {0x1fffc010, 0, 0},
        {0xffffffff, 0, 0},
        {0x00000000, 0, 0},
    };
    struct boot0_layout layout;

    (void)state;
    assert_true(
        parse("@X/0x08000000/04*016Kg,01*064Kg,07*128Kg/0x1FFFC000/01*016 e", &layout, NULL));
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct boot0_sector sector = boot0_layout_sector_at(&layout, cases[i].address);

        assert_int_equal(sector.address, cases[i].sector);
        assert_int_equal(sector.size, cases[i].size);
        assert_int_equal(sector.access, cases[i].size == 0 ? 0 : cases[i].size == 16 ? E : G);
    }
    assert_int_equal(boot0_layout_size(&layout), 1024 * B0_KIB + 16);
}

static void test_finds_the_first_address_outside(void **state)
{
    static const struct {
        uint32_t address;
        uint32_t size;
        uint8_t access;
        bool covered;
        uint32_t where;
    } cases[] = {
        {0x08000000, 0, G, true, 0},
        {0x00000000, 0, G, true, 0},
        {0x08000000, 0x3000, A, true, 0},
        {0x08000000, 0x3000, G, false, 0x08000000},
        {0x08002fff, 1, G, false, 0x08002fff},
        {0x08002fff, 2, A, true, 0},
        {0x08003000, 116 * B0_KIB, G, true, 0},
        {0x08003000, 116 * B0_KIB + 1, G, false, 0x08020000},
        {0x08000000, 0x08000000, A, false, 0x08020000},
        {0x07ffffff, 2, A, false, 0x07ffffff},
        /* across the two groups, which touch although their order is reversed */
        {0x08020000, 1, A, false, 0x08020000},
        {0x08040000, 2 * B0_KIB, E, true, 0},
        {0x08040000, 2 * B0_KIB, G, false, 0x08040400},
        {0xffffffff, 1, A, false, 0xffffffff},
        {0xffffffff, 0xffffffff, 0, false, 0xffffffff},
    };
    struct boot0_layout layout;

    (void)state;
    assert_true(
        parse("@X/0x08000000/12*001Ka,116*001Kg/0x08040400/1*1Ke/0x08040000/1*1Kg", &layout, NULL));
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        uint32_t where = 0x12345678;

        assert_int_equal(
            boot0_layout_covers(&layout, cases[i].address, cases[i].size, cases[i].access, &where),
            cases[i].covered);
        assert_int_equal(where, cases[i].covered ? 0x12345678 : cases[i].where);
        assert_int_equal(
            boot0_layout_covers(&layout, cases[i].address, cases[i].size, cases[i].access, NULL),
            cases[i].covered);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parses_what_boards_send),
        cmocka_unit_test(test_formats_what_it_parsed),
        cmocka_unit_test(test_refuses_what_is_none),
        cmocka_unit_test(test_takes_all_of_the_address_space),
        cmocka_unit_test(test_counts_regions),
        cmocka_unit_test(test_cuts_long_names_and_odd_letters),
        cmocka_unit_test(test_stops_at_the_given_length),
        cmocka_unit_test(test_formats_into_any_size),
        cmocka_unit_test(test_finds_sectors),
        cmocka_unit_test(test_finds_the_first_address_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
