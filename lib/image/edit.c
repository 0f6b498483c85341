/* SPDX-License-Identifier: MIT */
/* Changes the contents of an image, for data that differs from board to board. */
#include "formats.h"
#include <stdlib.h>
#include <string.h>

static bool copy_segment(struct boot0_segment *to, const struct boot0_segment *from)
{
    uint8_t *data = malloc(from->size);

    if (!data)
        return false;
    memcpy(data, from->data, from->size);
    *to = *from;
    to->data = data;
    return true;
}

struct boot0_image *boot0_image_clone(const struct boot0_image *image)
{
    struct boot0_image *clone = malloc(sizeof *clone);
    struct boot0_error ignored; /* there is only one possible reason */

    if (!clone)
        return NULL;
    *clone = *image;
    clone->segment_count = 0;
    clone->targets = NULL;
    clone->target_count = 0;
    clone->segments = calloc(image->segment_count + 1, sizeof *clone->segments);
    for (size_t i = 0; clone->segments && i < image->segment_count; i++) {
        if (!copy_segment(&clone->segments[i], &image->segments[i]))
            break;
        clone->segment_count++;
    }
    for (size_t i = 0; clone->segments && i < image->target_count; i++)
        if (b0_image_name_target(clone, image->targets[i].alternate, image->targets[i].name,
                                 &ignored) != BOOT0_OK)
            break;
    if (clone->segments && clone->segment_count == image->segment_count &&
        clone->target_count == image->target_count)
        return clone;
    boot0_image_free(clone);
    return NULL;
}

/* Overwrites bytes that all exist, in one segment. */
static void overwrite(struct boot0_image *image, uint8_t alternate, uint32_t address,
                      const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        if (segment->alternate == alternate && segment->address <= address &&
            address - segment->address < segment->size) {
            memcpy(segment->data + (address - segment->address), data, size);
            return;
        }
    }
}

enum boot0_status boot0_image_patch(struct boot0_image *image, uint8_t alternate, uint32_t address,
                                    const uint8_t *data, size_t size, struct boot0_error *error)
{
    enum boot0_status status;
    uint8_t *held;

    if (!image->has_addresses) {
        boot0_fail(error, BOOT0_E_USAGE, "a raw binary has no addresses to patch");
        return boot0_hint(error, "Give it its address first.");
    }
    if (size == 0)
        return BOOT0_OK;
    held = malloc(size);
    if (!held)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    /* Adds the missing bytes first, next to the existing ones: only this step can fail. */
    memcpy(held, data, size);
    boot0_image_copy(image, alternate, address, held, size);
    status = boot0_image_add(image, alternate, address, held, size, error);
    free(held);
    if (status == BOOT0_OK)
        overwrite(image, alternate, address, data, size);
    return status;
}

/* ---- moving and removing ---- */

/* What happens to a range of addresses. */
struct change {
    uint64_t from;
    uint64_t end;
    bool removed; /* else moved to `to` */
    uint32_t to;
};

/* Adds one part of a segment, [first, past), inside or outside of the change. */
static enum boot0_status add_part(struct b0_builder *builder, const struct boot0_segment *segment,
                                  uint64_t first, uint64_t past, uint64_t shift,
                                  struct boot0_error *error)
{
    if (first >= past)
        return BOOT0_OK;
    return b0_builder_add(builder, segment->alternate, (uint32_t)(first + shift),
                          segment->data + (first - segment->address), (size_t)(past - first), 0,
                          error);
}

/* Adds the segment's parts before, within and after the range. */
static enum boot0_status add_changed(struct b0_builder *builder,
                                     const struct boot0_segment *segment,
                                     const struct change *change, struct boot0_error *error)
{
    uint64_t begin = segment->address;
    uint64_t end = begin + segment->size;
    uint64_t from = change->from < begin ? begin : change->from < end ? change->from : end;
    uint64_t until = change->end < from ? from : change->end < end ? change->end : end;
    enum boot0_status status = add_part(builder, segment, begin, from, 0, error);

    if (status == BOOT0_OK && !change->removed)
        status = add_part(builder, segment, from, until, change->to - change->from, error);
    return status == BOOT0_OK ? add_part(builder, segment, until, end, 0, error) : status;
}

static enum boot0_status apply(struct boot0_image *image, const struct change *change,
                               struct boot0_error *error)
{
    struct b0_builder builder = {0};
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0; i < image->segment_count && status == BOOT0_OK; i++)
        status = add_changed(&builder, &image->segments[i], change, error);
    if (status == BOOT0_OK)
        status = b0_builder_finish(&builder, image, error);
    b0_builder_free(&builder);
    return status;
}

enum boot0_status boot0_image_move(struct boot0_image *image, uint32_t from, uint32_t size,
                                   uint32_t to, struct boot0_error *error)
{
    const struct change change = {.from = from, .end = (uint64_t)from + size, .to = to};
    enum boot0_status status = apply(image, &change, error);

    if (status == BOOT0_OK && image->has_entry && image->entry >= from &&
        image->entry - from < size)
        image->entry += to - from;
    return status;
}

enum boot0_status boot0_image_remove(struct boot0_image *image, uint32_t address, uint64_t size,
                                     struct boot0_error *error)
{
    const struct change change = {.from = address, .end = address + size, .removed = true};

    return apply(image, &change, error);
}
