/* SPDX-License-Identifier: MIT */
/* Little-endian numbers in byte arrays, by explicit loads and stores: no casts, no alignment. */
#ifndef B0_CORE_BYTES_H
#define B0_CORE_BYTES_H

#include <stdint.h>

static inline uint16_t b0_load16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t b0_load24(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

static inline uint32_t b0_load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void b0_store16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void b0_store24(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
}

static inline void b0_store32(uint8_t *p, uint32_t value)
{
    b0_store16(p, (uint16_t)value);
    b0_store16(p + 2, (uint16_t)(value >> 16));
}

#endif
