/* SPDX-License-Identifier: MIT */
/* ELF. */
#include "image_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(data, size, BOOT0_FORMAT_ELF);
    return 0;
}
