/* SPDX-License-Identifier: MIT */
/* The chip table: its rows are consistent, and a reported layout leads to the right chips. */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <boot0/board.h>
#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#define F407_FLASH "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg"
#define F4_512K    "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg"
#define F4_OPTIONS "@Option Bytes  /0x1FFFC000/01*016 e"

static struct boot0_layout layout_of(const char *string)
{
    struct boot0_layout layout;
    size_t rest;

    if (!boot0_layout_parse(string, strlen(string), &layout, &rest) || rest != strlen(string))
        fail_msg("no layout: %s", string);
    return layout;
}

static const struct boot0_chip *chip(const char *key)
{
    const struct boot0_chip *found = boot0_chip_by_name(key);

    if (!found || strcmp(found->key, key) != 0)
        fail_msg("no chip %s", key);
    return found;
}

static bool matches(const char *key, const char *flash, const char *option_bytes)
{
    struct boot0_layout flash_layout = layout_of(flash);
    struct boot0_layout option_layout;

    if (!option_bytes)
        return boot0_chip_matches(chip(key), &flash_layout, NULL);
    option_layout = layout_of(option_bytes);
    return boot0_chip_matches(chip(key), &flash_layout, &option_layout);
}

static void names_a_row(const struct boot0_chip *row)
{
    assert_true(strlen(row->key) >= 4);
    for (const char *c = row->key; *c; c++)
        assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '-');
    assert_memory_equal(row->name, "STM32", 5);
    assert_memory_equal(row->family, "STM32", 5);
    /* the key matches the family: f407, STM32F4 */
    assert_int_equal(toupper((unsigned char)row->key[0]), row->family[5]);
    assert_int_equal(toupper((unsigned char)row->key[1]), row->family[6]);
    assert_memory_equal(row->name, row->family, 7);
}

static void has_sound_memory(const struct boot0_chip *row)
{
    struct boot0_layout layout = layout_of(row->layout);
    uint32_t next = 0x08000000;

    assert_string_equal(layout.name, "Internal Flash");
    for (size_t i = 0; i < layout.region_count; i++) {
        assert_int_equal(layout.regions[i].address, next);
        assert_int_equal(layout.regions[i].access,
                         BOOT0_SECTOR_READABLE | BOOT0_SECTOR_ERASABLE | BOOT0_SECTOR_WRITABLE);
        next += layout.regions[i].sector_size * layout.regions[i].sector_count;
    }
    assert_true(row->min_flash > 0);
    assert_true(row->min_flash <= boot0_layout_size(&layout));
    /* the smallest part ends at the end of a sector */
    if (row->min_flash < boot0_layout_size(&layout))
        assert_int_equal(boot0_layout_sector_at(&layout, 0x08000000 + row->min_flash).address,
                         0x08000000 + row->min_flash);

    assert_true(row->ram[0].size > 0);
    for (size_t i = 0; i < BOOT0_CHIP_RAM_MAX && row->ram[i].size > 0; i++) {
        assert_true(row->ram[i].address >= 0x10000000);
        assert_true(row->ram[i].size < 0x10000000);
        assert_true(boot0_chip_stack_valid(row, row->ram[i].address + row->ram[i].size));
        for (size_t j = 0; j < i; j++)
            assert_true(row->ram[i].address >= row->ram[j].address + row->ram[j].size ||
                        row->ram[j].address >= row->ram[i].address + row->ram[i].size);
    }
}

static void test_every_row_is_sound(void **state)
{
    const struct boot0_chip *row;
    size_t count = 0;

    (void)state;
    for (; (row = boot0_chip_at(count)) != NULL; count++) {
        struct boot0_layout flash = layout_of(row->layout);
        struct boot0_layout options = {.region_count = 1};

        names_a_row(row);
        has_sound_memory(row);
        assert_ptr_equal(boot0_chip_by_name(row->key), row);
        assert_ptr_equal(boot0_chip_by_name(row->name), row);
        assert_ptr_equal(boot0_chip_by_id(row->id), row);
        options.regions[0] = (struct boot0_region){row->option_bytes, 16, 1, 1};
        assert_true(boot0_chip_matches(row, &flash, NULL));
        assert_true(boot0_chip_matches(row, &flash, &options));
        options.regions[0].address ^= 0x10;
        assert_int_equal(boot0_chip_matches(row, &flash, &options), row->option_bytes == 0);
    }
    assert_true(count >= 60);
    assert_null(boot0_chip_at(SIZE_MAX));
}

