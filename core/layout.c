/* SPDX-License-Identifier: MIT */
/*
 * Parses DfuSe layout strings and finds the sector of an address. include/boot0/layout.h describes
 * the accepted syntax.
 *
 * Ends of ranges are computed in 64 bits throughout: a region may end at 2^32 exactly, as "@Device
 * Feature/0xFFFF0000/01*004 e" would if its size were 64 KiB.
 */
#include "array.h"
#include <boot0/layout.h>
#include <string.h>

#define ADDRESS_END (UINT64_C(1) << 32)

enum outcome {
    PARSED,
    NOT_UNDERSTOOD, /* other text: the regions before it are valid */
    PAST_END,       /* the text is a layout, but an impossible one */
    OVERLAPPING,
    TOO_MANY_REGIONS,
    TOO_MANY_NAMES,
};

/* The texts of boot0_layout_fault(). */
static const char *const faults[] = {
    [PARSED] = NULL,
    [NOT_UNDERSTOOD] = "it is not a memory layout",
    [PAST_END] = "one of its memories ends beyond 32-bit addresses",
    [OVERLAPPING] = "two of its memories overlap",
    [TOO_MANY_REGIONS] = "it has too many regions",
    [TOO_MANY_NAMES] = "it has too many names",
};

struct cursor {
    const char *text;
    size_t length;
    size_t at;
};

static uint64_t region_size(const struct boot0_region *region)
{
    return (uint64_t)region->sector_size * region->sector_count;
}

static uint64_t region_end(const struct boot0_region *region)
{
    return region->address + region_size(region);
}

/* Returns the character `ahead` of the cursor, NUL past the end. */
static char peek(const struct cursor *cursor, size_t ahead)
{
    return ahead < cursor->length - cursor->at ? cursor->text[cursor->at + ahead] : '\0';
}

static bool accept(struct cursor *cursor, char wanted)
{
    if (cursor->at == cursor->length || cursor->text[cursor->at] != wanted)
        return false;
    cursor->at++;
    return true;
}

static void skip_spaces(struct cursor *cursor)
{
    while (accept(cursor, ' '))
        ;
}

