/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4), optimised for size because the bootloader contains it. */
#ifndef B0_CORE_SHA256_H
#define B0_CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum {
    B0_SHA256_SIZE = 32,
    B0_SHA256_BLOCK = 64,
};

struct b0_sha256 {
    uint32_t state[8];
    uint32_t size; /* of the message so far, in bytes; less than 2^29 */
    uint8_t block[B0_SHA256_BLOCK];
};

void b0_sha256_begin(struct b0_sha256 *sha);
void b0_sha256_add(struct b0_sha256 *sha, const uint8_t *data, size_t size);
void b0_sha256_end(struct b0_sha256 *sha, uint8_t digest[B0_SHA256_SIZE]);

#endif
