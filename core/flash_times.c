/* SPDX-License-Identifier: MIT */
/*
 * Erase and program times of STM32 flash memories, typical figures, one row a family.
 *
 * Sources: the datasheets' tables "Flash memory programming" or "Flash memory characteristics". A
 * figure marked (unverified) could not be compared with its datasheet again when this table was
 * made; it is right to a few per cent of what such parts are known to do, and is used only to
 * tell how long a job will take and to run the clock of virtual boards.
 */
#include "array.h"
#include "flash_times_f4.h"
#include <stddef.h>
#include <string.h>

/* For families that cannot choose the width: one figure for all three columns. */
#define ANY(value)                                                                                 \
    {                                                                                              \
        (value), (value), (value)                                                                  \
    }

static const struct b0_flash_times families[] = {
    {
        /* PM0075 and DS5319, table 28: half-word 52.5 us, page 20 to 40 ms, mass erase the same. */
        .family = "STM32F1",
        .program_us = 53,
        .unit_bytes = ANY(2),
        .erase = {{1 * B0_KIB, ANY(30)}, {2 * B0_KIB, ANY(30)}},
        .mass_erase_ms = ANY(30),
    },
    {
        /* DS9773 (F072): half-word 53.5 us, page and mass erase 20 to 40 ms. */
        .family = "STM32F0",
        .program_us = 54,
        .unit_bytes = ANY(2),
        .erase = {{1 * B0_KIB, ANY(30)}, {2 * B0_KIB, ANY(30)}},
        .mass_erase_ms = ANY(30),
    },
    {
        /* DS9118 (F303): the F0's flash (unverified). */
        .family = "STM32F3",
        .program_us = 54,
        .unit_bytes = ANY(2),
        .erase = {{2 * B0_KIB, ANY(30)}},
        .mass_erase_ms = ANY(30),
    },
    {
        /* DS6329 (F205/207): the F405's flash (unverified). */
        .family = "STM32F2",
        .program_us = 16,
        .unit_bytes = {1, 2, 4},
        .erase = {{16 * B0_KIB, {400, 300, 250}},
                  {64 * B0_KIB, {1200, 700, 550}},
                  {128 * B0_KIB, {2000, 1300, 1000}}},
        .mass_erase_ms = {16000, 11000, 8000},
    },
    B0_FLASH_TIMES_F4,
    {
        /*
         * DS10916 (F745/746): typical figures (unverified), about half of the maxima that are
         * known for x8: 800, 2400 and 4000 ms. A 32 KiB sector measured in DFU: 350 ms (fwupd issue
         * 2696). The F72x has the F4's sectors: 16 and 64 KiB are from DS11853 (unverified); its
         * 128 KiB take nearer to 2 s.
         */
        .family = "STM32F7",
        .program_us = 16,
        .unit_bytes = {1, 2, 4},
        .erase = {{16 * B0_KIB, {400, 300, 250}},
                  {32 * B0_KIB, {400, 250, 200}},
                  {64 * B0_KIB, {1200, 700, 550}},
                  {128 * B0_KIB, {1100, 800, 500}},
                  {256 * B0_KIB, {2100, 1500, 1000}}},
        .mass_erase_ms = {8000, 5600, 4000},
    },
    {
        /* DS10182 (L053): 3.2 ms for a page as for a half-page of 64 bytes (unverified). */
        .family = "STM32L0",
        .program_us = 3200,
        .unit_bytes = ANY(64),
        .erase = {{128, ANY(3)}},
        .mass_erase_ms = ANY(6),
    },
    {
        /* DS8576 (L152): 3.28 ms for a page as for a half-page of 128 bytes (unverified). */
        .family = "STM32L1",
        .program_us = 3280,
        .unit_bytes = ANY(128),
        .erase = {{256, ANY(3)}},
        .mass_erase_ms = ANY(7),
    },
    {
        /* DS10198 (L476), table 64: double word 81.69 us, page 22.02 ms, bank 22.13 ms
         * (unverified). */
        .family = "STM32L4",
        .program_us = 82,
        .unit_bytes = ANY(8),
        .erase = {{2 * B0_KIB, ANY(22)}, {4 * B0_KIB, ANY(22)}, {8 * B0_KIB, ANY(22)}},
        .mass_erase_ms = ANY(22),
    },
    {
        /* DS12737 (L552): the L4's flash (unverified). */
        .family = "STM32L5",
        .program_us = 82,
        .unit_bytes = ANY(8),
        .erase = {{2 * B0_KIB, ANY(22)}, {4 * B0_KIB, ANY(22)}},
        .mass_erase_ms = ANY(22),
    },
    {
        /* DS12991 (G030): double word 85 us, page 22 ms; mass erase (unverified). */
        .family = "STM32G0",
        .program_us = 85,
        .unit_bytes = ANY(8),
        .erase = {{2 * B0_KIB, ANY(22)}},
        .mass_erase_ms = ANY(22),
    },
    {
        /* DS14463 (U083): as the G0's, whose flash it has (unverified). */
        .family = "STM32U0",
        .program_us = 85,
        .unit_bytes = ANY(8),
        .erase = {{2 * B0_KIB, ANY(22)}},
        .mass_erase_ms = ANY(22),
    },
    {
        /* DS12589 (G431), DS12288 (G474): 81.7 us, 22.02 ms, 22.13 ms (unverified). */
        .family = "STM32G4",
        .program_us = 82,
        .unit_bytes = ANY(8),
        .erase = {{2 * B0_KIB, ANY(22)}, {4 * B0_KIB, ANY(22)}},
        .mass_erase_ms = ANY(22),
    },
    {
        /*
         * DS12110 rev 11, tables 43 and 140 (H743), for 64 bits, which is what FLASH_CR holds after
         * reset (RM0433, PSIZE): flash word of 32 bytes 100 us, sector 1 s. 8 KiB sectors are the
         * H7A3's, DS13195: 2 ms, and mass erase (unverified).
         */
        .family = "STM32H7",
        .program_us = 100,
        .unit_bytes = ANY(32),
        .erase = {{8 * B0_KIB, ANY(2)}, {128 * B0_KIB, ANY(1000)}},
        .mass_erase_ms = ANY(8000),
    },
    {
        /* DS14258 (H563): quad word 31 us, sector 2 ms (unverified). */
        .family = "STM32H5",
        .program_us = 31,
        .unit_bytes = ANY(16),
        .erase = {{8 * B0_KIB, ANY(2)}},
        .mass_erase_ms = ANY(256),
    },
    {
        /* DS13086 (U575): quad word 118 us, page 1.5 ms, bank 195 ms (unverified). */
        .family = "STM32U5",
        .program_us = 118,
        .unit_bytes = ANY(16),
        .erase = {{8 * B0_KIB, ANY(2)}},
        .mass_erase_ms = ANY(195),
    },
    {
        /* DS11929 (WB55): double word 81.7 us, page of 4 KiB 22 ms (unverified). */
        .family = "STM32WB",
        .program_us = 82,
        .unit_bytes = ANY(8),
        .erase = {{4 * B0_KIB, ANY(22)}},
        .mass_erase_ms = ANY(22),
    },
};

