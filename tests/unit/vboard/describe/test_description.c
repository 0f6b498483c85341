/* SPDX-License-Identifier: MIT */
/*
 * Descriptions of boards: every model survives writing and reading, errors name their line, and
 * described boards behave as described.
 */
#include "../../portable.h"
#include "../vboard_test.h"

#include <core/array.h>
#include <stdio.h>
#include <stdlib.h>
#include <vboard/describe/describe.h>

/* The smallest board. */
#define MEMORY "[memory]\nkind = flash\naddress = 0x08000000\nsectors = 4*1K\n"
#define USB    "[usb]\nvendor_id = 0x0483\nproduct_id = 0xDF11\n"
#define LEAST  MEMORY USB "[alternate]\nname = \"a\"\n"

/* ---- helpers ---- */

static struct vboard_description *read_text(const char *text)
{
    struct boot0_error error = {.code = BOOT0_OK};
    struct vboard_description *description =
        vboard_description_read(text, strlen(text), "x.board", &error);

    if (!description)
        fail_msg("%s\n%s", error.message, text);
    return description;
}

static char *write_text(const struct vboard_rom *rom)
{
    struct b0_text memory;
    FILE *file = b0_text_begin(&memory);
    char *text;

    assert_non_null(file);
    vboard_description_write(rom, file);
    text = b0_text_end(&memory);
    assert_int_equal(strlen(text), memory.size);
    return text;
}

/* A board from a text, through a file as users have it. */
static struct vboard *board_of(const char *text, const char *keys)
{
    char name[PORTABLE_NAME], spec[2 * PORTABLE_NAME];
    struct vboard *board;

    assert_true(portable_file(name, text, strlen(text)));
    snprintf(spec, sizeof spec, "custom:describe=%s%s", name, keys);
    board = new_board(spec);
    remove(name);
    return board;
}

static void assert_refused(const char *text, unsigned line, const char *words)
{
    struct boot0_error error = {.code = BOOT0_OK};
    char start[32];

    assert_null(vboard_description_read(text, strlen(text), "x.board", &error));
    assert_int_equal(error.code, BOOT0_E_DATA);
    snprintf(start, sizeof start, "x.board:%u: ", line);
    if (strncmp(error.message, start, strlen(start)) != 0 || !strstr(error.message, words))
        fail_msg("\"%s\" does not begin with \"%s\" and say \"%s\"", error.message, start, words);
    assert_true(error.hint[0] != '\0');
    assert_null(vboard_description_read(text, strlen(text), "x.board", NULL));
}

/* ---- equality, field by field ---- */

static void assert_same_text(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_true(a == b);
}

static void assert_same_usb(const struct vboard_identity *a, const struct vboard_identity *b)
{
    assert_int_equal(a->bcd_usb, b->bcd_usb);
    assert_int_equal(a->vendor, b->vendor);
    assert_int_equal(a->product, b->product);
    assert_int_equal(a->bcd_device, b->bcd_device);
    assert_int_equal(a->attributes, b->attributes);
    assert_int_equal(a->max_power, b->max_power);
    assert_same_text(a->manufacturer, b->manufacturer);
    assert_same_text(a->product_name, b->product_name);
    assert_same_text(a->serial, b->serial);
    assert_int_equal(a->raw_serial, b->raw_serial);
    assert_int_equal(a->functional.attributes, b->functional.attributes);
    assert_int_equal(a->functional.detach_timeout_ms, b->functional.detach_timeout_ms);
    assert_int_equal(a->functional.transfer_size, b->functional.transfer_size);
    assert_int_equal(a->functional.version, b->functional.version);
    assert_int_equal(a->short_string, b->short_string);
    assert_int_equal(a->short_bytes, b->short_bytes);
    assert_int_equal(a->configuration_size, b->configuration_size);
    if (a->configuration_size > 0)
        assert_memory_equal(a->configuration, b->configuration, a->configuration_size);
    for (size_t i = 0; i <= VBOARD_ALTERNATES_MAX; i++) {
        assert_same_text(a->alternates[i].name, b->alternates[i].name);
        assert_int_equal(a->alternates[i].interface, b->alternates[i].interface);
        assert_int_equal(a->alternates[i].base, b->alternates[i].base);
        assert_int_equal(a->alternates[i].transfer_size, b->alternates[i].transfer_size);
        if (!a->alternates[i].name)
            break;
    }
}

