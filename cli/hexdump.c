/* SPDX-License-Identifier: MIT */
#include "hexdump.h"
#include "print.h"
#include "text.h"

#include <stdbool.h>
#include <string.h>

enum {
    WIDE = 16,
    NARROW = 4,
    WIDE_COLUMNS = 78,
};

static size_t bytes_per_line(FILE *file)
{
    return terminal_width(file) < WIDE_COLUMNS ? NARROW : WIDE;
}

static void print_line(FILE *file, uint32_t address, const uint8_t *data, size_t count,
                       size_t width)
{
    print_to(file, "%08x ", (unsigned)address);
    for (size_t i = 0; i < width; i++) {
        if (i % 8 == 0)
            print_to(file, " ");
        if (i < count)
            print_to(file, "%02x ", data[i]);
        else
            print_to(file, "   ");
    }
    print_to(file, " |");
    for (size_t i = 0; i < count; i++)
        print_to(file, "%c", data[i] >= ' ' && data[i] < 0x7f ? data[i] : '.');
    print_to(file, "|\n");
}

void hexdump(FILE *file, uint32_t address, const uint8_t *data, size_t size)
{
    size_t width = bytes_per_line(file);
    bool repeats = false;

    for (size_t at = 0; at < size; at += width) {
        size_t count = size - at < width ? size - at : width;
        bool same = at > 0 && count == width && memcmp(data + at, data + at - width, width) == 0;

        if (same && !repeats)
            print_to(file, "*\n");
        if (!same)
            print_line(file, address + (uint32_t)at, data + at, count, width);
        repeats = same;
    }
    print_to(file, "%08x\n", (unsigned)(address + (uint32_t)size));
}
