/* SPDX-License-Identifier: MIT */
/* The chip table's rows, for chips.c, which asks them. */
#ifndef BOOT0_LIB_CHIP_TABLE_H
#define BOOT0_LIB_CHIP_TABLE_H

#include <boot0/chip.h>

struct b0_chip_row {
    struct boot0_chip chip;
    /*
     * The part numbers that are this chip, without "STM32" and with blanks between them: "F405"
     * is every F405, "F103xB" every F103 with a 'B' (its flash size) behind any package letter.
     */
    const char *parts;
};

/* Another flash layout that the chip can be set to, by option bytes or in its smaller parts. */
struct b0_chip_layout {
    uint16_t id;
    const char *layout;
};

/* A UF2 family that is not the whole family's but one chip's. */
struct b0_chip_uf2 {
    uint32_t uf2_family;
    uint16_t id;
};

/* Another address that a ROM of the chip shows for the option bytes. */
struct b0_chip_option_bytes {
    uint16_t id;
    uint32_t address;
};

/* Where a family's flash is seen a second time. */
struct b0_chip_alias {
    const char *family;
    struct boot0_alias alias;
};

extern const struct b0_chip_row b0_chip_rows[];
extern const size_t b0_chip_row_count;
extern const struct b0_chip_layout b0_chip_layouts[];
extern const size_t b0_chip_layout_count;
extern const struct b0_chip_uf2 b0_chip_uf2[];
extern const size_t b0_chip_uf2_count;
extern const struct b0_chip_option_bytes b0_chip_option_bytes[];
extern const size_t b0_chip_option_bytes_count;
extern const struct b0_chip_alias b0_chip_aliases[];
extern const size_t b0_chip_alias_count;

#endif
