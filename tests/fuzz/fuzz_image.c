/* SPDX-License-Identifier: MIT */
/* Any file, by its content; and the container of segments, with pieces that the input describes. */
#include "image_fuzz.h"

#include <core/bytes.h>

enum {
    PIECE_HEADER = 4, /* alternate, address, size */
    PIECES_SIZE = 64 * PIECE_HEADER,
};

/* The bytes' values depend on the address, so that pieces may overlap. */
static void add_pieces(const uint8_t *data, size_t size)
{
    struct boot0_image *image = boot0_image_new();
    uint8_t bytes[256];

    require(image != NULL);
    if (size > PIECES_SIZE)
        size = PIECES_SIZE;
    for (size_t i = 0; i + PIECE_HEADER <= size; i += PIECE_HEADER) {
        uint32_t address = 0xffff0000 + b0_load16(data + i + 1);
        enum boot0_status status;

        for (uint32_t j = 0; j < sizeof bytes; j++)
            bytes[j] = (uint8_t)((address + j) * 7);
        status = boot0_image_add(image, data[i] & 1, address, bytes, data[i + 3], NULL);
        require(status == BOOT0_OK ||
                (status == BOOT0_E_DATA && (uint64_t)address + data[i + 3] > UINT64_C(1) << 32));
    }
    for (size_t i = 1; i < image->segment_count; i++)
        require(image->segments[i - 1].alternate < image->segments[i].alternate ||
                image->segments[i - 1].address + image->segments[i - 1].size <
                    image->segments[i].address);
    boot0_image_free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(data, size, BOOT0_FORMAT_UNKNOWN);
    fuzz_image(data, size, BOOT0_FORMAT_BINARY);
    add_pieces(data, size);
    return 0;
}
