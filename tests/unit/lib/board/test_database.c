/* SPDX-License-Identifier: MIT */
/* The user's own chips, boards and quirks: what a text makes of them, and each mistake in one. */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <boot0/boot0.h>
#include <boot0/database.h>
#include <cmocka.h>
#include <lib/board/database.h>
#include <lib/board/program_unit.h>
#include <lib/usb/quirks.h>
#include <stdio.h>
#include <string.h>

#define CLONE                                                                                      \
    "[chip gd32f103cb]\n"                                                                          \
    "like = f103\n"                                                                                \
    "id = 0x410\n"

static struct boot0_database *database;

static int begin(void **state)
{
    (void)state;
    database = boot0_database_new();
    return database == NULL;
}

static int end(void **state)
{
    (void)state;
    boot0_database_free(database);
    return 0;
}

static void read_text(const char *text)
{
    struct boot0_error error = {0};

    if (boot0_database_read(database, "test.conf", 1, text, &error) != BOOT0_OK)
        fail_msg("%s", error.message);
}

static void fails(const char *text, const char *start, const char *part)
{
    struct boot0_error error = {0};
    struct boot0_entry before, after;
    bool some = boot0_database_entry_at(database, 0, &before);

    assert_int_equal(boot0_database_read(database, "test.conf", 1, text, &error), BOOT0_E_USAGE);
    if (strncmp(error.message, start, strlen(start)) != 0 || !strstr(error.message, part))
        fail_msg("\"%s\": %s", text, error.message);
    assert_true(error.hint[0] != '\0');
    assert_int_equal(boot0_database_entry_at(database, 0, &after), some); /* nothing of it stays */
    if (some)
        assert_ptr_equal(after.key, before.key);
}

static const struct boot0_chip *chip_of(const char *name)
{
    const struct boot0_chip *chip = boot0_database_chip_by_name(database, name);

    assert_non_null(chip);
    return chip;
}

/* ---- chips ---- */

static void test_whole_chip(void **state)
{
    struct boot0_layout layout;
    const struct boot0_chip *chip;
    const struct b0_chip *row;

    (void)state;
    read_text("[chip my-chip] # a comment\n"
              "\tname = My chip, 64 KiB\r\n"
              "id=0x7ff\n"
              "family = stm32f4\n"
              "# another\n"
              "sectors = 2*16K, 1 * 32k\n"
              "min_flash = 32K\n"
              "ram = 16K, 4K@0x10000000\n"
              "cpu = Cortex-M4\n"
              "program_unit = 4\n"
              "usb = 1209:B007\n"
              "uf2_family = 0x12345678\n"
              "option_bytes = 0x1fffc000\n"
              "unique_id_address = 0x1fff7a10\n"
              "flash_size_address = none\n"
              "device_feature = yes");
    chip = chip_of("MY-CHIP");
    assert_string_equal(chip->key, "my-chip");
    assert_string_equal(chip->name, "My chip, 64 KiB");
    assert_string_equal(chip->family, "STM32F4");
    assert_int_equal(chip->id, 0x7ff);
    assert_int_equal(chip->uf2_family, 0x12345678);
    assert_int_equal(chip->min_flash, 32 * 1024);
    assert_int_equal(chip->option_bytes, 0x1fffc000);
    assert_true(chip->has_usb_rom && chip->has_device_feature);
    assert_int_equal(chip->ram[0].address, 0x20000000);
    assert_int_equal(chip->ram[0].size, 16 * 1024);
    assert_int_equal(chip->ram[1].address, 0x10000000);
    assert_int_equal(chip->ram[1].size, 4 * 1024);
    assert_int_equal(chip->ram[2].size, 0);
    assert_true(boot0_chip_runs(chip, BOOT0_CPU_FPU) && !boot0_chip_runs(chip, BOOT0_CPU_FPV5));
    assert_true(boot0_layout_parse(chip->layout, strlen(chip->layout), &layout, NULL));
    assert_int_equal(layout.region_count, 2);
    assert_int_equal(boot0_layout_size(&layout), 64 * 1024);
    assert_true(boot0_chip_matches(chip, &layout, NULL));
    row = b0_chip_row(chip);
    assert_int_equal(row->program_unit, 4);
    assert_int_equal(row->usb_vendor, 0x1209);
    assert_int_equal(row->usb_product, 0xb007);
    assert_int_equal(b0_chip_signature(row)->unique_id, 0x1fff7a10);
    assert_int_equal(b0_chip_signature(row)->flash_size, 0);
    assert_ptr_equal(chip_of("My chip, 64 KiB"), chip);
    assert_ptr_equal(boot0_database_chip_by_id(database, 0x7ff), chip);
    assert_null(boot0_database_chip_by_id(database, 0x7fe));
}

