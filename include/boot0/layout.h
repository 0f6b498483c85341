/*
 * The memory layout of a board as DfuSe describes it: each alternate setting of the DFU interface
 * has a string such as
 *
 *     @Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg
 *
 * (UM0424, "DFU interface descriptor"; AN3156, 2). A layout is that string parsed: a name and a
 * list of regions, each a run of equal sectors. Freestanding, no allocation.
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
    B0_LAYOUT_NAME_MAX = 64,
    B0_LAYOUT_REGION_MAX = 32,
};

/* What may be done with a sector: the low three bits of the type letter, a = 1 … g = 7. */
enum {
    B0_SECTOR_READABLE = 1,
    B0_SECTOR_ERASABLE = 2,
    B0_SECTOR_WRITABLE = 4,
};

struct boot0_region {
    uint32_t address;      /* of the first sector */
    uint32_t sector_size;  /* bytes, never 0 */
    uint32_t sector_count; /* never 0 */
    uint8_t access;        /* B0_SECTOR_* */
};

struct boot0_layout {
    char name[B0_LAYOUT_NAME_MAX]; /* without '@' and without surrounding spaces */
    struct boot0_region regions[B0_LAYOUT_REGION_MAX]; /* in the order of the string */
    size_t region_count;
};

struct boot0_sector {
    uint32_t address;
    uint32_t size; /* bytes; 0 in "no sector" */
    uint8_t access;
};

/*
 * Parses `length` bytes of a layout string (no NUL needed). Accepts what real boards send: one or
 * several spaces after the name, numbers of any width, a blank or 'B' for bytes, "01*40Be", several
 * `/address/list` groups, and rubbish after a complete list (F42x ROMs, some clones), which is cut
 * and reported by *rest (offset of the first byte not understood; equal to `length` if all was).
 * `rest` may be NULL.
 *
 * Returns false if the string is no layout (no '@', no complete region), if an address runs past
 * 32 bits, if there are more regions than B0_LAYOUT_REGION_MAX or if two regions overlap. *layout
 * is zeroed then.
 */
B0_API bool boot0_layout_parse(const char *string, size_t length, struct boot0_layout *layout,
                               size_t *rest);

/*
 * Writes the layout in the form of ST's newer ROMs ("@Internal Flash  /0x08000000/04*016Kg,…"),
 * always NUL-terminated. Returns the length that the whole string has; if that is >= size, it was
 * cut.
 */
B0_API size_t boot0_layout_format(const struct boot0_layout *layout, char *string, size_t size);

/* The sector that contains `address`, or one of size 0. */
B0_API struct boot0_sector boot0_layout_sector_at(const struct boot0_layout *layout,
                                                  uint32_t address);

/*
 * The first address in [address, address + size) that lies in no sector with all the rights of
 * `access`. Returns true and leaves *where alone if there is none. size 0 is covered always.
 */
B0_API bool boot0_layout_covers(const struct boot0_layout *layout, uint32_t address, uint32_t size,
                                uint8_t access, uint32_t *where);

/* Total bytes of all regions. */
B0_API uint64_t boot0_layout_size(const struct boot0_layout *layout);

#ifdef __cplusplus
}
#endif
#endif
