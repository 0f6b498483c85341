/* SPDX-License-Identifier: MIT */
/* .dfu files of both kinds, unchanged and with the right CRC. */
#include "image_fuzz.h"

#include <core/bytes.h>
#include <core/crc32.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *repaired = malloc(size + 1);

    require(repaired != NULL);
    memcpy(repaired, data, size);
    if (size >= 4)
        b0_store32(repaired + size - 4, b0_crc32(B0_CRC32_START, data, size - 4));
    fuzz_image(data, size, BOOT0_FORMAT_DFU);
    fuzz_image(repaired, size, BOOT0_FORMAT_DFU);
    fuzz_image(repaired, size, BOOT0_FORMAT_DFUSE);
    free(repaired);
    return 0;
}