static void test_chip_like_another(void **state)
{
    const struct boot0_chip *chip, *like = boot0_chip_by_name("f103");

    (void)state;
    read_text(CLONE "usb = 28e9:0189\n"
                    "[chip second]\nram = 8K\nsectors = 16*4K\nlike = gd32f103cb\nid = none\n");
    chip = chip_of("gd32f103cb");
    assert_string_equal(chip->name, "gd32f103cb");
    assert_string_equal(chip->layout, like->layout);
    assert_string_equal(chip->family, like->family);
    assert_memory_equal(chip->ram, like->ram, sizeof chip->ram);
    assert_int_equal(chip->cpu, like->cpu);
    assert_int_equal(chip->min_flash, like->min_flash);
    assert_int_equal(b0_chip_signature(b0_chip_row(chip))->flash_size,
                     b0_chip_signature(b0_chip_row(like))->flash_size);
    chip = chip_of("second");
    assert_int_equal(chip->id, 0);
    assert_int_equal(chip->ram[0].size, 8 * 1024);
    assert_int_equal(chip->min_flash, 64 * 1024);
    assert_string_equal(chip->family, "STM32F1");
    assert_false(chip->has_usb_rom);
    assert_int_equal(b0_chip_row(chip)->usb_vendor, 0);
    /* its id names no chip, and the clone's id the clone */
    assert_null(boot0_database_chip_by_id(database, 0));
    assert_ptr_equal(boot0_database_chip_by_id(database, 0x410), chip_of("gd32f103cb"));
    assert_ptr_equal(chip_of("f103"), like);
}

static void test_family_gives_what_the_chip_has_not(void **state)
{
    const struct boot0_chip *chip;
    struct boot0_board board = {.chip_count = 1};

    (void)state;
    read_text("[chip x]\nid = 1\nfamily = STM32L4\nsectors = 4*2K\nram = 1K\ncpu = cortex-m0+\n");
    chip = chip_of("x");
    board.chips[0] = chip;
    assert_int_equal(b0_program_unit(&board), 8);
    assert_int_not_equal(b0_chip_signature(b0_chip_row(chip))->unique_id, 0);
    assert_false(chip->has_usb_rom);
    assert_false(boot0_chip_runs(chip, BOOT0_CPU_V7M));
}

static void test_chip_in_place_of_the_tables(void **state)
{
    const struct boot0_chip *chip, *own;
    struct boot0_entry entry;
    size_t count = 0, built_in = 0;

    (void)state;
    read_text("[chip F407]\nlike = f407\nid = 0x413\nsectors = 4*16K, 1*64K, 3*128K\n");
    own = chip_of("f407");
    assert_string_equal(own->key, "F407");
    assert_ptr_equal(chip_of("STM32F407VE"), own); /* a part of it */
    assert_ptr_equal(boot0_database_chip_by_id(database, 0x413), own);
    assert_ptr_equal(boot0_database_chip_at(database, 0), own);
    for (; (chip = boot0_database_chip_at(database, count)) != NULL; count++)
        assert_true(count == 0 || strcmp(chip->key, "f407") != 0);
    while (boot0_chip_at(built_in))
        built_in++;
    assert_int_equal(count, built_in);
    assert_true(boot0_database_entry_at(database, 0, &entry));
    assert_true(entry.replaces && !entry.replaced);
    assert_ptr_equal(boot0_database_chip_by_name(NULL, "f407"), boot0_chip_by_name("f407"));
    assert_ptr_equal(boot0_database_chip_at(NULL, 3), boot0_chip_at(3));
}

