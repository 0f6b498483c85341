/* SPDX-License-Identifier: MIT */
/* Parses configuration and string descriptors that may be malformed; see descriptors.h. */
#include "descriptors.h"
#include "bytes.h"
#include <string.h>

/* Offsets of fields: USB 2.0, tables 9-8, 9-10, 9-12, 9-15; DFU 1.1, table 4.2. */
enum {
    HEADER_SIZE = 2, /* bLength, bDescriptorType */
    CONFIG_TOTAL_LENGTH = 2,
    CONFIG_VALUE = 5,
    CONFIG_ATTRIBUTES = 7,
    CONFIG_MAX_POWER = 8,
    INTERFACE_NUMBER = 2,
    INTERFACE_ALTERNATE = 3,
    INTERFACE_CLASS = 5,
    INTERFACE_SUBCLASS = 6,
    INTERFACE_PROTOCOL = 7,
    INTERFACE_STRING = 8,
    DFU_ATTRIBUTES = 2,
    DFU_DETACH_TIMEOUT = 3,
    DFU_TRANSFER_SIZE = 5,
    DFU_VERSION = 7,
};

/*
 * The owner of the following descriptors. It decides what 0x21 means, which is also the type of
 * HID's class descriptor.
 */
enum scope {
    IN_CONFIGURATION, /* before the first interface */
    IN_DFU,
    IN_OTHER,
};

static enum scope read_interface(const uint8_t *descriptor, struct b0_dfu_configuration *found)
{
    if (descriptor[INTERFACE_CLASS] != BOOT0_DFU_CLASS ||
        descriptor[INTERFACE_SUBCLASS] != BOOT0_DFU_SUBCLASS)
        return IN_OTHER;
    if (found->alternate_count < B0_ALTERNATE_MAX) {
        found->alternates[found->alternate_count++] = (struct b0_dfu_alternate){
            .interface = descriptor[INTERFACE_NUMBER],
            .alternate = descriptor[INTERFACE_ALTERNATE],
            .protocol = descriptor[INTERFACE_PROTOCOL],
            .string_index = descriptor[INTERFACE_STRING],
        };
    }
    return IN_DFU;
}

static void read_functional(const uint8_t *descriptor, uint8_t length, const uint8_t *interface,
                            struct b0_dfu_configuration *found)
{
    if (length < BOOT0_DFU_FUNC_DESC_SIZE_1_0)
        return;
    found->has_functional = true;
    found->functional = (struct b0_dfu_functional){
        .attributes = descriptor[DFU_ATTRIBUTES],
        .detach_timeout_ms = b0_load16(descriptor + DFU_DETACH_TIMEOUT),
        .transfer_size = b0_load16(descriptor + DFU_TRANSFER_SIZE),
        .version = length >= BOOT0_DFU_FUNC_DESC_SIZE ? b0_load16(descriptor + DFU_VERSION)
                                                      : BOOT0_DFU_VERSION_1_0,
    };
    for (size_t i = 0; interface && i < found->alternate_count; i++) {
        struct b0_dfu_alternate *alternate = &found->alternates[i];

        if (alternate->interface != *interface)
            continue;
        alternate->has_functional = true;
        alternate->functional = found->functional;
    }
}

const struct b0_dfu_functional *b0_descriptors_functional(const struct b0_dfu_configuration *found,
                                                          uint8_t interface)
{
    for (size_t i = 0; i < found->alternate_count; i++)
        if (found->alternates[i].interface == interface && found->alternates[i].has_functional)
            return &found->alternates[i].functional;
    return found->has_functional ? &found->functional : NULL;
}

/* Bytes past wTotalLength do not belong to this configuration. An impossible wTotalLength is
 * ignored. */
static size_t believed_size(const uint8_t *blob, size_t size)
{
    if (size >= BOOT0_USB_CONFIG_DESC_SIZE && blob[1] == BOOT0_USB_DESC_CONFIGURATION) {
        uint16_t total = b0_load16(blob + CONFIG_TOTAL_LENGTH);

        if (total >= BOOT0_USB_CONFIG_DESC_SIZE && total < size)
            return total;
    }
    return size;
}

bool b0_descriptors_walk(const uint8_t *blob, size_t size, struct b0_dfu_configuration *found)
{
    enum scope scope = IN_CONFIGURATION;
    const uint8_t *interface = NULL; /* number of the interface whose descriptors follow */
    size_t at = 0;

    memset(found, 0, sizeof(*found));
    size = believed_size(blob, size);
    while (size - at >= HEADER_SIZE) {
        const uint8_t *descriptor = blob + at;
        uint8_t length = descriptor[0];
        uint8_t type = descriptor[1];

        if (length < HEADER_SIZE || length > size - at)
            break;
        if (type == BOOT0_USB_DESC_CONFIGURATION && length >= BOOT0_USB_CONFIG_DESC_SIZE) {
            found->configuration = descriptor[CONFIG_VALUE];
            found->attributes = descriptor[CONFIG_ATTRIBUTES];
            found->max_power = descriptor[CONFIG_MAX_POWER];
        } else if (type == BOOT0_USB_DESC_INTERFACE && length >= BOOT0_USB_INTERFACE_DESC_SIZE) {
            scope = read_interface(descriptor, found);
            interface = descriptor + INTERFACE_NUMBER;
        } else if (type == BOOT0_USB_DESC_DFU && scope != IN_OTHER) {
            read_functional(descriptor, length, interface, found);
        }
        at += length;
    }
    return found->alternate_count > 0;
}

static bool printable(unsigned unit)
{
    return unit >= ' ' && unit <= '~';
}

/*
 * GigaDevice's ROM sends its serial number as plain bytes instead of UTF-16 (dfu-util 0.11,
 * quirks.c; gd32-dfu-utils). In such a text no 16-bit unit is ASCII, and every byte is.
 */
static bool is_plain_bytes(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!printable(bytes[i]))
            return false;
    return size >= 4;
}

size_t b0_string_descriptor(const uint8_t *bytes, size_t actual, char *text, size_t size)
{
    size_t length = 0;
    size_t end, step;

    if (size == 0)
        return 0;
    end = actual > 0 && bytes[0] < actual ? bytes[0] : actual;
    step = end > HEADER_SIZE && is_plain_bytes(bytes + HEADER_SIZE, end - HEADER_SIZE) ? 1 : 2;
    for (size_t at = HEADER_SIZE; at + step <= end && length + 1 < size; at += step) {
        unsigned unit = step == 1 ? bytes[at] : b0_load16(bytes + at);

        if (unit == 0)
            break;
        text[length++] = printable(unit) ? (char)unit : '?';
    }
    text[length] = '\0';
    return length;
}
