/* SPDX-License-Identifier: MIT */
/*
 * Blocks of LZ4, after the description of its block format (lz4_Block_format.md of 2022-07-31): a
 * decoder of a few instructions for the RAM loader, and a coder for the host that looks at all
 * matches, since a block is short. Blocks are independent of each other. Freestanding.
 */
#ifndef B0_CORE_LZ4_H
#define B0_CORE_LZ4_H

#include <stddef.h>
#include <stdint.h>

enum {
    B0_LZ4_BLOCK_MAX = 4096, /* bytes that are coded at once, at most */
};

/*
 * Decodes a block of `size` bytes. Returns how many bytes `data` has then: at most `room`; 0 if the
 * block makes no sense, or has more.
 */
size_t b0_lz4_decode(uint8_t *data, size_t room, const uint8_t *block, size_t size);

/* Codes 1 to B0_LZ4_BLOCK_MAX bytes. Returns the size of the block; 0 if it is more than `room`. */
size_t b0_lz4_encode(uint8_t *block, size_t room, const uint8_t *data, size_t size);

#endif
