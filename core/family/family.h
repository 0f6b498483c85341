/* SPDX-License-Identifier: MIT */
/*
 * Facts about STM32 chips: one file per family, such as stm32f4.c, each with one `struct b0_family`
 * and a row per DEV_ID. A fact about a family is in that file only.
 *
 * Sources. No single source has all facts; each family's file names those of its own figures.
 *
 *   DEV_ID, RAM sizes, flash pages   stlink's config/chips; OpenOCD's flash drivers
 *   ids, ends of RAM and flash       stm32flash's dev_table.c; stm32loader's devices.py
 *   flash and RAM by part number     libopencm3's ld/devices.data; probe-rs' targets
 *   sector lists, option bytes       strings that ROMs were seen to report (dfu-util, Klipper, ...)
 *   which ROMs have USB              AN2606
 *   erase and program times          datasheets, "Flash memory characteristics"
 *   addresses of all kinds           reference manuals, memory maps; ST's CMSIS device headers
 *   UF2 family ids                   microsoft/uf2, utils/uf2families.json
 *
 * Where sources differ (F373, F302x8, F469 RAM), the reference manual decides. A field of 0 or NULL
 * means that no document gives the fact.
 */
#ifndef B0_CORE_FAMILY_H
#define B0_CORE_FAMILY_H

#include <boot0/chip.h>
#include <core/flash_times.h>

enum {
    B0_CHIP_LAYOUTS_MAX = 2,
    B0_CHIP_UF2_MAX = 2,
    B0_FAMILY_ALIASES_MAX = 1,
    B0_FAMILY_SPANS_MAX = 3,
    B0_FAMILY_ENCODINGS_MAX = 2,
    B0_OPTION_PATTERN_MAX = 16,
};

/* Differences between the families' ROMs. */
enum b0_rom_trait {
    /*
     * USB: tolerates GETSTATUS before the poll timeout is over, and NAKs it until the flash is
     * ready.
     */
    B0_ROM_POLLS_EARLY = 1 << 0,
    /* USB: can stay in dfuDNBUSY after an erase until CLRSTATUS comes twice. */
    B0_ROM_BUSY_FOREVER = 1 << 1,
    /* UART: no mass erase (AN3155, 3.8). */
    B0_ROM_NO_MASS_ERASE = 1 << 2,
    /* UART: refuses to read the flash size and the unique id. */
    B0_ROM_HIDES_SIGNATURE = 1 << 3,
};

/* Addresses from `first` to `last`, both included. `last` 0 ends a list. */
struct b0_span {
    uint32_t first;
    uint32_t last;
};

/*
 * Addresses of a chip's flash size (a half-word, KiB) and 96-bit unique id: reference manuals,
 * "Device electronic signature". An address is 0 if it is unknown, or if the id is in several
 * pieces. `info` is the span that contains both; `last` is 0 if unknown.
 */
struct b0_signature {
    struct b0_span info;
    uint32_t unique_id;
    uint32_t flash_size;
};

/*
 * The bits that a family stores as written in its option bytes. The other bits are reserved, or
 * complements computed by the flash controller. The pattern repeats every `period` bytes; 0 ends a
 * list.
 */
struct b0_option_encoding {
    uint32_t address; /* of the memory region; 0: any */
    uint8_t rdp;      /* offset of the read protection byte */
    uint8_t level_0;  /* its value without protection; 0: the region has no such byte */
    uint8_t period;
    uint8_t kept[B0_OPTION_PATTERN_MAX];
};

/*
 * A field of the option bytes, with its name in the reference manual. Families whose fields are
 * known have a list of them, ended by a `name` of NULL.
 */
struct b0_option_field {
    const char *name;
    uint32_t address; /* of the 32-bit word that contains it, as the ROM exposes it */
    uint8_t bit;      /* the lowest one */
    uint8_t width;    /* bits */
    const char *text; /* purpose */
    /* "0=off|1=on": meaning of the values. "bits:" and a noun: each 0 bit protects one of these.
     * NULL: none. */
    const char *values;
    const uint16_t *ids; /* DEV_IDs of the chips with this field, ended by 0; NULL: all */
};

/* Fields that are more than bits: the levels of read protection. */
#define B0_OPTION_RDP "RDP"
enum {
    B0_RDP_LEVEL_1 = 0x55, /* any value other than the two below and above: RM0090, 3.6.3 */
    B0_RDP_LEVEL_2 = 0xcc, /* irreversible */
};

/* Where the hardware stores the complements of the option bytes. */
enum b0_option_complement {
    B0_COMPLEMENT_NOWHERE,   /* not visible */
    B0_COMPLEMENT_NEXT_BYTE, /* after each byte */
    B0_COMPLEMENT_NEXT_WORD, /* after each 32 bits */
};

