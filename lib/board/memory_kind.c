/* SPDX-License-Identifier: MIT */
/* Which of a board's memories are flash and RAM, and which change the chip; see memory_kind.h. */
#include "memory_kind.h"

#include "names.h"

#include <core/array.h>
#include <string.h>

enum {
    INTERNAL_FLASH = 0x08000000,
    INTERNAL_FLASH_MAX = 0x01000000, /* no STM32 has more */
};

struct area {
    const char *family; /* NULL: every one */
    uint32_t first;
    uint32_t last;
    enum b0_memory_kind kind;
};

/*
 * Option bytes and OTP by family, from the tables of flash memory organization, and of the flash
 * registers, in the reference manuals. The L5, U0, U5, H5 and H7 have registers for their option
 * bytes, which the bootloader shows as memory.
 */
static const struct area special[] = {
    {"STM32F0", 0x1ffff800, 0x1ffff80f, B0_MEMORY_OPTION_BYTES}, /* RM0091 */
    {"STM32F1", 0x1ffff800, 0x1ffff80f, B0_MEMORY_OPTION_BYTES}, /* RM0008 */
    {"STM32F3", 0x1ffff800, 0x1ffff80f, B0_MEMORY_OPTION_BYTES}, /* RM0316 */
    {"STM32F2", 0x1fff7800, 0x1fff7a0f, B0_MEMORY_OTP},          /* RM0033 */
    {"STM32F2", 0x1fffc000, 0x1fffc00f, B0_MEMORY_OPTION_BYTES},
    {"STM32F4", 0x1fff7800, 0x1fff7a0f, B0_MEMORY_OTP}, /* RM0090 */
    {"STM32F4", 0x1fffc000, 0x1fffc00f, B0_MEMORY_OPTION_BYTES},
    {"STM32F4", 0x1ffec000, 0x1ffec00f, B0_MEMORY_OPTION_BYTES}, /* bank 2 */
    {"STM32F7", 0x1fff0000, 0x1fff001f, B0_MEMORY_OPTION_BYTES}, /* RM0385; RM0410 */
    {"STM32F7", 0x1ff0f000, 0x1ff0f41f, B0_MEMORY_OTP},
    {"STM32F7", 0x1ff07800, 0x1ff07a0f, B0_MEMORY_OTP},          /* F72x, F73x: RM0431 */
    {"STM32L0", 0x1ff80000, 0x1ff8001f, B0_MEMORY_OPTION_BYTES}, /* RM0367 */
    {"STM32L1", 0x1ff80000, 0x1ff8009f, B0_MEMORY_OPTION_BYTES}, /* RM0038 */
    {"STM32L4", 0x1fff7000, 0x1fff73ff, B0_MEMORY_OTP},          /* RM0351 */
    {"STM32L4", 0x1fff7800, 0x1fff780f, B0_MEMORY_OPTION_BYTES},
    {"STM32L4", 0x1ffff800, 0x1ffff80f, B0_MEMORY_OPTION_BYTES}, /* bank 2 */
    {"STM32L4", 0x1ff00000, 0x1ff0102f, B0_MEMORY_OPTION_BYTES}, /* L4+: RM0432 */
    {"STM32L5", 0x0bfa0000, 0x0bfa01ff, B0_MEMORY_OTP},          /* RM0438 */
    {"STM32L5", 0x40022040, 0x4002207f, B0_MEMORY_OPTION_BYTES},
    {"STM32U5", 0x0bfa0000, 0x0bfa01ff, B0_MEMORY_OTP}, /* RM0456 */
    {"STM32U5", 0x40022040, 0x4002207f, B0_MEMORY_OPTION_BYTES},
    {"STM32U0", 0x1fff6800, 0x1fff6bff, B0_MEMORY_OTP}, /* RM0503 */
    {"STM32U0", 0x40022020, 0x400220a7, B0_MEMORY_OPTION_BYTES},
    {"STM32G0", 0x1fff7000, 0x1fff73ff, B0_MEMORY_OTP}, /* RM0444 */
    {"STM32G0", 0x1fff7800, 0x1fff787f, B0_MEMORY_OPTION_BYTES},
    {"STM32G4", 0x1fff7000, 0x1fff73ff, B0_MEMORY_OTP}, /* RM0440 */
    {"STM32G4", 0x1fff7800, 0x1fff782f, B0_MEMORY_OPTION_BYTES},
    {"STM32G4", 0x1ffff800, 0x1ffff82f, B0_MEMORY_OPTION_BYTES},
    {"STM32WB", 0x1fff7000, 0x1fff73ff, B0_MEMORY_OTP}, /* RM0434 */
    {"STM32WB", 0x1fff8000, 0x1fff807f, B0_MEMORY_OPTION_BYTES},
    {"STM32H5", 0x08fff000, 0x08ffffff, B0_MEMORY_OTP}, /* RM0481 */
    {"STM32H5", 0x40022050, 0x400220ff, B0_MEMORY_OPTION_BYTES},
    {"STM32H7", 0x08fff000, 0x08fff3ff, B0_MEMORY_OTP}, /* RM0455; RM0468 */
    {"STM32H7", 0x5200201c, 0x520021ff, B0_MEMORY_OPTION_BYTES},
    {NULL, 0xffff0000, 0xffffffff, B0_MEMORY_SYSTEM}, /* the device feature: AN2606, 4.4 */
};

