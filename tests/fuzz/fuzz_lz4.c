/* SPDX-License-Identifier: MIT */
/* LZ4: any block is decoded within its buffer, and encoded data is decoded to the same. */
#include <core/lz4.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *room = malloc(B0_LZ4_BLOCK_MAX), *block = malloc(2 * B0_LZ4_BLOCK_MAX);
    size_t part = size < B0_LZ4_BLOCK_MAX ? size : B0_LZ4_BLOCK_MAX, coded;

    if (!room || !block)
        abort();
    if (b0_lz4_decode(room, B0_LZ4_BLOCK_MAX, data, size) > B0_LZ4_BLOCK_MAX)
        abort();
    if (part > 0) {
        coded = b0_lz4_encode(block, 2 * B0_LZ4_BLOCK_MAX, data, part);
        if (coded == 0 || b0_lz4_decode(room, part, block, coded) != part ||
            memcmp(room, data, part) != 0)
            abort();
    }
    free(room);
    free(block);
    return 0;
}
