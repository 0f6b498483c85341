/* SPDX-License-Identifier: MIT */
/*
 * Layout strings of boards in the field: ROMs of ST and of others, and third-party bootloaders, as
 * their owners and authors published them. Each parses to its intended memories.
 */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <boot0/layout.h>
#include <cmocka.h>
#include <string.h>

enum {
    A = BOOT0_SECTOR_READABLE,
    E = BOOT0_SECTOR_READABLE | BOOT0_SECTOR_WRITABLE,
    G = BOOT0_SECTOR_READABLE | BOOT0_SECTOR_ERASABLE | BOOT0_SECTOR_WRITABLE,
};

/* The string, the names of its memories, its regions. */
static const struct row {
    const char *string;
    const char *names[BOOT0_LAYOUT_NAMES_MAX + 1];
    struct boot0_region regions[8];
} rows[] = {
    /* ST ROMs */
    {"@Internal Flash    /0x08000000/128*02Kg",
     {"Internal Flash"},
     {{0x08000000, 2 * B0_KIB, 128, G}}},
    {"@OB Bytes          /0x40022020/01*136 e", {"OB Bytes"}, {{0x40022020, 136, 1, E}}},
    {"@OTP Memory        /0x1FFF6800/01*1024 e", {"OTP Memory"}, {{0x1fff6800, 1024, 1, E}}},
    {"@ENGI Bytes        /0x1FFF6C00/01*1024.e", {"ENGI Bytes"}, {{0x1fff6c00, 1024, 1, E}}},
    {"@ENGI Bytes        /0x1FFF7500/01*768 e", {"ENGI Bytes"}, {{0x1fff7500, 768, 1, E}}},
    {"@Option Bytes  /0x1FF00000/01*040 e/0x1FF01000/01*040 e",
     {"Option Bytes"},
     {{0x1ff00000, 40, 1, E}, {0x1ff01000, 40, 1, E}}},
    {"@Internal Flash  /0x08000000/512*0004Kg",
     {"Internal Flash"},
     {{0x08000000, 4 * B0_KIB, 512, G}}},
    {"@OTP Memory   /0x0BFA0000/01*512 e", {"OTP Memory"}, {{0x0bfa0000, 512, 1, E}}},
    {"@OTP Memory   /0x08FFF000/01*1024 e", {"OTP Memory"}, {{0x08fff000, 1024, 1, E}}},
    {"@OTP Memory  /0x1FF7000/01*1024 e", {"OTP Memory"}, {{0x01ff7000, 1024, 1, E}}},
    {"@Option Bytes  /0x1FF8000/01*128 e", {"Option Bytes"}, {{0x01ff8000, 128, 1, E}}},
    {"@Internal Flash  /0x08000000/256*02Kg",
     {"Internal Flash"},
     {{0x08000000, 2 * B0_KIB, 256, G}}},
    {"@Option Bytes   /0x40022040/01*48 e", {"Option Bytes"}, {{0x40022040, 48, 1, E}}},
    {"@Option Bytes   /0x5200201C/01*88 e", {"Option Bytes"}, {{0x5200201c, 88, 1, E}}},
    /* AT32, GD32, APM32 */
    {"@Internal Flash  /0x08000000/ 128*1Kg", {"Internal Flash"}, {{0x08000000, B0_KIB, 128, G}}},
    {"@Option Byte   /0x1FFFF800/02*016 e", {"Option Byte"}, {{0x1ffff800, 16, 2, E}}},
    {"@Option byte     /0x1FFFF800/01*512g", {"Option byte"}, {{0x1ffff800, 512, 1, G}}},
    {"@Internal Flash   /0x08000000/08*04Ka,1000*04Kg",
     {"Internal Flash"},
     {{0x08000000, 4 * B0_KIB, 8, A}, {0x08008000, 4 * B0_KIB, 1000, G}}},
    {"@Option byte   /0x1FFFC000/01*4096 g", {"Option byte"}, {{0x1fffc000, 4096, 1, G}}},
    {"@Option byte   /0x1FFFC000/01*512 g", {"Option byte"}, {{0x1fffc000, 512, 1, G}}},
    {"@Nand Flash /0x70000000/4096*032Kg", {"Nand Flash"}, {{0x70000000, 32 * B0_KIB, 4096, G}}},
    {"@Internal Flash  /0x8000000/06*002Kg,058*002Kg",
     {"Internal Flash"},
     {{0x08000000, 2 * B0_KIB, 6, G}, {0x08003000, 2 * B0_KIB, 58, G}}},
    {"@Internal Flash   /0x08000000/16*002Ka,112*002Kg",
     {"Internal Flash"},
     {{0x08000000, 2 * B0_KIB, 16, A}, {0x08008000, 2 * B0_KIB, 112, G}}},
    {"@Internal Flash /0x08000000/16*001Ka,48*001Kg",
     {"Internal Flash"},
     {{0x08000000, B0_KIB, 16, A}, {0x08004000, B0_KIB, 48, G}}},
    /* third-party bootloaders */
    {"@Flash /0x90000000/64*4Kg/0x90040000/60*64Kg/0x90400000/60*64Kg",
     {"Flash"},
     {{0x90000000, 4 * B0_KIB, 64, G},
      {0x90040000, UINT64_C(64) * B0_KIB, 60, G},
      {0x90400000, UINT64_C(64) * B0_KIB, 60, G}}},
    {"@External Flash /0x90000000/1001*128Kg,3*128Kg,20*128Ka",
     {"External Flash"},
     {{0x90000000, 128 * B0_KIB, 1001, G},
      {0x97d20000, 128 * B0_KIB, 3, G},
      {0x97d80000, 128 * B0_KIB, 20, A}}},
    {"@External Flash /0x90000000/998*128Kg,1*128Kg,4*128Kg,21*128Ka",
     {"External Flash"},
     {{0x90000000, 128 * B0_KIB, 998, G},
      {0x97cc0000, 128 * B0_KIB, 1, G},
      {0x97ce0000, 128 * B0_KIB, 4, G},
      {0x97d60000, 128 * B0_KIB, 21, A}}},
    {"@External Flash /0x90000000/111*8Kg,16*8Kg,1*8Kg,128*8Kg,0*8Ka",
     {"External Flash"},
     {{0x90000000, 8 * B0_KIB, 111, G},
      {0x900de000, 8 * B0_KIB, 16, G},
      {0x900fe000, 8 * B0_KIB, 1, G},
      {0x90100000, 8 * B0_KIB, 128, G}}},
    {"@Betaflight  /0x70000000/0800*064Kg",
     {"Betaflight"},
     {{0x70000000, UINT64_C(64) * B0_KIB, 800, G}}},
    {"@Betaflight  /0x70100000/0100*064Kg",
     {"Betaflight"},
     {{0x70100000, UINT64_C(64) * B0_KIB, 100, G}}},
    {"@External Flash   /0x70000000/2048*064Kg",
     {"External Flash"},
     {{0x70000000, UINT64_C(64) * B0_KIB, 2048, G}}},
    {"@External Flash   /0x60000000/02*128Ka,02*128Kg,14*128Kg,14*128Kg",
     {"External Flash"},
     {{0x60000000, 128 * B0_KIB, 2, A},
      {0x60040000, 128 * B0_KIB, 2, G},
      {0x60080000, 128 * B0_KIB, 14, G},
      {0x60240000, 128 * B0_KIB, 14, G}}},
    {"@Internal Flash   /0x08000000/1*128Ka,15*128Kg   @External FLASH   /0x90000000/128*64Kg",
     {"Internal Flash", "External FLASH"},
     {{0x08000000, 128 * B0_KIB, 1, A},
      {0x08020000, 128 * B0_KIB, 15, G},
      {0x90000000, UINT64_C(64) * B0_KIB, 128, G}}},
    {"@Internal Flash /0x08000000/128*002Kg @External Flash /0x90000000/128*002Kg @Option bytes "
     "/0x1FFFC000/01*512 g",
     {"Internal Flash", "External Flash", "Option bytes"},
     {{0x08000000, 2 * B0_KIB, 128, G}, {0x90000000, 2 * B0_KIB, 128, G}, {0x1fffc000, 512, 1, G}}},
    {"@Internal Flash  2MB   /0x08000000/01*128Ka,15*128Kg",
     {"Internal Flash  2MB"},
     {{0x08000000, 128 * B0_KIB, 1, A}, {0x08020000, 128 * B0_KIB, 15, G}}},
    {"@Ext RAW  Flash 16MB   /0x90000000/4096*4Kg",
     {"Ext RAW  Flash 16MB"},
     {{0x90000000, 4 * B0_KIB, 4096, G}}},
    {"@Ext File Flash  0MB   /0x00000000/0*4Kg", {"Ext File Flash  0MB"}, {{0}}},
    {"@Arduino  boot  v.25   /0x00000000/0*4Kg", {"Arduino  boot  v.25"}, {{0}}},
    {"@Ext File Flash 16MB   /0xA0000000/16*128Kg",
     {"Ext File Flash 16MB"},
     {{0xa0000000, 128 * B0_KIB, 16, G}}},
    {"@NumWorks /0x08000000/256*004Kg/0x90000000/128*064Kg",
     {"NumWorks"},
     {{0x08000000, 4 * B0_KIB, 256, G}, {0x90000000, UINT64_C(64) * B0_KIB, 128, G}}},
    {"@Flash/0x08000000/04*016Kg/0x90000000/08*004Kg,01*032Kg,63*064Kg,64*064Kg",
     {"Flash"},
     {{0x08000000, 16 * B0_KIB, 4, G},
      {0x90000000, 4 * B0_KIB, 8, G},
      {0x90008000, 32 * B0_KIB, 1, G},
      {0x90010000, UINT64_C(64) * B0_KIB, 63, G},
      {0x90400000, UINT64_C(64) * B0_KIB, 64, G}}},
    {"@Flash/0x90000000/08*004Kg,01*032Kg,63*064Kg/0x90410000/63*064Kg",
     {"Flash"},
     {{0x90000000, 4 * B0_KIB, 8, G},
      {0x90008000, 32 * B0_KIB, 1, G},
      {0x90010000, UINT64_C(64) * B0_KIB, 63, G},
      {0x90410000, UINT64_C(64) * B0_KIB, 63, G}}},
    {"@SRAM/0x20000000/01*220Ke", {"SRAM"}, {{0x20000000, 220 * B0_KIB, 1, E}}},
    {"@Internal Flash/0x08004000/03*016Kg,01*064Kg,07*128Kg",
     {"Internal Flash"},
     {{0x08004000, 16 * B0_KIB, 3, G},
      {0x08010000, UINT64_C(64) * B0_KIB, 1, G},
      {0x08020000, 128 * B0_KIB, 7, G}}},
    {"@Internal Flash   /0x0800C000/01*016Kg,01*064Kg,07*128Kg",
     {"Internal Flash"},
     {{0x0800c000, 16 * B0_KIB, 1, G},
      {0x08010000, UINT64_C(64) * B0_KIB, 1, G},
      {0x08020000, 128 * B0_KIB, 7, G}}},
    {"@SPI Flash Memory /0x00000000/16*064Kg",
     {"SPI Flash Memory"},
     {{0x00000000, UINT64_C(64) * B0_KIB, 16, G}}},
    {"@Internal Flash    /0x08008000/02*016Kg,01*064Kg,01*128Kg",
     {"Internal Flash"},
     {{0x08008000, 16 * B0_KIB, 2, G},
      {0x08010000, UINT64_C(64) * B0_KIB, 1, G},
      {0x08020000, 128 * B0_KIB, 1, G}}},
    {"@PCM Library  /0x08040000/06*128Kg", {"PCM Library"}, {{0x08040000, 128 * B0_KIB, 6, G}}},
    {"@External Flash   /0x00000000/01*2048Kg",
     {"External Flash"},
     {{0x00000000, 2048 * B0_KIB, 1, G}}},
    {"@NOR Flash : M29W128F/0x64000000/0256*64Kg",
     {"NOR Flash : M29W128F"},
     {{0x64000000, UINT64_C(64) * B0_KIB, 256, G}}},
    {"@NOR Flash        /0x70080000/999*4Kg", {"NOR Flash"}, {{0x70080000, 4 * B0_KIB, 999, G}}},
    {"@DDR RAM          /0xC4000000/1*512Kg", {"DDR RAM"}, {{0xc4000000, 512 * B0_KIB, 1, G}}},
    {"@Internal Flash   /0x08000000/16*01Ka,1*47Kg,1*1Kg",
     {"Internal Flash"},
     {{0x08000000, B0_KIB, 16, A}, {0x08004000, 47 * B0_KIB, 1, G}, {0x0800fc00, B0_KIB, 1, G}}},
    {"@Internal Flash/0x08000000/32*002Ka,94*002Kg,02*002Ka",
     {"Internal Flash"},
     {{0x08000000, 2 * B0_KIB, 32, A},
      {0x08010000, 2 * B0_KIB, 94, G},
      {0x0803f000, 2 * B0_KIB, 2, A}}},
    {"@Internal Flash  /0x08004000/112*001Kg", {"Internal Flash"}, {{0x08004000, B0_KIB, 112, G}}},
    {"@Internal Flash   /0x08000000/8*001Ka,000*001Kg",
     {"Internal Flash"},
     {{0x08000000, B0_KIB, 8, A}}},
    {"@Internal Flash   /0x08000000/8*001Ka,056*001Kg",
     {"Internal Flash"},
     {{0x08000000, B0_KIB, 8, A}, {0x08002000, B0_KIB, 56, G}}},
    {"@Internal Flash   /0x08000000/1*016Ka,3*016Ka,1*064Ka,1*128Kg,002*128Kg",
     {"Internal Flash"},
     {{0x08000000, 16 * B0_KIB, 1, A},
      {0x08004000, 16 * B0_KIB, 3, A},
      {0x08010000, UINT64_C(64) * B0_KIB, 1, A},
      {0x08020000, 128 * B0_KIB, 1, G},
      {0x08040000, 128 * B0_KIB, 2, G}}},
    {"@Internal/0x08000000/1*16Ka,3*16Kg,1*64Kg,7*128Kg,4*16Kg,1*64Kg,7*128Kg",
     {"Internal"},
     {{0x08000000, 16 * B0_KIB, 1, A},
      {0x08004000, 16 * B0_KIB, 3, G},
      {0x08010000, UINT64_C(64) * B0_KIB, 1, G},
      {0x08020000, 128 * B0_KIB, 7, G},
      {0x08100000, 16 * B0_KIB, 4, G},
      {0x08110000, UINT64_C(64) * B0_KIB, 1, G},
      {0x08120000, 128 * B0_KIB, 7, G}}},
    {"@Serial Flash   /0x00000000/192*004Kg,128*004Kg,64*004Kg,128*004Kg",
     {"Serial Flash"},
     {{0x00000000, 4 * B0_KIB, 192, G},
      {0x000c0000, 4 * B0_KIB, 128, G},
      {0x00140000, 4 * B0_KIB, 64, G},
      {0x00180000, 4 * B0_KIB, 128, G}}},
    {"@DCT Flash   /0x00000000/01*016Kg", {"DCT Flash"}, {{0x00000000, 16 * B0_KIB, 1, G}}},
    {"@CodeFlash /0x00000000/8*8Ka,63*32Kg",
     {"CodeFlash"},
     {{0x00000000, 8 * B0_KIB, 8, A}, {0x00010000, 32 * B0_KIB, 63, G}}},
    {"@Dummy Memory   /0x00000000/01*002Kg,03*001Kg",
     {"Dummy Memory"},
     {{0x00000000, 2 * B0_KIB, 1, G}, {0x00000800, B0_KIB, 3, G}}},
    {"@SPI Flash : SST25x/0x00000000/512*04Kg",
     {"SPI Flash : SST25x"},
     {{0x00000000, 4 * B0_KIB, 512, G}}},
    {"@Flash/0x08020000/15*128Ke", {"Flash"}, {{0x08020000, 128 * B0_KIB, 15, E}}},
    /* MP1, MP2, N6 */
    {"@SSBL /0x03/1*16Me", {"SSBL"}, {{0x00000003, 16 * B0_MIB, 1, E}}},
    {"@FSBL /0x01/1*1Me", {"FSBL"}, {{0x00000001, B0_MIB, 1, E}}},
    {"@Partition0 /0x00/1*256Ke", {"Partition0"}, {{0x00000000, 256 * B0_KIB, 1, E}}},
    {"@virtual /0xF1/1*512Ba", {"virtual"}, {{0x000000f1, 512, 1, A}}},
    {"@DBGRAM /0x34000000/1*1Me", {"DBGRAM"}, {{0x34000000, B0_MIB, 1, E}}},
    /* mboot */
    {"@Internal Flash  "
     "/0x08000000/04*032Kg,01*128Kg,03*256Kg/0x80000000/64*32Kg/0x90000000/64*32Kg",
     {"Internal Flash"},
     {{0x08000000, 32 * B0_KIB, 4, G},
      {0x08020000, 128 * B0_KIB, 1, G},
      {0x08040000, 256 * B0_KIB, 3, G},
      {0x80000000, 32 * B0_KIB, 64, G},
      {0x90000000, 32 * B0_KIB, 64, G}}},
    {"@Internal Flash  /0x08000000/16*128Kg/0x90000000/512*128Kg",
     {"Internal Flash"},
     {{0x08000000, 128 * B0_KIB, 16, G}, {0x90000000, 128 * B0_KIB, 512, G}}},
    {"@Internal Flash  /0x08000000/256*04Kg",
     {"Internal Flash"},
     {{0x08000000, 4 * B0_KIB, 256, G}}},
    {"@Flash3 /0xF000/4*100Ba", {"Flash3"}, {{0x0000f000, 100, 4, A}}},
};

