/* SPDX-License-Identifier: MIT */
/* Writes a memory layout as a DfuSe layout string. */
#include "array.h"
#include <boot0/layout.h>

/* A string being written. Keeps counting past its end, like snprintf. */
struct writer {
    char *text;
    size_t size;
    size_t length;
};

static void write_char(struct writer *writer, char c)
{
    if (writer->length + 1 < writer->size)
        writer->text[writer->length] = c;
    writer->length++;
}

static void write_string(struct writer *writer, const char *string)
{
    for (; *string; string++)
        write_char(writer, *string);
}

static void write_number(struct writer *writer, uint32_t value, unsigned base, unsigned width)
{
    char digits[10];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789ABCDEF"[value % base];
        value /= base;
    } while (value > 0);
    while (width > count) {
        write_char(writer, '0');
        width--;
    }
    while (count > 0)
        write_char(writer, digits[--count]);
}

static void write_region(struct writer *writer, const struct boot0_region *region)
{
    uint32_t size = region->sector_size;
    char unit = ' ';

    if (size % B0_MIB == 0) {
        unit = 'M';
        size /= B0_MIB;
    } else if (size % B0_KIB == 0) {
        unit = 'K';
        size /= B0_KIB;
    }
    write_number(writer, region->sector_count, 10, 2);
    write_char(writer, '*');
    write_number(writer, size, 10, 3);
    write_char(writer, unit);
    write_char(writer, "?abcdefg"[region->access & 7]);
}

static bool follows(const struct boot0_region *first, const struct boot0_region *next)
{
    return first->address + (uint64_t)first->sector_size * first->sector_count == next->address;
}

/* Writes one name with its regions [first, end). */
static void write_memory(struct writer *writer, const char *name, const struct boot0_layout *layout,
                         size_t first, size_t end)
{
    write_char(writer, '@');
    write_string(writer, name);
    write_string(writer, "  ");
    for (size_t i = first; i < end; i++) {
        const struct boot0_region *region = &layout->regions[i];

        if (i > first && follows(region - 1, region)) {
            write_char(writer, ',');
        } else {
            write_string(writer, "/0x");
            write_number(writer, region->address, 16, 8);
            write_char(writer, '/');
        }
        write_region(writer, region);
    }
    if (first == end)
        write_string(writer, "/0x00000000/00*001Kg");
}

size_t boot0_layout_format(const struct boot0_layout *layout, char *string, size_t size)
{
    struct writer writer = {string, size, 0};
    const char *name = layout->name;
    size_t first = 0;

    for (size_t i = 0; i < layout->more_name_count; i++) {
        const struct boot0_layout_name *next = &layout->more_names[i];

        write_memory(&writer, name, layout, first, next->first_region);
        write_string(&writer, "  ");
        name = next->name;
        first = next->first_region;
    }
    write_memory(&writer, name, layout, first, layout->region_count);
    if (size > 0)
        string[writer.length < size ? writer.length : size - 1] = '\0';
    return writer.length;
}
