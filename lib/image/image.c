/* SPDX-License-Identifier: MIT */
/* The image as a container: sorted segments and queries on them. */
#include "formats.h"
#include <core/array.h>
#include <core/bytes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t segment_end(const struct boot0_segment *segment)
{
    return (uint64_t)segment->address + segment->size;
}

struct boot0_image *boot0_image_new(void)
{
    struct boot0_image *image = calloc(1, sizeof *image);

    if (image)
        image->has_addresses = true;
    return image;
}

void b0_image_free_segments(struct boot0_image *image)
{
    for (size_t i = 0; i < image->segment_count; i++)
        free(image->segments[i].data);
    free(image->segments);
    image->segments = NULL;
    image->segment_count = 0;
}

void b0_image_swap_segments(struct boot0_image *a, struct boot0_image *b)
{
    struct boot0_segment *segments = a->segments;
    size_t count = a->segment_count;

    a->segments = b->segments;
    a->segment_count = b->segment_count;
    b->segments = segments;
    b->segment_count = count;
}

void boot0_image_free(struct boot0_image *image)
{
    if (!image)
        return;
    b0_image_free_segments(image);
    free(image->targets);
    free(image);
}

const char *boot0_image_target_name(const struct boot0_image *image, uint8_t alternate)
{
    for (size_t i = 0; i < image->target_count; i++)
        if (image->targets[i].alternate == alternate)
            return image->targets[i].name;
    return "";
}

enum boot0_status b0_image_name_target(struct boot0_image *image, uint8_t alternate,
                                       const char *name, struct boot0_error *error)
{
    struct boot0_image_target *targets, *added;

    if (name[0] == '\0' || boot0_image_target_name(image, alternate)[0] != '\0')
        return BOOT0_OK;
    targets = realloc(image->targets, b0_room(image->target_count + 1) * sizeof *targets);
    if (!targets)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    image->targets = targets;
    added = &targets[image->target_count++];
    memset(added, 0, sizeof *added);
    added->alternate = alternate;
    snprintf(added->name, sizeof added->name, "%s", name);
    return BOOT0_OK;
}

size_t boot0_image_size(const struct boot0_image *image)
{
    size_t size = 0;

    for (size_t i = 0; i < image->segment_count; i++)
        size += image->segments[i].size;
    return size;
}

/*
 * Returns the index of the first segment that ends at or after an address, or follows it. A segment
 * that ends exactly there counts, because data added at the address is joined to it.
 */