static void test_knows_the_common_chips(void **state)
{
    /* DEV_ID as in AN3155's Get ID and stm32flash's table */
    static const struct {
        const char *key;
        uint16_t id;
        uint32_t flash; /* KiB */
        bool usb;
        bool feature;
    } chips[] = {
        {"f407", 0x413, 1024, true, true},     {"f411", 0x431, 512, true, true},
        {"f401xe", 0x433, 512, true, true},    {"f401xc", 0x423, 256, true, true},
        {"f446", 0x421, 512, true, true},      {"f429", 0x419, 2048, true, true},
        {"f207", 0x411, 1024, true, true},     {"f103", 0x410, 128, false, false},
        {"f103x6", 0x412, 32, false, false},   {"f103xe", 0x414, 512, false, false},
        {"f103xg", 0x430, 1024, false, false}, {"f107", 0x418, 256, true, false},
        {"f072", 0x448, 128, true, false},     {"f042", 0x445, 32, true, false},
        {"f303", 0x422, 256, true, false},     {"l152", 0x427, 256, true, false},
        {"l073", 0x447, 192, true, false},     {"l476", 0x415, 1024, true, false},
        {"l432", 0x435, 256, true, false},     {"l496", 0x461, 1024, true, false},
        {"g431", 0x468, 128, true, false},     {"g474", 0x469, 512, true, false},
        {"g0b1", 0x467, 512, true, false},     {"f722", 0x452, 512, true, true},
        {"f746", 0x449, 1024, true, true},     {"f767", 0x451, 2048, true, true},
        {"h743", 0x450, 2048, true, false},    {"u575", 0x482, 2048, true, false},
        {"u083", 0x489, 256, true, false},     {"u031", 0x459, 64, false, false},
        {"c011", 0x443, 32, false, false},     {"c031", 0x453, 32, false, false},
        {"c051", 0x44c, 64, false, false},     {"c071", 0x493, 128, true, false},
        {"c091", 0x44d, 256, false, false},    {"h7s7", 0x485, 64, true, false},
        {"u385", 0x454, 1024, true, false},    {"u3c5", 0x42a, 2048, true, false},
        {"wba55", 0x492, 1024, false, false},  {"wba65", 0x4b0, 2048, false, false},
        {"wba25", 0x4b2, 512, false, false},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(chips); i++) {
        const struct boot0_chip *row = chip(chips[i].key);
        struct boot0_layout layout = layout_of(row->layout);

        assert_int_equal(row->id, chips[i].id);
        assert_int_equal(boot0_layout_size(&layout), chips[i].flash * B0_KIB);
        assert_int_equal(row->has_usb_rom, chips[i].usb);
        assert_int_equal(row->has_device_feature, chips[i].feature);
    }
    assert_null(boot0_chip_by_id(0));
    assert_null(boot0_chip_by_id(0xffff));
}

