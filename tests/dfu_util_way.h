/* SPDX-License-Identifier: MIT */
/* Writes a program with dfu-util's requests, over a transport in the same process. */
#ifndef TESTS_DFU_UTIL_WAY_H
#define TESTS_DFU_UTIL_WAY_H

#include <boot0/transport.h>

/* A piece of a program; the sectors in which it begins are erased unless they already have been. */
struct dfu_util_piece {
    uint32_t address;
    const uint8_t *data;
    uint32_t size;
};

/*
 * dfuse.c of dfu-util 0.11: erases all sectors first, then sends an address before each block;
 * sleeps every poll timeout. Only ABORT marks the end. `sector` gives start and size of the sector
 * at an address. Returns false on any failure.
 */
bool dfu_util_write(const struct boot0_transport *transport, const struct dfu_util_piece *pieces,
                    size_t count, uint16_t transfer_size,
                    uint32_t (*sector)(uint32_t address, uint32_t *size));

/* The F407's. */
uint32_t dfu_util_sector_f4(uint32_t address, uint32_t *size);

#endif