static void assert_same(const struct vboard_rom *a, const struct vboard_rom *b)
{
    assert_same_text(a->listed.name, b->listed.name);
    assert_same_text(a->listed.summary, b->listed.summary);
    assert_string_equal(a->part->name, b->part->name);
    assert_true(vboard_part_equal(a->part, b->part));
    assert_ptr_equal(a->bootloader, b->bootloader);
    assert_same_usb(&a->usb, &b->usb);
    assert_int_equal(a->start_state, b->start_state);
    assert_int_equal(a->start_status, b->start_status);
    assert_memory_equal(a->poll_ms, b->poll_ms, sizeof a->poll_ms);
    assert_memory_equal(a->busy_behaviour, b->busy_behaviour, sizeof a->busy_behaviour);
    assert_int_equal(a->has_device_feature, b->has_device_feature);
    assert_int_equal(a->leaves_at_once, b->leaves_at_once);
    assert_int_equal(a->hangs_from, b->hangs_from);
    assert_memory_equal(a->starts, b->starts, sizeof a->starts);
    assert_int_equal(a->wiped, b->wiped);
    assert_int_equal(a->starts_quickly, b->starts_quickly);
    assert_int_equal(a->uart.version, b->uart.version);
    assert_int_equal(a->uart.chip_id, b->uart.chip_id);
    assert_int_equal(a->uart.no_mass_erase, b->uart.no_mass_erase);
    assert_memory_equal(a->uart.commands, b->uart.commands, sizeof a->uart.commands);
}

static void assert_round_trip(const struct vboard_rom *rom)
{
    char *text = write_text(rom), *again;
    struct vboard_description *description = read_text(text);

    assert_same(rom, vboard_description_rom(description));
    again = write_text(vboard_description_rom(description));
    assert_string_equal(text, again);
    vboard_description_free(description);
    free(again);
    free(text);
}

static void test_every_model(void **state)
{
    const struct vboard_rom *rom;
    size_t count = 0;

    (void)state;
    for (; (rom = vboard_rom_at(count)) != NULL; count++)
        assert_round_trip(rom);
    assert_true(count >= 12);
}

/* Every key with a value other than the default. */
static void test_every_key(void **state)
{
    static const char text[] =
        "[board]\nname = \"n-1.x_\"\nsummary = \"s \\\"\\\\\\x07\\xff\"\nserial = \"q\"\n"
        "[chip]\nname = \"c\"\ntimes = STM32L4\nbanks = 2\noption_bytes = f1\npages_per_wrp = 3\n"
        "otp_lock = yes\nrefuses_unerased = yes\nunique_id = 0x1000\nflash_size = 0x1010\n"
        "[memory]\nkind = flash\naddress = 0x08000000\nsectors = 4*16K, 1*1M\nreserved = 1\n"
        "[memory]\nkind = external\naddress = 0x90000000\nsectors = 2 * 4K\nsize = 8K\n"
        "[memory]\nkind = info\naddress = 0x1000\nsize = 0x100\n"
        "[memory]\nkind = options\naddress = 0x2000\nsize = 4096\n"
        "[memory]\nkind = otp\naddress = 0x4000\nsize = 1K\n"
        "[memory]\nkind = feature\naddress = 0xFFFF0000\nsize = 4\n"
        "[memory]\nkind = ram\naddress = 0x20000000\nsize = 1\n";
    static const char more[] =
        "[usb]\nvendor_id = 1\nproduct_id = 2\ndevice_version = 3\nusb_version = 4\n"
        "attributes = 5\nmax_current_ma = 510\nmanufacturer = \"\"\nproduct = \"p#\" # comment\n"
        "serial_is_plain_bytes = yes\nshort_string = 6\nshort_bytes = 7\n"
        "configuration = 01 0a\nconfiguration = FF\t00 # two lines\n"
        "[alternate]\nname = \"a\"\ninterface = 1\nbase = 8\ntransfer_size = 9\n"
        "[alternate]\nname = \"b\"\ninterface = 15\n"
        "[dfu]\nbootloader = maple\nattributes = 1\ndetach_timeout_ms = 2\ntransfer_size = 65535\n"
        "version = 0x0100\nstart_state = dfuUPLOAD-IDLE\nstart_status = errSTALLEDPKT\n"
        "poll_address_ms = 1\npoll_erase_ms = 2\npoll_data_ms = 65535\nbusy_address = stalls\n"
        "busy_erase = breaks\nbusy_data = at-once\ndevice_feature = yes\nleaves_at_once = yes\n"
        "hangs_from = 1\nprogram = 0x08000010\nsecond_program = 0x90000000\nwiped = 0x08000000\n"
        "starts_quickly = yes\n"
        "[uart]\nversion = 0x22\nchip_id = 0x410\nno_mass_erase = yes\ncommands = 00 01 02\n";
    static const uint8_t bytes[] = {0x01, 0x0a, 0xff, 0x00};
    char all[sizeof text + sizeof more];
    struct vboard_description *description;
    const struct vboard_rom *rom;

    (void)state;
    snprintf(all, sizeof all, "%s%s", text, more);
    description = read_text(all);
    rom = vboard_description_rom(description);
    assert_string_equal(rom->listed.name, "n-1.x_");
    assert_string_equal(rom->listed.summary, "s \"\\\x07\xff");
    assert_string_equal(rom->usb.product_name, "p#");
    assert_string_equal(rom->usb.manufacturer, "");
    assert_int_equal(rom->usb.max_power, 255);
    assert_int_equal(rom->usb.configuration_size, sizeof bytes);
    assert_memory_equal(rom->usb.configuration, bytes, sizeof bytes);
    assert_int_equal(rom->part->areas[0].size, 4 * 16384 + 1048576);
    assert_int_equal(rom->part->areas[1].size, 8192);
    assert_int_equal(rom->part->sectors[2].count, 2);
    assert_int_equal(rom->start_state, BOOT0_DFU_STATE_UPLOAD_IDLE);
    assert_int_equal(rom->poll_ms[VBOARD_COMMAND_DATA], 65535);
    assert_int_equal(rom->uart.commands[2], 2);
    assert_round_trip(rom);
    vboard_description_free(description);
}

