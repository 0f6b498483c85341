/* SPDX-License-Identifier: MIT */
/* Raw bytes without addresses. */
#include "formats.h"

static bool detect_binary(const struct b0_input *input)
{
    (void)input;
    return true;
}

static enum boot0_status read_binary(const struct b0_input *input, struct b0_builder *builder,
                                     struct boot0_image *image, struct boot0_error *error)
{
    image->has_addresses = false;
    return b0_builder_add(builder, 0, 0, input->data, input->size, 0, error);
}

static enum boot0_status write_binary(const struct boot0_image *image,
                                      const struct boot0_image_options *options,
                                      struct b0_output *output, struct boot0_error *error)
{
    const struct boot0_segment *first = &image->segments[0];
    const struct boot0_segment *last = &image->segments[image->segment_count - 1];
    uint8_t fill = options->has_fill ? options->fill : 0xff;
    uint64_t end = first->address;
    uint64_t size = (uint64_t)last->address + last->size - first->address;

    if (size > BOOT0_IMAGE_FILE_MAX) {
        boot0_fail(error, BOOT0_E_DATA,
                   "as raw binary, 0x%08x to the end of the segment at 0x%08x has %llu MiB",
                   first->address, last->address, (unsigned long long)(size >> 20));
        boot0_hint(error, "Choose a format with addresses, because a raw binary fills all gaps: "
                          "ihex, srec, elf, uf2 or dfuse.");
        return BOOT0_E_DATA;
    }
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        b0_output_fill(output, fill, (size_t)(segment->address - end));
        b0_output_put(output, segment->data, segment->size);
        end = (uint64_t)segment->address + segment->size;
    }
    return BOOT0_OK;
}

const struct b0_format b0_format_binary = {
    .name = "binary",
    .title = "a raw binary",
    .detect = detect_binary,
    .read = read_binary,
    .write = write_binary,
};