static void test_later_text_counts(void **state)
{
    struct boot0_entry entry;

    (void)state;
    read_text(CLONE "name = first\n[chip other]\nlike = f103\nid = 1\n");
    read_text(CLONE "name = second\n");
    assert_string_equal(chip_of("gd32f103cb")->name, "second");
    assert_ptr_equal(boot0_database_chip_by_id(database, 0x410), chip_of("gd32f103cb"));
    assert_string_equal(chip_of("first")->name, "second"); /* the one in its place */
    assert_true(boot0_database_entry_at(database, 0, &entry));
    assert_string_equal(entry.name, "second");
    assert_true(entry.replaces && !entry.replaced);
    assert_true(boot0_database_entry_at(database, 1, &entry));
    assert_true(entry.replaced);
    assert_int_equal(entry.line, 1);
    assert_string_equal(entry.file, "test.conf");
    assert_true(boot0_database_entry_at(database, 2, &entry));
    assert_string_equal(entry.key, "other");
    assert_int_equal(entry.line, 5);
    assert_false(boot0_database_entry_at(database, 3, &entry));
}

/* ---- boards ---- */

static void test_board(void **state)
{
    const struct boot0_board_profile *profile;
    struct boot0_board_option option;
    struct boot0_entry entry;

    (void)state;
    read_text("[board mine]\nname = My board\nchip = gd32f103cb\nvdd = 3.3\nusb = 1209:4f42\n"
              "enter = Hold BOOT, press RESET.\nport = /dev/tty#1 # that one\nbaud = 9600\n"
              "fast = yes\n" CLONE);
    profile = boot0_database_board_by_name(database, "Mine");
    assert_non_null(profile);
    assert_ptr_equal(boot0_database_board_at(database, 0), profile);
    assert_ptr_equal(boot0_database_board_at(database, 1), boot0_board_profile_at(0));
    assert_string_equal(profile->key, "mine");
    assert_string_equal(profile->name, "My board");
    assert_string_equal(profile->chip, "gd32f103cb");
    assert_int_equal(profile->supply_mv, 3300);
    assert_true(boot0_database_board_option(database, "mine", "port", &option));
    assert_string_equal(option.value, "/dev/tty#1");
    assert_int_equal(option.line, 7);
    assert_true(boot0_database_board_option(database, "mine", "enter", &option));
    assert_string_equal(option.value, "Hold BOOT, press RESET.");
    assert_false(boot0_database_board_option(database, "mine", "serial", &option));
    assert_false(boot0_database_board_option(database, "bluepill", "port", &option));
    assert_false(boot0_database_board_option(NULL, "mine", "port", &option));
    /* the last that was read comes first; in a text the order is the text's */
    assert_true(boot0_database_entry_at(database, 0, &entry));
    assert_int_equal(entry.kind, BOOT0_ENTRY_BOARD);
    assert_ptr_equal(entry.chip, chip_of("gd32f103cb"));
}

static struct boot0_board seen(uint16_t vendor, uint16_t product, const char *flash)
{
    struct boot0_board board = {.usb = {.vendor = vendor, .product = product, .bcd_device = 0x200},
                                .database = database,
                                .alternate_count = 1};

    assert_true(boot0_layout_parse(flash, strlen(flash), &board.alternates[0].layout, NULL));
    return board;
}