static void test_defaults(void **state)
{
    struct vboard_description *description = read_text(LEAST);
    const struct vboard_rom *rom = vboard_description_rom(description);

    (void)state;
    assert_string_equal(rom->listed.name, "custom");
    assert_ptr_equal(rom->part, rom->part);
    assert_int_equal(rom->part->options_style, VBOARD_OPTIONS_NONE);
    assert_int_equal(rom->usb.attributes, 0xc0);
    assert_int_equal(rom->usb.max_power, 50);
    assert_int_equal(rom->usb.functional.transfer_size, 2048);
    assert_int_equal(rom->start_state, BOOT0_DFU_STATE_IDLE);
    assert_null(rom->usb.serial);
    assert_null(rom->usb.configuration);
    assert_int_equal(rom->uart.version, 0);
    vboard_description_free(description);
}

/* ---- errors ---- */

static void test_bad_lines(void **state)
{
    (void)state;
    assert_refused("", 1, "[memory]");
    assert_refused("\n\nkind = flash\n", 3, "section");
    assert_refused("[usb\n", 1, "section");
    assert_refused("# x\n[usbb]\n", 2, "section");
    assert_refused("[memory] x\n", 1, "section");
    assert_refused("[\x1b[31m]\n", 1, "section");
    assert_refused("[dfu]\nsize\n", 2, "key = value");
    assert_refused("[dfu]\n= 3\n", 2, "key = value");
    assert_refused("[dfu]\nSize = 3\n", 2, "key = value");
    assert_refused("[dfu]\nsize = 3\n", 2, "size");
    assert_refused("[dfu]\nversion = 1\nversion = 2\n", 3, "line 2");
    assert_refused("[dfu]\n[dfu]\n", 2, "second");
    assert_refused("[memory]\naddress = 1\n[dfu]\n", 1, "kind");
    assert_refused("[usb]\nvendor_id = 1\n", 1, "product_id");
}

