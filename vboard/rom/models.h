/*
 * What the bootloaders of the virtual boards are and how they differ: one row a model, which the
 * code in dfuse.c, maple.c and usb.c reads.
 */
#ifndef VBOARD_ROM_MODELS_H
#define VBOARD_ROM_MODELS_H

#include "../chip/parts.h"
#include "../vboard.h"
#include <core/dfu.h>

struct vboard_function;

/* Poll timeouts and manners while busy are kept for each kind of work. */
enum vboard_job {
    VBOARD_JOB_ADDRESS,
    VBOARD_JOB_ERASE, /* a page or all of it; also read unprotect */
    VBOARD_JOB_DATA,
    VBOARD_JOB_COUNT
};

/* What a board does with a request that comes while its flash is busy. */
enum vboard_manner {
    VBOARD_NAKS,        /* the controller NAKs until the work is done */
    VBOARD_STALLS,      /* DFU requests are stalled, nothing else happens */
    VBOARD_BREAKS,      /* stalled, and the download ends in dfuERROR */
    VBOARD_SAYS_BUSY,   /* GETSTATUS answers dfuDNBUSY again */
    VBOARD_DOES_AT_ONCE /* there is no such time: the work is done before the reply */
};

enum {
    VBOARD_ALTERNATES_MAX = 24,
    /* Bytes of a configuration descriptor with all that follows. */
    VBOARD_CONFIGURATION_MAX = VBOARD_DESCRIPTORS_MAX - 18,
    VBOARD_STRING_MAX = 126, /* characters in a string descriptor */
};

/* Strings are numbered 1 manufacturer, 2 product, 3 serial number, 4… alternate settings. */
enum {
    VBOARD_STRING_MANUFACTURER = 1,
    VBOARD_STRING_PRODUCT = 2,
    VBOARD_STRING_SERIAL = 3,
    VBOARD_STRING_ALTERNATE = 4,
};

/*
 * An alternate setting. Those of one interface are next to each other and count from 0; a
 * functional descriptor follows the last one of each interface.
 */
struct vboard_alternate {
    const char *name; /* NULL ends a list */
    uint8_t interface;
    /*
     * What is added to an address that the host gives. Without addresses (plain DFU) a download
     * begins here; 0: this alternate setting takes none.
     */
    uint32_t base;
    uint16_t transfer_size; /* of the interface's functional descriptor; 0: the identity's */
};

struct vboard_identity {
    uint16_t bcd_usb;
    uint16_t vendor;
    uint16_t product;
    uint16_t bcd_device;
    uint8_t attributes; /* of the configuration */
    uint8_t max_power;  /* in 2 mA */
    const char *manufacturer; /* NULL: there is no such string */
    const char *product_name; /* likewise */
    const char *serial;       /* likewise */
    bool raw_serial; /* sent as plain bytes instead of UTF-16 */
    struct vboard_alternate alternates[VBOARD_ALTERNATES_MAX + 1];
    struct b0_dfu_functional functional;
    /* The configuration descriptor as the host reads it; NULL: made from the fields above. */
    const uint8_t *configuration;
    uint16_t configuration_size;
    /* This string descriptor says its whole length, but only so many bytes of it are sent. */
    uint8_t short_string;
    uint8_t short_bytes;
};

enum {
    VBOARD_UART_COMMANDS_MAX = 16,
};

/* The UART bootloader of a chip: AN3155. */
struct vboard_uart_rom {
    uint8_t version; /* 0x31: 3.1; 0: there is none */
    uint16_t chip_id;
    bool no_mass_erase;
    uint8_t commands[VBOARD_UART_COMMANDS_MAX]; /* as Get lists them, Get itself first; 0 ends */
};

struct vboard_rom {
    struct vboard_model listed;
    const struct vboard_part *part;
    const struct vboard_function *function;
    struct vboard_identity usb;
    uint8_t start_state; /* after a reset */
    uint8_t start_status;
    uint16_t poll_ms[VBOARD_JOB_COUNT];
    uint8_t manner[VBOARD_JOB_COUNT]; /* enum vboard_manner */
    bool has_device_feature;          /* what is written to 0xffff0000 has an effect */
    bool leaves_at_once;              /* on the zero-length DNLOAD, not on the GETSTATUS after it */
    /* After an erase from this address up it says dfuDNBUSY until CLRSTATUS came twice; 0: never.
     */
    uint32_t hangs_from;
    uint32_t starts[2];  /* Maple: where it looks for a program, in this order */
    uint32_t wiped;      /* this page is erased before a download that goes elsewhere; 0: none */
    bool starts_quickly; /* right after a download, without waiting for a host */
    struct vboard_uart_rom uart;
};

/* The rows in order; NULL past the end. */
const struct vboard_rom *vboard_rom_at(size_t index);
const struct vboard_rom *vboard_rom_find(const char *name, size_t length);

#endif