const struct b0_flash_times *b0_flash_times_find(const char *family)
{
    for (size_t i = 0; family && i < B0_LENGTH(families); i++) {
        size_t length = strlen(family);

        if (strlen(families[i].family) == length && memcmp(families[i].family, family, length) == 0)
            return &families[i];
    }
    return NULL;
}

static enum b0_parallelism valid_width(enum b0_parallelism width)
{
    return (unsigned)width < B0_PARALLEL_COUNT ? width : B0_PARALLEL_X8;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    return a < b ? b - a : a - b;
}

uint32_t b0_flash_erase_ms(const struct b0_flash_times *times, enum b0_parallelism width,
                           uint32_t sector_size)
{
    size_t nearest = 0;

    for (size_t i = 1; i < B0_LENGTH(times->erase) && times->erase[i].sector_size > 0; i++) {
        if (distance(times->erase[i].sector_size, sector_size) <=
            distance(times->erase[nearest].sector_size, sector_size))
            nearest = i;
    }
    return times->erase[nearest].ms[valid_width(width)];
}

uint64_t b0_flash_program_us(const struct b0_flash_times *times, enum b0_parallelism width,
                             uint32_t size)
{
    uint32_t unit = times->unit_bytes[valid_width(width)];
    uint32_t operations = size / unit + (size % unit > 0);

    return (uint64_t)operations * times->program_us;
}
