/* SPDX-License-Identifier: MIT */
/* Option bytes: read protection and write protection, in the encodings of the families. */
#include "chip.h"

#include <core/array.h>
#include <core/bytes.h>
#include <string.h>

enum {
    RDP_LEVEL_2 = 0xcc, /* no way back; not on F1 */
    RDP_LEVEL_1 = 0x55, /* any other value works */
    F4_WDG_SW = 0x20,   /* of USER, the first byte: 0 starts the watchdog by hardware */
    F4_WRP_OFFSET = 8,  /* RM0090, table 15: 0x1fffc008, one bit per sector, 0 protects */
    F4_SEGMENT_SIZE = 16,
    F4_SECTORS_PER_SEGMENT = 12,
    F1_WRP_BIT_LAST = 31, /* PM0075, table 5: it protects all remaining pages */
    F1_WRP_OFFSET = 8,    /* PM0075, table 4: WRP0, nWRP0, … WRP3, nWRP3, 0 protects */
    L4_WRP_OFFSET = 24,   /* RM0351, table 9: first page in byte 0, last page in byte 2 */
    L4_WRP_DISTANCE = 8,  /* from WRP1A to WRP1B */
    H7_WRP_OFFSET =
        28, /* RM0433, 4.9: FLASH_WPSN_CUR1R at 0x52002038, one bit per sector, 0 protects */
    H7_SECTORS_PER_BANK = 8,
};

/* ---- write protection ---- */

/* F42x: bank 2 has its own segment, at 0x1ffec000. */
static bool f4_protects(const struct vboard_chip *chip, unsigned sector)
{
    unsigned segment = sector / F4_SECTORS_PER_SEGMENT;
    const uint8_t *wrp = chip->loaded + (size_t)F4_SEGMENT_SIZE * segment + F4_WRP_OFFSET;

    return segment < chip->part->banks && !(b0_load16(wrp) >> sector % F4_SECTORS_PER_SEGMENT & 1);
}

static bool f1_protects(const struct vboard_chip *chip, unsigned sector)
{
    unsigned bit = sector / chip->part->pages_per_wrp;

    if (bit > F1_WRP_BIT_LAST)
        bit = F1_WRP_BIT_LAST;
    return !(chip->loaded[F1_WRP_OFFSET + bit / 8 * 2] >> bit % 8 & 1);
}

/* Bank 1 only: the option bytes of bank 2 are not in the alternate setting of the L476's ROM. */
static bool l4_protects(const struct vboard_chip *chip, unsigned sector)
{
    for (unsigned i = 0; i < 2; i++) {
        const uint8_t *range = chip->loaded + L4_WRP_OFFSET + (size_t)L4_WRP_DISTANCE * i;

        if (sector >= range[0] && sector <= range[2])
            return true;
    }
    return false;
}

/* Bank 1 only: the register of bank 2 is not in the alternate setting of the ROM. */
static bool h7_protects(const struct vboard_chip *chip, unsigned sector)
{
    return sector < H7_SECTORS_PER_BANK && !(chip->loaded[H7_WRP_OFFSET] >> sector & 1);
}

static bool none_protects(const struct vboard_chip *chip, unsigned sector)
{
    (void)chip;
    (void)sector;
    return false;
}

/* ---- protecting ---- */

/*
 * Each clears the bits of one sector in option bytes that protect none; `first` is true for the
 * first of several sectors.
 */

static void f4_protect(const struct vboard_chip *chip, uint8_t *bytes, unsigned sector, bool first)
{
    uint16_t bits = b0_load16(bytes + F4_WRP_OFFSET);

    (void)chip;
    (void)first;
    if (sector < F4_SECTORS_PER_SEGMENT)
        b0_store16(bytes + F4_WRP_OFFSET, (uint16_t)(bits & ~(1u << sector)));
}

static void f1_protect(const struct vboard_chip *chip, uint8_t *bytes, unsigned sector, bool first)
{
    uint8_t *wrp = bytes + F1_WRP_OFFSET + (size_t)(sector / 8 % 4) * 2;

    (void)chip;
    (void)first;
    wrp[0] = (uint8_t)(wrp[0] & ~(1u << sector % 8));
    wrp[1] = (uint8_t)~wrp[0];
}

/* One range that contains them all. */
static void l4_protect(const struct vboard_chip *chip, uint8_t *bytes, unsigned sector, bool first)
{
    uint8_t *range = bytes + L4_WRP_OFFSET;

    (void)chip;
    if (first || sector < range[0])
        range[0] = (uint8_t)sector;
    if (first || sector > range[2])
        range[2] = (uint8_t)sector;
    b0_store32(range + 4, ~b0_load32(range));
}

