/* SPDX-License-Identifier: MIT */
#include <core/lz4.h>

#include <core/array.h>
#include <core/bytes.h>
#include <stdbool.h>

enum {
    LENGTH_MORE = 15, /* value of a token's nibble: more length bytes follow */
    MATCH_MIN = 4,
    /*
     * "End of block conditions": the last 5 bytes are literals, the last match begins at least 12
     * before the end.
     */
    LAST_LITERALS = 5,
    MATCH_LIMIT = 12,
};

/* ---- decoding ---- */

struct reader {
    const uint8_t *next, *end;
};

/* False if the block ends in the middle of a length. */
static bool read_length(struct reader *reader, size_t *length)
{
    uint8_t byte;

    if (*length != LENGTH_MORE)
        return true;
    do {
        if (reader->next == reader->end)
            return false;
        byte = *reader->next++;
        *length += byte;
    } while (byte == 0xff);
    return true;
}

static bool read_match(struct reader *reader, size_t *distance, size_t *length)
{
    if (reader->end - reader->next < 2)
        return false;
    *distance = b0_load16(reader->next);
    reader->next += 2;
    if (!read_length(reader, length))
        return false;
    *length += MATCH_MIN;
    return true;
}

size_t b0_lz4_decode(uint8_t *data, size_t room, const uint8_t *block, size_t size)
{
    struct reader reader = {block, block + size};
    size_t at = 0;

    while (reader.next < reader.end) {
        uint8_t token = *reader.next++;
        size_t literals = token >> 4, length = token & 0xf, distance;

        if (!read_length(&reader, &literals) || literals > room - at ||
            literals > (size_t)(reader.end - reader.next))
            return 0;
        for (; literals > 0; literals--)
            data[at++] = *reader.next++;
        if (reader.next == reader.end)
            return at;
        if (!read_match(&reader, &distance, &length) || distance == 0 || distance > at ||
            length > room - at)
            return 0;
        for (; length > 0; length--, at++)
            data[at] = data[at - distance];
    }
    return 0; /* the block does not end in literals */
}

/* ---- coding ---- */

enum {
    HASH_BITS = 10,
    NOWHERE = 0xffff,
};

struct coder {
    const uint8_t *data;
    size_t size;
    uint8_t *block;
    size_t room, used;
    bool is_full;
    uint16_t heads[1 << HASH_BITS];    /* last position of each hash */
    uint16_t before[B0_LZ4_BLOCK_MAX]; /* previous position with the same hash */
};

static size_t hash_at(const struct coder *coder, size_t at)
{
    return b0_load32(coder->data + at) * 2654435761u >> (32 - HASH_BITS);
}

static void remember(struct coder *coder, size_t at)
{
    size_t hash = hash_at(coder, at);

    coder->before[at] = coder->heads[hash];
    coder->heads[hash] = (uint16_t)at;
}

/* Finds the longest match for the data at a position; 0 if there is none. */
static size_t find_match(const struct coder *coder, size_t at, size_t *distance)
{
    size_t limit = coder->size - LAST_LITERALS - at, best = 0;

    for (uint16_t other = coder->heads[hash_at(coder, at)]; other != NOWHERE;
         other = coder->before[other]) {
        size_t length = 0;

        while (length < limit && coder->data[other + length] == coder->data[at + length])
            length++;
        if (length > best) {
            best = length;
            *distance = at - other;
        }
    }
    return best >= MATCH_MIN ? best : 0;
}

static void put(struct coder *coder, uint8_t byte)
{
    if (coder->used == coder->room)
        coder->is_full = true;
    else
        coder->block[coder->used++] = byte;
}

static void put_length(struct coder *coder, size_t length)
{
    if (length < LENGTH_MORE)
        return;
    for (length -= LENGTH_MORE; length >= 0xff; length -= 0xff)
        put(coder, 0xff);
    put(coder, (uint8_t)length);
}

static uint8_t nibble(size_t length)
{
    return (uint8_t)(length < LENGTH_MORE ? length : LENGTH_MORE);
}

/* Writes literals and a match; `length` 0: the final literals. */
static void put_sequence(struct coder *coder, size_t from, size_t to, size_t distance,
                         size_t length)
{
    size_t rest = length > 0 ? length - MATCH_MIN : 0;

    put(coder, (uint8_t)(nibble(to - from) << 4 | nibble(rest)));
    put_length(coder, to - from);
    for (size_t i = from; i < to; i++)
        put(coder, coder->data[i]);
    if (length == 0)
        return;
    put(coder, (uint8_t)distance);
    put(coder, (uint8_t)(distance >> 8));
    put_length(coder, rest);
}

size_t b0_lz4_encode(uint8_t *block, size_t room, const uint8_t *data, size_t size)
{
    struct coder coder = {.data = data, .size = size, .block = block, .room = room};
    size_t from = 0; /* start of the pending literals */

    if (size > B0_LZ4_BLOCK_MAX)
        return 0;
    for (size_t i = 0; i < B0_LENGTH(coder.heads); i++)
        coder.heads[i] = NOWHERE;
    for (size_t at = 0; at + MATCH_LIMIT <= size && !coder.is_full;) {
        size_t distance = 0, length = find_match(&coder, at, &distance);

        if (length > 0) {
            put_sequence(&coder, from, at, distance, length);
            from = at + length;
        }
        for (size_t end = at + (length > 0 ? length : 1); at < end; at++)
            if (at + MATCH_LIMIT <= size)
                remember(&coder, at);
    }
    put_sequence(&coder, from, size, 0, 0);
    return coder.is_full ? 0 : coder.used;
}
