/* SPDX-License-Identifier: MIT */
/*
 * What is known of STM32 chips: ids, flash geometry, RAM, flash timing; and which of them a board
 * in DFU mode can be. What the board reports wins over this table.
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
 * What code needs beyond the ARMv6-M instructions that every Cortex-M has, and what a CPU offers.
 * Code runs if the CPU offers all that it needs.
 */
enum {
    BOOT0_CPU_V7M = 1 << 0,      /* ARMv7-M: Cortex-M3 */
    BOOT0_CPU_DSP = 1 << 1,      /* ARMv7E-M: Cortex-M4, M7 */
    BOOT0_CPU_V8M_BASE = 1 << 2, /* ARMv8-M baseline: Cortex-M23 */
    BOOT0_CPU_V8M = 1 << 3,      /* ARMv8-M mainline: Cortex-M33 */
    BOOT0_CPU_V8_1M = 1 << 4,    /* ARMv8.1-M mainline: Cortex-M55 */
    BOOT0_CPU_FPU = 1 << 5,      /* FPv4 in single precision: the Cortex-M4's */
    BOOT0_CPU_FPV5 = 1 << 6,     /* FPv5: the M7's and the M33's */
    BOOT0_CPU_DOUBLE = 1 << 7,   /* double precision */
    BOOT0_CPU_OTHER = 1 << 8,    /* not code for a Cortex-M: an A or R profile */
};

/*
 * Where part of the flash is seen a second time. Programs can be linked for that place, but it
 * cannot be written there.
 */
struct boot0_alias {
    uint32_t address;
    uint32_t flash; /* the flash address that it shows */
};

struct boot0_chip {
    const char *name;        /* "STM32F405/407/415/417" */
    const char *key;         /* "f407": what --chip takes */
    const char *family;      /* "STM32F4" */
    uint16_t id;             /* DBGMCU_IDCODE DEV_ID = AN3155 Get ID */
    uint32_t uf2_family;     /* UF2 family id, 0 if none is assigned */
    const char *layout;      /* main flash of the largest part, as a DfuSe layout string */
    uint32_t min_flash;      /* bytes, smallest part of this id */
    uint32_t option_bytes;   /* address that the ROM's layout shows for option bytes; 0: none */
    bool has_usb_rom;        /* its system memory speaks DfuSe */
    bool has_device_feature; /* its ROM takes the supply range at 0xFFFF0000 */
    struct boot0_range ram[BOOT0_CHIP_RAM_MAX];
    uint32_t cpu; /* what its CPU can run: BOOT0_CPU_* */
};

/* The table's rows in order; NULL past its end. */
BOOT0_API const struct boot0_chip *boot0_chip_at(size_t index);
/* By key ("f407"), by full name, or by a part name ("STM32F407VE"); NULL if unknown. Any case. */
BOOT0_API const struct boot0_chip *boot0_chip_by_name(const char *name);
BOOT0_API const struct boot0_chip *boot0_chip_by_id(uint16_t id);
/* First chip of that UF2 family, NULL if none. */
BOOT0_API const struct boot0_chip *boot0_chip_by_uf2_family(uint32_t uf2_family);

/*
 * Whether a board that reports this flash layout (and, if not NULL, option byte layout) can be of
 * that chip: the same sectors from the start, as many as some part of the chip has.
 */
BOOT0_API bool boot0_chip_matches(const struct boot0_chip *chip, const struct boot0_layout *flash,
                                  const struct boot0_layout *option_bytes);

/* True if `stack` is a possible initial stack pointer: within, or at the top of, a RAM range. */
BOOT0_API bool boot0_chip_stack_valid(const struct boot0_chip *chip, uint32_t stack);

/* True if `address` is RAM of the chip: what is there is lost at reset. */
BOOT0_API bool boot0_chip_is_ram(const struct boot0_chip *chip, uint32_t address);

/* True if the chip's CPU can run code that needs `cpu` (BOOT0_CPU_*). */
BOOT0_API bool boot0_chip_runs(const struct boot0_chip *chip, uint32_t cpu);

/*
 * The smallest CPU of an STM32 that offers `cpu`, as people call it: "Cortex-M4 with FPU". Writes
 * at most `size` bytes with the NUL; returns `text`.
 */
BOOT0_API const char *boot0_cpu_name(uint32_t cpu, char *text, size_t size);

/* The other place where the chip's flash is seen, NULL past the end: index 0, 1, ... */
BOOT0_API const struct boot0_alias *boot0_chip_alias(const struct boot0_chip *chip, size_t index);

/*
 * A board that one can buy: what its circuit says of the chip and the supply, so that nobody has to
 * know it by heart.
 */
struct boot0_board_profile {
    const char *key;    /* "black-f407ve": what --board takes */
    const char *name;   /* "Black board, STM32F407VET6" */
    const char *chip;   /* its part, for boot0_chip_by_name() */
    uint32_t supply_mv; /* VDD in millivolts */
};

/* The table's rows in order; NULL past its end. */
BOOT0_API const struct boot0_board_profile *boot0_board_profile_at(size_t index);
/* By key, any case; NULL if unknown. */
BOOT0_API const struct boot0_board_profile *boot0_board_profile_by_name(const char *name);

#ifdef __cplusplus
}
#endif
#endif
