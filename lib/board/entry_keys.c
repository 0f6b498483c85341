/* SPDX-License-Identifier: MIT */
/* The keys of the user's chips, boards and quirks, one row each; see entry_keys.h. */
#include "entry_keys.h"

#include "entry_values.h"

#include <core/array.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- reading ---- */

static void *field_of(const struct b0_entry_value *value)
{
    return (uint8_t *)value->entry + value->key->offset;
}

static void store(const struct b0_entry_value *value, uint32_t number)
{
    const uint16_t half = (uint16_t)number;
    const uint8_t byte = (uint8_t)number;

    memcpy(field_of(value),
           value->key->width == 4   ? (const void *)&number
           : value->key->width == 2 ? (const void *)&half
                                    : &byte,
           value->key->width);
}

static bool read_number(const struct b0_entry_value *value)
{
    uint32_t number;

    if (!b0_value_number(value->text, &number) || number < value->key->min ||
        number > value->key->max)
        return false;
    store(value, number);
    return true;
}

static bool read_size(const struct b0_entry_value *value)
{
    uint32_t size;

    if (!b0_value_size(value->text, &size) || size < value->key->min || size > value->key->max)
        return false;
    store(value, size);
    return true;
}

static bool read_number_or_none(const struct b0_entry_value *value)
{
    if (strcmp(value->text, "none") != 0)
        return read_number(value);
    store(value, 0);
    return true;
}

static bool read_power(const struct b0_entry_value *value)
{
    uint32_t size;

    return b0_value_size(value->text, &size) && (size & (size - 1)) == 0 && read_size(value);
}

static bool read_flag(const struct b0_entry_value *value)
{
    bool flag;

    if (!b0_value_flag(value->text, &flag))
        return false;
    store(value, flag);
    return true;
}

/* Printable ASCII: names are cut and aligned by their bytes. */
static bool read_text(const struct b0_entry_value *value)
{
    if (value->text[0] == '\0' || strlen(value->text) >= value->key->width)
        return false;
    for (const char *c = value->text; *c; c++)
        if (*c < ' ' || *c > '~')
            return false;
    memcpy(field_of(value), value->text, strlen(value->text) + 1);
    return true;
}

/* All facts of another chip, but for its names, and the ids of a ROM with USB: a clone that showed
 * ST's would stand beside every chip with the same flash. */
static bool read_like(const struct b0_entry_value *value)
{
    const struct boot0_chip *like = boot0_database_chip_by_name(value->database, value->text);
    struct b0_chip_entry *chip = &value->entry->chip;
    const struct boot0_chip own = chip->row.chip;

    if (!like)
        return false;
    chip->row = *b0_chip_row(like);
    chip->signature = *b0_chip_signature(&chip->row);
    snprintf(chip->layout, sizeof chip->layout, "%s", like->layout);
    chip->row.chip.key = own.key;
    chip->row.chip.name = own.name;
    chip->row.chip.layout = own.layout;
    chip->row.chip.row = own.row;
    chip->row.chip.has_usb_rom = false;
    chip->row.usb_vendor = 0;
    chip->row.parts = "";
    chip->row.signature = &chip->signature;
    return true;
}

static bool read_family(const struct b0_entry_value *value)
{
    struct b0_signature *signature = &value->entry->chip.signature;
    const struct b0_family *family;
    size_t i = 0;

    while ((family = b0_family_at(i)) != NULL && strcasecmp(family->name, value->text) != 0)
        i++;
    if (!family)
        return false;
    value->entry->chip.row.chip.family = family->name;
    if (signature->unique_id == 0 && signature->flash_size == 0)
        *signature = family->signature;
    return true;
}

static bool read_sectors(const struct b0_entry_value *value)
{
    struct b0_chip_entry *chip = &value->entry->chip;
    struct boot0_layout layout;

    if (!b0_value_sectors(value->text, &layout))
        return false;
    boot0_layout_format(&layout, chip->layout, sizeof chip->layout);
    chip->row.chip.min_flash = (uint32_t)boot0_layout_size(&layout);
    memset(chip->row.layouts, 0, sizeof chip->row.layouts);
    return true;
}

