/* SPDX-License-Identifier: MIT */
/*
 * LZ4 blocks, implemented from the description of the block format (lz4_Block_format.md of
 * 2022-07-31): a small decoder for the RAM loader, and an encoder for the host that examines all
 * matches, because a block is short. Blocks are independent of each other. Freestanding.
 */
#ifndef B0_CORE_LZ4_H
#define B0_CORE_LZ4_H

#include <stddef.h>
#include <stdint.h>

enum {
    B0_LZ4_BLOCK_MAX = 4096, /* maximum bytes encoded at once */
};

/*
 * Decodes a block of `size` bytes into `data`. Returns the number of bytes, at most `room`; 0 if
 * the block is invalid or larger.
 */
size_t b0_lz4_decode(uint8_t *data, size_t room, const uint8_t *block, size_t size);

/* Encodes 1 to B0_LZ4_BLOCK_MAX bytes. Returns the size of the block; 0 if it exceeds `room`. */
size_t b0_lz4_encode(uint8_t *block, size_t room, const uint8_t *data, size_t size);

#endif
