/* SPDX-License-Identifier: MIT */
/*
 * Converts the sections of a description to the rows of a model and back, and rejects impossible
 * boards.
 */
#include "private.h"

#include "../chip/chip.h"
#include "../rom/rom.h"
#include "../rom/uart.h"

#include <core/array.h>
#include <stdarg.h>
#include <string.h>

enum bootloader {
    BOOTLOADER_DFUSE,
    BOOTLOADER_PLAIN,
    BOOTLOADER_MAPLE,
    BOOTLOADER_UART,
    BOOTLOADER_COUNT
};

/* In the order of the choices in keys.c. */
static const struct vboard_bootloader *const bootloaders[BOOTLOADER_COUNT] = {
    [BOOTLOADER_DFUSE] = &vboard_dfuse,
    [BOOTLOADER_PLAIN] = &vboard_plain,
    [BOOTLOADER_MAPLE] = &vboard_maple,
    [BOOTLOADER_UART] = &vboard_uart_only,
};

enum {
    UNIQUE_ID_SIZE = 12,
    FLASH_SIZE_SIZE = 2,
    VECTORS_SIZE = 8,
    FLASH_MIN = 1024, /* the flash size register counts in KiB */
    FEATURE_ADDRESS = -0x10000,
};

struct checker {
    struct vboard_description *description;
    unsigned *line;
    char *wrong;
    size_t size;
};

static bool fail(struct checker *checker, unsigned line, const char *format, ...)
    BOOT0_PRINTF(3, 4);

static bool fail(struct checker *checker, unsigned line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(checker->wrong, checker->size, format, arguments);
    va_end(arguments);
    *checker->line = line;
    return false;
}

/* ---- the board ---- */

/* The name appears in lines of traces and in JSON. */
static bool check_name(struct checker *checker)
{
    const char *name = checker->description->rom.listed.name;
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789-_.");

    return (length > 0 && name[length] == '\0') ||
           fail(checker, checker->description->lines[SECTION_BOARD],
                "name: expected letters, digits, '-', '_' and '.'");
}

/* ---- memories ---- */

/* The size of a memory with sectors is the sum of theirs. */
static bool complete_sectors(struct checker *checker, struct memory *memory)
{
    uint64_t size = 0;

    for (const struct vboard_sectors *run = memory->sectors; run->count > 0; run++)
        size += (uint64_t)run->count * run->size;
    if (!vboard_flash_has_sectors(&memory->area))
        return size == 0 || fail(checker, memory->line, "only flash and external have sectors");
    if (size == 0)
        return fail(checker, memory->line, "[memory] lacks the key sectors");
    if (size > VBOARD_MEMORY_SIZE_MAX)
        return fail(checker, memory->line, "a memory has at most %d MiB",
                    VBOARD_MEMORY_SIZE_MAX >> 20);
    if (memory->area.size > 0 && memory->area.size != size)
        return fail(checker, memory->line, "size is %u, but the sectors have %u bytes",
                    memory->area.size, (unsigned)size);
    memory->area.size = (uint32_t)size;
    return true;
}

static bool overlaps(const struct vboard_area *a, const struct vboard_area *b)
{
    return a->address < (uint64_t)b->address + b->size &&
           b->address < (uint64_t)a->address + a->size;
}

static bool check_memory(struct checker *checker, size_t index)
{
    struct memory *memory = &checker->description->memories[index];
    const struct vboard_area *area = &memory->area;

    if ((area->kind == VBOARD_FLASH) != (index == 0))
        return fail(checker, memory->line,
                    "the first memory must be the chip's flash, and only the first: expected kind "
                    "= %s",
                    index == 0 ? "flash" : "external");
    if (!complete_sectors(checker, memory))
        return false;
    if (area->size == 0)
        return fail(checker, memory->line, "[memory] lacks the key size");
    if (area->kind == VBOARD_FLASH && area->size < FLASH_MIN)
        return fail(checker, memory->line, "the flash has at least %d bytes", FLASH_MIN);
    if (area->kind == VBOARD_FEATURE && area->address != (uint32_t)FEATURE_ADDRESS)
        return fail(checker, memory->line, "a memory of kind feature is at 0xFFFF0000");
    if ((uint64_t)area->address + area->size > UINT64_C(1) << 32)
        return fail(checker, memory->line, "the memory ends beyond 0xFFFFFFFF");
    if (area->reserved > area->size)
        return fail(checker, memory->line, "reserved is larger than the memory");
    for (size_t i = 0; i < index; i++)
        if (overlaps(area, &checker->description->memories[i].area))
            return fail(checker, memory->line, "the memory overlaps the one in line %u",
                        checker->description->memories[i].line);
    return true;
}

