/* SPDX-License-Identifier: MIT */
/*
 * .dfu files with a suffix (USB DFU 1.1, appendix B; DFU 1.0's is the same): raw bytes, followed by
 * the ids of the device that they are for.
 */
#include "formats.h"
#include <core/bytes.h>
#include <core/crc32.h>
#include <string.h>

enum {
    CRC_SIZE = 4,
    ID_ANY = 0xffff,
};

/* Offsets from the end of the file: the suffix can be extended at its start. */
enum {
    DEVICE = 16,
    PRODUCT = 14,
    VENDOR = 12,
    VERSION = 10,
    SIGNATURE = 8,
    LENGTH = 5,
    CRC = 4,
};

static const uint8_t signature[3] = {'U', 'F', 'D'};

static const uint8_t *from_end(const struct b0_input *input, size_t offset)
{
    return input->data + input->size - offset;
}

bool b0_suffix_present(const struct b0_input *input)
{
    return input->size >= B0_SUFFIX_SIZE &&
           memcmp(from_end(input, SIGNATURE), signature, sizeof signature) == 0;
}

static bool length_valid(const struct b0_input *input)
{
    uint8_t length = *from_end(input, LENGTH);

    return length >= B0_SUFFIX_SIZE && length <= input->size;
}

static uint32_t compute_crc(const struct b0_input *input)
{
    return b0_crc32(B0_CRC32_START, input->data, input->size - CRC_SIZE);
}

bool b0_suffix_valid(const struct b0_input *input)
{
    return b0_suffix_present(input) && length_valid(input) &&
           b0_load32(from_end(input, CRC)) == compute_crc(input);
}

static enum boot0_status fail_suffix(const struct b0_input *input, struct boot0_error *error)
{
    if (!b0_suffix_present(input))
        boot0_fail(error, BOOT0_E_DATA, "%s: no DFU suffix at the end", input->name);
    else if (!length_valid(input))
        boot0_fail(error, BOOT0_E_DATA, "%s: the DFU suffix has an impossible length, %u bytes",
                   input->name, *from_end(input, LENGTH));
    else
        boot0_fail(error, BOOT0_E_DATA, "%s: CRC in the DFU suffix is 0x%08x, expected 0x%08x",
                   input->name, b0_load32(from_end(input, CRC)), compute_crc(input));
    boot0_hint(error, B0_DAMAGED_HINT);
    return BOOT0_E_DATA;
}

enum boot0_status b0_suffix_read(const struct b0_input *input, struct boot0_image *image,
                                 struct b0_input *payload, struct boot0_error *error)
{
    if (!b0_suffix_valid(input))
        return fail_suffix(input, error);
    image->has_suffix = true;
    image->suffix.bcd_device = b0_load16(from_end(input, DEVICE));
    image->suffix.product = b0_load16(from_end(input, PRODUCT));
    image->suffix.vendor = b0_load16(from_end(input, VENDOR));
    image->suffix.bcd_dfu = b0_load16(from_end(input, VERSION));
    *payload = *input;
    payload->size -= *from_end(input, LENGTH);
    return BOOT0_OK;
}

static bool suffix_given(const struct boot0_suffix *suffix)
{
    return suffix->bcd_device || suffix->product || suffix->vendor || suffix->bcd_dfu;
}

struct boot0_suffix b0_suffix_choose(const struct boot0_image *image,
                                     const struct boot0_image_options *options,
                                     uint16_t default_vendor, uint16_t default_product)
{
    struct boot0_suffix suffix = {.product = default_product, .vendor = default_vendor};

    if (suffix_given(&options->suffix))
        suffix = options->suffix;
    else if (image->has_suffix)
        suffix = image->suffix;
    if (suffix.bcd_device == 0)
        suffix.bcd_device = ID_ANY;
    return suffix;
}

void b0_suffix_write(struct b0_output *output, const struct boot0_suffix *suffix)
{
    uint8_t bytes[B0_SUFFIX_SIZE];
    uint8_t *end = bytes + sizeof bytes;

    b0_store16(end - DEVICE, suffix->bcd_device);
    b0_store16(end - PRODUCT, suffix->product);
    b0_store16(end - VENDOR, suffix->vendor);
    b0_store16(end - VERSION, suffix->bcd_dfu);
    memcpy(end - SIGNATURE, signature, sizeof signature);
    *(end - LENGTH) = B0_SUFFIX_SIZE;
    b0_output_put(output, bytes, sizeof bytes - CRC_SIZE);
    if (output->status != BOOT0_OK)
        return;
    b0_store32(end - CRC, b0_crc32(B0_CRC32_START, output->data, output->size));
    b0_output_put(output, end - CRC, CRC_SIZE);
}

static bool detect_dfu(const struct b0_input *input)
{
    return b0_suffix_valid(input);
}

static enum boot0_status read_dfu(const struct b0_input *input, struct b0_builder *builder,
                                  struct boot0_image *image, struct boot0_error *error)
{
    struct b0_input payload;
    enum boot0_status status = b0_suffix_read(input, image, &payload, error);
    const struct b0_format *inner;

    if (status != BOOT0_OK)
        return status;
    if (image->suffix.bcd_dfu == B0_SUFFIX_DFUSE) {
        boot0_fail(error, BOOT0_E_DATA,
                   "%s: the suffix says DfuSe (DFU version 1.1a), but the file has no DfuSe "
                   "targets",
                   input->name);
        boot0_hint(error, B0_DAMAGED_HINT);
        return BOOT0_E_DATA;
    }
    inner = b0_format_inside(&payload);
    if (inner) {
        boot0_fail(error, BOOT0_E_DATA,
                   "%s: the content before the DFU suffix is %s, not a raw binary", input->name,
                   inner->title);
        return boot0_hint(error, "Use the original file, which needs no suffix. With this file, "
                                 "its text or headers would be written to flash.");
    }
    image->has_addresses = false;
    return b0_builder_add(builder, 0, 0, payload.data, payload.size, 0, error);
}

static enum boot0_status write_dfu(const struct boot0_image *image,
                                   const struct boot0_image_options *options,
                                   struct b0_output *output, struct boot0_error *error)
{
    struct boot0_suffix suffix = b0_suffix_choose(image, options, ID_ANY, ID_ANY);
    enum boot0_status status = b0_format_binary.write(image, options, output, error);

    if (status != BOOT0_OK)
        return status;
    if (suffix.bcd_dfu == 0 || suffix.bcd_dfu == B0_SUFFIX_DFUSE)
        suffix.bcd_dfu = 0x0110;
    b0_suffix_write(output, &suffix);
    return BOOT0_OK;
}

const struct b0_format b0_format_dfu = {
    .name = "dfu",
    .title = "a DFU file",
    .detect = detect_dfu,
    .read = read_dfu,
    .write = write_dfu,
};