static void test_board_is_recognised(void **state)
{
    const char *flash = "@Internal Flash  /0x08000000/128*001Kg";
    struct boot0_board board;

    (void)state;
    read_text("[board mine]\nchip = gd32f103cb\nusb = 1209:4f42\n" CLONE);
    board = seen(0x1209, 0x4f42, flash);
    b0_database_recognise(&board);
    assert_string_equal(board.profile->key, "mine");
    assert_int_equal(board.chip_count, 1);
    assert_ptr_equal(board.chips[0], chip_of("gd32f103cb"));
    assert_string_equal(board.family, "STM32F1");
    assert_string_equal(board.contradiction, "");
    board = seen(0x1209, 0x4f43, flash);
    b0_database_recognise(&board);
    assert_null(board.profile);
    board = seen(0x1209, 0x4f42, "@Internal Flash  /0x08000000/128*002Kg");
    b0_database_recognise(&board);
    assert_non_null(strstr(board.contradiction, "its layout is not that of"));
    /* two boards with the same ids: neither */
    read_text("[board second]\nchip = f407\nusb = 1209:4f42\n");
    board = seen(0x1209, 0x4f42, flash);
    b0_database_recognise(&board);
    assert_null(board.profile);
    assert_int_equal(board.chip_count, 0);
}

/* ---- quirks ---- */

static void test_quirk(void **state)
{
    struct boot0_board board;
    const struct b0_quirk *quirk;

    (void)state;
    read_text("[quirk 28E9:189]\nname = mine\ndevice_version = 0x0100-0x01ff\nwhole_blocks = yes\n"
              "poll_once = yes\nbusy_forever = no\npage_size = 2K\nprogram_unit = 8\n"
              "dfu_version = 0x0110\ntransfer_size = 1K\nno_block_jump = yes\npoll_early = yes\n"
              "[quirk 28e9:0189]\ndevice_version = 0x0200\n");
    board = seen(0x28e9, 0x0189, "@Internal Flash  /0x08000000/128*001Kg");
    board.usb.bcd_device = 0x0150;
    quirk = b0_quirk_find(&board);
    assert_string_equal(quirk->name, "mine");
    assert_true(quirk->whole_blocks && quirk->engine.poll_once && quirk->engine.no_block_jump &&
                quirk->engine.poll_early && !quirk->engine.busy_forever);
    assert_int_equal(quirk->program_unit, 8);
    assert_int_equal(quirk->engine.transfer_size, 1024);
    /* What tells GigaDevice's flash tells nothing here. */
    snprintf(board.serial, sizeof board.serial, "3CBJ");
    b0_quirk_apply(quirk, &board);
    assert_string_equal(board.quirk, "mine");
    assert_int_equal(board.dfu_version, 0x0110);
    assert_int_equal(board.alternates[0].layout.regions[0].sector_count, 64);
    board.usb.bcd_device = 0x0200;
    assert_string_equal(b0_quirk_find(&board)->name, "28e9:0189");
    assert_false(b0_quirk_find(&board)->engine.no_block_jump); /* nothing of the table's row */
    board.usb.bcd_device = 0x0300;
    assert_string_equal(b0_quirk_find(&board)->name, "gd32-rom");
}

static void test_page_larger_than_the_flash(void **state)
{
    struct boot0_board board;

    (void)state;
    read_text("[quirk 1234:5678]\npage_size = 32K\n");
    board = seen(0x1234, 0x5678, "@Internal Flash  /0x08000000/4*001Kg");
    b0_quirk_apply(b0_quirk_find(&board), &board);
    assert_int_equal(board.alternates[0].layout.regions[0].sector_count, 4);
}

/* ---- mistakes ---- */

#define WHOLE "id = 1\nfamily = STM32F1\ncpu = cortex-m3\n"

