/* SPDX-License-Identifier: MIT */
/*
 * How long a chip's flash takes to erase and to program: typical figures of the datasheet. The
 * plan's expected times and the virtual boards' clocks use them. core/family has the figures.
 */
#ifndef B0_CORE_FLASH_TIMES_H
#define B0_CORE_FLASH_TIMES_H

#include <stdint.h>

/* Programming width of F2/F4/F7, as index: RM0090, 3.6.2 "Program/erase parallelism". */
enum b0_parallelism { B0_PARALLEL_X8, B0_PARALLEL_X16, B0_PARALLEL_X32, B0_PARALLEL_COUNT };

enum {
    B0_FLASH_ERASE_ROWS = 6,
};

/*
 * The figures of a family. In families without a choice of width the three columns are equal, and
 * unit_bytes is the size of one program operation, which can be several smallest units.
 */
struct b0_flash_times {
    uint16_t program_us; /* one program operation, of any width */
    uint8_t unit_bytes[B0_PARALLEL_COUNT];
    struct {
        uint32_t sector_size; /* bytes; 0 ends the list */
        uint16_t ms[B0_PARALLEL_COUNT];
    } erase[B0_FLASH_ERASE_ROWS];
    uint32_t mass_erase_ms[B0_PARALLEL_COUNT]; /* one bank */
};

/*
 * Returns the milliseconds for one sector; without a figure for that size, those of the nearest
 * size.
 */
uint32_t b0_flash_erase_ms(const struct b0_flash_times *times, enum b0_parallelism width,
                           uint32_t sector_size);

/* Returns the microseconds to program `size` bytes. */
uint64_t b0_flash_program_us(const struct b0_flash_times *times, enum b0_parallelism width,
                             uint32_t size);

#endif
