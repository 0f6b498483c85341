/* SPDX-License-Identifier: MIT */
/* Reads the values in sections of the user's chips, boards and quirks; see entry_values.h. */
#include "entry_values.h"

#include <core/array.h>
#include <ctype.h>
#include <string.h>

#define ADDRESS_END (UINT64_C(1) << 32)

enum {
    SECTOR_MIN = 64,
    SECTOR_MAX = 0x100000,
};

/* ---- pieces; each moves *at behind what it has read ---- */

static void skip_blanks(const char **at)
{
    while (**at == ' ' || **at == '\t')
        ++*at;
}

static bool take(const char **at, char wanted)
{
    skip_blanks(at);
    if (**at != wanted)
        return false;
    ++*at;
    return true;
}

static int digit_of(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

    return found ? (int)(found - digits) : 16;
}

/* Digits of that base, at most 32 bits. */
static bool take_digits(const char **at, int base, uint32_t *number)
{
    const char *first = *at;
    uint64_t sum = 0;

    for (; digit_of(**at) < base; ++*at) {
        sum = sum * (unsigned)base + (unsigned)digit_of(**at);
        if (sum > UINT32_MAX)
            return false;
    }
    *number = (uint32_t)sum;
    return *at > first;
}

static bool take_number(const char **at, uint32_t *number)
{
    skip_blanks(at);
    if ((*at)[0] == '0' && ((*at)[1] == 'x' || (*at)[1] == 'X')) {
        *at += 2;
        return take_digits(at, 16, number);
    }
    return take_digits(at, 10, number);
}

static bool take_size(const char **at, uint32_t *size)
{
    unsigned shift = 0;

    if (!take_number(at, size))
        return false;
    if (**at == 'K' || **at == 'k')
        shift = 10;
    else if (**at == 'M')
        shift = 20;
    *at += shift > 0;
    if (*size > UINT32_MAX >> shift)
        return false;
    *size <<= shift;
    return true;
}

static bool at_end(const char *at)
{
    skip_blanks(&at);
    return *at == '\0';
}

/* ---- whole values ---- */

bool b0_value_number(const char *text, uint32_t *number)
{
    return take_number(&text, number) && at_end(text);
}

bool b0_value_size(const char *text, uint32_t *size)
{
    return take_size(&text, size) && at_end(text);
}

bool b0_value_volts(const char *text, uint16_t *millivolts)
{
    uint32_t sum, unit = 1000;

    if (!isdigit((unsigned char)text[0]) || (text[1] != '.' && !at_end(text + 1)))
        return false;
    sum = (uint32_t)(*text++ - '0') * unit;
    if (*text == '.' && !isdigit((unsigned char)*++text))
        return false;
    for (; isdigit((unsigned char)*text) && unit > 1; text++) {
        unit /= 10;
        sum += (uint32_t)(*text - '0') * unit;
    }
    *millivolts = (uint16_t)sum;
    text += *text == 'V';
    return at_end(text);
}

bool b0_value_flag(const char *text, bool *flag)
{
    *flag = strcmp(text, "yes") == 0;
    return *flag || strcmp(text, "no") == 0;
}

bool b0_value_ids(const char *text, uint16_t *vendor, uint16_t *product)
{
    uint32_t first, second;

    if (!take_digits(&text, 16, &first) || *text++ != ':' || !take_digits(&text, 16, &second) ||
        !at_end(text) || first == 0 || first > UINT16_MAX || second > UINT16_MAX)
        return false;
    *vendor = (uint16_t)first;
    *product = (uint16_t)second;
    return true;
}

bool b0_value_range(const char *text, uint16_t *first, uint16_t *last)
{
    uint32_t from, to;

    if (!take_number(&text, &from))
        return false;
    to = from;
    if (take(&text, '-') && !take_number(&text, &to))
        return false;
    if (!at_end(text) || to > UINT16_MAX || from > to)
        return false;
    *first = (uint16_t)from;
    *last = (uint16_t)to;
    return true;
}

/* ---- memories ---- */

bool b0_value_sectors(const char *text, struct boot0_layout *layout)
{
    uint64_t end = B0_FLASH_ADDRESS;

    *layout = (struct boot0_layout){.name = "Internal Flash"};
    do {
        struct boot0_region *region = &layout->regions[layout->region_count];
        uint32_t count, size;

        if (layout->region_count == B0_SECTOR_GROUPS_MAX || !take_number(&text, &count) ||
            !take(&text, '*') || !take_size(&text, &size))
            return false;
        if (count == 0 || size < SECTOR_MIN || size > SECTOR_MAX || (size & (size - 1)) != 0 ||
            (uint64_t)count * size > B0_FLASH_ADDRESS + B0_FLASH_BYTES_MAX - end)
            return false;
        *region = (struct boot0_region){.address = (uint32_t)end,
                                        .sector_size = size,
                                        .sector_count = count,
                                        .access = BOOT0_SECTOR_READABLE | BOOT0_SECTOR_ERASABLE |
                                                  BOOT0_SECTOR_WRITABLE};
        end += (uint64_t)count * size;
        layout->region_count++;
    } while (take(&text, ','));
    return at_end(text);
}

static bool overlaps(const struct boot0_range *a, uint64_t address, uint64_t size)
{
    return a->address < address + size && address < a->address + (uint64_t)a->size;
}

/* One more range; false if it cannot be beside the others. */
static bool add_range(struct boot0_range ram[BOOT0_CHIP_RAM_MAX], size_t count,
                      const struct boot0_range *range)
{
    if (count == BOOT0_CHIP_RAM_MAX || range->size == 0 ||
        range->address + (uint64_t)range->size > ADDRESS_END ||
        overlaps(range, B0_FLASH_ADDRESS, B0_FLASH_BYTES_MAX))
        return false;
    for (size_t i = 0; i < count; i++)
        if (overlaps(&ram[i], range->address, range->size))
            return false;
    ram[count] = *range;
    return true;
}

bool b0_value_ram(const char *text, struct boot0_range ram[BOOT0_CHIP_RAM_MAX])
{
    size_t count = 0;

    memset(ram, 0, BOOT0_CHIP_RAM_MAX * sizeof ram[0]);
    do {
        struct boot0_range range = {.address = B0_RAM_ADDRESS};
        bool placed;

        if (!take_size(&text, &range.size))
            return false;
        placed = take(&text, '@');
        if ((placed && !take_number(&text, &range.address)) || (!placed && count > 0) ||
            !add_range(ram, count, &range))
            return false;
        count++;
    } while (take(&text, ','));
    return at_end(text);
}
