/* SHA-256 by FIPS 180-4; names as there. Small rather than fast: one round in a loop. */
#include <core/sha256.h>
#include <string.h>

enum {
    LENGTH_AT = 56, /* where a last block holds the length in bits */
};

/* 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* 5.3.3: the same of the square roots of the first eight. */
static const uint32_t start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t load_big(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_big(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* 6.2.2, 1: word t of the schedule, of which only the last 16 are kept. */
static uint32_t schedule(uint32_t w[16], unsigned t)
{
    uint32_t w2 = w[(t - 2) & 15], w15 = w[(t - 15) & 15];

    w[t & 15] += (rotr(w2, 17) ^ rotr(w2, 19) ^ w2 >> 10) + w[(t - 7) & 15] +
                 (rotr(w15, 7) ^ rotr(w15, 18) ^ w15 >> 3);
    return w[t & 15];
}

static void add_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[16], v[8]; /* v: a to h */

    for (unsigned t = 0; t < 16; t++)
        w[t] = load_big(block + 4 * t);
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < 64; t++) {
        uint32_t word = t < 16 ? w[t] : schedule(w, t);
        uint32_t t1 = v[7] + (rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25)) +
                      ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[t] + word;
        uint32_t t2 = (rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22)) +
                      ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

void b0_sha256_start(struct b0_sha256 *sha)
{
    memcpy(sha->state, start, sizeof start);
    sha->size = 0;
}

void b0_sha256_add(struct b0_sha256 *sha, const uint8_t *data, size_t size)
{
    size_t held = (size_t)(sha->size % B0_SHA256_BLOCK);

    sha->size += size;
    while (size > 0) {
        size_t part = B0_SHA256_BLOCK - held < size ? B0_SHA256_BLOCK - held : size;

        memcpy(sha->block + held, data, part);
        data += part;
        size -= part;
        held += part;
        if (held < B0_SHA256_BLOCK)
            return;
        add_block(sha->state, sha->block);
        held = 0;
    }
}

/* 5.1.1: a bit, zeros, and the length in bits. */
void b0_sha256_end(struct b0_sha256 *sha, uint8_t digest[B0_SHA256_SIZE])
{
    size_t held = (size_t)(sha->size % B0_SHA256_BLOCK);
    uint64_t bits = sha->size * 8;

    sha->block[held++] = 0x80;
    if (held > LENGTH_AT) {
        memset(sha->block + held, 0, B0_SHA256_BLOCK - held);
        add_block(sha->state, sha->block);
        held = 0;
    }
    memset(sha->block + held, 0, LENGTH_AT - held);
    store_big(sha->block + LENGTH_AT, (uint32_t)(bits >> 32));
    store_big(sha->block + LENGTH_AT + 4, (uint32_t)bits);
    add_block(sha->state, sha->block);
    for (unsigned i = 0; i < 8; i++)
        store_big(digest + 4 * i, sha->state[i]);
}