static void h7_protect(const struct vboard_chip *chip, uint8_t *bytes, unsigned sector, bool first)
{
    (void)chip;
    (void)first;
    if (sector < H7_SECTORS_PER_BANK)
        bytes[H7_WRP_OFFSET] = (uint8_t)(bytes[H7_WRP_OFFSET] & ~(1u << sector));
}

static void none_protect(const struct vboard_chip *chip, uint8_t *bytes, unsigned sector,
                         bool first)
{
    (void)chip;
    (void)bytes;
    (void)sector;
    (void)first;
}

/* ---- what the controller adds ---- */

/* RM0090, table 15: the first two words have RDP and the user bits, and nWRP of 12 sectors. */
static void f4_complete(const struct vboard_chip *chip, uint8_t *bytes, uint32_t size, bool first)
{
    static const uint8_t used[F4_SEGMENT_SIZE] = {0xec, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0x0f};

    for (uint32_t i = 0; i < size && i < sizeof used; i++) {
        uint8_t mask = !first && i < F4_WRP_OFFSET ? 0 : used[i];
        uint8_t unused = i == 0 && first ? 0xef : 0xff;

        if (i == 0 && first && chip->part->banks == 2)
            mask |= 0x10; /* BFB2 */
        if (i == F4_WRP_OFFSET + 1 && first && chip->part->banks == 2)
            mask |= 0xc0; /* DB1M, SPRMOD */
        bytes[i] = (uint8_t)((bytes[i] & mask) | (unused & ~mask));
    }
}

/* PM0075, 2.5: the hardware computes the complement. */
static void f1_complete(const struct vboard_chip *chip, uint8_t *bytes, uint32_t size, bool first)
{
    (void)chip;
    (void)first;
    for (uint32_t i = 0; i + 1 < size; i += 2)
        bytes[i + 1] = (uint8_t)~bytes[i];
}

/* RM0351, 3.4.1: its complement follows each word; the hardware computes it. */
static void l4_complete(const struct vboard_chip *chip, uint8_t *bytes, uint32_t size, bool first)
{
    (void)chip;
    (void)first;
    for (uint32_t i = 0; i + 8 <= size; i += 8)
        b0_store32(bytes + i + 4, ~b0_load32(bytes + i));
}

/* The registers have no complements. The model does not know which of their bits are used. */
static void h7_complete(const struct vboard_chip *chip, uint8_t *bytes, uint32_t size, bool first)
{
    (void)chip;
    (void)bytes;
    (void)size;
    (void)first;
}

static void none_complete(const struct vboard_chip *chip, uint8_t *bytes, uint32_t size, bool first)
{
    (void)chip;
    (void)bytes;
    (void)size;
    (void)first;
}

/* ---- factory settings ---- */

static void none_defaults(uint8_t *bytes, uint32_t size, bool first)
{
    (void)first;
    memset(bytes, 0xff, size);
}

/* RM0090, table 15: USER 0xef, RDP 0xaa; the rest of a used word reads as 1. */
static void f4_defaults(uint8_t *bytes, uint32_t size, bool first)
{
    memset(bytes, 0xff, size);
    if (first)
        bytes[0] = 0xef;
}

/* Of all the registers only those named above have a meaning here. */
static void h7_defaults(uint8_t *bytes, uint32_t size, bool first)
{
    (void)first;
    memset(bytes, 0xff, size);
}

/* Each byte has its complement beside it; all are 0xff except RDP. */
static void f1_defaults(uint8_t *bytes, uint32_t size, bool first)
{
    (void)first;
    for (uint32_t i = 0; i + 1 < size; i += 2) {
        bytes[i] = 0xff;
        bytes[i + 1] = 0x00;
    }
}

/*
 * RM0351, table 9: five words, each followed by its complement: FLASH_OPTR with its reset value
 * except for RDP, then empty ranges for PCROP and write protection, whose first page is after the
 * last.
 */
static void l4_defaults(uint8_t *bytes, uint32_t size, bool first)
{
    static const uint32_t words[] = {0xffeff800, 0xffffffff, 0xffff0000, 0xff00ffff, 0xff00ffff};

    (void)first;
    memset(bytes, 0xff, size);
    for (size_t i = 0; i < B0_LENGTH(words) && 8 * i + 8 <= size; i++) {
        b0_store32(bytes + 8 * i, words[i]);
        b0_store32(bytes + 8 * i + 4, ~words[i]);
    }
}

