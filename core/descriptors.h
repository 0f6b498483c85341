/* SPDX-License-Identifier: MIT */
/*
 * Parses the USB descriptors of untrusted boards: the configuration with its DFU interfaces, and
 * string descriptors with wrong lengths. Freestanding, no allocation.
 */
#ifndef B0_CORE_DESCRIPTORS_H
#define B0_CORE_DESCRIPTORS_H

#include "dfu.h"

enum {
    B0_ALTERNATE_MAX = 32, /* the STM32MP1 has up to 24 */
    /*
     * Timeout of a standard request: USB 2.0, 9.2.6.1 allows a device 5 s. Most answer within
     * microseconds; a host that computes may need the rest.
     */
    B0_DESCRIPTOR_TIMEOUT_MS = 5000,
};

struct b0_dfu_alternate {
    uint8_t interface;
    uint8_t alternate;
    uint8_t protocol;     /* BOOT0_DFU_PROTOCOL_* */
    uint8_t string_index; /* iInterface */
    bool has_functional;  /* a functional descriptor follows it or a later one of its interface */
    struct b0_dfu_functional functional;
};

struct b0_dfu_configuration {
    struct b0_dfu_alternate alternates[B0_ALTERNATE_MAX];
    size_t alternate_count;
    bool has_functional;
    struct b0_dfu_functional functional; /* the last one: the ROM sends one after all alternates */
    uint8_t configuration;               /* bConfigurationValue */
    uint8_t attributes;                  /* bmAttributes of the configuration */
    uint8_t max_power;                   /* in 2 mA */
};

/*
 * Parses a configuration descriptor and all that follows it, as received. Stops at the first
 * descriptor with an impossible bLength and keeps the result so far. Returns false if there is no
 * DFU interface.
 */
bool b0_descriptors_walk(const uint8_t *blob, size_t size, struct b0_dfu_configuration *found);

/*
 * Returns the functional descriptor of an interface: the last one that follows one of its
 * alternates, else the configuration's last; NULL if the configuration has none.
 */
const struct b0_dfu_functional *b0_descriptors_functional(const struct b0_dfu_configuration *found,
                                                          uint8_t interface);

/*
 * Converts a received string descriptor of `actual` bytes to printable ASCII. bLength is clamped to
 * `actual` (the F42x ROM reports 166 and sends 112). The text ends at the first NUL. Plain bytes
 * instead of UTF-16 are accepted as they are. Other characters that are not printable ASCII become
 * '?'. Always NUL-terminates. Returns the length.
 */
size_t b0_string_descriptor(const uint8_t *bytes, size_t actual, char *text, size_t size);

#endif
