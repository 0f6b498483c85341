/* SPDX-License-Identifier: MIT */
/* Collects pieces in any order, from a file or from images, into sorted segments. */
#include "formats.h"
#include <stdlib.h>
#include <string.h>

size_t b0_room(size_t size)
{
    size_t room = 16;

    while (room < size)
        room *= 2;
    return room;
}

/* Doubles an array until it has room for `needed` elements. */
static bool reserve(void **array, size_t *room, size_t needed, size_t element_size)
{
    void *grown;

    if (needed <= *room)
        return true;
    grown = realloc(*array, b0_room(needed) * element_size);
    if (!grown)
        return false;
    *array = grown;
    *room = b0_room(needed);
    return true;
}

static uint64_t chunk_end(const struct b0_chunk *chunk)
{
    return (uint64_t)chunk->address + chunk->size;
}

/* Orders by address; at the same address, by position in the file. */
static int compare_chunks(const void *left, const void *right)
{
    const struct b0_chunk *a = left;
    const struct b0_chunk *b = right;

    if (a->alternate != b->alternate)
        return a->alternate < b->alternate ? -1 : 1;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* Returns the origin of the byte at `address`. */
static uint32_t origin_at(const struct b0_chunk *chunk, uint32_t address)
{
    return chunk->origin + (address - chunk->address) / chunk->stride;
}

/* True if a piece can be joined to the chunk without changing what origin_at() returns. */
static bool continues(const struct b0_chunk *chunk, const struct b0_chunk *piece)
{
    return chunk->alternate == piece->alternate && chunk_end(chunk) == piece->address &&
           chunk->size % chunk->stride == 0 && piece->size <= chunk->stride &&
           chunk->origin + chunk->size / chunk->stride == piece->origin;
}

static bool append_chunk(struct b0_builder *builder, const struct b0_chunk *piece)
{
    void *chunks = builder->chunks;

    if (builder->chunk_count > 0) {
        struct b0_chunk *last = &builder->chunks[builder->chunk_count - 1];

        if (continues(last, piece)) {
            last->size += piece->size;
            last->by_target |= piece->by_target;
            return true;
        }
        if (compare_chunks(last, piece) > 0)
            builder->unsorted = true;
    }
    if (!reserve(&chunks, &builder->chunk_room, builder->chunk_count + 1, sizeof *piece))
        return false;
    builder->chunks = chunks;
    builder->chunks[builder->chunk_count++] = *piece;
    return true;
}

static enum boot0_status fail(const struct b0_builder *builder, enum boot0_status status,
                              const char *message, struct boot0_error *error)
{
    if (builder->name)
        return boot0_fail(error, status, "%s: %s", builder->name, message);
    return boot0_fail(error, status, "%s", message);
}

enum boot0_status b0_builder_add(struct b0_builder *builder, uint8_t alternate, uint32_t address,
                                 const uint8_t *data, size_t size, uint32_t origin,
                                 struct boot0_error *error)
{
    struct b0_chunk piece;
    void *grown = builder->data;

    if (size == 0)
        return BOOT0_OK;
    if (size > BOOT0_IMAGE_DATA_MAX - builder->size)
        return fail(builder, BOOT0_E_DATA, "holds more than 64 MiB of data", error);
    if (size > (uint64_t)UINT32_MAX + 1 - address)
        return fail(builder, BOOT0_E_DATA,
                    "the data extends beyond the end of the 32-bit address space", error);
    piece = (struct b0_chunk){.address = address,
                              .size = (uint32_t)size,
                              .offset = (uint32_t)builder->size,
                              .origin = origin,
                              .stride = (uint32_t)size,
                              .alternate = alternate,
                              .by_target = builder->by_target};
    if (!reserve(&grown, &builder->room, builder->size + size, 1))
        return fail(builder, BOOT0_E_MEMORY, "out of memory", error);
    builder->data = grown;
    memcpy(builder->data + builder->size, data, size);
    if (!append_chunk(builder, &piece))
        return fail(builder, BOOT0_E_MEMORY, "out of memory", error);
    builder->size += size;
    return BOOT0_OK;
}

/* Returns the byte that a chunk has for an address; -1 if it has none. */
static int byte_at(const struct b0_builder *builder, const struct b0_chunk *chunk,
                   uint8_t alternate, uint32_t address)
{
    if (chunk->alternate != alternate || address < chunk->address || address >= chunk_end(chunk))
        return -1;
    return builder->data[chunk->offset + (address - chunk->address)];
}

/*
 * Returns the first chunk, in the order of the file, whose byte at an address differs from
 * `not_byte`.
 */
static const struct b0_chunk *find_chunk(const struct b0_builder *builder, uint8_t alternate,
                                         uint32_t address, int not_byte)
{
    const struct b0_chunk *found = NULL;

    for (size_t i = 0; i < builder->chunk_count; i++) {
        const struct b0_chunk *chunk = &builder->chunks[i];
        int byte = byte_at(builder, chunk, alternate, address);

        if (byte >= 0 && byte != not_byte && (!found || chunk->offset < found->offset))
            found = chunk;
    }
    return found;
}

/* Reports which two pieces contradict each other. Slow, but called only once. */
static enum boot0_status fail_contradiction(const struct b0_builder *builder, uint8_t alternate,
                                            uint32_t address, struct boot0_error *error)
{
    const struct b0_chunk *first = find_chunk(builder, alternate, address, -1);
    int old = byte_at(builder, first, alternate, address);
    const struct b0_chunk *second = find_chunk(builder, alternate, address, old);
    int new = byte_at(builder, second, alternate, address);

    if (!builder->origin) {
        boot0_fail(error, BOOT0_E_DATA, "contradicting data for address 0x%08x: 0x%02x, 0x%02x",
                   address, old, new);
        boot0_hint(error, "Check the addresses that the files are linked for or placed at: files "
                          "may overlap only where they agree.");
        return BOOT0_E_DATA;
    }
    boot0_fail(error, BOOT0_E_DATA,
               "%s: %s %u puts 0x%02x at address 0x%08x, where %s %u put 0x%02x", builder->name,
               builder->origin, origin_at(second, address), new, address, builder->origin,
               origin_at(first, address), old);
    boot0_hint(error, "Check whether the outputs of two programs, linked for the same address, "
                      "were joined into one file: parts of a file may overlap only if they agree.");
    return BOOT0_E_DATA;
}

/*
 * Copies a chunk into a segment that is filled up to `filled`. The part before that must be equal
 * to what the segment already has.
 */
static enum boot0_status copy_chunk(const struct b0_builder *builder, const struct b0_chunk *chunk,
                                    struct boot0_segment *segment, uint64_t filled,
                                    struct boot0_error *error)
{
    const uint8_t *from = builder->data + chunk->offset;
    uint8_t *to = segment->data + (chunk->address - segment->address);
    size_t overlap = 0;

    if (filled > chunk->address)
        overlap = (size_t)(filled - chunk->address);
    if (overlap > chunk->size)
        overlap = chunk->size;
    for (size_t i = 0; i < overlap; i++) {
        if (from[i] != to[i])
            return fail_contradiction(builder, chunk->alternate, chunk->address + (uint32_t)i,
                                      error);
    }
    memcpy(to + overlap, from + overlap, chunk->size - overlap);
    return BOOT0_OK;
}

/* Returns how many chunks from `first` on form one segment, and its end. */
static size_t run_length(const struct b0_builder *builder, size_t first, uint64_t *end)
{
    const struct b0_chunk *chunks = builder->chunks;
    size_t i;

    *end = chunk_end(&chunks[first]);
    for (i = first + 1; i < builder->chunk_count; i++) {
        if (chunks[i].alternate != chunks[first].alternate || chunks[i].address > *end)
            break;
        if (chunk_end(&chunks[i]) > *end)
            *end = chunk_end(&chunks[i]);
    }
    return i - first;
}

/* Makes one segment from a run of chunks. */
static enum boot0_status build_segment(const struct b0_builder *builder, size_t first, size_t count,
                                       struct boot0_segment *segment, struct boot0_error *error)
{
    uint64_t filled = segment->address;

    segment->data = malloc(segment->size);
    if (!segment->data)
        return fail(builder, BOOT0_E_MEMORY, "out of memory", error);
    for (size_t i = first; i < first + count; i++) {
        const struct b0_chunk *chunk = &builder->chunks[i];
        enum boot0_status status = copy_chunk(builder, chunk, segment, filled, error);

        segment->by_target |= chunk->by_target;
        if (status != BOOT0_OK)
            return status;
        if (chunk_end(chunk) > filled)
            filled = chunk_end(chunk);
    }
    return BOOT0_OK;
}

enum boot0_status b0_builder_finish(struct b0_builder *builder, struct boot0_image *image,
                                    struct boot0_error *error)
{
    struct boot0_image built = {0};
    enum boot0_status status = BOOT0_OK;
    size_t room = 0;
    size_t count;

    if (builder->unsorted)
        qsort(builder->chunks, builder->chunk_count, sizeof *builder->chunks, compare_chunks);
    builder->unsorted = false;
    for (size_t first = 0; first < builder->chunk_count && status == BOOT0_OK; first += count) {
        const struct b0_chunk *chunk = &builder->chunks[first];
        void *segments = built.segments;
        uint64_t end;

        count = run_length(builder, first, &end);
        if (!reserve(&segments, &room, built.segment_count + 1, sizeof *built.segments)) {
            status = fail(builder, BOOT0_E_MEMORY, "out of memory", error);
            break;
        }
        built.segments = segments;
        built.segments[built.segment_count] =
            (struct boot0_segment){.address = chunk->address,
                                   .size = (size_t)(end - chunk->address),
                                   .alternate = chunk->alternate};
        status =
            build_segment(builder, first, count, &built.segments[built.segment_count++], error);
    }
    if (status == BOOT0_OK)
        b0_image_swap_segments(image, &built);
    b0_image_free_segments(&built);
    return status;
}

void b0_builder_free(struct b0_builder *builder)
{
    free(builder->data);
    free(builder->chunks);
    *builder = (struct b0_builder){0};
}
