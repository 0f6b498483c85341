/* SPDX-License-Identifier: MIT */
#include "sha256.h"

/* FIPS 180-4, 4.2.2: the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value >> bits | value << (32 - bits);
}

static uint32_t load_be(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_be(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

/* 6.2.2, 1: the message schedule. */
static void schedule(uint32_t w[64], const uint8_t *block)
{
    for (unsigned t = 0; t < 16; t++)
        w[t] = load_be(block + (size_t)4 * t);
    for (uint32_t *word = w + 16; word < w + 64; word++) {
        uint32_t w2 = word[-2], w15 = word[-15];

        *word = (rotate(w2, 17) ^ rotate(w2, 19) ^ w2 >> 10) + word[-7] +
                (rotate(w15, 7) ^ rotate(w15, 18) ^ w15 >> 3) + word[-16];
    }
}

/* 6.2.2, 2 to 4, with the standard's letters. Separate variables stay in registers; an array would
 * not. */
static void compress(struct b0_sha256 *sha, const uint8_t *block)
{
    uint32_t w[64];
    uint32_t a = sha->state[0], b = sha->state[1], c = sha->state[2], d = sha->state[3];
    uint32_t e = sha->state[4], f = sha->state[5], g = sha->state[6], h = sha->state[7];

    schedule(w, block);
    for (unsigned t = 0; t < 64; t++) {
        uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (g ^ (e & (f ^ g))) +
                      constants[t] + w[t];
        uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) | (c & (a | b)));

        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    sha->state[0] += a;
    sha->state[1] += b;
    sha->state[2] += c;
    sha->state[3] += d;
    sha->state[4] += e;
    sha->state[5] += f;
    sha->state[6] += g;
    sha->state[7] += h;
}

void b0_sha256_begin(struct b0_sha256 *sha)
{
    /* 5.3.3 */
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    for (unsigned i = 0; i < 8; i++)
        sha->state[i] = start[i];
    sha->size = 0;
}

void b0_sha256_add(struct b0_sha256 *sha, const uint8_t *data, size_t size)
{
    while (size > 0) {
        uint32_t used = sha->size % B0_SHA256_BLOCK;

        if (used == 0 && size >= B0_SHA256_BLOCK) { /* without a copy */
            compress(sha, data);
            sha->size += B0_SHA256_BLOCK;
            data += B0_SHA256_BLOCK;
            size -= B0_SHA256_BLOCK;
            continue;
        }
        sha->block[used] = *data++;
        sha->size++;
        size--;
        if (used == B0_SHA256_BLOCK - 1)
            compress(sha, sha->block);
    }
}

void b0_sha256_end(struct b0_sha256 *sha, uint8_t digest[B0_SHA256_SIZE])
{
    static const uint8_t one = 0x80, zero = 0;
    uint32_t bits = sha->size * 8;
    uint8_t length[8] = {0};

    /* 5.1.1 */
    store_be(length + 4, bits);
    b0_sha256_add(sha, &one, 1);
    while (sha->size % B0_SHA256_BLOCK != B0_SHA256_BLOCK - sizeof length)
        b0_sha256_add(sha, &zero, 1);
    b0_sha256_add(sha, length, sizeof length);
    for (unsigned i = 0; i < 8; i++)
        store_be(digest + (size_t)4 * i, sha->state[i]);
}
