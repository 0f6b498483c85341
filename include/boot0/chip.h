/* SPDX-License-Identifier: MIT */
/*
 * The table of STM32 chips: ids, flash geometry, RAM, flash timing, and which of them a board in
 * DFU mode can be. What the board reports takes precedence over this table.
 */
#ifndef BOOT0_CHIP_H
#define BOOT0_CHIP_H

#include <boot0/error.h>
#include <boot0/layout.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BOOT0_CHIP_RAM_MAX = 4,
};

struct boot0_range {
    uint32_t address;
    uint32_t size; /* bytes; 0 ends a list */
};

/*
 * Instructions that code needs, or that a CPU offers, beyond ARMv6-M, which every Cortex-M has.
 * Code runs if the CPU offers all that it needs.
 */
enum {
    BOOT0_CPU_V7M = 1 << 0,      /* ARMv7-M: Cortex-M3 */
    BOOT0_CPU_DSP = 1 << 1,      /* ARMv7E-M: Cortex-M4, M7 */
    BOOT0_CPU_V8M_BASE = 1 << 2, /* ARMv8-M baseline: Cortex-M23 */
    BOOT0_CPU_V8M = 1 << 3,      /* ARMv8-M mainline: Cortex-M33 */
    BOOT0_CPU_V8_1M = 1 << 4,    /* ARMv8.1-M mainline: Cortex-M55 */
    BOOT0_CPU_FPU = 1 << 5,      /* FPv4, single precision: Cortex-M4 */
    BOOT0_CPU_FPV5 = 1 << 6,     /* FPv5: Cortex-M7 and M33 */
    BOOT0_CPU_DOUBLE = 1 << 7,   /* double precision */
    BOOT0_CPU_OTHER = 1 << 8,    /* not Cortex-M code: an A or R profile */
};

/*
 * An address range where part of the flash is mapped a second time. Programs can be linked for it,
 * but it cannot be written.
 */
struct boot0_alias {
    uint32_t address;
    uint32_t flash; /* flash address that is mapped there */
};

struct b0_chip; /* the library's own */

struct boot0_chip {
    const char *name;        /* "STM32F405/407/415/417" */
    const char *key;         /* "f407": value of --chip */
    const char *family;      /* "STM32F4" */
    uint16_t id;             /* DBGMCU_IDCODE DEV_ID = AN3155 Get ID */
    uint32_t uf2_family;     /* UF2 family id, 0 if none is assigned */
    const char *layout;      /* main flash of the largest part, as DfuSe layout string */
    uint32_t min_flash;      /* bytes of the smallest part with this id */
    uint32_t option_bytes;   /* address of the option bytes in the ROM's layout; 0: none */
    bool has_usb_rom;        /* system memory contains a DfuSe bootloader */
    bool has_device_feature; /* the ROM accepts the supply range at 0xFFFF0000 */
    struct boot0_range ram[BOOT0_CHIP_RAM_MAX];
    uint32_t cpu;              /* what its CPU offers: BOOT0_CPU_* */
    const struct b0_chip *row; /* a chip of a struct boot0_database; else NULL */
};

/* Returns row `index` of the table; NULL past its end. */
BOOT0_API const struct boot0_chip *boot0_chip_at(size_t index);
/*
 * Finds a chip by key ("f407"), full name or part name ("STM32F407VE"), ignoring case; NULL if
 * unknown.
 */
BOOT0_API const struct boot0_chip *boot0_chip_by_name(const char *name);
BOOT0_API const struct boot0_chip *boot0_chip_by_id(uint16_t id);
/* Returns the first chip of that UF2 family; NULL if none. */
BOOT0_API const struct boot0_chip *boot0_chip_by_uf2_family(uint32_t uf2_family);

/*
 * True if a board that reports this flash layout can be `chip`: the same sectors from the start, as
 * many as some part of the chip has. `option_bytes` is that memory's layout, or NULL.
 */
BOOT0_API bool boot0_chip_matches(const struct boot0_chip *chip, const struct boot0_layout *flash,
                                  const struct boot0_layout *option_bytes);

/* True if `stack` is a possible initial stack pointer: within, or at the top of, a RAM range. */
BOOT0_API bool boot0_chip_stack_valid(const struct boot0_chip *chip, uint32_t stack);

/* True if `address` is RAM of the chip, whose contents are lost at reset. */
BOOT0_API bool boot0_chip_is_ram(const struct boot0_chip *chip, uint32_t address);

/* True if the chip's CPU can run code that needs `cpu` (BOOT0_CPU_*). */
BOOT0_API bool boot0_chip_runs(const struct boot0_chip *chip, uint32_t cpu);

/*
 * Writes the common name of the smallest STM32 CPU that offers `cpu`: "Cortex-M4 with FPU". Writes
 * at most `size` bytes including the NUL. Returns `text`.
 */
BOOT0_API const char *boot0_cpu_name(uint32_t cpu, char *text, size_t size);

/* Returns the chip's flash alias number `index` (0, 1, ...); NULL past the last. */
BOOT0_API const struct boot0_alias *boot0_chip_alias(const struct boot0_chip *chip, size_t index);

/*
 * A commercial board: what its circuit determines about chip and supply, so that users need not
 * know it.
 */
struct boot0_board_profile {
    const char *key;    /* "black-f407ve": value of --board */
    const char *name;   /* "Black board, STM32F407VET6" */
    const char *chip;   /* its part number, for boot0_chip_by_name() */
    uint32_t supply_mv; /* VDD in millivolts */
};

/* Returns row `index` of the table; NULL past its end. */
BOOT0_API const struct boot0_board_profile *boot0_board_profile_at(size_t index);
/* Finds a profile by key, ignoring case; NULL if unknown. */
BOOT0_API const struct boot0_board_profile *boot0_board_profile_by_name(const char *name);

#ifdef __cplusplus
}
#endif
#endif
