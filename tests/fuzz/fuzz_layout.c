/*
 * Layout strings: whatever is accepted is true of a 32-bit address space, reads back the same when
 * it is written, and has an answer for every address.
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
    for (size_t i = 0; i < layout->region_count; i++) {
        require(again.regions[i].address == layout->regions[i].address);
        require(again.regions[i].sector_size == layout->regions[i].sector_size);
        require(again.regions[i].sector_count == layout->regions[i].sector_count);
        require(again.regions[i].access == layout->regions[i].access);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct boot0_layout layout;
    size_t rest;

    if (!boot0_layout_parse((const char *)data, size, &layout, &rest)) {
        require(layout.region_count == 0);
        return 0;
    }
    require(rest <= size && layout.region_count > 0);
    require(strlen(layout.name) < B0_LAYOUT_NAME_MAX);
    for (size_t i = 0; i < layout.region_count; i++)
        check_region(&layout, i);
    check_format(&layout);
    for (size_t i = 0; boot0_chip_at(i); i++)
        (void)boot0_chip_matches(boot0_chip_at(i), &layout, &layout);
    return 0;
}
