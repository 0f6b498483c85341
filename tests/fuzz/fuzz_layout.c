/* SPDX-License-Identifier: MIT */
/*
 * Layout strings: an accepted one fits a 32-bit address space, is equal after writing and reading,
 * and has an answer for every address.
 */
#include <boot0/chip.h>
#include <boot0/layout.h>

#include <stdlib.h>
#include <string.h>

static void require(bool truth)
{
    if (!truth)
        abort();
}

static uint64_t end_of(const struct boot0_region *region)
{
    return region->address + (uint64_t)region->sector_size * region->sector_count;
}

static void check_region(const struct boot0_layout *layout, size_t index)
{
    const struct boot0_region *region = &layout->regions[index];
    uint32_t last = (uint32_t)(end_of(region) - 1);
    struct boot0_sector sector = boot0_layout_sector_at(layout, last);

    require(region->sector_size > 0 && region->sector_count > 0);
    require(region->access >= 1 && region->access <= 7);
    require(end_of(region) <= UINT64_C(1) << 32);
    require(sector.size == region->sector_size && sector.access == region->access);
    require(sector.address + (sector.size - 1) == last);
    require(
        boot0_layout_covers(layout, region->address, last - region->address, region->access, NULL));
    for (size_t i = 0; i < index; i++) {
        const struct boot0_region *other = &layout->regions[i];

        require(region->address >= end_of(other) || other->address >= end_of(region));
    }
}

static void check_format(const struct boot0_layout *layout)
{
    static char text[4096];
    struct boot0_layout again;
    size_t length = boot0_layout_format(layout, text, sizeof(text));
    size_t rest;

    require(length < sizeof(text) && strlen(text) == length);
    require(boot0_layout_parse(text, length, &again, &rest) && rest == length);
    require(strcmp(again.name, layout->name) == 0 && again.region_count == layout->region_count);
    require(again.more_name_count == layout->more_name_count);
    require(memcmp(again.more_names, layout->more_names, sizeof again.more_names) == 0);
    for (size_t i = 0; i < layout->region_count; i++) {
        require(again.regions[i].address == layout->regions[i].address);
        require(again.regions[i].sector_size == layout->regions[i].sector_size);
        require(again.regions[i].sector_count == layout->regions[i].sector_count);
        require(again.regions[i].access == layout->regions[i].access);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each region has the last name that does not come after the region. */
static void check_names(const struct boot0_layout *layout)
{
    for (size_t i = 0; i < layout->region_count; i++) {
        const char *expected = layout->name;

        for (size_t n = 0; n < layout->more_name_count; n++)
            if (i >= layout->more_names[n].first_region)
                expected = layout->more_names[n].name;
        require(boot0_layout_name_at(layout, layout->regions[i].address) == expected);
    }
    for (size_t n = 0; n < layout->more_name_count; n++) {
        require(layout->more_names[n].first_region <= layout->region_count);
        require(strlen(layout->more_names[n].name) < BOOT0_LAYOUT_NAME_MAX);
    }
}

/* Every change of rights is at the start of a sector, and nowhere else. */
static void check_extent(const struct boot0_layout *layout)
{
    for (uint8_t access = 0; access <= 7; access++) {
        uint32_t address;
        uint64_t size;

        if (!boot0_layout_extent(layout, access, &address, &size))
            continue;
        require(size > 0 && size <= boot0_layout_size(layout));
        require((boot0_layout_sector_at(layout, address).access & access) == access);
        for (size_t i = 0; i < layout->region_count; i++)
            require(layout->regions[i].address >= address ||
                    (layout->regions[i].access & access) != access);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct boot0_layout layout;
    size_t rest, at;
    const char *fault = boot0_layout_fault((const char *)data, size, &at);

    require(at <= size);
    if (!boot0_layout_parse((const char *)data, size, &layout, &rest)) {
        require(fault && layout.region_count == 0);
        return 0;
    }
    require(!fault && rest <= size);
    require(layout.more_name_count < BOOT0_LAYOUT_NAMES_MAX);
    require(strlen(layout.name) < BOOT0_LAYOUT_NAME_MAX);
    check_extent(&layout);
    check_names(&layout);
    for (size_t i = 0; i < layout.region_count; i++)
        check_region(&layout, i);
    check_format(&layout);
    for (size_t i = 0; boot0_chip_at(i); i++)
        (void)boot0_chip_matches(boot0_chip_at(i), &layout, &layout);
    return 0;
}