static size_t find_segment(const struct boot0_image *image, uint8_t alternate, uint32_t address)
{
    size_t low = 0;
    size_t high = image->segment_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct boot0_segment *segment = &image->segments[middle];

        if (segment->alternate < alternate ||
            (segment->alternate == alternate && segment_end(segment) < address))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Returns the number of segments from `first` on that the bytes touch or overlap. */
static size_t count_touched(const struct boot0_image *image, size_t first, uint8_t alternate,
                            uint64_t end)
{
    size_t i = first;

    while (i < image->segment_count && image->segments[i].alternate == alternate &&
           image->segments[i].address <= end)
        i++;
    return i - first;
}

/* Adds bytes that touch no segment, as a new one. */
static enum boot0_status add_apart(struct boot0_image *image, size_t index, uint8_t alternate,
                                   uint32_t address, const uint8_t *data, size_t size,
                                   struct boot0_error *error)
{
    struct boot0_segment *segments =
        realloc(image->segments, b0_room(image->segment_count + 1) * sizeof *segments);
    uint8_t *copy;

    if (!segments)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    image->segments = segments;
    copy = malloc(b0_room(size));
    if (!copy)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    memcpy(copy, data, size);
    memmove(segments + index + 1, segments + index,
            (image->segment_count - index) * sizeof *segments);
    segments[index] = (struct boot0_segment){
        .address = address, .size = size, .data = copy, .alternate = alternate};
    image->segment_count++;
    return BOOT0_OK;
}

/* Checks that overlapping bytes are equal. */
static enum boot0_status check_overlap(const struct boot0_segment *segment, uint32_t address,
                                       const uint8_t *data, size_t size, struct boot0_error *error)
{
    uint64_t from = address > segment->address ? address : segment->address;
    uint64_t end = (uint64_t)address + size;

    if (end > segment_end(segment))
        end = segment_end(segment);
    for (; from < end; from++) {
        uint8_t old = segment->data[from - segment->address];
        uint8_t new = data[from - address];

        if (old != new) {
            boot0_fail(error, BOOT0_E_DATA,
                       "contradicting data for address 0x%08x: 0x%02x and 0x%02x", (uint32_t)from,
                       old, new);
            boot0_hint(error, "Check the addresses that the files are linked for or placed at: "
                              "files may overlap only where they agree.");
            return BOOT0_E_DATA;
        }
    }
    return BOOT0_OK;
}

/*
 * Joins bytes that touch `count` segments into one, in the first one's block. Growing a little at
 * the end is cheap on average, because blocks grow by doubling (b0_room()).
 */
static enum boot0_status add_joined(struct boot0_image *image, size_t index, size_t count,
                                    uint32_t address, const uint8_t *data, size_t size,
                                    struct boot0_error *error)
{
    struct boot0_segment *first = &image->segments[index];
    const struct boot0_segment *last = &image->segments[index + count - 1];
    uint32_t start = address < first->address ? address : first->address;
    uint64_t end = (uint64_t)address + size;
    uint8_t *grown;

    if (end < segment_end(last))
        end = segment_end(last);
    grown = realloc(first->data, b0_room((size_t)(end - start)));
    if (!grown)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    if (start < first->address)
        memmove(grown + (first->address - start), grown, first->size);
    for (size_t i = 1; i < count; i++) {
        memcpy(grown + (first[i].address - start), first[i].data, first[i].size);
        free(first[i].data);
    }
    memcpy(grown + (address - start), data, size);
    first->data = grown;
    first->address = start;
    first->size = (size_t)(end - start);
    memmove(first + 1, first + count,
            (image->segment_count - index - count) * sizeof *image->segments);
    image->segment_count -= count - 1;
    return BOOT0_OK;
}

enum boot0_status boot0_image_add(struct boot0_image *image, uint8_t alternate, uint32_t address,
                                  const uint8_t *data, size_t size, struct boot0_error *error)
{
    uint64_t end = (uint64_t)address + size;
    size_t index;
    size_t touched;

    if (size == 0)
        return BOOT0_OK;
    if (size > BOOT0_IMAGE_DATA_MAX || boot0_image_size(image) > BOOT0_IMAGE_DATA_MAX - size)
        return boot0_fail(error, BOOT0_E_DATA, "the image would hold more than 64 MiB of data");
    if (end > (uint64_t)UINT32_MAX + 1)
        return boot0_fail(error, BOOT0_E_DATA,
                          "the data extends beyond the end of the 32-bit address space");
    index = find_segment(image, alternate, address);
    touched = count_touched(image, index, alternate, end);
    if (touched == 0)
        return add_apart(image, index, alternate, address, data, size, error);
    for (size_t i = 0; i < touched; i++) {
        enum boot0_status status =
            check_overlap(&image->segments[index + i], address, data, size, error);

        if (status != BOOT0_OK)
            return status;
    }
    return add_joined(image, index, touched, address, data, size, error);
}

enum boot0_status boot0_image_place(struct boot0_image *image, uint32_t address,
                                    struct boot0_error *error)
{
    if (image->has_addresses) {
        boot0_fail(error, BOOT0_E_USAGE, "the image has addresses of its own");
        boot0_hint(error, "Omit the address: only raw binaries take one.");
        return BOOT0_E_USAGE;
    }
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        if (segment_end(segment) + address > (uint64_t)UINT32_MAX + 1) {
            boot0_fail(error, BOOT0_E_RANGE, "%zu bytes do not fit at address 0x%08x",
                       segment->size, address);
            boot0_hint(error, "Use a lower address: addresses end at 0xffffffff, and the flash is "
                              "at 0x08000000.");
            return BOOT0_E_RANGE;
        }
    }
    for (size_t i = 0; i < image->segment_count; i++)
        image->segments[i].address += address;
    image->has_addresses = true;
    return BOOT0_OK;
}

/* Joins two ids, where 0xffff means any; false if they name different devices. */
static bool join_ids(uint16_t *id, uint16_t other)
{
    if (*id == 0xffff)
        *id = other;
    return other == 0xffff || other == *id;
}

/* Rejects files for different devices: a merged image would not show the mistake. */
static enum boot0_status join_targets(struct boot0_image *image, const struct boot0_image *other,
                                      struct boot0_error *error)
{
    struct boot0_suffix suffix = image->has_suffix ? image->suffix : other->suffix;

