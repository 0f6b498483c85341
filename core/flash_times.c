/* SPDX-License-Identifier: MIT */
/*
 * Computes the duration of flash operations from the figures of the family.
 *
 * A figure marked (unverified) in a family's file was not compared with its datasheet again when it
 * was added. It is within a few per cent of the known behaviour of such parts, and serves only to
 * estimate durations and to run the clock of virtual boards.
 */
#include "flash_times.h"

#include "array.h"
#include <stddef.h>

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