static int digit_value(char c, unsigned base)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (base == 16 && c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (base == 16 && c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Parses a number of any width; values past 32 bits become ADDRESS_END. */
static bool parse_number(struct cursor *cursor, unsigned base, uint64_t *value)
{
    int digit = digit_value(peek(cursor, 0), base);

    if (digit < 0)
        return false;
    *value = 0;
    for (; digit >= 0; digit = digit_value(peek(cursor, 0), base)) {
        *value = *value * base + (unsigned)digit;
        if (*value > ADDRESS_END)
            *value = ADDRESS_END;
        cursor->at++;
    }
    return true;
}

/* Parses "/0x08000000/" with leading spaces. */
static enum outcome parse_address(struct cursor *cursor, uint64_t *address)
{
    skip_spaces(cursor);
    if (!accept(cursor, '/'))
        return NOT_UNDERSTOOD;
    if (!accept(cursor, '0') || (!accept(cursor, 'x') && !accept(cursor, 'X')))
        return NOT_UNDERSTOOD;
    if (!parse_number(cursor, 16, address))
        return NOT_UNDERSTOOD;
    skip_spaces(cursor);
    if (!accept(cursor, '/'))
        return NOT_UNDERSTOOD;
    return *address < ADDRESS_END ? PARSED : PAST_END;
}

/*
 * Parses the unit of a sector size: 'K', 'M', or for bytes 'B', '.' (STM32U0), a blank or nothing.
 */
static uint32_t parse_unit(struct cursor *cursor)
{
    skip_spaces(cursor);
    if (accept(cursor, 'K'))
        return B0_KIB;
    if (accept(cursor, 'M'))
        return B0_MIB;
    if (!accept(cursor, 'B'))
        accept(cursor, '.');
    return 1;
}

/* Parses "04*016Kg" at *address, which is moved to the end of the region. Its size can be 0. */
static enum outcome parse_region(struct cursor *cursor, uint64_t *address,
                                 struct boot0_region *region)
{
    uint64_t count;
    uint64_t size;
    char type;

    skip_spaces(cursor);
    if (!parse_number(cursor, 10, &count))
        return NOT_UNDERSTOOD;
    skip_spaces(cursor);
    if (!accept(cursor, '*'))
        return NOT_UNDERSTOOD;
    skip_spaces(cursor);
    if (!parse_number(cursor, 10, &size))
        return NOT_UNDERSTOOD;
    size *= parse_unit(cursor);
    skip_spaces(cursor);
    type = peek(cursor, 0);
    if (type < 'a' || type > 'g')
        return NOT_UNDERSTOOD;
    cursor->at++;

    /* Both factors are below 2^32, so the product fits into 64 bits. */
    if (count >= ADDRESS_END || size >= ADDRESS_END || count * size > ADDRESS_END - *address)
        return PAST_END;
    *region = (struct boot0_region){
        .address = (uint32_t)*address,
        .sector_size = (uint32_t)size,
        .sector_count = (uint32_t)count,
        .access = (uint8_t)(type - 'a' + 1),
    };
    *address += count * size;
    return PARSED;
}

static bool overlaps(const struct boot0_region *a, const struct boot0_region *b)
{
    return a->address < region_end(b) && b->address < region_end(a);
}

/* Appends a region, unless it is empty. */
static enum outcome add_region(struct boot0_layout *layout, const struct boot0_region *region)
{
    if (region_size(region) == 0)
        return PARSED;
    if (layout->region_count == BOOT0_LAYOUT_REGION_MAX)
        return TOO_MANY_REGIONS;
    for (size_t i = 0; i < layout->region_count; i++) {
        if (overlaps(&layout->regions[i], region))
            return OVERLAPPING;
    }
    layout->regions[layout->region_count++] = *region;
    return PARSED;
}

/*
 * Parses "/0x08000000/04*016Kg,01*064Kg". Leaves the cursor after the last complete region, so that
 * a truncated list keeps its complete part.
 */
static enum outcome parse_group(struct cursor *cursor, struct boot0_layout *layout)
{
    struct cursor ahead = *cursor;
    struct boot0_region region;
    uint64_t address;
    enum outcome outcome = parse_address(&ahead, &address);

    if (outcome == PARSED)
        outcome = parse_region(&ahead, &address, &region);
    while (outcome == PARSED) {
        outcome = add_region(layout, &region);
        if (outcome != PARSED)
            break;
        *cursor = ahead;
        skip_spaces(&ahead);
        if (!accept(&ahead, ','))
            break;
        outcome = parse_region(&ahead, &address, &region);
    }
    return outcome;
}

/* The name ends before the first "/0x"; it may contain anything else, as in "SPI Flash :
 * M25P64". */
static void parse_name(struct cursor *cursor, char name[BOOT0_LAYOUT_NAME_MAX])
{
    size_t start;
    size_t end;

    skip_spaces(cursor);
    start = cursor->at;
    while (cursor->at < cursor->length && !(peek(cursor, 0) == '/' && peek(cursor, 1) == '0' &&
                                            (peek(cursor, 2) == 'x' || peek(cursor, 2) == 'X')))
        cursor->at++;
    end = cursor->at;
    if (end - start >= BOOT0_LAYOUT_NAME_MAX)
        end = start + BOOT0_LAYOUT_NAME_MAX - 1;
    while (end > start && cursor->text[end - 1] == ' ')
        end--;
    memset(name, 0, BOOT0_LAYOUT_NAME_MAX);
    for (size_t i = start; i < end; i++) {
        char c = cursor->text[i];
        name[i - start] = c >= ' ' && c <= '~' ? c : '?';
    }
}

/* Parses all groups that follow one name. Leaves the cursor after the last complete region. */
static enum outcome parse_groups(struct cursor *cursor, struct boot0_layout *layout)
{
    enum outcome outcome;

    do
        outcome = parse_group(cursor, layout);
    while (outcome == PARSED);
    return outcome;
}

/*
 * Parses " @External FLASH /0x90000000/128*64Kg". Ignores the name if no complete region follows.
 */
static enum outcome parse_next_name(struct cursor *cursor, struct boot0_layout *layout)
{
    struct boot0_layout_name name = {.first_region = layout->region_count};
    struct cursor ahead = *cursor;
    enum outcome outcome;
    size_t groups;

    skip_spaces(&ahead);
    if (!accept(&ahead, '@'))
        return NOT_UNDERSTOOD;
    parse_name(&ahead, name.name);
    groups = ahead.at;
    outcome = parse_groups(&ahead, layout);
    if (ahead.at == groups && outcome == NOT_UNDERSTOOD)
        return NOT_UNDERSTOOD;
    if (layout->more_name_count == BOOT0_LAYOUT_NAMES_MAX - 1)
        return TOO_MANY_NAMES;
    layout->more_names[layout->more_name_count++] = name;
    *cursor = ahead;
    return outcome == NOT_UNDERSTOOD ? PARSED : outcome;
}

/* Leaves the cursor at the text that ended the layout. */
static enum outcome parse_layout(struct cursor *cursor, struct boot0_layout *layout)
{
    enum outcome outcome;
    size_t groups;

    if (!accept(cursor, '@'))
        return NOT_UNDERSTOOD;
    parse_name(cursor, layout->name);
    groups = cursor->at;
    outcome = parse_groups(cursor, layout);
    if (outcome == NOT_UNDERSTOOD && cursor->at > groups)
        do
            outcome = parse_next_name(cursor, layout);
        while (outcome == PARSED);
    return outcome == NOT_UNDERSTOOD && cursor->at > groups ? PARSED : outcome;
}

bool boot0_layout_parse(const char *string, size_t length, struct boot0_layout *layout,
                        size_t *rest)
{
    struct cursor cursor = {string, length, 0};

    memset(layout, 0, sizeof(*layout));
    if (rest)
        *rest = 0;
    if (parse_layout(&cursor, layout) != PARSED) {
        memset(layout, 0, sizeof(*layout));
        return false;
    }
    skip_spaces(&cursor);
    if (rest)
        *rest = cursor.at;
    return true;
}

const char *boot0_layout_fault(const char *string, size_t length, size_t *at)
{
    struct boot0_layout layout = {.region_count = 0};
    struct cursor cursor = {string, length, 0};
    enum outcome outcome = parse_layout(&cursor, &layout);

    skip_spaces(&cursor);
    accept(&cursor, ',');
    if (at)
        *at = cursor.at;
    return faults[outcome];
}

static const struct boot0_region *region_at(const struct boot0_layout *layout, uint64_t address)
{
    for (size_t i = 0; i < layout->region_count; i++) {
        const struct boot0_region *region = &layout->regions[i];

        if (address >= region->address && address < region_end(region))
            return region;
    }
    return NULL;
}

struct boot0_sector boot0_layout_sector_at(const struct boot0_layout *layout, uint32_t address)
{
    const struct boot0_region *region = region_at(layout, address);

    if (!region)
        return (struct boot0_sector){0};
    return (struct boot0_sector){
        .address = address - (address - region->address) % region->sector_size,
        .size = region->sector_size,
        .access = region->access,
    };
}

const char *boot0_layout_name_at(const struct boot0_layout *layout, uint32_t address)
{
    const struct boot0_region *region = region_at(layout, address);
    const char *name = layout->name;

    if (!region)
        return NULL;
    for (size_t i = 0; i < layout->more_name_count; i++)
        if (layout->more_names[i].first_region <= (size_t)(region - layout->regions))
            name = layout->more_names[i].name;
    return name;
}

bool boot0_layout_covers(const struct boot0_layout *layout, uint32_t address, uint32_t size,
                         uint8_t access, uint32_t *where)
{
    uint64_t end = (uint64_t)address + size;
    uint64_t at = address;

    while (at < end) {
        const struct boot0_region *region = region_at(layout, at);

        if (!region || (region->access & access) != access) {
            /* A range that runs past 32 bits leaves the layout at 2^32 at the latest. */
            if (where)
                *where = at < ADDRESS_END ? (uint32_t)at : UINT32_MAX;
            return false;
        }
        at = region_end(region);
    }
    return true;
}

uint64_t boot0_layout_size(const struct boot0_layout *layout)
{
    uint64_t size = 0;

    for (size_t i = 0; i < layout->region_count; i++)
        size += region_size(&layout->regions[i]);
    return size;
}

bool boot0_layout_extent(const struct boot0_layout *layout, uint8_t access, uint32_t *address,
                         uint64_t *size)
{
    uint64_t total = 0;
    uint32_t lowest = 0;

    for (size_t i = 0; i < layout->region_count; i++) {
        const struct boot0_region *region = &layout->regions[i];

        if ((region->access & access) != access)
            continue;
        if (total == 0 || region->address < lowest)
            lowest = region->address;
        total += region_size(region);
    }
    if (total == 0)
        return false;
    *address = lowest;
    if (size)
        *size = total;
    return true;
}
