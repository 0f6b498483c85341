/* SPDX-License-Identifier: MIT */
/* See memory_table.h. */
#include "memory_table.h"

#include "print.h"
#include "text.h"

enum {
    CELLS_MAX = 32, /* per row: several sectors share one if there are more */
    CELLS_MIN = 7,
    COLUMNS_BEFORE = 31, /* of a row before its cells */
};

/* How many of the bytes from..to (not included) the image contains. */
static uint64_t count_used(const struct boot0_image *image, const struct boot0_layout *layout,
                           uint64_t from, uint64_t to)
{
    uint32_t base = image->has_addresses ? 0 : layout->regions[0].address;
    uint64_t used = 0;

    for (size_t i = 0; i < image->segment_count; i++) {
        uint64_t start = (uint64_t)base + image->segments[i].address;
        uint64_t end = start + image->segments[i].size;

        start = start < from ? from : start;
        end = end > to ? to : end;
        used += start < end ? end - start : 0;
    }
    return used;
}

static uint32_t used_sectors(const struct boot0_image *image, const struct boot0_layout *layout,
                             const struct boot0_region *region)
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < region->sector_count; i++) {
        uint64_t from = region->address + (uint64_t)i * region->sector_size;

        used += count_used(image, layout, from, from + region->sector_size) > 0;
    }
    return used;
}

/* "..#+": free, full, partial. */
static void draw(const struct boot0_image *image, const struct boot0_layout *layout,
                 const struct boot0_region *region, uint32_t width, char cells[CELLS_MAX + 1])
{
    uint32_t shared = (region->sector_count + width - 1) / width;
    uint64_t cell_size = (uint64_t)shared * region->sector_size;
    uint64_t from = region->address;
    uint64_t end = from + (uint64_t)region->sector_count * region->sector_size;
    size_t count = 0;

    for (; from < end && count < width; from += cell_size) {
        uint64_t to = from + cell_size < end ? from + cell_size : end;
        uint64_t used = count_used(image, layout, from, to);

        cells[count++] = used == 0 ? '.' : used == to - from ? '#' : '+';
    }
    cells[count] = '\0';
}

/* How many cells the terminal has room for. */
static uint32_t cells_width(void)
{
    int room = terminal_width(stdout) - 1 - COLUMNS_BEFORE;

    return room > CELLS_MAX ? CELLS_MAX : room < CELLS_MIN ? CELLS_MIN : (uint32_t)room;
}

void memory_table_print(const struct boot0_image *image, const struct boot0_layout *layout)
{
    char size[TEXT_SHORT], count[TEXT_SHORT * 2], cells[CELLS_MAX + 1];
    uint32_t width = cells_width();

    for (size_t i = 0; i < layout->region_count; i++) {
        const struct boot0_region *region = &layout->regions[i];

        draw(image, layout, region, width, cells);
        snprintf(count, sizeof count, "%u x %s", (unsigned)region->sector_count,
                 text_size(size, region->sector_size));
        print("    0x%08x  %-14s %s\n", region->address, count, cells);
    }
}

void memory_table_json(struct json *json, const struct boot0_image *image,
                       const struct boot0_layout *layout)
{
    json_open_list(json, "flash");
    for (size_t i = 0; i < layout->region_count; i++) {
        json_open(json, NULL);
        json_hex(json, "address", layout->regions[i].address, 8);
        json_number(json, "sectors", layout->regions[i].sector_count);
        json_number(json, "sector_bytes", layout->regions[i].sector_size);
        json_number(json, "used", used_sectors(image, layout, &layout->regions[i]));
        json_close(json);
    }
    json_close_list(json);
}