static void test_finds_by_name(void **state)
{
    static const struct {
        const char *name;
        const char *key; /* NULL: unknown */
    } cases[] = {
        {"F407", "f407"},
        {"stm32f405/407/415/417", "f407"},
        {"STM32F407VE", "f407"},
        {"STM32F407VET6", "f407"},
        {"stm32f407zg", "f407"},
        {"f417ig", "f407"},
        {"STM32F401RE", "f401xe"},
        {"STM32F401CCU6", "f401xc"},
        {"STM32F401", "f401xe"},
        {"STM32F103C8T6", "f103"},
        {"STM32F103CB", "f103"},
        {"STM32F103", "f103"},
        {"STM32F103C6", "f103x6"},
        {"STM32F103RCT6", "f103xe"},
        {"STM32F103ZG", "f103xg"},
        {"STM32F100RB", "f100"},
        {"STM32F030F4P6", "f031"},
        {"STM32F030C8", "f051"},
        {"STM32F030RC", "f091"},
        {"STM32F070F6", "f042"},
        {"STM32F070CB", "f072"},
        {"STM32F303CC", "f303"},
        {"STM32F303RE", "f303xe"},
        {"STM32F303K8", "f334"},
        {"STM32F302R8", "f302"},
        {"STM32L152RC", "l152"},
        {"STM32C071RB", "c071"},
        {"STM32H7S3L8", "h7s7"},
        {"STM32WBA55CG", "wba55"},
        {"STM32WB55RG", "wb55"},
        {"STM32U385RG", "u385"},
        {"STM32L151CB", "l152xb"},
        {"STM32L432KC", "l432"},
        {"STM32L4A6ZG", "l496"},
        {"STM32G0B1RE", "g0b1"},
        {"STM32H750VB", "h743"},
        {"STM32H7A3ZI", "h7a3"},
        {"STM32WB55RG", "wb55"},
        {"", NULL},
        {"STM32", NULL},
        {"STM32F4", NULL},
        {"F4", NULL},
        {"407", NULL},
        {"STM32F499ZZ", NULL},
        {"STM32F103Z9", NULL},
        {"STM32STM32F407", NULL},
        {"ATmega328P", NULL},
        {"F407 ", "f407"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        const struct boot0_chip *found = boot0_chip_by_name(cases[i].name);

        if ((found == NULL) != (cases[i].key == NULL))
            fail_msg("%s: %s", cases[i].name, found ? found->key : "unknown");
        if (found)
            assert_string_equal(found->key, cases[i].key);
    }
}

static void test_finds_by_uf2_family(void **state)
{
    (void)state;
    assert_string_equal(boot0_chip_by_uf2_family(0x57755a57)->family, "STM32F4");
    assert_string_equal(boot0_chip_by_uf2_family(0x6d0922fa)->key, "f407");
    assert_string_equal(boot0_chip_by_uf2_family(0x8fb060fe)->key, "f407");
    assert_string_equal(boot0_chip_by_uf2_family(0x06d1097b)->key, "f411");
    assert_string_equal(boot0_chip_by_uf2_family(0x4c71240a)->family, "STM32G4");
    assert_null(boot0_chip_by_uf2_family(0xe48bff56)); /* RP2040 */
    assert_null(boot0_chip_by_uf2_family(0));          /* families without an id have 0 */
}

/* Each of the keys, with blanks between them, matches or not, as wanted. */
static void check_keys(const char *keys, bool wanted, const char *flash, const char *option_bytes)
{
    while (*keys) {
        size_t length = strcspn(keys, " ");
        char key[16] = "";

        assert_true(length < sizeof(key));
        memcpy(key, keys, length);
        if (matches(key, flash, option_bytes) != wanted)
            fail_msg("%s is %s%s", flash, wanted ? "not " : "", key);
        keys += length;
        keys += strspn(keys, " ");
    }
}

static void test_tells_chips_by_their_layout(void **state)
{
    static const struct {
        const char *flash;
        const char *option_bytes;
        const char *is;     /* keys that match */
        const char *is_not; /* keys that do not */
    } cases[] = {
        {F407_FLASH, F4_OPTIONS, "f407 f412 f429 f207", "f411 f401xe f446 f410 f722 f746 f103xg"},
        {F4_512K, F4_OPTIONS, "f411 f401xe f446 f407 f412 f429", "f401xc f410 f413 f722"},
        /* the same sectors: the address of the option bytes tells them apart */
        {F4_512K, "@Option Bytes  /0x1FFF0000/01*048 e", "f722", "f411 f407 f746"},
        {F4_512K, NULL, "f722 f411 f407", "f401xc"},
        {"@Internal Flash  /0x08000000/04*016Kg,01*064Kg,01*128Kg", F4_OPTIONS,
         "f401xc f411 f446 f207", "f407 f401xe f412"},
        /* F42x and F76x: as one bank, as two, and 1 MiB as two */
        {F407_FLASH ",04*016Kg,01*064Kg,07*128Kg",
         "@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e", "f429 f469", "f407 f767"},
        {F4_512K ",04*016Kg,01*064Kg,03*128Kg", F4_OPTIONS, "f429 f469", "f407 f411 f767 f413"},
        {F4_512K ",04*016Kg,01*064Kg,03*128Kg", NULL, "f429 f469 f767", "f407 f411 f746"},
        {F407_FLASH ",04*128Kg", F4_OPTIONS, "f413", "f407 f429"},
        {"@Internal Flash  /0x08000000/04*032Kg,01*128Kg,03*256Kg", NULL, "f746 f767", "f722 f407"},
        {"@Internal Flash  /0x08000000/04*032Kg,01*128Kg,01*256Kg", NULL, "f746", "f767 f722"},
        /* 2 KiB pages in every notation */
        {"@Internal Flash  /0x08000000/064*0002Kg", "@Option Bytes  /0x1FFFF800/01*016 e",
         "f072 f107 f303 f373", "f303xe f042 l476 l432 g431"},
        {"@Internal Flash  /0x08000000/128*0002Kg", "@Option Bytes  /0x1FFFF800/01*016 e",
         "f303 f107 f373 f091", "f072 l432 f303xe"},
        {"@Internal Flash  /0x08000000/0256*0002Kg", "@Option Bytes  /0x1FFF7800/01*040 e",
         "l476 l452 g474", "l432 f303xe l412"},
        {"@Internal Flash   /0x08000000/64*02Kg", "@Option Bytes   /0x1FFF7800/01*40Be",
         "g431 l432 g0b1", "f072 l476"},
        {"@Internal Flash   /0x08000000/128*04Kg",
         "@Option Bytes   /0x1FFF7800/01*048 e/0x1FFFF800/01*048 e", "g474", "g491 g431 l476"},
        {"@Internal Flash  /0x08000000/1024*256 g", "@Option Bytes  /0x1FF80000/01*032 e",
         "l152 l152xd", "l152xb l152xe l073"},
        {"@Internal Flash  /0x08000000/1536*128g", "@Option Bytes  /0x1FF80000/01*032 e", "l073",
         "l053 l152"},
        {"@Internal Flash   /0x08000000/16*128Kg", "@Option Bytes   /0x5200201C/01*128 e", "h743",
         "h723 h7a3 f407"},
        {"@Internal Flash   /0x08000000/8*128Kg", "@Option Bytes   /0x5200201C/01*88 e",
         "h723 h743", "h7a3"},
        {"@Internal Flash   /0x08000000/256*08Kg", "@Option Bytes   /0x40022040/01*64 e", "u575",
         "h7a3 u535"},
        {"@Internal Flash   /0x08000000/128*08Kg", "@Option Bytes   /0x40022040/01*64 e", "u575",
         "h7a3 u535"},
        /* Maple and a bootloader that reports its own sectors as read-only */
        {"@Internal Flash  /0x08000000/12*001Ka,116*001Kg", NULL, "f103", "f103xe f072"},
        {"@Internal Flash  /0x08000000/01*016Ka,3*016Kg,1*064Kg,7*128Kg", NULL, "f407", "f411"},
        /* the early GD32's: 1 MiB of a chip that has 128 KiB; no chip with a ROM has this layout */
        {"@Internal Flash  /0x08000000/512*002Kg", "@Option Bytes  /0x1FFFF800/01*016 g", "f103xg",
         "f107 f303 f303xe l476"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        check_keys(cases[i].is, true, cases[i].flash, cases[i].option_bytes);
        check_keys(cases[i].is_not, false, cases[i].flash, cases[i].option_bytes);
    }
}

/* A program that must choose one takes the first matching row. */
static void test_has_the_common_chips_first(void **state)
{
    struct boot0_layout flash = layout_of(F407_FLASH);
    struct boot0_layout options = layout_of(F4_OPTIONS);

    (void)state;
    assert_string_equal(boot0_chip_at(0)->key, "f407");
    assert_true(boot0_chip_matches(boot0_chip_at(0), &flash, &options));
}

static void test_compares_sector_by_sector(void **state)
{
    (void)state;
    /* another notation, in pieces or out of order, but the same sectors */
    assert_true(matches("f411", "@X/0x08000000/2*16Kg,2*16Kg,1*64Kg,1*128Kg,2*128Kg", NULL));
    assert_true(matches("f411", "@X/0x08010000/1*64Kg,3*128Kg/0x08000000/4*16Kg", NULL));
    /* from the start of the flash, without gaps, with the same edges */
    assert_false(matches("f411", "@X/0x08010000/1*64Kg,3*128Kg", NULL));
    assert_false(matches("f411", "@X/0x08000000/4*16Kg/0x08020000/3*128Kg", NULL));
    assert_false(matches("f411", "@X/0x08000000/4*16Kg,1*128Kg,3*128Kg", NULL));
    assert_false(matches("f411", "@X/0x00000000/4*16Kg,1*64Kg,3*128Kg", NULL));
    assert_false(matches("f411", "@X/0x08000000/8*8Kg,1*64Kg,3*128Kg", NULL));
    assert_false(matches("f411", "@X/0x08000001/4*16Kg,1*64Kg,3*128Kg", NULL));
    /* not smaller than the smallest part, not larger than the largest */
    assert_true(matches("f411", "@X/0x08000000/4*16Kg,1*64Kg,1*128Kg", NULL));
    assert_false(matches("f411", "@X/0x08000000/4*16Kg,1*64Kg", NULL));
    assert_false(matches("f411", "@X/0x08000000/4*16Kg,1*64Kg,3*128Kg,1*16Kg", NULL));
    assert_false(matches("f411", "@X/0x08000000/4*16Kg,1*64Kg,3*128Kg/0x90000000/1*64Kg", NULL));
    /* a layout of an unrelated device */
    assert_false(matches("f411", "@X/0x00000000/4096*1Mg", NULL));
}

static void test_no_layout_is_no_chip(void **state)
{
    struct boot0_layout nothing = {.region_count = 0};
    struct boot0_layout flash = layout_of(F407_FLASH);

    (void)state;
    for (size_t i = 0; boot0_chip_at(i); i++)
        assert_false(boot0_chip_matches(boot0_chip_at(i), &nothing, NULL));
    /* an option byte layout without regions is never right */
    assert_false(boot0_chip_matches(chip("f407"), &flash, &nothing));
}

static void test_knows_stacks(void **state)
{
    static const struct {
        const char *key;
        uint32_t stack;
        bool valid;
    } cases[] = {
        {"f407", 0x20000000, true},  {"f407", 0x20000400, true},   {"f407", 0x2001fff8, true},
        {"f407", 0x20020000, true}, /* the top: a mask of 0x2FFE0000 refuses it */
        {"f407", 0x20020004, false}, {"f407", 0x1ffffffc, false},  {"f407", 0x10000000, true},
        {"f407", 0x10010000, true}, /* CCM */
        {"f407", 0x10010004, false}, {"f407", 0x0ffffffc, false},  {"f407", 0x00000000, false},
        {"f407", 0xffffffff, false}, {"f407", 0x08000000, false},  {"f411", 0x20020000, true},
        {"f411", 0x10010000, false}, {"f401xc", 0x20010000, true}, {"f401xc", 0x20018000, false},
        {"f429", 0x20030000, true},  {"f103", 0x20005000, true},   {"f103", 0x20005004, false},
        {"f746", 0x20050000, true},  {"h743", 0x24080000, true},   {"h743", 0x20020000, true},
        {"h743", 0x38010000, true},  {"h743", 0x38010004, false},  {"l476", 0x20018000, true},
        {"l476", 0x10008000, true},  {"g431", 0x20008000, true},   {"u575", 0x200c0000, true},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        if (boot0_chip_stack_valid(chip(cases[i].key), cases[i].stack) != cases[i].valid)
            fail_msg("%s, stack 0x%08x", cases[i].key, (unsigned)cases[i].stack);
    }
}

/* At most as many as a board has room for; more would make the printed count wrong. */
static void test_no_layout_has_too_many_chips(void **state)
{
    const struct boot0_chip *row, *other;

    (void)state;
    for (size_t i = 0; (row = boot0_chip_at(i)) != NULL; i++) {
        struct boot0_layout whole = layout_of(row->layout), part = whole;
        size_t count = 0;

        for (size_t j = 0; (other = boot0_chip_at(j)) != NULL; j++)
            count += other->has_usb_rom && boot0_chip_matches(other, &whole, NULL);
        assert_true(count <= BOOT0_CHIPS_MAX);
        for (part.regions[0].sector_count = 1; part.region_count == 1;
             part.regions[0].sector_count *= 2) {
            if (part.regions[0].sector_count > whole.regions[0].sector_count)
                break;
            count = 0;
            for (size_t j = 0; (other = boot0_chip_at(j)) != NULL; j++)
                count += other->has_usb_rom && boot0_chip_matches(other, &part, NULL);
            if (count > BOOT0_CHIPS_MAX)
                fail_msg("%s: %zu chips", row->key, count);
        }
    }
}

/* The option bytes alone distinguish these from all others: strings that real ROMs report. */
static void test_tells_chips_by_their_option_bytes(void **state)
{
    static const struct {
        const char *flash;
        const char *option_bytes;
        const char *is;
        const char *is_not;
    } cases[] = {
        {"@Internal Flash    /0x08000000/128*02Kg", "@OB Bytes          /0x40022020/01*136 e",
         "u083", "g0b1 f303 f107 f373 l432 l476 g474 g491 l552"},
        {"@Internal Flash  /0x08000000/512*0004Kg",
         "@Option Bytes  /0x1FF00000/01*040 e/0x1FF01000/01*040 e", "l4r5", "wb55"},
        {"@Internal Flash  /0x08000000/128*0004Kg", "@Option Bytes  /0x1FF8000/01*128 e", "wb55",
         "l4p5 g474 l552"},
        /* those of the AT32 and the APM32, which are not STM32s: the F103 has no ROM for USB */
        {"@Internal Flash  /0x08000000/128*1Kg", "@Option Byte   /0x1FFFF800/02*016 e", "f103",
         "f042 f072 f303"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        check_keys(cases[i].is, true, cases[i].flash, cases[i].option_bytes);
        check_keys(cases[i].is_not, false, cases[i].flash, cases[i].option_bytes);
    }
}

static void test_knows_cpus(void **state)
{
    enum {
        M3 = BOOT0_CPU_V7M,
        M4 = M3 | BOOT0_CPU_DSP,
        M4F = M4 | BOOT0_CPU_FPU,
        M7 = M4F | BOOT0_CPU_FPV5,
        M7D = M7 | BOOT0_CPU_DOUBLE,
        M33 = M3 | BOOT0_CPU_V8M_BASE | BOOT0_CPU_V8M,
    };
    static const struct {
        uint32_t cpu;
        const char *name;
        const char *runs;
        const char * not ;
    } cases[] = {
        {0, "Cortex-M0", "f072 l053 g0b1 u083 f103 f407 f746 h743 u575", ""},
        {M3, "Cortex-M3", "f103 l152 f207 f407 f303 h743 u575", "f072 l073 g071 u083"},
        {M4, "Cortex-M4", "f407 g431 l476 wb55 h743 u575", "f103 f207 l152 f072 g0b1"},
        {M4F, "Cortex-M4 with FPU", "f407 f303 l412 f746 u575", "f103 f207 f042"},
        {M7, "Cortex-M7 with FPU", "f722 f746 f767 h743 u575", "f407 l476"},
        {M7D, "Cortex-M7 with double-precision FPU", "f767 h743 h723", "f722 f746 f407 u575"},
        {M33, "Cortex-M33", "l552 u575 h563", "h743 f407"},
        {M33 | BOOT0_CPU_V8_1M, "Cortex-M55", "", "u575 h563 h743"},
        {BOOT0_CPU_OTHER, "CPU that is not a Cortex-M", "", "h743 f072 u575"},
    };
    char text[64];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        assert_string_equal(boot0_cpu_name(cases[i].cpu, text, sizeof text), cases[i].name);
        for (int good = 0; good < 2; good++)
            for (const char *keys = good ? cases[i].runs : cases[i].not ; *keys;) {
                size_t length = strcspn(keys, " ");
                char key[16] = "";

                memcpy(key, keys, length);
                if (boot0_chip_runs(chip(key), cases[i].cpu) != (good != 0))
                    fail_msg("%s on %s", cases[i].name, key);
                keys += length + strspn(keys + length, " ");
            }
    }
    assert_string_equal(boot0_cpu_name(M7D, text, 8), "Cortex-");
}

static void test_knows_ram_and_aliases(void **state)
{
    (void)state;
    assert_true(boot0_chip_is_ram(chip("f407"), 0x10000000));
    assert_false(boot0_chip_is_ram(chip("f407"), 0x10010000));
    assert_true(boot0_chip_is_ram(chip("f407"), 0x2001ffff));
    assert_false(boot0_chip_is_ram(chip("f407"), 0x08000000));
    assert_false(boot0_chip_is_ram(chip("f407"), 0));
    assert_false(boot0_chip_is_ram(chip("u575"), 0));
    assert_true(boot0_chip_is_ram(chip("f746"), 0)); /* ITCM */
    assert_true(boot0_chip_is_ram(chip("h743"), 0xffff));
    assert_false(boot0_chip_is_ram(chip("h743"), 0x10000));
    assert_false(boot0_chip_is_ram(chip("f746"), 0x00200000));
    assert_int_equal(boot0_chip_alias(chip("f746"), 0)->address, 0x00200000);
    assert_int_equal(boot0_chip_alias(chip("f746"), 0)->flash, 0x08000000);
    assert_null(boot0_chip_alias(chip("f746"), 1));
    assert_int_equal(boot0_chip_alias(chip("f407"), 0)->address, 0);
    assert_null(boot0_chip_alias(chip("h743"), 0));
    assert_null(boot0_chip_alias(chip("u575"), 0));
}

static const char *name_of(const char *const *keys, size_t count, size_t size)
{
    static struct boot0_board board;
    static char text[96];

    board.chip_count = count;
    for (size_t i = 0; i < count; i++)
        board.chips[i] = chip(keys[i]);
    memset(text, 'x', sizeof text);
    boot0_board_chip_name(&board, text, size);
    assert_true(strlen(text) < size);
    return text;
}

/* A single chip is named; several are named as candidates. */
static void test_names_boards(void **state)
{
    static const char *const keys[] = {"f411", "f401xe", "f446", "f407", "f072"};

    (void)state;
    assert_string_equal(name_of(keys, 0, 96), "unknown");
    assert_string_equal(name_of(keys, 1, 96), "STM32F411");
    assert_string_equal(name_of(keys, 2, 96), "STM32, one of 2: F411, F401xD/E");
    assert_string_equal(name_of(keys, 5, 96),
                        "STM32, one of 5: F411, F401xD/E, F446, F405/407, F071/072");
    assert_string_equal(name_of(keys, 5, 58),
                        "STM32, one of 5: F411, F401xD/E, F446, F405/407, F071/072");
    assert_string_equal(name_of(keys, 5, 57),
                        "STM32, one of 5: F411, F401xD/E, F446, F405/407, ...");
    assert_string_equal(name_of(keys, 5, 36), "STM32, one of 5: F411, ...");
    assert_string_equal(name_of(keys, 5, 27), "STM32, one of 5: F411, ...");
    for (size_t size = 1; size < 60; size++)
        (void)name_of(keys, 5, size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_sound),
        cmocka_unit_test(test_knows_the_common_chips),
        cmocka_unit_test(test_finds_by_name),
        cmocka_unit_test(test_finds_by_uf2_family),
        cmocka_unit_test(test_tells_chips_by_their_layout),
        cmocka_unit_test(test_has_the_common_chips_first),
        cmocka_unit_test(test_compares_sector_by_sector),
        cmocka_unit_test(test_no_layout_is_no_chip),
        cmocka_unit_test(test_knows_stacks),
        cmocka_unit_test(test_no_layout_has_too_many_chips),
        cmocka_unit_test(test_tells_chips_by_their_option_bytes),
        cmocka_unit_test(test_knows_cpus),
        cmocka_unit_test(test_knows_ram_and_aliases),
        cmocka_unit_test(test_names_boards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
