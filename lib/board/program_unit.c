/* SPDX-License-Identifier: MIT */
/* Two tables: the units of families, and of single chips that differ from their family. */
#include "program_unit.h"

#include <core/array.h>
#include <string.h>

/*
 * Sources: the reference manuals' chapters on the embedded flash memory, "Program operations"; the
 * flash drivers of ST's HAL agree (FLASH_TYPEPROGRAM_…).
 */
static const struct {
    const char *family;
    uint8_t bytes;
} families[] = {
    {"STM32F0", 2},  /* RM0091: half-words */
    {"STM32F1", 2},  /* PM0075: half-words */
    {"STM32F2", 1},  /* RM0033: bytes at the smallest parallelism */
    {"STM32F3", 2},  /* RM0316: half-words */
    {"STM32F4", 1},  /* RM0090, 3.6.2: bytes at the smallest parallelism */
    {"STM32F7", 1},  /* RM0385: bytes at the smallest parallelism */
    {"STM32G0", 8},  /* RM0444: double words with 8 bits of ECC */
    {"STM32G4", 8},  /* RM0440: the same */
    {"STM32H5", 16}, /* RM0481: quad words with 9 bits of ECC */
    {"STM32H7", 32}, /* RM0433, 4.3.9: flash words of 256 bits with 10 bits of ECC */
    {"STM32L0", 4},  /* RM0367: words */
    {"STM32L1", 4},  /* RM0038: words */
    {"STM32L4", 8},  /* RM0351, 3.3.7: double words with 8 bits of ECC */
    {"STM32L5", 8},  /* RM0438: the same */
    {"STM32U5", 16}, /* RM0456: quad words with 9 bits of ECC */
    {"STM32WB", 8},  /* RM0434: double words with 8 bits of ECC */
};

static const struct {
    uint16_t id;
    uint8_t bytes;
} chips[] = {
    {0x480, 16}, /* H7A3, H7B0, H7B3, RM0455: flash words of 128 bits with 9 bits of ECC */
};

/* 0 if it is unknown. */
static uint32_t unit_of(const struct boot0_chip *chip)
{
    for (size_t i = 0; i < B0_LENGTH(chips); i++)
        if (chips[i].id == chip->id)
            return chips[i].bytes;
    for (size_t i = 0; i < B0_LENGTH(families); i++)
        if (strcmp(families[i].family, chip->family) == 0)
            return families[i].bytes;
    return 0;
}

uint32_t b0_program_unit(const struct boot0_board *board)
{
    uint32_t widest = 0;

    for (size_t i = 0; i < board->chip_count; i++) {
        uint32_t unit = unit_of(board->chips[i]);

        if (unit == 0)
            return 0;
        if (unit > widest)
            widest = unit;
    }
    return widest;
}