static void test_bad_values(void **state)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        {"[chip]\nbanks = 0\n", "1 to 8"},
        {"[chip]\nbanks = 9\n", "1 to 8"},
        {"[chip]\nbanks =\n", "1 to 8"},
        {"[chip]\nbanks = 2 x\n", "1 to 8"},
        {"[chip]\nbanks = -1\n", "1 to 8"},
        {"[chip]\nbanks = 4294967298\n", "1 to 8"},
        {"[chip]\ntimes = STM32\n", "STM32F4"},
        {"[chip]\ntimes = STM32F4STM32F4STM32F4\n", "STM32F4"},
        {"[chip]\notp_lock = 1\n", "no or yes"},
        {"[chip]\noption_bytes = f2\n", "f4, f1, f0, l4, h7 or none"},
        {"[usb]\nvendor_id = 0x10000\n", "0xFFFF"},
        {"[usb]\nvendor_id = 0x\n", "0xFFFF"},
        {"[usb]\nmax_current_ma = 101\n", "even number"},
        {"[usb]\nproduct = x\n", "quotation marks"},
        {"[usb]\nproduct = \"x\n", "quotation marks"},
        {"[usb]\nproduct = \"x\\\"\n", "quotation marks"},
        {"[usb]\nproduct = \"\\n\"\n", "quotation marks"},
        {"[usb]\nproduct = \"\\x00\"\n", "quotation marks"},
        {"[usb]\nproduct = \"\\xg0\"\n", "quotation marks"},
        {"[usb]\nproduct = \"x\" y\n", "quotation marks"},
        {"[usb]\nproduct = \"a\tb\"\n", "quotation marks"},
        {"[usb]\nconfiguration = 1\n", "hexadecimal"},
        {"[usb]\nconfiguration = 123\n", "hexadecimal"},
        {"[usb]\nconfiguration = 0g\n", "hexadecimal"},
        {"[usb]\nconfiguration =\n", "hexadecimal"},
        {"[memory]\nsize = 65M\n", "64M"},
        {"[memory]\nsize = 4194304K\n", "64M"},
        {"[memory]\nsize = 1k\n", "16K"},
        {"[memory]\nsectors = 4\n", "4*16K"},
        {"[memory]\nsectors = 0*16K\n", "4*16K"},
        {"[memory]\nsectors = 65536*1\n", "4*16K"},
        {"[memory]\nsectors = 1*0\n", "4*16K"},
        {"[memory]\nsectors = 1*1K,\n", "4*16K"},
        {"[memory]\nsectors = 1*1K 2*1K\n", "4*16K"},
        {"[dfu]\ntransfer_size = 0\n", "1 to 65535"},
        {"[dfu]\ntransfer_size = 65536\n", "1 to 65535"},
        {"[dfu]\nstart_state = idle\n", "dfuIDLE"},
        {"[dfu]\nbootloader = rom\n", "dfuse, plain, maple or uart"},
        {"[alternate]\ninterface = 16\n", "0 to 15"},
        {"[uart]\nversion = 0\n", "0x1"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++)
        assert_refused(cases[i].line, 2, cases[i].words);
}

/* Sections that are valid separately and cannot form one board. */
static void test_bad_boards(void **state)
{
    (void)state;
    assert_refused("[memory]\nkind = ram\naddress = 0\nsize = 4\n", 1, "flash");
    assert_refused("[memory]\nkind = flash\naddress = 0\n", 1, "sectors");
    assert_refused("[memory]\nkind = flash\naddress = 0\nsectors = 1*512\n", 1, "1024");
    assert_refused("[memory]\nkind = flash\naddress = 0\nsectors = 1*1K\nsize = 2K\n", 1, "2048");
    assert_refused("[memory]\nkind = flash\naddress = 0\nsectors = 65535*64M\n", 1, "64 MiB");
    assert_refused("[memory]\nkind = flash\naddress = 0xFFFFFC01\nsectors = 1*1K\n", 1, "FFFFFFFF");
    assert_refused(MEMORY "[memory]\nkind = flash\naddress = 0\nsectors = 1*1K\n", 5, "external");
    assert_refused(MEMORY "[memory]\nkind = ram\naddress = 0x08000FFF\nsize = 1\n", 5, "line 1");
    assert_refused(MEMORY "[memory]\nkind = ram\naddress = 0\nsize = 1\nsectors = 1*1\n", 5,
                   "sectors");
    assert_refused(MEMORY "[memory]\nkind = ram\naddress = 0\n", 5, "size");
    assert_refused(MEMORY "[memory]\nkind = ram\naddress = 0\nsize = 4\nreserved = 5\n", 5,
                   "reserved");
    assert_refused(MEMORY "[memory]\nkind = feature\naddress = 0\nsize = 4\n", 5, "0xFFFF0000");
    assert_refused(MEMORY, 5, "[usb]");
    assert_refused(MEMORY USB, 8, "[alternate]");
    assert_refused(LEAST "[board]\nname = \"a b\"\n", 10, "name");
    assert_refused(LEAST "[chip]\nunique_id = 0x08000FF5\n", 10, "unique_id");
    assert_refused(LEAST "[chip]\nflash_size = 4\n", 10, "flash_size");
    assert_refused(LEAST "[chip]\noption_bytes = f4\n", 10, "16");
    assert_refused(LEAST "[memory]\nkind = options\naddress = 0\nsize = 39\n"
                         "[chip]\noption_bytes = l4\n",
                   14, "40");
    assert_refused(LEAST "[memory]\nkind = options\naddress = 0\nsize = 4097\n[chip]\n", 14,
                   "4096");
    assert_refused(LEAST "[memory]\nkind = options\naddress = 0\nsize = 16\n"
                         "[chip]\noption_bytes = f1\n",
                   14, "pages_per_wrp");
    assert_refused(MEMORY USB "[alternate]\nname = \"a\"\ninterface = 1\n[alternate]\n"
                              "name = \"b\"\n",
                   11, "interface");
    assert_refused(LEAST "[dfu]\nbootloader = uart\n", 12, "[uart]");
    assert_refused(LEAST "[dfu]\nbootloader = maple\n", 10, "program");
    assert_refused(LEAST "[dfu]\nbootloader = maple\nprogram = 0x08000000\n", 10, "second");
    assert_refused(LEAST "[uart]\nversion = 1\nchip_id = 1\ncommands = 01 02\n", 10, "commands");
    assert_refused("[memory]\nkind = flash\naddress = 0\nsectors = 4097*1\n" USB
                   "[alternate]\nname = \"a\"\n[uart]\nversion = 1\nchip_id = 1\n"
                   "commands = 00 01\n",
                   10, "4096");
}

