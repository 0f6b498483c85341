/* SPDX-License-Identifier: MIT */
/* The extension: a device's BOS descriptor, and its answer to GET_INFO. */
#include <core/extension.h>

#include <stdlib.h>
#include <string.h>

static void require(bool truth)
{
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t bytes[B0_EXTENSION_INFO_SIZE];
    struct b0_extension_info info, again;
    uint16_t version = 0;
    uint8_t vendor_code = 0;

    if (b0_extension_find(data, size, &version, &vendor_code))
        require(size >= 5 + B0_EXTENSION_CAPABILITY_SIZE);
    memset(&info, 0, sizeof info);
    memset(&again, 0, sizeof again);
    if (b0_extension_info_load(&info, data, size)) {
        require(size >= B0_EXTENSION_INFO_SIZE);
        b0_extension_info_store(&info, bytes);
        require(memcmp(bytes + 2, data + 2, sizeof bytes - 2) == 0);
        require(b0_extension_info_load(&again, bytes, sizeof bytes));
        require(memcmp(&info, &again, sizeof info) == 0);
    }
    return 0;
}
