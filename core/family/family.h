/* SPDX-License-Identifier: MIT */
/*
 * What boot0 knows of STM32 chips: one file per family, stm32f4.c and its kin, each with one
 * `struct b0_family` and a row per DEV_ID. A fact about a family stands in that file only.
 *
 * Sources. No source alone has all facts; each family's file names those of its own figures.
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

/* What sets a family's ROM apart. */
enum b0_rom_trait {
    /*
     * USB: GETSTATUS may come before the poll timeout is over; the ROM NAKs it until the flash is
     * ready.
     */
    B0_ROM_POLLS_EARLY = 1 << 0,
    /* USB: the ROM can stay in dfuDNBUSY after an erase until CLRSTATUS came twice. */
    B0_ROM_BUSY_FOREVER = 1 << 1,
    /* UART: there is no mass erase (AN3155, 3.8). */
    B0_ROM_NO_MASS_ERASE = 1 << 2,
    /* UART: the ROM refuses to read the flash size and the unique id. */
    B0_ROM_HIDES_SIGNATURE = 1 << 3,
};

/* Addresses from `first` to `last`, both included. `last` 0 ends a list. */
struct b0_span {
    uint32_t first;
    uint32_t last;
};

/*
 * Where a chip keeps its flash size (a half-word, KiB) and its 96-bit unique id: reference manuals,
 * "Device electronic signature". An address is 0 if it is unknown, or if the id is in several
 * pieces. `info` is the span that has both, `last` 0 if unknown.
 */
struct b0_signature {
    struct b0_span info;
    uint32_t unique_id;
    uint32_t flash_size;
};

/*
 * Which bits a family keeps as written in its option bytes. The other bits are reserved, or
 * complements that the flash controller computes. The pattern repeats every `period` bytes; 0 ends
 * a list.
 */
struct b0_option_encoding {
    uint32_t address; /* of the memory region; 0: any */
    uint8_t rdp;      /* offset of the read protection byte */
    uint8_t level_0;  /* its value without protection; 0: the region has no such byte */
    uint8_t period;
    uint8_t kept[B0_OPTION_PATTERN_MAX];
};

/*
 * A field of the option bytes, by the name that the reference manual gives it. The families whose
 * fields are known have a list of them, which ends with a `name` of NULL.
 */
struct b0_option_field {
    const char *name;
    uint32_t address; /* of the 32 bits that have it, as the ROM shows them */
    uint8_t bit;      /* the lowest one */
    uint8_t width;    /* bits */
    const char *text; /* what it is for */
    /* "0=off|1=on": what its values mean; "bits:" and a noun: a 0 protects so many; NULL: nothing
     */
    const char *values;
    const uint16_t *ids; /* DEV_IDs of the chips that have it, 0 at the end; NULL: all */
};

/* Names that mean more than bits: the levels of read protection. */
#define B0_OPTION_RDP "RDP"
enum {
    B0_RDP_LEVEL_1 = 0x55, /* as any other value but the two: RM0090, 3.6.3 */
    B0_RDP_LEVEL_2 = 0xcc, /* no way back */
};

/* Where the hardware keeps the complements of the option bytes. */
enum b0_option_complement {
    B0_COMPLEMENT_NOWHERE,   /* it shows none */
    B0_COMPLEMENT_NEXT_BYTE, /* behind each byte */
    B0_COMPLEMENT_NEXT_WORD, /* behind each 32 bits */
};

/* One DEV_ID. */
struct b0_chip {
    struct boot0_chip chip;
    /*
     * Part numbers without "STM32", separated by spaces. "F405" matches all F405 parts. "F103xB"
     * matches F103 parts with flash size code 'B' and any package letter.
     */
    const char *parts;
    /* Other layouts of its flash: set by option bytes, or of smaller parts. */
    const char *layouts[B0_CHIP_LAYOUTS_MAX];
    /* UF2 families that stand for this chip, not for its whole family. */
    uint32_t uf2_families[B0_CHIP_UF2_MAX];
    uint32_t option_bytes_shown;          /* another address that a ROM shows for them; 0: none */
    uint8_t program_unit;                 /* bytes; 0: the family's */
    const struct b0_signature *signature; /* NULL: the family's */
};

struct b0_family {
    const char *name; /* "STM32F4", as in struct boot0_chip */
    /* The first chip that fits a board is taken if one must be chosen: common ones come first. */
    const struct b0_chip *chips;
    size_t chip_count;

    /* ---- main flash ---- */

    const struct b0_flash_times *times;
    /*
     * Bytes of the smallest unit that the flash programs, a power of two from 1 to 32. Flash with
     * an ECC programs a unit once after each erase.
     */
    uint8_t program_unit;
    uint8_t erased_byte; /* what erased flash reads: 0xff or 0x00 */
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
    /* How a virtual board has to encode them: the word of its description; NULL: unknown. */
    const char *option_style;
    uint8_t option_size;                         /* bytes that this encoding needs */
    const struct b0_option_field *option_fields; /* NULL: not known */
    uint8_t option_complement;                   /* enum b0_option_complement */
    uint8_t pages_per_wrp; /* pages that one bit of write protection stands for; 0: none does */

    struct b0_signature signature;
    uint8_t rom; /* enum b0_rom_trait, added up */
};

/*
 * All families, each in the file of its name. A board whose layout fits several chips is taken for
 * the first one: families that makers use most come first. The STM32N6 and MP are not here: they
 * have no flash of their own.
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

/* For programs that need no other fact of the family: the bootloader. */
extern const struct b0_flash_times b0_stm32f4_times;

/* The families in the order of their preference; NULL past the end. */
const struct b0_family *b0_family_at(size_t index);

/* By name ("STM32F4"); NULL if unknown, or if `name` is NULL. */
const struct b0_family *b0_family_find(const char *name);

/* The chips of all families, family by family; NULL past the end. */
const struct b0_chip *b0_chip_at(size_t index);

/* Whether the chip with that DEV_ID has the field. */
bool b0_option_field_on(const struct b0_option_field *field, uint16_t id);

/* By DEV_ID; NULL if unknown. */
const struct b0_chip *b0_chip_find(uint16_t id);

/* Where that chip keeps its flash size and unique id. Never NULL; all 0 if unknown. */
const struct b0_signature *b0_chip_signature(const struct b0_chip *chip);

/*
 * What erased flash reads if it is of one of these chips: 0x00 if that holds for all of them, else
 * 0xff. No layout fits both a chip of one kind and one of the other.
 */
uint8_t b0_chips_erased_byte(const struct boot0_chip *const *chips, size_t count);

#endif
