/* SPDX-License-Identifier: MIT */
/* Classifies a board's memories: flash, RAM, or memory that changes the chip; see memory_kind.h. */
#include "memory_kind.h"

#include "names.h"

#include <core/array.h>
#include <core/family/family.h>

enum {
    INTERNAL_FLASH = 0x08000000,
    INTERNAL_FLASH_MAX = 0x01000000, /* larger than the flash of any STM32 */
};

struct area {
    uint32_t first;
    uint32_t last;
    enum b0_memory_kind kind;
};

/*
 * Everything except option bytes and OTP: ARMv7-M (B3.1) and the memory maps of all STM32. For
 * addresses in no row the name decides, e.g. for offsets into a serial flash.
 */
static const struct area map[] = {
    {0x00200000, 0x003fffff, B0_MEMORY_FLASH},  /* F7: the flash on its ITCM bus */
    {0x08fff800, 0x08ffffff, B0_MEMORY_SYSTEM}, /* H5, H7A3, H7RS: the read-only area */
    {0x0bf80000, 0x0bffffff, B0_MEMORY_SYSTEM}, /* L5, U3, U5, H5, WBA: system memory */
    {0x08000000, 0x0fffffff, B0_MEMORY_FLASH},  /* also the data EEPROM of L0 and L1 */
    {0x10000000, 0x1003ffff, B0_MEMORY_RAM},    /* CCM; SRAM2 of the L4 */
    {0x1ff00000, 0x1fffffff, B0_MEMORY_SYSTEM}, /* system memory and its surroundings */
    {0x20000000, 0x3fffffff, B0_MEMORY_RAM},
    {0x40000000, 0x5fffffff, B0_MEMORY_SYSTEM}, /* peripherals */
    {0x60000000, 0x9fffffff, B0_MEMORY_FLASH},  /* FMC banks 1 to 3, QUADSPI, OCTOSPI */
    {0xc0000000, 0xdfffffff, B0_MEMORY_RAM},    /* SDRAM */
    {0xe0000000, 0xffffffff, B0_MEMORY_SYSTEM}, /* also the device feature: AN2606, 4.4 */
};

/*
 * Words that indicate the purpose of a memory. Whole words match; '*' stands for any start or end.
 */
static const struct {
    const char *word;
    enum b0_memory_kind kind;
} special_words[] =
    {
        {"option*", B0_MEMORY_OPTION_BYTES},
        {"ob", B0_MEMORY_OPTION_BYTES},
        {"otp", B0_MEMORY_OTP},
        {"efuse*", B0_MEMORY_OTP},
        {"fuse*", B0_MEMORY_OTP},
        {"engi*", B0_MEMORY_SYSTEM},
        {"feature", B0_MEMORY_SYSTEM},
},
  plain_words[] = {
      {"*flash", B0_MEMORY_FLASH},  {"flash*", B0_MEMORY_FLASH},
      {"*eeprom", B0_MEMORY_FLASH}, {"nor", B0_MEMORY_FLASH},
      {"nand", B0_MEMORY_FLASH},    {"program", B0_MEMORY_UNKNOWN}, /* not RAM despite its ending */
      {"*ram", B0_MEMORY_RAM},
};

static const char *const texts[B0_MEMORY_KIND_COUNT] = {
    [B0_MEMORY_FLASH] = "flash",
    [B0_MEMORY_RAM] = "RAM",
    [B0_MEMORY_OPTION_BYTES] = "option bytes",
    [B0_MEMORY_OTP] = "one-time programmable memory",
    [B0_MEMORY_SYSTEM] = "memory of the chip itself",
    [B0_MEMORY_UNKNOWN] = "memory of unknown purpose",
};

static bool is_in(const struct b0_span *spans, uint32_t address)
{
    for (size_t i = 0; i < B0_FAMILY_SPANS_MAX && spans[i].last != 0; i++)
        if (address >= spans[i].first && address <= spans[i].last)
            return true;
    return false;
}

static enum b0_memory_kind special_of_family(const struct b0_family *family, uint32_t address)
{
    if (is_in(family->otp, address))
        return B0_MEMORY_OTP;
    return is_in(family->option_bytes, address) ? B0_MEMORY_OPTION_BYTES : B0_MEMORY_UNKNOWN;
}

/* Option bytes and OTP of the family, then of any other. B0_MEMORY_UNKNOWN: neither. */
static enum b0_memory_kind special_kind(const char *name, uint32_t address)
{
    const struct b0_family *family = b0_family_find(name);
    enum b0_memory_kind kind = family ? special_of_family(family, address) : B0_MEMORY_UNKNOWN;

    for (size_t i = 0; kind == B0_MEMORY_UNKNOWN && (family = b0_family_at(i)) != NULL; i++)
        kind = special_of_family(family, address);
    return kind;
}

enum b0_memory_kind b0_memory_kind(const char *family, const char *name, uint32_t address)
{
    enum b0_memory_kind kind;

    for (size_t i = 0; i < B0_LENGTH(special_words); i++)
        if (b0_name_has_word(name, special_words[i].word))
            return special_words[i].kind;
    kind = special_kind(family, address);
    if (kind != B0_MEMORY_UNKNOWN)
        return kind;
    for (size_t i = 0; i < B0_LENGTH(map); i++)
        if (address >= map[i].first && address <= map[i].last)
            return map[i].kind;
    for (size_t i = 0; i < B0_LENGTH(plain_words); i++)
        if (b0_name_has_word(name, plain_words[i].word))
            return plain_words[i].kind;
    return B0_MEMORY_UNKNOWN;
}

/* Returns the region that contains an address, and its end; NULL if none does. */
static const struct boot0_region *region_of(const struct boot0_layout *layout, uint64_t address,
                                            uint64_t *end)
{
    for (size_t i = 0; i < layout->region_count; i++) {
        const struct boot0_region *region = &layout->regions[i];

        *end = region->address + (uint64_t)region->sector_size * region->sector_count;
        if (address >= region->address && address < *end)
            return region;
    }
    return NULL;
}

enum b0_memory_kind b0_memory_kind_of(const char *family, const struct boot0_layout *layout,
                                      uint32_t address, uint64_t size)
{
    enum b0_memory_kind kind, first = B0_MEMORY_UNKNOWN;
    uint64_t end = address + size, next;

    for (uint64_t at = address; at < end; at = next) {
        if (!region_of(layout, at, &next))
            return at == address ? B0_MEMORY_UNKNOWN : first;
        kind = b0_memory_kind(family, boot0_layout_name_at(layout, (uint32_t)at), (uint32_t)at);
        if (b0_memory_is_guarded(kind))
            return kind;
        if (at == address)
            first = kind;
    }
    return first;
}

bool b0_memory_is_guarded(enum b0_memory_kind kind)
{
    return kind != B0_MEMORY_FLASH && kind != B0_MEMORY_RAM;
}

const char *b0_memory_kind_text(enum b0_memory_kind kind)
{
    return texts[kind];
}

bool b0_memory_is_internal_flash(const struct boot0_layout *layout)
{
    uint32_t first = layout->region_count > 0 ? layout->regions[0].address : 0;

    return first >= INTERNAL_FLASH && first - INTERNAL_FLASH < INTERNAL_FLASH_MAX &&
           b0_memory_kind(NULL, layout->name, first) == B0_MEMORY_FLASH;
}