static const struct {
    uint8_t rdp;            /* offset of the RDP byte */
    uint8_t rdp_complement; /* offset of its complement, 0: none */
    uint8_t level_0;        /* RDP's value without protection */
    bool has_level_2;
    bool (*protects)(const struct vboard_chip *chip, unsigned sector);
    void (*defaults)(uint8_t *bytes, uint32_t size, bool first);
    void (*protect)(const struct vboard_chip *chip, uint8_t *bytes, unsigned sector, bool first);
    void (*complete)(const struct vboard_chip *chip, uint8_t *bytes, uint32_t size, bool first);
} styles[] = {
    [VBOARD_OPTIONS_F4] = {1, 0, 0xaa, true, f4_protects, f4_defaults, f4_protect, f4_complete},
    [VBOARD_OPTIONS_F1] = {0, 1, 0xa5, false, f1_protects, f1_defaults, f1_protect, f1_complete},
    [VBOARD_OPTIONS_F0] = {0, 1, 0xaa, true, f1_protects, f1_defaults, f1_protect, f1_complete},
    [VBOARD_OPTIONS_H7] = {1, 0, 0xaa, true, h7_protects, h7_defaults, h7_protect, h7_complete},
    [VBOARD_OPTIONS_L4] = {0, 4, 0xaa, true, l4_protects, l4_defaults, l4_protect, l4_complete},
    [VBOARD_OPTIONS_NONE] = {0, 0, 0, false, none_protects, none_defaults, none_protect,
                             none_complete},
};

static uint8_t *first_area(const struct vboard_chip *chip)
{
    for (size_t i = 0; chip->part->areas[i].size > 0; i++)
        if (chip->part->areas[i].kind == VBOARD_OPTIONS)
            return chip->bytes[i];
    return NULL;
}

void vboard_options_set_level(struct vboard_chip *chip, unsigned level)
{
    uint8_t style = chip->part->options_style;
    uint8_t *bytes = first_area(chip);

    if (style == VBOARD_OPTIONS_NONE)
        return;
    bytes[styles[style].rdp] = level == 0 ? styles[style].level_0 : RDP_LEVEL_1;
    if (styles[style].rdp_complement)
        bytes[styles[style].rdp_complement] = (uint8_t)~bytes[styles[style].rdp];
}

/* BOR_LEV of USER, RM0090, table 15: 3 is off. Falling thresholds, typical: DS8626, 5.3.5. */
unsigned vboard_options_reset_mv(const struct vboard_chip *chip)
{
    static const unsigned levels_mv[] = {2830, 2500, 2190, 1700};

    return levels_mv[chip->part->options_style == VBOARD_OPTIONS_F4 ? chip->loaded[0] >> 2 & 3 : 3];
}

void vboard_options_start_watchdog(struct vboard_chip *chip)
{
    uint8_t *bytes = first_area(chip);

    if (chip->part->options_style == VBOARD_OPTIONS_F4)
        bytes[0] = (uint8_t)(bytes[0] & ~(unsigned)F4_WDG_SW);
}

bool vboard_options_watchdog(const struct vboard_chip *chip)
{
    return chip->part->options_style == VBOARD_OPTIONS_F4 && !(chip->loaded[0] & F4_WDG_SW);
}

void vboard_options_write_protect(struct vboard_chip *chip, const uint8_t *sectors, size_t count)
{
    uint8_t style = chip->part->options_style;
    unsigned level = vboard_options_level(chip);

    vboard_options_init(chip, level); /* only protection is modelled */
    for (size_t i = 0; i < count; i++)
        styles[style].protect(chip, first_area(chip), sectors[i], i == 0);
}

void vboard_options_init(struct vboard_chip *chip, unsigned level)
{
    uint8_t style = chip->part->options_style;
    bool first = true;

    for (size_t i = 0; chip->part->areas[i].size > 0; i++) {
        const struct vboard_area *area = &chip->part->areas[i];

        if (area->kind != VBOARD_OPTIONS)
            continue;
        styles[style].defaults(chip->bytes[i], area->size, first);
        first = false;
    }
    if (!first)
        vboard_options_set_level(chip, level);
}

unsigned vboard_options_level(const struct vboard_chip *chip)
{
    uint8_t style = chip->part->options_style;
    uint8_t rdp = chip->loaded[styles[style].rdp];

    if (style == VBOARD_OPTIONS_NONE)
        return 0;
    if (rdp == styles[style].level_0)
        return 0;
    return styles[style].has_level_2 && rdp == RDP_LEVEL_2 ? 2 : 1;
}

void vboard_options_complete(const struct vboard_chip *chip, uint32_t address, uint8_t *bytes,
                             uint32_t size)
{
    const struct vboard_area *area = chip->part->areas;

    while (area->kind != VBOARD_OPTIONS)
        area++;
    styles[chip->part->options_style].complete(chip, bytes, size, address == area->address);
}

bool vboard_options_protect(const struct vboard_chip *chip, unsigned sector)
{
    return styles[chip->part->options_style].protects(chip, sector);
}
