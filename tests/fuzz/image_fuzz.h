/* SPDX-License-Identifier: MIT */
/* What the fuzz targets of the image formats have in common. */
#ifndef B0_TESTS_IMAGE_FUZZ_H
#define B0_TESTS_IMAGE_FUZZ_H

#include <boot0/image.h>
#include <stdlib.h>

/* Aborts if something is not true. */
static inline void require(bool truth)
{
    if (!truth)
        abort();
}

/*
 * Parses the input as the format, or by its content if that is BOOT0_FORMAT_UNKNOWN. What is
 * refused must be refused with words; what is taken must be sound, and the same after it was
 * written and read in every format.
 */
void fuzz_image(const uint8_t *data, size_t size, enum boot0_format format);

/*
 * A copy of the input in which each line's last two hex digits are what `checksum` says of the
 * line's bytes before them: random changes alone would hardly ever get past the checksum. The
 * caller frees it.
 */
uint8_t *repair_checksums(const uint8_t *data, size_t size, size_t mark_length,
                          uint8_t (*checksum)(uint8_t sum));

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