/*
 * Everything else, as ARMv7-M (B3.1) and the memory maps of all STM32 have it. Addresses in no row
 * are for the name to say, such as the offsets into a serial flash.
 */
static const struct area map[] = {
    {NULL, 0x00200000, 0x003fffff, B0_MEMORY_FLASH},  /* F7: the flash by its ITCM bus */
    {NULL, 0x08000000, 0x0fffffff, B0_MEMORY_FLASH},  /* also the data EEPROM of L0 and L1 */
    {NULL, 0x10000000, 0x1003ffff, B0_MEMORY_RAM},    /* CCM; SRAM2 of the L4 */
    {NULL, 0x1ff00000, 0x1fffffff, B0_MEMORY_SYSTEM}, /* system memory and what lies around it */
    {NULL, 0x20000000, 0x3fffffff, B0_MEMORY_RAM},
    {NULL, 0x40000000, 0x5fffffff, B0_MEMORY_SYSTEM}, /* peripherals */
    {NULL, 0x60000000, 0x9fffffff, B0_MEMORY_FLASH},  /* FMC banks 1 to 3, QUADSPI, OCTOSPI */
    {NULL, 0xc0000000, 0xdfffffff, B0_MEMORY_RAM},    /* SDRAM */
    {NULL, 0xe0000000, 0xffffffff, B0_MEMORY_SYSTEM},
};

/* Words that say what a memory is for. The whole word counts, or with '*' its beginning or end. */
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
      {"nand", B0_MEMORY_FLASH},    {"program", B0_MEMORY_UNKNOWN}, /* no RAM though it ends so */
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

/* The row that has the address; a row of the family goes before those of others. */
static const struct area *find_area(const struct area *areas, size_t count, const char *family,
                                    uint32_t address)
{
    const struct area *found = NULL;

    for (size_t i = 0; i < count; i++) {
        if (address < areas[i].first || address > areas[i].last)
            continue;
        if (family && areas[i].family && strcmp(areas[i].family, family) == 0)
            return &areas[i];
        if (!found)
            found = &areas[i];
    }
    return found;
}

enum b0_memory_kind b0_memory_kind(const char *family, const char *name, uint32_t address)
{
    const struct area *area;

    for (size_t i = 0; i < B0_LENGTH(special_words); i++)
        if (b0_name_has_word(name, special_words[i].word))
            return special_words[i].kind;
    area = find_area(special, B0_LENGTH(special), family, address);
    if (!area)
        area = find_area(map, B0_LENGTH(map), family, address);
    if (area)
        return area->kind;
    for (size_t i = 0; i < B0_LENGTH(plain_words); i++)
        if (b0_name_has_word(name, plain_words[i].word))
            return plain_words[i].kind;
    return B0_MEMORY_UNKNOWN;
}

/* The region that has an address, and where it ends; NULL if there is none. */
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
