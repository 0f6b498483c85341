/* SPDX-License-Identifier: MIT */
/*
 * Descriptors. The input is read as a configuration, then as a string, then as a layout string,
 * like by a host with an unknown board.
 */
#include <boot0/layout.h>
#include <core/descriptors.h>

#include <stdlib.h>
#include <string.h>

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_configuration(const uint8_t *data, size_t size)
{
    struct b0_dfu_configuration found;
    bool walked = b0_descriptors_walk(data, size, &found);

    require(walked == (found.alternate_count > 0));
    require(found.alternate_count <= B0_ALTERNATE_MAX);
    require(found.alternate_count <= size / BOOT0_USB_INTERFACE_DESC_SIZE);
    for (unsigned interface = 0; interface <= UINT8_MAX; interface++) {
        const struct b0_dfu_functional *own = b0_descriptors_functional(&found, (uint8_t)interface);

        require((own != NULL) == found.has_functional);
    }
    if (!found.has_functional)
        require(found.functional.transfer_size == 0 && found.functional.version == 0);
}

static void check_string(const uint8_t *data, size_t sent, size_t room)
{
    char text[300];
    struct boot0_layout layout;
    size_t length;

    memset(text, 0x7f, sizeof(text));
    length = b0_string_descriptor(data, sent, text, room);
    require(room == 0 ? length == 0 : length < room && strlen(text) == length);
    require(text[room] == 0x7f);
    for (size_t i = 0; i < length; i++)
        require(text[i] >= ' ' && text[i] <= '~');
    (void)boot0_layout_parse(text, length, &layout, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_configuration(data, size);
    check_string(data, size, 256);
    check_string(data, size, size > 0 ? data[0] : 0);
    return 0;
}