static bool read_ram(const struct b0_entry_value *value)
{
    return b0_value_ram(value->text, value->entry->chip.row.chip.ram);
}

static bool read_cpu(const struct b0_entry_value *value)
{
    static const struct {
        const char *name;
        uint32_t cpu;
    } cpus[] = {
        {"cortex-m0", 0},
        {"cortex-m0+", 0},
        {"cortex-m3", BOOT0_CPU_V7M},
        {"cortex-m4", BOOT0_CPU_V7M | BOOT0_CPU_DSP | BOOT0_CPU_FPU},
        {"cortex-m7", BOOT0_CPU_V7M | BOOT0_CPU_DSP | BOOT0_CPU_FPU | BOOT0_CPU_FPV5},
        {"cortex-m23", BOOT0_CPU_V8M_BASE},
        {"cortex-m33", BOOT0_CPU_V7M | BOOT0_CPU_DSP | BOOT0_CPU_FPU | BOOT0_CPU_FPV5 |
                           BOOT0_CPU_V8M_BASE | BOOT0_CPU_V8M},
    };

    for (size_t i = 0; i < B0_LENGTH(cpus); i++)
        if (strcasecmp(cpus[i].name, value->text) == 0) {
            value->entry->chip.row.chip.cpu = cpus[i].cpu;
            return true;
        }
    return false;
}

static bool read_chip_usb(const struct b0_entry_value *value)
{
    struct b0_chip *row = &value->entry->chip.row;

    row->chip.has_usb_rom = true;
    return b0_value_ids(value->text, &row->usb_vendor, &row->usb_product);
}

/* Every STM32 shows ST's ids in its ROM: they name no board, and the supply of one is no guess. */
static bool read_board_usb(const struct b0_entry_value *value)
{
    struct b0_board_entry *board = &value->entry->board;

    return b0_value_ids(value->text, &board->vendor, &board->product) &&
           !(board->vendor == BOOT0_VENDOR_ST && board->product == BOOT0_PRODUCT_ST_DFU);
}

static bool read_volts(const struct b0_entry_value *value)
{
    uint16_t millivolts;

    if (!b0_value_volts(value->text, &millivolts) || millivolts < value->key->min ||
        millivolts > value->key->max)
        return false;
    value->entry->board.profile.supply_mv = millivolts;
    return true;
}

/* What the program takes as an option stays a text. */
static bool is_option(const char *text, enum b0_board_option option)
{
    uint32_t baud;
    bool flag;

    switch (option) {
    case B0_BOARD_BAUD:
        return b0_value_number(text, &baud) && baud >= 300 && baud <= 4000000;
    case B0_BOARD_FAST:
    case B0_BOARD_PATIENT:
        return b0_value_flag(text, &flag);
    default:
        return true;
    }
}

static bool read_option(const struct b0_entry_value *value)
{
    const size_t size = sizeof value->entry->board.options[0];
    const size_t option = (value->key->offset - offsetof(struct b0_entry, board.options)) / size;

    return is_option(value->text, (enum b0_board_option)option) && read_text(value);
}

static bool read_range(const struct b0_entry_value *value)
{
    return b0_value_range(value->text, &value->entry->quirk.bcd_first,
                          &value->entry->quirk.bcd_last);
}

/* ---- the rows ---- */

#define FIELD(field)                                                                               \
    .offset = offsetof(struct b0_entry, field), .width = sizeof((struct b0_entry *)0)->field
#define BETWEEN(first, last) .min = (first), .max = (last)
#define NAME_TEXT            "a name of at most 63 printable ASCII characters"
#define YES_OR_NO            "yes or no"
#define ADDRESS              "an address, e.g. 0x1ffff7e8"