    if (image->has_family && other->has_family && image->family != other->family) {
        boot0_fail(error, BOOT0_E_MISMATCH,
                   "the files are for different UF2 families: 0x%08x and 0x%08x", image->family,
                   other->family);
        boot0_hint(error, "Join only files that are for one chip.");
        return boot0_advise(error, BOOT0_ADVICE_SEE_FILES, NULL);
    }
    if (image->has_suffix && other->has_suffix &&
        (!join_ids(&suffix.vendor, other->suffix.vendor) ||
         !join_ids(&suffix.product, other->suffix.product))) {
        boot0_fail(error, BOOT0_E_MISMATCH,
                   "the files are for different devices: %04x:%04x and %04x:%04x",
                   image->suffix.vendor, image->suffix.product, other->suffix.vendor,
                   other->suffix.product);
        boot0_hint(error, "Join only files that are for one device.");
        return boot0_advise(error, BOOT0_ADVICE_SEE_FILES, NULL);
    }
    image->suffix = suffix;
    image->has_suffix |= other->has_suffix;
    if (!image->has_family)
        image->family = other->family;
    image->has_family |= other->has_family;
    return BOOT0_OK;
}

static enum boot0_status add_segments(struct b0_builder *builder, const struct boot0_image *image,
                                      struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0; i < image->segment_count && status == BOOT0_OK; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        builder->by_target = segment->by_target;
        status = b0_builder_add(builder, segment->alternate, segment->address, segment->data,
                                segment->size, 0, error);
    }
    return status;
}

enum boot0_status boot0_image_merge(struct boot0_image *image, const struct boot0_image *other,
                                    struct boot0_error *error)
{
    struct b0_builder builder = {0};
    struct boot0_image joined = *image;
    size_t target_count = image->target_count;
    enum boot0_status status;

    if (!image->has_addresses || !other->has_addresses)
        return boot0_fail(error, BOOT0_E_USAGE,
                          "raw binary data needs an address before it can be joined");
    status = join_targets(&joined, other, error);
    if (status == BOOT0_OK)
        status = add_segments(&builder, image, error);
    if (status == BOOT0_OK)
        status = add_segments(&builder, other, error);
    for (size_t i = 0; i < other->target_count && status == BOOT0_OK; i++)
        status =
            b0_image_name_target(image, other->targets[i].alternate, other->targets[i].name, error);
    if (status == BOOT0_OK)
        status = b0_builder_finish(&builder, image, error);
    b0_builder_free(&builder);
    if (status != BOOT0_OK) {
        image->target_count = target_count;
        return status;
    }
    image->has_suffix = joined.has_suffix;
    image->suffix = joined.suffix;
    image->has_family = joined.has_family;
    image->family = joined.family;
    image->cpu |= other->cpu;
    image->notes |= other->notes;
    if (image->format == BOOT0_FORMAT_UNKNOWN)
        image->format = other->format;
    if (!image->has_entry)
        image->entry = other->entry;
    image->has_entry |= other->has_entry;
    if (image->name[0] == '\0')
        memcpy(image->name, other->name, sizeof image->name);
    return BOOT0_OK;
}

size_t boot0_image_copy(const struct boot0_image *image, uint8_t alternate, uint32_t address,
                        uint8_t *data, size_t size)
{
    uint64_t end = (uint64_t)address + size;
    size_t copied = 0;

    for (size_t i = find_segment(image, alternate, address); i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];
        uint64_t from = address > segment->address ? address : segment->address;
        uint64_t to = end < segment_end(segment) ? end : segment_end(segment);

        if (segment->alternate != alternate || segment->address >= end)
            break;
        if (from >= to)
            continue;
        memcpy(data + (from - address), segment->data + (from - segment->address),
               (size_t)(to - from));
        copied += (size_t)(to - from);
    }
    return copied;
}

bool boot0_image_vectors(const struct boot0_image *image, uint32_t address,
                         struct boot0_vectors *vectors)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];
        const uint8_t *words;

        if (address < segment->address || (uint64_t)address + 8 > segment_end(segment))
            continue;
        words = segment->data + (address - segment->address);
        vectors->address = address;
        vectors->stack = b0_load32(words);
        vectors->reset = b0_load32(words + 4);
        return true;
    }
    return false;
}

const char *boot0_image_note(const struct boot0_image *image, size_t index)
{
    static const struct {
        uint32_t note;
        const char *text;
    } texts[] = {
        {BOOT0_IMAGE_NOTE_PREFIX_SIZE,
         "the size in the DfuSe prefix includes the 16 bytes of the suffix, which UM0391 "
         "excludes; the file is complete"},
    };

    for (size_t i = 0; i < B0_LENGTH(texts); i++) {
        if ((image->notes & texts[i].note) && index-- == 0)
            return texts[i].text;
    }
    return NULL;
}