/* One DEV_ID. */
struct b0_chip {
    struct boot0_chip chip;
    /*
     * Part numbers without "STM32", separated by spaces. "F405" matches all F405 parts. "F103xB"
     * matches F103 parts with flash size code 'B' and any package letter.
     */
    const char *parts;
    /* Other layouts of its flash: selected by option bytes, or of smaller parts. */
    const char *layouts[B0_CHIP_LAYOUTS_MAX];
    /* UF2 families of this chip alone, not of its whole family. */
    uint32_t uf2_families[B0_CHIP_UF2_MAX];
    uint32_t option_bytes_shown;          /* second address at which a ROM exposes them; 0: none */
    uint8_t program_unit;                 /* bytes; 0: the family's */
    const struct b0_signature *signature; /* NULL: the family's */
    uint16_t usb_vendor, usb_product;     /* of the DFU device of its ROM; 0: ST's */
};

struct b0_family {
    const char *name; /* "STM32F4", as in struct boot0_chip */
    /* Common chips first: the first one that matches a board is used if one must be chosen. */
    const struct b0_chip *chips;
    size_t chip_count;

    /* ---- main flash ---- */

    const struct b0_flash_times *times;
    /*
     * Bytes of the smallest programming unit, a power of two from 1 to 32. Flash with ECC can
     * program a unit once after each erase.
     */
    uint8_t program_unit;
    uint8_t erased_byte; /* value of an erased byte: 0xff or 0x00 */
    /*
     * Programming a unit that is not erased is an error. If false, programming clears the bits that
     * are 0 in either value and reports nothing.
     */
    bool refuses_unerased;
    /* Other addresses of the flash; `flash` 0 ends the list. */
    struct boot0_alias aliases[B0_FAMILY_ALIASES_MAX + 1];

    /* ---- other memories ---- */

    struct b0_span otp[B0_FAMILY_SPANS_MAX + 1];
    bool otp_lock; /* the OTP area ends in one lock byte for each block of 32 bytes */
    struct b0_span option_bytes[B0_FAMILY_SPANS_MAX + 1];
    struct b0_option_encoding encodings[B0_FAMILY_ENCODINGS_MAX + 1];
    /* How a virtual board must encode them: the keyword of its description; NULL: unknown. */
    const char *option_style;
    uint8_t option_size;                         /* size of that encoding in bytes */
    const struct b0_option_field *option_fields; /* NULL: unknown */
    uint8_t option_complement;                   /* enum b0_option_complement */
    uint8_t pages_per_wrp;                       /* pages per bit of write protection; 0: none */

    struct b0_signature signature;
    uint8_t rom; /* combination of enum b0_rom_trait */
};

/*
 * All families, each in the file of its name. The first match is used for a board whose layout
 * matches several chips, so families that makers use most come first. STM32N6 and MP are missing:
 * they have no internal flash.
 */
/* clang-format off */
#define B0_FAMILIES(family)                                                                        \
    family(f4) family(f2) family(f1) family(f0) family(f3) family(f7)                              \
    family(l0) family(l1) family(l4) family(l5) family(u0) family(g0) family(g4)                   \
    family(h7) family(h5) family(u5) family(wb) family(c0) family(h7rs) family(u3) family(wba)     \
    family(wl)
/* clang-format on */

#define B0_DECLARE_FAMILY(name) extern const struct b0_family b0_stm32##name;
B0_FAMILIES(B0_DECLARE_FAMILY)

/* For a program that needs no other fact of the family: the bootloader. */
extern const struct b0_flash_times b0_stm32f4_times;

/* Returns the families in order of preference; NULL past the end. */
const struct b0_family *b0_family_at(size_t index);

/* Finds a family by name ("STM32F4"); NULL if unknown, or if `name` is NULL. */
const struct b0_family *b0_family_find(const char *name);

/* Returns the chips of all families, family by family; NULL past the end. */
const struct b0_chip *b0_chip_at(size_t index);

/* True if the chip with that DEV_ID has the field. */
bool b0_option_field_on(const struct b0_option_field *field, uint16_t id);

/* Finds a chip by DEV_ID; NULL if unknown. */
const struct b0_chip *b0_chip_find(uint16_t id);

/* Returns the row of a chip: the user's own, or the table's with its DEV_ID; NULL if unknown. */
const struct b0_chip *b0_chip_row(const struct boot0_chip *chip);

/* Returns where the chip stores its flash size and unique id. Never NULL; all 0 if unknown. */
const struct b0_signature *b0_chip_signature(const struct b0_chip *chip);

/*
 * Returns the erased value for a board that is one of these chips: 0x00 if it is that of all of
 * them, else 0xff. No layout matches chips of both kinds.
 */
uint8_t b0_chips_erased_byte(const struct boot0_chip *const *chips, size_t count);

#endif
