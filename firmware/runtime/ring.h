/* SPDX-License-Identifier: MIT */
/*
 * Bytes between an interrupt and the main program: one side puts, the other takes, without locks.
 * Positions count up without wrapping at the size; their difference is the fill level.
 */
#ifndef B0_RUNTIME_RING_H
#define B0_RUNTIME_RING_H

#include "boot0_runtime.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_RING_SIZE = BOOT0_SERIAL_BUFFER, /* a power of two */
};

struct b0_ring {
    uint8_t bytes[B0_RING_SIZE];
    atomic_uint_least32_t put;   /* changed by the putting side, after the bytes are stored */
    atomic_uint_least32_t taken; /* changed by the taking side, after the bytes were used */
};

static inline size_t b0_ring_used(struct b0_ring *ring)
{
    return (uint32_t)(atomic_load(&ring->put) - atomic_load(&ring->taken));
}

static inline size_t b0_ring_room(struct b0_ring *ring)
{
    return B0_RING_SIZE - b0_ring_used(ring);
}

/* Puts as many bytes as fit. Returns their number. */
static inline size_t b0_ring_put(struct b0_ring *ring, const uint8_t *data, size_t size)
{
    uint32_t put = (uint32_t)atomic_load(&ring->put);
    size_t room = b0_ring_room(ring);

    if (size > room)
        size = room;
    for (size_t i = 0; i < size; i++)
        ring->bytes[(put + i) % B0_RING_SIZE] = data[i];
    atomic_store(&ring->put, (uint32_t)(put + size));
    return size;
}

/* Returns the next bytes to take, as far as they are contiguous. */
static inline const uint8_t *b0_ring_front(struct b0_ring *ring, size_t *size)
{
    uint32_t from = (uint32_t)atomic_load(&ring->taken) % B0_RING_SIZE;
    size_t used = b0_ring_used(ring);

    *size = used < B0_RING_SIZE - from ? used : B0_RING_SIZE - from;
    return ring->bytes + from;
}

/* Removes `size` of the available bytes without reading them. */
static inline void b0_ring_drop(struct b0_ring *ring, size_t size)
{
    atomic_store(&ring->taken, (uint32_t)(atomic_load(&ring->taken) + size));
}

/* Takes at most `size` bytes. Returns their number. */
static inline size_t b0_ring_take(struct b0_ring *ring, uint8_t *data, size_t size)
{
    uint32_t taken = (uint32_t)atomic_load(&ring->taken);
    size_t used = b0_ring_used(ring);

    if (size > used)
        size = used;
    for (size_t i = 0; i < size; i++)
        data[i] = ring->bytes[(taken + i) % B0_RING_SIZE];
    b0_ring_drop(ring, size);
    return size;
}

#endif