/* Puts the memories into the part's lists. */
static bool fold_memories(struct checker *checker)
{
    struct vboard_description *description = checker->description;
    struct vboard_part *part = &description->part;
    uint64_t total = 0;
    size_t runs = 0;

    for (size_t i = 0; i < description->memory_count; i++) {
        const struct memory *memory = &description->memories[i];

        if (!check_memory(checker, i))
            return false;
        part->areas[i] = memory->area;
        total += memory->area.size;
        for (size_t n = 0; memory->sectors[n].count > 0; n++) {
            if (runs == VBOARD_SECTORS_MAX)
                return fail(checker, memory->line,
                            "all memories together have at most %d groups "
                            "of sectors",
                            VBOARD_SECTORS_MAX);
            part->sectors[runs++] = memory->sectors[n];
        }
    }
    if (description->memory_count == 0)
        return fail(checker, 0, "expected a section [memory], the flash");
    if (total > 2 * (uint64_t)VBOARD_MEMORY_SIZE_MAX)
        return fail(checker, description->memories[0].line,
                    "all memories together have at most %d MiB", VBOARD_MEMORY_SIZE_MAX >> 19);
    return true;
}

/* ---- the chip ---- */

static const struct vboard_area *find_area(const struct vboard_part *part, uint32_t address,
                                           uint32_t size)
{
    for (const struct vboard_area *area = part->areas; area->size > 0; area++)
        if (address >= area->address && address - area->address < area->size &&
            size <= area->size - (address - area->address))
            return area;
    return NULL;
}

static bool check_options(struct checker *checker)
{
    static const uint8_t least[] = {
        [VBOARD_OPTIONS_F4] = 16, [VBOARD_OPTIONS_F1] = 16, [VBOARD_OPTIONS_F0] = 16,
        [VBOARD_OPTIONS_L4] = 40, [VBOARD_OPTIONS_H7] = 32, [VBOARD_OPTIONS_NONE] = 0,
    };
    const struct vboard_part *part = &checker->description->part;
    unsigned line = checker->description->lines[SECTION_CHIP];
    uint32_t first = 0, total = 0;

    for (const struct vboard_area *area = part->areas; area->size > 0; area++)
        if (area->kind == VBOARD_OPTIONS) {
            first = first > 0 ? first : area->size;
            total +=
                area->size > VBOARD_OPTION_BYTES_MAX ? VBOARD_OPTION_BYTES_MAX + 1 : area->size;
        }
    if (total > VBOARD_OPTION_BYTES_MAX)
        return fail(checker, line, "there are at most %d option bytes", VBOARD_OPTION_BYTES_MAX);
    if (first < least[part->options_style])
        return fail(checker, line,
                    "option_bytes: this family needs a memory of kind options with at least %u "
                    "bytes",
                    least[part->options_style]);
    if ((part->options_style == VBOARD_OPTIONS_F1 || part->options_style == VBOARD_OPTIONS_F0) &&
        part->pages_per_wrp == 0)
        return fail(checker, line, "pages_per_wrp: f1 and f0 need a number from 1 to 255");
    return true;
}

static bool check_chip(struct checker *checker)
{
    const struct vboard_part *part = &checker->description->part;
    unsigned line = checker->description->lines[SECTION_CHIP];

    if (part->unique_id > 0 && !find_area(part, part->unique_id, UNIQUE_ID_SIZE))
        return fail(checker, line, "unique_id: no memory of 12 bytes at 0x%08X", part->unique_id);
    if (part->flash_size > 0 && !find_area(part, part->flash_size, FLASH_SIZE_SIZE))
        return fail(checker, line, "flash_size: no memory of 2 bytes at 0x%08X", part->flash_size);
    return check_options(checker);
}

/* ---- the bootloader ---- */

static bool check_alternates(struct checker *checker)
{
    const struct vboard_description *description = checker->description;
    const struct vboard_alternate *alternates = description->rom.usb.alternates;

    if (description->lines[SECTION_USB] == 0)
        return fail(checker, 0, "expected a section [usb]");
    if (description->alternate_count == 0)
        return fail(checker, 0, "expected a section [alternate]");
    for (size_t i = 1; i < description->alternate_count; i++)
        if (alternates[i].interface < alternates[i - 1].interface)
            return fail(checker, description->alternate_lines[i],
                        "interface: expected alternate settings sorted by interface, lowest first");
    return true;
}

