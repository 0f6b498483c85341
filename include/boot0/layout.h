/* SPDX-License-Identifier: MIT */
/*
 * The memory layout of a board as DfuSe describes it. Each alternate setting of the DFU interface
 * has a string such as
 *
 *     @Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg
 *
 * (UM0424, "DFU interface descriptor"; AN3156, 2). A layout is the parsed string: a name and a list
 * of regions, each a run of equal sectors. Freestanding, no allocation.
 */
#ifndef BOOT0_LAYOUT_H
#define BOOT0_LAYOUT_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BOOT0_LAYOUT_NAME_MAX = 64,
    BOOT0_LAYOUT_REGION_MAX = 32,
    BOOT0_LAYOUT_NAMES_MAX = 4, /* named memories in one string */
};

/* Access rights of a sector: the low three bits of the type letter, a = 1 … g = 7. */
enum {
    BOOT0_SECTOR_READABLE = 1,
    BOOT0_SECTOR_ERASABLE = 2,
    BOOT0_SECTOR_WRITABLE = 4,
};

struct boot0_region {
    uint32_t address;      /* of the first sector */
    uint32_t sector_size;  /* bytes, never 0 */
    uint32_t sector_count; /* never 0 */
    uint8_t access;        /* BOOT0_SECTOR_* */
};

/*
 * A further memory in the same string: some bootloaders put several there, each with '@' and a
 * name.
 */
struct boot0_layout_name {
    char name[BOOT0_LAYOUT_NAME_MAX];
    size_t first_region; /* index; the memory extends to the first region of the next name */
};

struct boot0_layout {
    char name[BOOT0_LAYOUT_NAME_MAX];                     /* without '@' and surrounding spaces */
    struct boot0_region regions[BOOT0_LAYOUT_REGION_MAX]; /* in the order of the string */
    size_t region_count;                                  /* 0: an empty memory */
    /* The names after the first, in the order of the string. */
    struct boot0_layout_name more_names[BOOT0_LAYOUT_NAMES_MAX - 1];
    size_t more_name_count;
};

struct boot0_sector {
    uint32_t address;
    uint32_t size; /* bytes; 0: no sector */
    uint8_t access;
};

/*
 * Parses `length` bytes of a layout string (no NUL needed). Accepts what real boards send: any
 * number of spaces, numbers of any width, the unit K or M, or for bytes 'B', '.', a space or
 * nothing, "01*40Be", several `/address/list` groups, and several `@name` groups. Regions without
 * sectors ("0*4Kg") are omitted; if all are, region_count is 0. Text after the last complete region
 * is ignored (F42x ROMs and some clones send garbage); *rest is the offset of its first byte, or
 * `length`. `rest` may be NULL.
 *
 * Returns false, with *layout zeroed, if boot0_layout_fault() reports a reason.
 */
BOOT0_API bool boot0_layout_parse(const char *string, size_t length, struct boot0_layout *layout,
                                  size_t *rest);

/*
 * Returns why a string is not a valid layout, as the end of a sentence ("two of its memories
 * overlap"), and in *at the offset of the offending region or group. Returns NULL if
 * boot0_layout_parse() accepts the string. `at` may be NULL.
 */
BOOT0_API const char *boot0_layout_fault(const char *string, size_t length, size_t *at);

/* Returns the name of the memory that contains `address`; NULL if none does. */
BOOT0_API const char *boot0_layout_name_at(const struct boot0_layout *layout, uint32_t address);

/*
 * Writes the layout in the form of ST's newer ROMs ("@Internal Flash  /0x08000000/04*016Kg,…"),
 * always NUL-terminated. Returns the length of the whole string; if it is >= size, the output is
 * truncated.
 */
BOOT0_API size_t boot0_layout_format(const struct boot0_layout *layout, char *string, size_t size);

/* Returns the sector that contains `address`, or one of size 0. */
BOOT0_API struct boot0_sector boot0_layout_sector_at(const struct boot0_layout *layout,
                                                     uint32_t address);

/*
 * Finds the first address in [address, address + size) that is not in a sector with all rights of
 * `access`, and stores it in *where. Returns true and leaves *where unchanged if there is none;
 * size 0 is always covered.
 */
BOOT0_API bool boot0_layout_covers(const struct boot0_layout *layout, uint32_t address,
                                   uint32_t size, uint8_t access, uint32_t *where);

/* Returns the total bytes of all regions. */
BOOT0_API uint64_t boot0_layout_size(const struct boot0_layout *layout);

/*
 * Finds the lowest address and the total bytes of the regions with all rights of `access`. Returns
 * false if there are none. `size` may be NULL.
 */
BOOT0_API bool boot0_layout_extent(const struct boot0_layout *layout, uint8_t access,
                                   uint32_t *address, uint64_t *size);

#ifdef __cplusplus
}
#endif
#endif
