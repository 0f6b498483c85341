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
    B0_CHIP_RAM_MAX = 4,
};

struct boot0_range {
    uint32_t address;
    uint32_t size; /* bytes; 0 ends a list */
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
    struct boot0_range ram[B0_CHIP_RAM_MAX];
};

/* The table's rows in order; NULL past its end. */
B0_API const struct boot0_chip *boot0_chip_at(size_t index);
/* By key ("f407"), by full name, or by a part name ("STM32F407VE"); NULL if unknown. Any case. */
B0_API const struct boot0_chip *boot0_chip_by_name(const char *name);
B0_API const struct boot0_chip *boot0_chip_by_id(uint16_t id);
/* First chip of that UF2 family, NULL if none. */
B0_API const struct boot0_chip *boot0_chip_by_uf2_family(uint32_t uf2_family);

/*
 * Whether a board that reports this flash layout (and, if not NULL, option byte layout) can be of
 * that chip: the same sectors from the start, as many as some part of the chip has.
 */
B0_API bool boot0_chip_matches(const struct boot0_chip *chip, const struct boot0_layout *flash,
                               const struct boot0_layout *option_bytes);

/* True if `stack` is a possible initial stack pointer: within, or at the top of, a RAM range. */
B0_API bool boot0_chip_stack_valid(const struct boot0_chip *chip, uint32_t stack);

/*
 * A board that one can buy: what its circuit says of the chip and the supply, so that nobody has to
 * know it by heart.
 */
struct boot0_board_entry {
    const char *key;    /* "black-f407ve": what --board takes */
    const char *name;   /* "Black board, STM32F407VET6" */
    const char *chip;   /* its part, for boot0_chip_by_name() */
    uint32_t supply_mv; /* VDD in millivolts */
};

/* The table's rows in order; NULL past its end. */
B0_API const struct boot0_board_entry *boot0_board_entry_at(size_t index);
/* By key, any case; NULL if unknown. */
B0_API const struct boot0_board_entry *boot0_board_entry_by_name(const char *name);

#ifdef __cplusplus
}
#endif
#endif