static void check_region(const struct boot0_layout *layout, size_t index, const struct row *row)
{
    const struct boot0_region *region = &layout->regions[index], *expected = &row->regions[index];

    assert_int_equal(region->address, expected->address);
    assert_int_equal(region->sector_size, expected->sector_size);
    assert_int_equal(region->sector_count, expected->sector_count);
    assert_int_equal(region->access, expected->access);
}

static void test_parses_what_is_in_the_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        const struct row *row = &rows[i];
        struct boot0_layout layout;
        size_t rest, length = strlen(row->string);

        if (!boot0_layout_parse(row->string, length, &layout, &rest))
            fail_msg("refused: %s", row->string);
        if (rest != length)
            fail_msg("not understood: %s", row->string + rest);
        assert_null(boot0_layout_fault(row->string, length, NULL));
        assert_string_equal(layout.name, row->names[0]);
        for (size_t n = 1; n < B0_LENGTH(row->names) && row->names[n]; n++)
            assert_string_equal(layout.more_names[n - 1].name, row->names[n]);
        assert_null(row->names[layout.more_name_count + 1]);
        for (size_t r = 0; r < layout.region_count; r++)
            check_region(&layout, r, row);
        assert_int_equal(row->regions[layout.region_count].sector_count, 0);
    }
}

