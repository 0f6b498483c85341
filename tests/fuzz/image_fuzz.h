/* SPDX-License-Identifier: MIT */
/* Shared by the fuzz targets of the image formats. */
#ifndef B0_TESTS_IMAGE_FUZZ_H
#define B0_TESTS_IMAGE_FUZZ_H

#include <boot0/image.h>
#include <stdlib.h>

/* Aborts if the condition is false. */
static inline void require(bool truth)
{
    if (!truth)
        abort();
}

/*
 * Parses the input as the format, or by its content for BOOT0_FORMAT_UNKNOWN. A refusal must have a
 * message; an accepted image must be valid, and equal after writing and reading in every format.
 */
void fuzz_image(const uint8_t *data, size_t size, enum boot0_format format);

/*
 * Returns a copy of the input in which each line's last two hex digits are the line's `checksum`:
 * random changes alone would rarely get past it. The caller frees it.
 */
uint8_t *repair_checksums(const uint8_t *data, size_t size, size_t mark_length,
                          uint8_t (*checksum)(uint8_t sum));

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
