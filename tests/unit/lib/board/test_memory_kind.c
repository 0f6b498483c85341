/* SPDX-License-Identifier: MIT */
/*
 * The purpose of boards' memories, by name and address; and which target names of DfuSe files match
 * them.
 */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lib/board/memory_kind.h>
#include <lib/board/names.h>
#include <lib/board/target_name.h>
#include <stdio.h>
#include <string.h>

enum {
    FLASH = B0_MEMORY_FLASH,
    RAM = B0_MEMORY_RAM,
    OPTIONS = B0_MEMORY_OPTION_BYTES,
    OTP = B0_MEMORY_OTP,
    SYSTEM = B0_MEMORY_SYSTEM,
    UNKNOWN = B0_MEMORY_UNKNOWN,
};

/* As boards in the field describe themselves; the address is the layout's first. */
static void test_knows_the_memories_of_the_field(void **state)
{
    static const struct {
        const char *layout;
        int kind;
    } cases[] = {
        {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg", FLASH},
        {"@Internal Flash  /0x8000000/06*002Kg,058*002Kg", FLASH},
        {"@NumWorks /0x08000000/256*004Kg/0x90000000/128*064Kg", FLASH},
        {"@PCM Library  /0x08040000/06*128Kg", FLASH},
        {"@DATA Memory /0x08080000/02*004Ke", FLASH},
        {"@Betaflight  /0x70000000/0800*064Kg", FLASH},
        {"@Nand Flash /0x70000000/4096*032Kg", FLASH},
        {"@NOR /0x64000000/0256*64Kg", FLASH},
        {"@QSPI /0x90000000/0256*64Kg", FLASH},
        {"@Ext File Flash 16MB   /0xA0000000/16*128Kg", FLASH},
        {"@DCT Flash   /0x00000000/01*016Kg", FLASH},
        {"@Serial Flash   /0x00000000/256*004Kg", FLASH},
        {"@CodeFlash /0x00000000/8*8Ka,63*32Kg", FLASH},
        {"@SPI Flash : SST25x/0x00000000/512*04Kg", FLASH},
        {"@Flash3 /0xF000/4*100Ba", FLASH},
        {"@EEPROM /0x00000000/4*1Kg", FLASH},
        {"@SRAM/0x20000000/01*220Ke", RAM},
        {"@DBGRAM /0x34000000/1*1Me", RAM},
        {"@DDR RAM          /0xC4000000/1*512Kg", RAM},
        {"@PSRAM  /0xA0000000/1*512Kg", RAM},
        {"@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e", OPTIONS},
        {"@OB Bytes          /0x40022020/01*136 e", OPTIONS},
        {"@Option Bytes  /0x1FF00000/01*040 e/0x1FF01000/01*040 e", OPTIONS},
        {"@Option Bytes  /0x1FF8000/01*128 e", OPTIONS}, /* as on the WB, one digit short */
        {"@Option byte     /0x1FFFF800/01*512g", OPTIONS},
        {"@Option byte   /0x1FFFC000/01*4096 g", OPTIONS},
        {"@Option Bytes   /0x5200201C/01*297 e", OPTIONS},
        {"@Bytes   /0x5200201C/01*297 e", OPTIONS},
        {"@Config  /0x40022040/01*64 e", OPTIONS},
        {"@OPTIONBYTES /0x08000000/01*64 e", OPTIONS},
        {"@Flash   /0x1FFFF800/01*16 e", OPTIONS},
        {"@OTP Memory /0x1FFF7800/01*512 e,01*016 e", OTP},
        {"@OTP Memory   /0x0BFA0000/01*512 e", OTP},
        {"@Memory   /0x0BFA0000/01*512 e", OTP},
        {"@OTP Memory   /0x08FFF000/01*1024 e", OTP},
        {"@Flash   /0x08FFF000/01*1024 e", OTP},
        {"@OTP Memory  /0x1FF7000/01*1024 e", OTP},
        {"@eFuses /0x00000000/1*64 e", OTP},
        {"@ENGI Bytes        /0x1FFF6C00/01*1024.e", SYSTEM},
        {"@ENGI Bytes        /0x1FFF7500/01*768 e", SYSTEM},
        {"@Device Feature/0xFFFF0000/01*004 e", SYSTEM},
        {"@Feature/0xFFFF0000/01*004 e", SYSTEM},
        {"@Flash/0x40010000/1*1Kg", SYSTEM},
        {"@Dummy Memory   /0x00000000/01*002Kg,03*001Kg", UNKNOWN},
        {"@virtual /0xF1/1*512Ba", UNKNOWN},
        {"@Program /0x00000000/1*1Kg", UNKNOWN},
        {"@Registers /0xA0000000/1*1Kg", UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct boot0_layout layout;
        uint32_t first;
        int kind;

        assert_true(boot0_layout_parse(cases[i].layout, strlen(cases[i].layout), &layout, NULL));
        first = layout.regions[0].address;
        kind = (int)b0_memory_kind_of(NULL, &layout, first, layout.regions[0].sector_size);
        if (kind != cases[i].kind)
            fail_msg("%s: %s", cases[i].layout, b0_memory_kind_text((enum b0_memory_kind)kind));
        assert_int_equal(b0_memory_is_guarded((enum b0_memory_kind)kind),
                         kind != FLASH && kind != RAM);
    }
}

/* One address is option bytes on one family and OTP on another. */
static void test_the_family_decides_what_an_address_is(void **state)
{
    (void)state;
    assert_int_equal(b0_memory_kind("STM32F4", "", 0x1fff7800), OTP);
    assert_int_equal(b0_memory_kind("STM32L4", "", 0x1fff7800), OPTIONS);
    assert_int_equal(b0_memory_kind("STM32L4", "", 0x1fff7820), OPTIONS); /* WRP1BR */
    assert_int_equal(b0_memory_kind("STM32H5", "", 0x08fff7ff), B0_MEMORY_OTP);
    assert_int_equal(b0_memory_kind("STM32H5", "", 0x08fff800), B0_MEMORY_SYSTEM); /* the id */
    assert_int_equal(b0_memory_kind("STM32U5", "", 0x0bfa0700), B0_MEMORY_SYSTEM);
    assert_int_equal(b0_memory_kind("STM32WBA", "", 0x0bf90000), B0_MEMORY_OTP);
    assert_int_equal(b0_memory_kind("STM32G4", "", 0x1fff7800), OPTIONS);
    /* a family without a memory there: still not flash */
    assert_true(b0_memory_is_guarded(b0_memory_kind("STM32F0", "", 0x1fff7800)));
    assert_true(b0_memory_is_guarded(b0_memory_kind("STM32F4", "Flash", 0x40022020)));
}

/* Several memories in one string: data that overlaps option bytes is data for option bytes. */
static void test_looks_at_all_of_a_range(void **state)
{
    static const char text[] = "@Internal Flash /0x08000000/128*002Kg @Option bytes "
                               "/0x08040000/01*512 g @External Flash /0x08040200/1*1Kg";
    struct boot0_layout layout;

    (void)state;
    assert_true(boot0_layout_parse(text, strlen(text), &layout, NULL));
    assert_int_equal(b0_memory_kind_of(NULL, &layout, 0x0803f800, 2048), FLASH);
    assert_int_equal(b0_memory_kind_of(NULL, &layout, 0x0803f800, 2049), OPTIONS);
    assert_int_equal(b0_memory_kind_of(NULL, &layout, 0x08040200, 100), FLASH);
    assert_int_equal(b0_memory_kind_of(NULL, &layout, 0x080401ff, 100), OPTIONS);
    assert_int_equal(b0_memory_kind_of(NULL, &layout, 0x07ffffff, 100), UNKNOWN);
    assert_int_equal(b0_memory_kind_of(NULL, &layout, 0x08040200, UINT64_C(1) << 32), FLASH);
}

static void test_finds_words(void **state)
{
    static const struct {
        const char *name;
        const char *word;
        bool has;
    } cases[] = {
        {"OB Bytes", "ob", true},       {"Job", "ob", false},
        {"x-OB/y", "ob", true},         {"OptionBytes", "option*", true},
        {"option", "option*", true},    {"an option", "option*", true},
        {"Adoption", "option*", false}, {"CodeFlash 2", "*flash", true},
        {"Flash3", "*flash", false},    {"", "ob", false},
        {"--", "*flash", false},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++)
        if (b0_name_has_word(cases[i].name, cases[i].word) != cases[i].has)
            fail_msg("%s: %s", cases[i].name, cases[i].word);
}

/* ---- names of targets ---- */

static struct boot0_board board_of(const char *const *layouts, size_t count)
{
    struct boot0_board board = {.alternate_count = count};

    for (size_t i = 0; i < count; i++) {
        struct boot0_alternate *a = &board.alternates[i];

        snprintf(a->name, sizeof a->name, "%s", layouts[i]);
        a->has_layout = boot0_layout_parse(a->name, strlen(a->name), &a->layout, NULL);
    }
    return board;
}

static void test_compares_names_of_targets(void **state)
{
    static const char *const layouts[] = {
        "@Internal Flash  2MB   /0x08000000/01*128Ka,15*128Kg",
        "@DCT Flash   /0x00000000/01*016Kg",
        "@Serial Flash   /0x00000000/256*004Kg",
        "@Option Bytes  /0x1FFFC000/01*016 e",
        "@Flash /0x90000000/64*4Kg",
    };
    static const struct {
        const char *name;
        size_t alternate;
        bool contradicts;
    } cases[] = {
        /* written by tools */
        {"", 2, false},
        {"  ", 2, false},
        {"ST...", 0, false},
        {"ST...", 3, false},
        {"STM32F407", 2, false},
        /* the memory's own name, whole or in part */
        {"Internal Flash", 0, false},
        {"@Internal Flash  /0x08000000/04*016Kg", 0, false},
        {"internalflash", 0, false},
        {"INTERNAL", 0, false},
        {"Serial", 2, false},
        {"Serial Flash", 2, false},
        {"Option Bytes", 3, false},
        {"Flash", 0, false},
        {"Flash", 2, false},
        {"External Flash", 4, false},
        {"Flash", 4, false},
        /* programs */
        {"Betaflight", 0, false},
        {"nanovna-h4 program", 0, false},
        /* another memory of this board */
        {"Serial", 0, true},
        {"Serial Flash", 1, true},
        {"DCT Flash", 2, true},
        {"Internal Flash", 2, true},
        {"Internal Flash", 4, true},
        {"Option Bytes", 0, true},
        {"option bytes", 2, true},
        /* a memory that the board does not have */
        {"OTP Memory", 0, true},
        {"EEPROM", 0, true},
        {"QSPI", 1, true},
    };
    struct boot0_board board = board_of(layouts, B0_LENGTH(layouts));

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++)
        if (b0_target_name_contradicts(cases[i].name, &board, cases[i].alternate) !=
            cases[i].contradicts)
            fail_msg("\"%s\" and %s", cases[i].name, layouts[cases[i].alternate]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_knows_the_memories_of_the_field),
        cmocka_unit_test(test_the_family_decides_what_an_address_is),
        cmocka_unit_test(test_looks_at_all_of_a_range),
        cmocka_unit_test(test_finds_words),
        cmocka_unit_test(test_compares_names_of_targets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