static void test_explains_what_cannot_be_used(void **state)
{
    static const struct {
        const char *string;
        const char *fault;
        const char *at;
    } cases[] = {
        {"@Flash /0xF000/1*4Ka/0xE000/1*4Kg/0x8000/2*24Kg", "two of its memories overlap",
         "/0x8000/2*24Kg"},
        {"@X/0xFFFF0000/64*001Kg,1*1 g", "one of its memories ends beyond 32-bit addresses",
         "1*1 g"},
        {"@X/0x100000000/1*1Kg", "one of its memories ends beyond 32-bit addresses",
         "/0x100000000/1*1Kg"},
        {"@A/0x0/1*1Kg@B/0x400/1*1Kg@C/0x800/1*1Kg@D/0xC00/1*1Kg@E/0x1000/1*1Kg",
         "it has too many names", "@E/0x1000/1*1Kg"},
        {"EEPROM", "it is not a memory layout", "EEPROM"},
        {"@Internal Flash", "it is not a memory layout", ""},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct boot0_layout layout;
        size_t at = SIZE_MAX, length = strlen(cases[i].string);
        const char *fault = boot0_layout_fault(cases[i].string, length, &at);

        assert_false(boot0_layout_parse(cases[i].string, length, &layout, NULL));
        assert_non_null(fault);
        assert_string_equal(fault, cases[i].fault);
        assert_string_equal(cases[i].string + at, cases[i].at);
    }
}

