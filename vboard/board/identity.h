/* SPDX-License-Identifier: MIT */
/* The USB device of a bootloader: identity and alternate settings. usb.c makes descriptors. */
#ifndef VBOARD_BOARD_IDENTITY_H
#define VBOARD_BOARD_IDENTITY_H

#include "../vboard.h"
#include "settings.h"
#include <core/dfu.h>

enum {
    VBOARD_ALTERNATES_MAX = 24,
    /* Bytes of a configuration descriptor and everything after it. */
    VBOARD_CONFIGURATION_MAX = VBOARD_DESCRIPTORS_MAX - 18,
};

/* Strings are numbered 1 manufacturer, 2 product, 3 serial number, 4… alternate settings. */
enum {
    VBOARD_STRING_MANUFACTURER = 1,
    VBOARD_STRING_PRODUCT = 2,
    VBOARD_STRING_SERIAL = 3,
    VBOARD_STRING_ALTERNATE = 4,
};

/*
 * An alternate setting. Those of one interface are adjacent and count from 0; a functional
 * descriptor follows the last one of each interface.
 */
struct vboard_alternate {
    const char *name; /* NULL ends a list */
    uint8_t interface;
    /*
     * Added to an address from the host. Without addresses (plain DFU) a download begins here; 0:
     * this alternate setting takes none.
     */
    uint32_t base;
    uint16_t transfer_size; /* of the interface's functional descriptor; 0: the identity's */
};

struct vboard_identity {
    uint16_t bcd_usb;
    uint16_t vendor;
    uint16_t product;
    uint16_t bcd_device;
    uint8_t attributes;       /* of the configuration */
    uint8_t max_power;        /* in 2 mA */
    const char *manufacturer; /* NULL: no such string */
    const char *product_name; /* likewise */
    const char *serial;       /* likewise */
    bool raw_serial;          /* sent as plain bytes instead of UTF-16 */
    struct vboard_alternate alternates[VBOARD_ALTERNATES_MAX + 1];
    struct b0_dfu_functional functional;
    /* The configuration descriptor as the host reads it; NULL: made from the fields above. */
    const uint8_t *configuration;
    uint16_t configuration_size;
    /* This string descriptor states its whole length, but only so many bytes of it are sent. */
    uint8_t short_string;
    uint8_t short_bytes;
};

#endif
