/* SPDX-License-Identifier: MIT */
/*
 * Reads USB descriptors of a board that nobody vouches for: the configuration blob down to its DFU
 * interfaces, and string descriptors with wrong lengths. Freestanding, no allocation.
 */
#ifndef B0_CORE_DESCRIPTORS_H
#define B0_CORE_DESCRIPTORS_H

#include "dfu.h"

enum {
    B0_ALTERNATE_MAX = 32, /* the STM32MP1 has up to 24 */
    /*
     * A device answers a request of USB itself within 5 s: USB 2.0, 9.2.6.1. Most take
     * microseconds; a host that computes may need the rest.
     */
    B0_DESCRIPTOR_TIMEOUT_MS = 5000,
};

struct b0_dfu_alternate {
    uint8_t interface;
    uint8_t alternate;
    uint8_t protocol;     /* BOOT0_DFU_PROTOCOL_* */
    uint8_t string_index; /* iInterface */
    bool has_functional;  /* a functional descriptor follows it, or a later one of its interface */
    struct b0_dfu_functional functional;
};

struct b0_dfu_configuration {
    struct b0_dfu_alternate alternates[B0_ALTERNATE_MAX];
    size_t alternate_count;
    bool has_functional;
    struct b0_dfu_functional functional; /* the last one found: the ROM sends one, after them all */
    uint8_t configuration;               /* bConfigurationValue */
    uint8_t attributes;                  /* bmAttributes of the configuration */
    uint8_t max_power;                   /* in 2 mA */
};

/*
 * Walks a configuration descriptor with all that follows it, as it came from the device. Stops at
 * the first descriptor whose bLength is impossible and keeps what it has. Returns false if there is
 * no DFU interface.
 */
bool b0_descriptors_walk(const uint8_t *blob, size_t size, struct b0_dfu_configuration *found);

/*
 * The functional descriptor of an interface: the last one that follows an alternate of it, or, if
 * there is none, the configuration's last. NULL if that has none at all.
 */
const struct b0_dfu_functional *b0_descriptors_functional(const struct b0_dfu_configuration *found,
                                                          uint8_t interface);

/*
 * Turns the `actual` bytes that arrived for a string descriptor into printable ASCII. bLength is
 * clamped to what arrived (F42x ROM says 166 and sends 112), the text ends at the first NUL, plain
 * bytes in place of UTF-16 are taken as they are; other characters that are not printable ASCII
 * become '?'. Always NUL-terminates; returns the length.
 */
size_t b0_string_descriptor(const uint8_t *bytes, size_t actual, char *text, size_t size);

#endif
