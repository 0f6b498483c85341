/* SPDX-License-Identifier: MIT */
/* Finds chips of all families: by name, by id, and by the layout that a board reports. */
#include <boot0/board.h>
#include <core/family/family.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    SHORTEST_PART = 4, /* "F407", "WB55" */
};

const struct boot0_chip *boot0_chip_at(size_t index)
{
    const struct b0_chip *row = b0_chip_at(index);

    return row ? &row->chip : NULL;
}

static bool same_letter(char a, char b)
{
    return toupper((unsigned char)a) == toupper((unsigned char)b);
}

static bool same_text(const char *a, const char *b)
{
    while (*a && same_letter(*a, *b)) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Returns the part after "STM32"; the whole name if it has no such prefix. */
static const char *without_prefix(const char *name)
{
    const char *prefix = "STM32";
    size_t length = 0;

    while (prefix[length] && same_letter(name[length], prefix[length]))
        length++;
    return prefix[length] ? name : name + length;
}

/*
 * True if a name ("F407VET6") matches a pattern ("F407", "F103xB"): every letter is equal, up to
 * the end of the shorter one, but at least four letters. 'x' matches any letter.
 */
static bool is_part(const char *name, const char *pattern, size_t pattern_length)
{
    size_t i;

    for (i = 0; i < pattern_length && name[i]; i++) {
        if (pattern[i] != 'x' && !same_letter(name[i], pattern[i]))
            return false;
    }
    return i >= SHORTEST_PART;
}

static bool has_part(const struct b0_chip *row, const char *name)
{
    const char *pattern = row->parts;

    while (*pattern) {
        size_t length = strcspn(pattern, " ");

        if (is_part(name, pattern, length))
            return true;
        pattern += length;
        pattern += strspn(pattern, " ");
    }
    return false;
}

const struct boot0_chip *boot0_chip_by_name(const char *name)
{
    const char *part = without_prefix(name);
    const struct b0_chip *row;

    for (size_t i = 0; (row = b0_chip_at(i)) != NULL; i++)
        if (same_text(name, row->chip.key) || same_text(name, row->chip.name))
            return &row->chip;
    for (size_t i = 0; (row = b0_chip_at(i)) != NULL; i++)
        if (has_part(row, part))
            return &row->chip;
    return NULL;
}

const struct boot0_chip *boot0_chip_by_id(uint16_t id)
{
    const struct b0_chip *row = b0_chip_find(id);

    return row ? &row->chip : NULL;
}

const struct boot0_chip *boot0_chip_by_uf2_family(uint32_t uf2_family)
{
    const struct b0_chip *row;

    if (uf2_family == 0)
        return NULL;
    for (size_t i = 0; (row = b0_chip_at(i)) != NULL; i++)
        for (size_t j = 0; j < B0_CHIP_UF2_MAX; j++)
            if (row->uf2_families[j] == uf2_family)
                return &row->chip;
    for (size_t i = 0; (row = b0_chip_at(i)) != NULL; i++)
        if (row->chip.uf2_family == uf2_family)
            return &row->chip;
    return NULL;
}

/*
 * True if the board's flash is the beginning of that layout, sector by sector and without gaps, and
 * not smaller than the smallest part. Access rights are not compared: a bootloader reports its own
 * sectors as read-only.
 */
static bool is_beginning(const struct boot0_layout *flash, const char *whole, uint32_t min_flash)
{
    struct boot0_layout layout;
    uint64_t size = boot0_layout_size(flash);
    uint64_t compared = 0;

    if (!boot0_layout_parse(whole, strlen(whole), &layout, NULL))
        return false;
    if (size < min_flash || size > boot0_layout_size(&layout))
        return false;
    while (compared < size) {
        uint32_t address = layout.regions[0].address + (uint32_t)compared;
        struct boot0_sector mine = boot0_layout_sector_at(flash, address);
        struct boot0_sector theirs = boot0_layout_sector_at(&layout, address);

        if (mine.size == 0 || mine.address != address || theirs.address != address ||
            mine.size != theirs.size)
            return false;
        compared += mine.size;
    }
    return true;
}

static bool shows(const struct boot0_layout *layout, uint32_t address)
{
    for (size_t i = 0; i < layout->region_count; i++) {
        if (layout->regions[i].address == address)
            return true;
    }
    return false;
}

static bool option_bytes_match(const struct boot0_chip *chip, const struct b0_chip *row,
                               const struct boot0_layout *layout)
{
    if (!layout || chip->option_bytes == 0 || shows(layout, chip->option_bytes))
        return true;
    return row && row->option_bytes_shown != 0 && shows(layout, row->option_bytes_shown);
}

bool boot0_chip_matches(const struct boot0_chip *chip, const struct boot0_layout *flash,
                        const struct boot0_layout *option_bytes)
{
    const struct b0_chip *row = b0_chip_row(chip);

    if (flash->region_count == 0 || !option_bytes_match(chip, row, option_bytes))
        return false;
    if (is_beginning(flash, chip->layout, chip->min_flash))
        return true;
    for (size_t i = 0; row && i < B0_CHIP_LAYOUTS_MAX && row->layouts[i]; i++)
        if (is_beginning(flash, row->layouts[i], chip->min_flash))
            return true;
    return false;
}

bool boot0_chip_stack_valid(const struct boot0_chip *chip, uint32_t stack)
{
    for (size_t i = 0; i < BOOT0_CHIP_RAM_MAX && chip->ram[i].size > 0; i++) {
        /* The end is valid too: a stack grows down from the first address past the RAM. */
        if (stack >= chip->ram[i].address && stack - chip->ram[i].address <= chip->ram[i].size)
            return true;
    }
    return false;
}

bool boot0_chip_is_ram(const struct boot0_chip *chip, uint32_t address)
{
    static const uint32_t itcm_size = 0x10000; /* RM0433, 2.4: 64 KiB at 0; smaller on the F7 */

    for (size_t i = 0; i < BOOT0_CHIP_RAM_MAX && chip->ram[i].size > 0; i++) {
        if (address >= chip->ram[i].address && address - chip->ram[i].address < chip->ram[i].size)
            return true;
    }
    /* ARMv7-M, B3.1: the SRAM region, which also contains RAM aliases that no row lists. */
    if (address >= 0x20000000 && address < 0x40000000)
        return true;
    return boot0_chip_runs(chip, BOOT0_CPU_FPV5) && !boot0_chip_runs(chip, BOOT0_CPU_V8M) &&
           address < itcm_size;
}

bool boot0_chip_runs(const struct boot0_chip *chip, uint32_t cpu)
{
    return (cpu & ~chip->cpu) == 0;
}

const char *boot0_cpu_name(uint32_t cpu, char *text, size_t size)
{
    static const struct {
        uint32_t needs; /* any of these bits */
        const char *name;
    } names[] = {
        {BOOT0_CPU_OTHER, "CPU that is not a Cortex-M"},
        {BOOT0_CPU_V8_1M, "Cortex-M55"},
        {BOOT0_CPU_V8M, "Cortex-M33"},
        {BOOT0_CPU_V8M_BASE, "Cortex-M23"},
        {BOOT0_CPU_FPV5 | BOOT0_CPU_DOUBLE, "Cortex-M7"},
        {BOOT0_CPU_DSP | BOOT0_CPU_FPU, "Cortex-M4"},
        {BOOT0_CPU_V7M, "Cortex-M3"},
        {UINT32_MAX, "Cortex-M0"},
    };
    const char *fpu = cpu & BOOT0_CPU_DOUBLE                   ? " with double-precision FPU"
                      : cpu & (BOOT0_CPU_FPU | BOOT0_CPU_FPV5) ? " with FPU"
                                                               : "";
    size_t row = 0;

    while (!(cpu & names[row].needs) && names[row].needs != UINT32_MAX)
        row++;
    snprintf(text, size, "%s%s", names[row].name, fpu);
    return text;
}

const struct boot0_alias *boot0_chip_alias(const struct boot0_chip *chip, size_t index)
{
    const struct b0_family *family = b0_family_find(chip->family);

    if (!family || index >= B0_FAMILY_ALIASES_MAX || family->aliases[index].flash == 0)
        return NULL;
    return &family->aliases[index];
}

/*
 * Returns the length of "F405/407" in "STM32F405/407/415/417", of "F303x6/8" in "STM32F303x6/8,
 * F328".
 */
static int short_name(const struct boot0_chip *chip, const char **name)
{
    size_t length;

    *name = without_prefix(chip->name);
    length = strcspn(*name, "/,( ");
    if ((*name)[length] == '/')
        length += 1 + strcspn(*name + length + 1, "/,( ");
    return (int)length;
}

const char *boot0_board_chip_name(const struct boot0_board *board, char *text, size_t size)
{
    static const char more[] = ", ...";
    size_t length;

    if (board->chip_count < 2) {
        snprintf(text, size, "%s", board->chip_count ? board->chips[0]->name : "unknown");
        return text;
    }
    length = (size_t)snprintf(text, size, "STM32, one of %zu:", board->chip_count);
    for (size_t i = 0; i < board->chip_count && length < size; i++) {
        const char *name, *gap = i ? ", " : " ";
        int letters = short_name(board->chips[i], &name);
        size_t end = length + strlen(gap) + (size_t)letters;

        if (i > 0 && end + (i + 1 < board->chip_count ? strlen(more) : 0) >= size) {
            snprintf(text + length, size - length, "%s", more);
            break;
        }
        length += (size_t)snprintf(text + length, size - length, "%s%.*s", gap, letters, name);
    }
    return text;
}