/* The maximum number of memories and alternates, and `more`. */
static char *write_many(int more)
{
    struct b0_text memory;
    FILE *file = b0_text_begin(&memory);

    assert_non_null(file);
    for (int i = 0; i < VBOARD_AREAS_MAX; i++)
        fprintf(file, "[memory]\nkind = %s\naddress = 0x%x\n%s\n", i ? "ram" : "flash",
                (unsigned)i << 16, i ? "size = 4" : "sectors = 1*1K");
    fprintf(file, "%s", USB);
    for (int i = 0; i < VBOARD_ALTERNATES_MAX; i++)
        fprintf(file, "[alternate]\nname = \"%d\"\n", i);
    for (int i = 0; i < more; i++)
        fprintf(file, "[alternate]\n");
    return b0_text_end(&memory);
}

static char *write_sectors(void)
{
    struct b0_text memory;
    FILE *file = b0_text_begin(&memory);

    assert_non_null(file);
    fprintf(file, "[memory]\nkind = flash\naddress = 0\nsectors = 1*1K");
    for (int i = 1; i < VBOARD_SECTORS_MAX; i++)
        fprintf(file, ", 1*1K");
    fprintf(file, "\n[memory]\nkind = external\naddress = 0x90000000\nsectors = 1*1K\n");
    return b0_text_end(&memory);
}

/* One more than the maximum. */
static void test_too_many(void **state)
{
    char *all = write_many(0), *more = write_many(1), *sectors = write_sectors();

    (void)state;
    vboard_description_free(read_text(all));
    assert_refused(more, 4 * 16 + 3 + 2 * 24 + 1, "too many");
    assert_refused(sectors, 5, "32 groups");
    free(all);
    free(more);
    free(sectors);
}

static void test_files(void **state)
{
    struct boot0_error error = {.code = BOOT0_OK};
    char name[PORTABLE_NAME], *big = calloc(1, VBOARD_DESCRIPTION_FILE_MAX + 1);

    (void)state;
    assert_non_null(big);
    assert_null(vboard_new("custom", &error));
    assert_int_equal(error.code, BOOT0_E_USAGE);
    assert_non_null(strstr(error.hint, "describe="));
    assert_null(vboard_new("custom:boot0=0", NULL));
    assert_null(vboard_new("custom:describe=", &error));
    assert_int_equal(error.code, BOOT0_E_USAGE);
    assert_null(vboard_new("custom:describe=/nonexistent", &error));
    assert_int_equal(error.code, BOOT0_E_NO_INPUT);
    assert_null(vboard_new("f407:describe=/nonexistent", &error));
    assert_int_equal(error.code, BOOT0_E_USAGE);
    assert_true(portable_file(name, big, VBOARD_DESCRIPTION_FILE_MAX + 1));
    free(big);
    assert_null(vboard_description_load(name, &error));
    assert_int_equal(error.code, BOOT0_E_DATA);
    assert_non_null(strstr(error.message, "65536"));
    remove(name);
}

/* ---- described boards ---- */