static bool check_maple(struct checker *checker)
{
    const struct vboard_rom *rom = &checker->description->rom;
    const struct vboard_part *part = &checker->description->part;
    unsigned line = checker->description->lines[SECTION_DFU];

    for (size_t i = 0; i < B0_LENGTH(rom->starts); i++)
        if (!find_area(part, rom->starts[i], VECTORS_SIZE))
            return fail(checker, line, "%s: expected an address in a memory",
                        i == 0 ? "program" : "second_program");
    if (rom->wiped > 0 && find_area(part, rom->wiped, 1) != part->areas)
        return fail(checker, line, "wiped: expected an address in the flash");
    return true;
}

static bool check_uart(struct checker *checker)
{
    const struct vboard_description *description = checker->description;
    const uint8_t *commands = description->rom.uart.commands;
    unsigned line = description->lines[SECTION_UART];
    uint32_t sectors = 0;

    if (line == 0)
        return description->bootloader != BOOTLOADER_UART ||
               fail(checker, 0, "expected a section [uart], for the bootloader uart");
    for (const struct vboard_sectors *run = description->memories[0].sectors; run->count > 0; run++)
        sectors += run->count;
    if (sectors > VBOARD_UART_PAGES_MAX)
        return fail(checker, line, "the flash of a board with [uart] has at most %d sectors",
                    VBOARD_UART_PAGES_MAX);
    if (commands[0] != 0 || commands[1] == 0)
        return fail(checker, line, "commands: expected 00 first, then others");
    return true;
}

/* On a board without USB only the serial number counts. */
static void drop_usb(struct vboard_rom *rom)
{
    struct vboard_rom kept = {.listed = rom->listed,
                              .part = rom->part,
                              .bootloader = rom->bootloader,
                              .usb = {.serial = rom->usb.serial},
                              .uart = rom->uart};

    *rom = kept;
}

bool vboard_description_complete(struct vboard_description *description, unsigned *line,
                                 char *wrong, size_t size)
{
    struct checker checker = {description, line, wrong, size};
    struct vboard_rom *rom = &description->rom;

    rom->part = &description->part;
    rom->bootloader = bootloaders[description->bootloader];
    if (rom->usb.configuration_size > 0)
        rom->usb.configuration = description->configuration;
    if (!check_name(&checker) || !fold_memories(&checker) || !check_chip(&checker) ||
        !check_uart(&checker))
        return false;
    if (description->bootloader == BOOTLOADER_UART) {
        drop_usb(rom);
        return true;
    }
    return check_alternates(&checker) &&
           (description->bootloader != BOOTLOADER_MAPLE || check_maple(&checker));
}

/* ---- from a model to sections ---- */

static void unfold_memories(struct vboard_description *description)
{
    const struct vboard_part *part = &description->part;
    const struct vboard_sectors *run = part->sectors;

    for (const struct vboard_area *area = part->areas; area->size > 0; area++) {
        struct memory *memory = &description->memories[description->memory_count++];
        uint32_t left = area->size;

        memory->area = *area;
        if (!vboard_flash_has_sectors(area))
            continue;
        memory->area.size = 0;
        for (size_t n = 0; left > 0 && run->count > 0; n++, run++) {
            memory->sectors[n] = *run;
            left -= run->count * run->size;
        }
    }
}

void vboard_description_unfold(struct vboard_description *description, const struct vboard_rom *rom)
{
    bool usb = rom->bootloader != &vboard_uart_only;

    description->rom = *rom;
    description->part = *rom->part;
    while (bootloaders[description->bootloader] != rom->bootloader)
        description->bootloader++;
    if (rom->usb.configuration)
        memcpy(description->configuration, rom->usb.configuration, rom->usb.configuration_size);
    while (rom->usb.alternates[description->alternate_count].name)
        description->alternate_count++;
    unfold_memories(description);
    for (int id = 0; id < SECTION_COUNT; id++)
        description->lines[id] = 1;
    description->lines[SECTION_UART] = rom->uart.version > 0;
    description->lines[SECTION_USB] = usb;
    if (usb)
        return;
    vboard_section_presets(description, SECTION_DFU);
    description->bootloader = BOOTLOADER_UART;
}