static void test_names_each_memory_of_a_string(void **state)
{
    static const char string[] = "@Internal Flash /0x08000000/128*002Kg @Empty/0x0/0*1Kg @External "
                                 "Flash /0x90000000/1*002Kg,1*2Kg/0x91000000/1*2Kg "
                                 "@Option bytes /0x1FFFC000/01*512 g";
    static const struct {
        uint32_t address;
        const char *name;
    } cases[] = {
        {0x08000000, "Internal Flash"},
        {0x0803ffff, "Internal Flash"},
        {0x08040000, NULL},
        {0x90000000, "External Flash"},
        {0x90000800, "External Flash"},
        {0x91000000, "External Flash"},
        {0x1fffc1ff, "Option bytes"},
        {0, NULL},
    };
    struct boot0_layout layout;

    (void)state;
    assert_true(boot0_layout_parse(string, strlen(string), &layout, NULL));
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        const char *name = boot0_layout_name_at(&layout, cases[i].address);

        assert_int_equal(name != NULL, cases[i].name != NULL);
        if (name)
            assert_string_equal(name, cases[i].name);
    }
}

/* Ignores text that resembles another memory, like other garbage at the end. */
static void test_ignores_names_without_a_memory(void **state)
{
    static const char *const strings[] = {
        "@A/0x0/1*1Kg @B",
        "@A/0x0/1*1Kg @B/0x/1*1Kg",
        "@A/0x0/1*1Kg @B/0x400/1*1K",
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(strings); i++) {
        struct boot0_layout layout;
        size_t rest;

        assert_true(boot0_layout_parse(strings[i], strlen(strings[i]), &layout, &rest));
        assert_string_equal(strings[i] + rest, strchr(strings[i] + 1, '@'));
        assert_int_equal(layout.region_count, 1);
        assert_int_equal(layout.more_name_count, 0);
    }
}