static void test_mistakes(void **state)
{
    static const struct {
        const char *text, *start, *part;
    } mistakes[] = {
        {"id = 1\n", "test.conf:1:", "before the first section"},
        {"[chip]\n", "test.conf:1:", "expected [chip NAME]"},
        {"[chip a\n", "test.conf:1:", "expected [chip NAME]"},
        {"[]\n", "test.conf:1:", "expected [chip NAME]"},
        {"[", "test.conf:1:", "expected [chip NAME]"},
        {"[ chip a]\n", "test.conf:1:", "expected [chip NAME]"},
        {"[chips a]\n", "test.conf:1:", "expected [chip NAME]"},
        {"[chip a b]\n", "test.conf:1:", "expected [chip NAME]"},
        {"[chip a\"]\n", "test.conf:1:", "expected [chip NAME]"},
        {"[chip 12345678901234567890123456789012]\n", "test.conf:1:", "at most 31"},
        {"[quirk 28e9]\n", "test.conf:1:", "28e9:0189"},
        {"[quirk 0:1]\n", "test.conf:1:", "28e9:0189"},
        {"[quirk 12345:1]\n", "test.conf:1:", "28e9:0189"},
        {"\n[chip a]\n\n", "test.conf:2:", "[chip a] has no id"},
        {"[chip a]\nid = 1\n", "test.conf:1:", "has no family"},
        {"[chip a]\n" WHOLE "ram = 1K\n", "test.conf:1:", "has no sectors"},
        {"[chip a]\n" WHOLE "sectors = 1*1K\n", "test.conf:1:", "has no ram"},
        {"[board a]\n", "test.conf:1:", "has no chip"},
        {"[chip a]\nsecotrs = 1*1K\n", "test.conf:2:", "has no key \"secotrs\""},
        {"[chip a]\nvdd = 3.3\n", "test.conf:2:", "has no key \"vdd\""},
        {"[board a]\nchip\n", "test.conf:2:", "invalid chip \"\": expected a chip"},
        {"[chip a]\nid = 1\n\nid = 2\n", "test.conf:4:", "id is there twice: line 2"},
        {CLONE CLONE, "test.conf:4:", "is there twice: line 1"},
        {CLONE "[chip b]\nlike = f103\nid = 0x410\n", "test.conf:4:", "has the id 0x410"},
        {"[quirk 1:2]\n[quirk 1:2]\n", "test.conf:2:", "same device_version"},
        {"[board a]\nchip = f407\n[board A]\nchip = f407\n", "test.conf:3:", "line 1"},
        {"[board a]\nchip = nope\n", "test.conf:1:", "\"nope\", which is unknown"},
        {CLONE "min_flash = 1M\n", "test.conf:1:", "min_flash of 1048576 bytes"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(mistakes); i++)
        fails(mistakes[i].text, mistakes[i].start, mistakes[i].part);
    read_text(CLONE);
    for (size_t i = 0; i < B0_LENGTH(mistakes); i++)
        fails(mistakes[i].text, mistakes[i].start, mistakes[i].part);
}

/* One key of a section that is complete without it; "value|expected". */
static void test_values(void **state)
{
    static const struct {
        const char *section, *key, *wrong[12];
    } keys[] = {
        {"[chip a]\n", "like", {"nope", ""}},
        {"[chip a]\nlike = f103\n", "id", {"0", "0x10000", "x", "-1", "1K", "0x", "1 2", "NONE"}},
        {CLONE,
         "name",
         {"", "\xc3\xbc", "a\tb",
          "1234567890123456789012345678901234567890123456789012345678901234"}},
        {CLONE, "family", {"F1", "STM32", "GD32"}},
        {CLONE,
         "sectors",
         {"128", "128*", "0*1K", "128*1000", "1*32", "1*2M", "17*1M", "128*1K,", "128x1K",
          "4294967295*1M", "1*1K 1*1K", "99999999999*1K"}},
        {CLONE,
         "sectors",
         {"1*1K,1*1K,1*1K,1*1K,1*1K,1*1K,1*1K,1*1K,1*1K,1*1K,1*1K,1*1K,1*1K,1*1K,"
          "1*1K,1*1K,1*1K"}},
        {CLONE, "min_flash", {"0", "17M", "1G", "64 K"}},
        {CLONE,
         "ram",
         {"0", "20K,1K", "20K@", "20K,1K@0x20001000", "1K@0xffffffff", "1K@0x08000000", "4097M",
          "1K@1,1K@0x1000,1K@0x2000,1K@0x3000,1K@0x4000", "20K@0x2000000000"}},
        {CLONE, "cpu", {"m3", "cortex-m55", "cortex m3"}},
        {CLONE, "program_unit", {"0", "3", "64", "x"}},
        {CLONE, "usb", {"28e9", "0:1", "28e9:", ":1", "28e9:0189:1", "28e9 : 1", "g:1"}},
        {CLONE, "uf2_family", {"0", "0x100000000"}},
        {CLONE, "option_bytes", {"0", "0x1000"}},
        {CLONE, "unique_id_address", {"0", "x"}},
        {CLONE, "flash_size_address", {"128K"}},
        {CLONE, "device_feature", {"1", "Yes", "true"}},
        {"[board a]\nchip = f407\n", "vdd", {"3,3", "5", "33", "1.5", "3.", "3.3.3", "3.3 W", "x"}},
        {"[board a]\nchip = f407\n", "usb", {"0483:df11", "x"}},
        {"[board a]\nchip = f407\n", "baud", {"0", "fast", "4000001"}},
        {"[board a]\nchip = f407\n", "fast", {"maybe"}},
        {"[quirk 1:2]\n", "device_version", {"0x200-0x100", "0x10000", "-", "1-", "1-2-3"}},
        {"[quirk 1:2]\n", "dfu_version", {"0x011a", "1.1"}},
        {"[quirk 1:2]\n", "page_size", {"1000", "32", "64K"}},
        {"[quirk 1:2]\n", "transfer_size", {"4", "64K"}},
        {"[quirk 1:2]\n", "poll_early", {"on"}},
    };
    char text[400], part[64];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(keys); i++)
        for (size_t j = 0; j < B0_LENGTH(keys[i].wrong) && keys[i].wrong[j]; j++) {
            /* A chip without an id would be told first. */
            snprintf(text, sizeof text, "%s%s = %s\n%s", keys[i].section, keys[i].key,
                     keys[i].wrong[j], i == 0 ? "id = 1\n" : "");
            snprintf(part, sizeof part, "invalid %s \"", keys[i].key);
            fails(text, "test.conf:", part);
        }
}

