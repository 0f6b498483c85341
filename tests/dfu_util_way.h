/* SPDX-License-Identifier: MIT */
/* What dfu-util sends to write a program, over a transport in the same process. */
#ifndef TESTS_DFU_UTIL_WAY_H
#define TESTS_DFU_UTIL_WAY_H

#include <boot0/transport.h>

/* A piece of a program; the sectors that it begins in are erased when they have not been. */
struct dfu_util_piece {
    uint32_t address;
    const uint8_t *data;
    uint32_t size;
};

/*
 * dfuse.c of dfu-util 0.11: all sectors are erased first, then each block gets an address of its
 * own; every poll timeout is slept. ABORT is all that tells of the end. `sector` gives start and
 * size of the sector at an address. False if anything failed.
 */
bool dfu_util_write(const struct boot0_transport *transport, const struct dfu_util_piece *pieces,
                    size_t count, uint16_t transfer_size,
                    uint32_t (*sector)(uint32_t address, uint32_t *size));

/* The F407's. */
uint32_t dfu_util_sector_f4(uint32_t address, uint32_t *size);

#endif