static void test_finds_where_a_right_begins(void **state)
{
    static const struct {
        const char *string;
        uint8_t access;
        bool found;
        uint32_t address;
        uint64_t size;
    } cases[] = {
        {"@Internal Flash   /0x08000000/8*001Ka,056*001Kg", E, true, 0x08002000,
         UINT64_C(56) * B0_KIB},
        {"@Internal Flash   /0x08000000/8*001Ka,056*001Kg", A, true, 0x08000000,
         UINT64_C(64) * B0_KIB},
        {"@Internal Flash  2MB   /0x08000000/01*128Ka,15*128Kg", G, true, 0x08020000,
         UINT64_C(1920) * B0_KIB},
        {"@F/0x08010000/1*64Kg/0x08000000/1*16Ka,1*16Kg", G, true, 0x08004000,
         UINT64_C(80) * B0_KIB},
        {"@F/0x0/4096*1Mg", G, true, 0, UINT64_C(1) << 32},
        {"@virtual /0xF1/1*512Ba", E, false, 7, 7},
        {"@Ext File Flash  0MB   /0x00000000/0*4Kg", A, false, 7, 7},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct boot0_layout layout;
        uint32_t address = 7;
        uint64_t size = 7;

        assert_true(boot0_layout_parse(cases[i].string, strlen(cases[i].string), &layout, NULL));
        assert_int_equal(boot0_layout_extent(&layout, cases[i].access, &address, &size),
                         cases[i].found);
        assert_int_equal(address, cases[i].address);
        assert_int_equal(size, cases[i].size);
        assert_int_equal(boot0_layout_extent(&layout, cases[i].access, &address, NULL),
                         cases[i].found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parses_what_is_in_the_field),
        cmocka_unit_test(test_explains_what_cannot_be_used),
        cmocka_unit_test(test_names_each_memory_of_a_string),
        cmocka_unit_test(test_ignores_names_without_a_memory),
        cmocka_unit_test(test_finds_where_a_right_begins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
