/* Changing what an image holds, for data that each board gets its own of. */
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
    struct boot0_error ignored; /* there is one reason only */

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
                                 &ignored) != B0_OK)
            break;
    if (clone->segments && clone->segment_count == image->segment_count &&
        clone->target_count == image->target_count)
        return clone;
    boot0_image_free(clone);
    return NULL;
}

/* The bytes are all there, in one segment. */
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
        boot0_fail(error, B0_E_USAGE, "a raw binary has no addresses to be patched at");
        return boot0_hint(error, "Give it its address first.");
    }
    if (size == 0)
        return B0_OK;
    held = malloc(size);
    if (!held)
        return boot0_fail(error, B0_E_MEMORY, "out of memory");
    /* First what is missing is added, next to what is there: all that can fail is in that. */
    memcpy(held, data, size);
    boot0_image_copy(image, alternate, address, held, size);
    status = boot0_image_add(image, alternate, address, held, size, error);
    free(held);
    if (status == B0_OK)
        overwrite(image, alternate, address, data, size);
    return status;
}