static void test_too_many_sections(void **state)
{
    char section[64];
    struct boot0_error error;
    unsigned count = 0;

    (void)state;
    do
        snprintf(section, sizeof section, "[quirk 1:%x]\n", count);
    while (boot0_database_read(database, "f", 1, section, &error) == BOOT0_OK && ++count < 1000);
    assert_int_equal(count, 512);
    assert_non_null(strstr(error.message, "more than 512 sections"));
}

static void test_line_of_the_text(void **state)
{
    struct boot0_error error;

    (void)state;
    assert_int_equal(boot0_database_read(database, "f", 20, "[chip a]\nx\n", &error),
                     BOOT0_E_USAGE);
    assert_memory_equal(error.message, "f:21: ", 6);
    boot0_database_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole_chip, begin, end),
        cmocka_unit_test_setup_teardown(test_chip_like_another, begin, end),
        cmocka_unit_test_setup_teardown(test_family_gives_what_the_chip_has_not, begin, end),
        cmocka_unit_test_setup_teardown(test_chip_in_place_of_the_tables, begin, end),
        cmocka_unit_test_setup_teardown(test_later_text_counts, begin, end),
        cmocka_unit_test_setup_teardown(test_board, begin, end),
        cmocka_unit_test_setup_teardown(test_board_is_recognised, begin, end),
        cmocka_unit_test_setup_teardown(test_quirk, begin, end),
        cmocka_unit_test_setup_teardown(test_page_larger_than_the_flash, begin, end),
        cmocka_unit_test_setup_teardown(test_mistakes, begin, end),
        cmocka_unit_test_setup_teardown(test_values, begin, end),
        cmocka_unit_test_setup_teardown(test_too_many_sections, begin, end),
        cmocka_unit_test_setup_teardown(test_line_of_the_text, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
