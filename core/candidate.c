/* SPDX-License-Identifier: MIT */
/* See candidate.h. */
#include "candidate.h"

#include "descriptors.h"

#include <string.h>

/* Returns the first alternate of DFU interface number `nth`, from 0; NULL if there are fewer. */
static const struct b0_dfu_alternate *find_interface(const struct b0_dfu_configuration *found,
                                                     size_t nth)
{
    for (size_t i = 0; i < found->alternate_count; i++) {
        bool seen = false;

        for (size_t j = 0; j < i; j++)
            seen = seen || found->alternates[j].interface == found->alternates[i].interface;
        if (!seen && nth-- == 0)
            return &found->alternates[i];
    }
    return NULL;
}

bool b0_candidate_read(const uint8_t *bytes, size_t size, size_t nth,
                       struct boot0_candidate *candidate)
{
    const struct b0_dfu_alternate *alternate;
    struct b0_dfu_configuration found;

    memset(candidate, 0, sizeof *candidate);
    if (size <= BOOT0_USB_DEVICE_DESC_SIZE ||
        !b0_descriptors_walk(bytes + BOOT0_USB_DEVICE_DESC_SIZE, size - BOOT0_USB_DEVICE_DESC_SIZE,
                             &found))
        return false;
    alternate = find_interface(&found, nth);
    if (!alternate)
        return false;
    candidate->bcd_usb = (uint16_t)(bytes[2] | bytes[3] << 8);
    candidate->vendor = (uint16_t)(bytes[8] | bytes[9] << 8);
    candidate->product = (uint16_t)(bytes[10] | bytes[11] << 8);
    candidate->bcd_device = (uint16_t)(bytes[12] | bytes[13] << 8);
    candidate->manufacturer_index = bytes[14];
    candidate->product_index = bytes[15];
    candidate->serial_index = bytes[16];
    candidate->dfu_interface = alternate->interface;
    candidate->dfu_protocol = alternate->protocol;
    return true;
}
