/* SPDX-License-Identifier: MIT */
/* S-records, unchanged and with right checksums. */
#include "image_fuzz.h"

static uint8_t checksum(uint8_t sum)
{
    return (uint8_t)~sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *repaired = repair_checksums(data, size, 2, checksum);

    fuzz_image(data, size, BOOT0_FORMAT_SREC);
    fuzz_image(repaired, size, BOOT0_FORMAT_SREC);
    free(repaired);
    return 0;
}