/* A chip. `like` comes first: the others change what it has given. */
#define CHIP(key, function) .name = (key), .kind = BOOT0_ENTRY_CHIP, .read = (function)
#define GIVEN(text)         .example = (text), .from_like = true
/* A board. */
#define BOARD(key, function) .name = (key), .kind = BOOT0_ENTRY_BOARD, .read = (function)
#define OPTION(key, option)  BOARD(key, read_option), FIELD(board.options[option])
/* A quirk. */
#define QUIRK(key, function)   .name = (key), .kind = BOOT0_ENTRY_QUIRK, .read = (function)
#define QUIRK_FLAG(key, field) QUIRK(key, read_flag), FIELD(quirk.field), .expected = YES_OR_NO

static const struct b0_entry_key keys[] = {
    {CHIP("like", read_like), .expected = "a known chip, e.g. f103 or STM32F407VE"},
    {CHIP("name", read_text), FIELD(name), .expected = NAME_TEXT},
    {CHIP("id", read_number_or_none), FIELD(chip.row.chip.id), BETWEEN(1, 0xffff),
     .expected = "the chip's id from 1 to 0xffff, e.g. 0x410, or none", .example = "0x410"},
    {CHIP("family", read_family), .expected = "a family, e.g. STM32F1", GIVEN("STM32F1")},
    {CHIP("sectors", read_sectors),
     .expected = "the sectors of the flash from 0x08000000 on, e.g. 4*16K, 1*64K, 7*128K; each a "
                 "power of two from 64 to 1M, 16M in total",
     GIVEN("128*1K")},
    {CHIP("min_flash", read_size), FIELD(chip.row.chip.min_flash), BETWEEN(1, B0_FLASH_BYTES_MAX),
     .expected = "bytes of the smallest part's flash, e.g. 64K"},
    {CHIP("ram", read_ram),
     .expected = "at most 4 ranges of RAM that do not overlap, e.g. 128K, 64K@0x10000000",
     GIVEN("20K")},
    {CHIP("cpu", read_cpu),
     .expected = "cortex-m0, cortex-m0+, cortex-m3, cortex-m4, cortex-m7, cortex-m23 or "
                 "cortex-m33",
     GIVEN("cortex-m3")},
    {CHIP("program_unit", read_power), FIELD(chip.row.program_unit), BETWEEN(1, 32),
     .expected = "bytes that the flash programs at a time: 1, 2, 4, 8, 16 or 32"},
    {CHIP("usb", read_chip_usb),
     .expected = "the USB ids of its bootloader in ROM, e.g. 28e9:0189"},
    {CHIP("uf2_family", read_number), FIELD(chip.row.chip.uf2_family), BETWEEN(1, UINT32_MAX),
     .expected = "a UF2 family id, e.g. 0x5ee21072"},
    {CHIP("option_bytes", read_number_or_none), FIELD(chip.row.chip.option_bytes),
     BETWEEN(B0_FLASH_ADDRESS, UINT32_MAX),
     .expected = "the address that its bootloader shows for option bytes, e.g. 0x1ffff800, or "
                 "none"},
    {CHIP("unique_id_address", read_number_or_none), FIELD(chip.signature.unique_id),
     BETWEEN(B0_FLASH_ADDRESS, UINT32_MAX), .expected = ADDRESS ", or none"},
    {CHIP("flash_size_address", read_number_or_none), FIELD(chip.signature.flash_size),
     BETWEEN(B0_FLASH_ADDRESS, UINT32_MAX),
     .expected = "the address of the half-word with the flash size, e.g. 0x1ffff7e0, or none"},
    {CHIP("device_feature", read_flag), FIELD(chip.row.chip.has_device_feature),
     .expected = YES_OR_NO},

    {BOARD("name", read_text), FIELD(name), .expected = NAME_TEXT},
    {BOARD("chip", read_text), FIELD(board.chip), .example = "STM32F407VE",
     .expected = "a chip, e.g. f103, STM32F407VE, or one of a section [chip]"},
    {BOARD("vdd", read_volts), BETWEEN(1700, 3600), .expected = "volts from 1.7 to 3.6, e.g. 3.3"},
    {BOARD("usb", read_board_usb),
     .expected = "the board's own USB ids, e.g. 1209:0001; 0483:df11 are those of all STM32 in "
                 "their ROM"},
    {OPTION("enter", B0_BOARD_ENTER),
     .expected = "how the board gets into DFU mode, in at most 255 printable ASCII characters"},
    {OPTION("port", B0_BOARD_PORT), .expected = "a serial port, e.g. /dev/ttyUSB0"},
    {OPTION("path", B0_BOARD_PATH), .expected = "a USB port, e.g. 1-2.3"},
    {OPTION("serial", B0_BOARD_SERIAL), .expected = "a serial number"},
    {OPTION("baud", B0_BOARD_BAUD), .expected = "a speed from 300 to 4000000, e.g. 115200"},
    {OPTION("boot", B0_BOARD_BOOT), .expected = "modem lines, e.g. rts-boot0,dtr-reset"},
    {OPTION("fast", B0_BOARD_FAST), .expected = YES_OR_NO},
    {OPTION("patient", B0_BOARD_PATIENT), .expected = YES_OR_NO},

    {QUIRK("name", read_text), FIELD(name), .expected = NAME_TEXT},
    {QUIRK("device_version", read_range), .expected = "bcdDevice, e.g. 0x0200 or 0x0100-0x01ff"},
    {QUIRK("dfu_version", read_number), FIELD(quirk.dfu_version), BETWEEN(0x0100, 0x0110),
     .expected = "the DFU version that it speaks: 0x0100 or 0x0110"},
    {QUIRK("page_size", read_power), FIELD(quirk.page_size), BETWEEN(64, 0x8000),
     .expected = "bytes of a flash page, a power of two from 64 to 32K"},
    {QUIRK("program_unit", read_power), FIELD(quirk.program_unit), BETWEEN(1, 32),
     .expected = "bytes that the flash programs at a time: 1, 2, 4, 8, 16 or 32"},
    {QUIRK("transfer_size", read_size), FIELD(quirk.engine.transfer_size), BETWEEN(8, 0xffff),
     .expected = "bytes per transfer from 8 to 65535, e.g. 1024"},
    {QUIRK_FLAG("whole_blocks", whole_blocks)},
    {QUIRK_FLAG("poll_early", engine.poll_early)},
    {QUIRK_FLAG("poll_once", engine.poll_once)},
    {QUIRK_FLAG("busy_forever", engine.busy_forever)},
    {QUIRK_FLAG("no_block_jump", engine.no_block_jump)},
};
_Static_assert(B0_LENGTH(keys) <= B0_ENTRY_KEYS_MAX, "readers have room for all");

const struct b0_entry_key *b0_entry_key_at(size_t index)
{
    return index < B0_LENGTH(keys) ? &keys[index] : NULL;
}

void b0_entry_begin(struct b0_entry *entry)
{
    snprintf(entry->name, sizeof entry->name, "%s", entry->key);
    if (entry->kind == BOOT0_ENTRY_CHIP) {
        struct b0_chip_entry *chip = &entry->chip;

        chip->row.chip.key = entry->key;
        chip->row.chip.name = entry->name;
        chip->row.chip.layout = chip->layout;
        chip->row.chip.row = &chip->row;
        chip->row.parts = "";
        chip->row.signature = &chip->signature;
    } else if (entry->kind == BOOT0_ENTRY_BOARD) {
        entry->board.profile = (struct boot0_board_profile){
            .key = entry->key, .name = entry->name, .chip = entry->board.chip};
    } else {
        entry->quirk.name = entry->name;
        entry->quirk.bcd_last = 0xffff;
    }
}