/* Two memories that begin at 0, distinguished by the alternate setting. */
static void test_base(void **state)
{
    static const char text[] =
        MEMORY "[memory]\nkind = external\naddress = 0x90000000\nsectors = 2*4K\n" USB
               "[alternate]\nname = \"flash\"\nbase = 0x08000400\n"
               "[alternate]\nname = \"serial flash\"\nbase = 0x90000000\n"
               "[dfu]\ntransfer_size = 32768\n";
    struct vboard *board = board_of(text, "");
    uint8_t block[4] = {0x11, 0x22, 0x33, 0x44}, back[4] = {0};
    size_t actual;

    (void)state;
    assert_int_equal(
        transfer(board, BOOT0_USB_RECIPIENT_INTERFACE, BOOT0_USB_SET_INTERFACE, 1, 0, NULL, NULL),
        BOOT0_XFER_OK);
    assert_int_equal(command(board, BOOT0_DFUSE_SET_ADDRESS, 0x10), BOOT0_DFU_STATUS_OK);
    assert_int_equal(write_block(board, 2, block, 4), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, 0x90000010), 0x11);
    assert_int_equal(peek(board, 0x08000410), 0xff);
    assert_int_equal(simple(board, BOOT0_DFU_ABORT), BOOT0_XFER_OK);
    assert_int_equal(upload(board, 2, back, 4, &actual), BOOT0_XFER_OK);
    assert_memory_equal(back, block, 4);
    assert_int_equal(simple(board, BOOT0_DFU_ABORT), BOOT0_XFER_OK);
    assert_int_equal(command(board, BOOT0_DFUSE_ERASE, 0x0fff), BOOT0_DFU_STATUS_OK);
    assert_int_equal(peek(board, 0x90000010), 0xff);
    assert_int_equal(command(board, BOOT0_DFUSE_ERASE, 0x2000), BOOT0_DFU_STATUS_ERR_TARGET);
    assert_int_equal(stats_of(board).violations, 0);
    free_board(board);
}

/* The spec's keys work on described boards, too. */
static void test_keys(void **state)
{
    struct vboard *board = board_of(LEAST, ",serial=AB,poll_erase=7,fill=0x12,fault=stall@2");
    char text[8];

    (void)state;
    assert_string_equal(vboard_name(board), "custom");
    assert_string_equal(vboard_serial(board), "AB");
    assert_int_equal(vboard_string(board, 3, text, sizeof text), 2);
    assert_int_equal(peek(board, MAIN), 0x12);
    get_status(board);
    assert_int_equal(simple(board, BOOT0_DFU_ABORT), BOOT0_XFER_STALL);
    free_board(board);
}

/* Without the keys there are no strings, and their indices are 0. */
static void test_no_strings(void **state)
{
    struct vboard *board = board_of(LEAST, "");
    uint8_t bytes[64];

    (void)state;
    assert_true(vboard_descriptors(board, bytes, sizeof bytes) > 18);
    assert_int_equal(bytes[14], 0);
    assert_int_equal(bytes[15], 0);
    assert_int_equal(bytes[16], 0);
    assert_int_equal(transfer(board, BOOT0_USB_DIR_IN, BOOT0_USB_GET_DESCRIPTOR,
                              BOOT0_USB_DESC_STRING << 8 | 1, 64, bytes, NULL),
                     BOOT0_XFER_STALL);
    free_board(board);
}

/* A configuration descriptor given in bytes is sent to the host unchanged. */
static void test_configuration(void **state)
{
    static const char text[] = MEMORY USB "configuration = 09 02 0c 00 01 01 00 80 32 03 05 01\n"
                                          "[alternate]\nname = \"a\"\n";
    static const uint8_t wanted[] = {9, 2, 12, 0, 1, 1, 0, 0x80, 0x32, 3, 5, 1};
    struct vboard *board = board_of(text, "");
    uint8_t bytes[VBOARD_DESCRIPTORS_MAX];

    (void)state;
    assert_int_equal(vboard_descriptors(board, bytes, sizeof bytes), 18 + sizeof wanted);
    assert_memory_equal(bytes + 18, wanted, sizeof wanted);
    assert_int_equal(transfer(board, BOOT0_USB_DIR_IN, BOOT0_USB_GET_DESCRIPTOR,
                              BOOT0_USB_DESC_CONFIGURATION << 8, 64, bytes, NULL),
                     BOOT0_XFER_OK);
    assert_memory_equal(bytes, wanted, sizeof wanted);
    free_board(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_model), cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_defaults),    cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_bad_values),  cmocka_unit_test(test_bad_boards),
        cmocka_unit_test(test_too_many),    cmocka_unit_test(test_files),
        cmocka_unit_test(test_base),        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_no_strings),  cmocka_unit_test(test_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
