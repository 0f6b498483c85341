/*
 * What the boot0 bootloader can do beyond DfuSe: vendor requests to the device, which a host finds
 * by a platform capability in the BOS descriptor. docs/PROTOCOL.md specifies it byte by byte.
 * Shared by the bootloader and the host; all numbers on the wire are little-endian.
 */
#ifndef B0_CORE_EXTENSION_H
#define B0_CORE_EXTENSION_H

#include "sha256.h"
#include <stdbool.h>

enum {
    B0_EXTENSION_VERSION = 0x0100, /* of the protocol: another first byte is another protocol */
    B0_EXTENSION_VENDOR_CODE = 0xb0,
    B0_MS_OS_VENDOR_CODE = 0xb1,
    B0_WEBUSB_VENDOR_CODE = 0xb2,
};

/* f3c2a5d4-6b0e-4f0b-9a7e-b007b007f407, as it lies in the descriptor (RFC 4122 with the first three
 * fields little-endian: USB 3.2, 9.6.2.4). */
#define B0_EXTENSION_UUID                                                                          \
    0xd4, 0xa5, 0xc2, 0xf3, 0x0e, 0x6b, 0x0b, 0x4f, 0x9a, 0x7e, 0xb0, 0x07, 0xb0, 0x07, 0xf4, 0x07

enum {
    B0_USB_DESC_BOS = 15,
    B0_USB_DESC_CAPABILITY = 16,
    B0_USB_CAPABILITY_PLATFORM = 5,
    B0_BOS_SIZE = 5,                   /* of the BOS descriptor itself: USB 3.2, table 9-12 */
    B0_EXTENSION_CAPABILITY_SIZE = 24, /* 20 bytes of platform capability, then the four below */
};

/* What follows the UUID in the capability. */
struct b0_extension {
    uint16_t version;
    uint8_t vendor_code; /* bRequest of all its requests */
    uint8_t flags;       /* 0 */
};

/* wIndex of a request: what it asks for. wValue is 0 where nothing is said of it. */
enum b0_extension_command {
    B0_EXTENSION_GET_INFO = 1,      /* in: struct b0_device_info */
    B0_EXTENSION_SET_RANGES = 2,    /* out: ranges of eight bytes, address and length */
    B0_EXTENSION_GET_DIGESTS = 3,   /* in: SHA-256 of each of these ranges; can take its time */
    B0_EXTENSION_BEGIN = 4,         /* out, no data: until END nothing else completes an update */
    B0_EXTENSION_END = 5,           /* out, no data: the update is complete; stalls if it is not */
    B0_EXTENSION_RESET = 6,         /* out, no data: wValue is enum b0_reset_to */
    B0_EXTENSION_ERASE_JOURNAL = 7, /* out, no data */
    B0_EXTENSION_PROTECT = 8, /* out, no data: wValue 1 write-protects the bootloader, 0 undoes */
};

enum b0_reset_to {
    B0_RESET_TO_PROGRAM = 0,
    B0_RESET_TO_BOOTLOADER = 1,
    B0_RESET_TO_ROM = 2,
};

struct b0_range {
    uint32_t address;
    uint32_t length; /* bytes, > 0 */
};

enum {
    B0_RANGE_SIZE = 8,
    B0_RANGES_MAX = 16, /* in one SET_RANGES */
};

/* Why the bootloader runs and not the program. */
enum b0_entry {
    B0_ENTRY_NO_PROGRAM = 0,  /* there is none, or its first words make no sense */
    B0_ENTRY_INTERRUPTED = 1, /* an update was begun and not completed */
    B0_ENTRY_ASKED = 2,       /* the handover word, or RESET */
    B0_ENTRY_DOUBLE_TAP = 3,
    B0_ENTRY_BUTTON = 4,
    B0_ENTRY_COUNT
};

/* Reset causes, as the chip has them: bits 25 to 31 of RCC_CSR, shifted down (RM0090, 7.3.21). */
enum {
    B0_RESET_BROWN_OUT = 1 << 0,
    B0_RESET_PIN = 1 << 1,
    B0_RESET_POWER_ON = 1 << 2,
    B0_RESET_SOFTWARE = 1 << 3,
    B0_RESET_WATCHDOG = 1 << 4,
    B0_RESET_WINDOW_WATCHDOG = 1 << 5,
    B0_RESET_LOW_POWER = 1 << 6,
};

enum {
    B0_UNIQUE_ID_SIZE = 12,
    B0_BOARD_NAME_SIZE = 16,
    B0_DEVICE_INFO_SIZE = 104,
};

struct b0_device_info {
    uint16_t size;             /* on the wire; a later minor version may add to its end */
    uint16_t protocol_version; /* B0_EXTENSION_VERSION */
    uint8_t version[3];        /* of the bootloader: major, minor, patch */
    uint8_t flags;             /* 0 */
    uint16_t chip_id;          /* DBGMCU_IDCODE: DEV_ID and REV_ID */
    uint16_t chip_revision;
    uint8_t unique_id[B0_UNIQUE_ID_SIZE];
    uint16_t flash_kib;
    uint16_t supply_mv;  /* 0: not measured */
    uint32_t crystal_hz; /* 0: none was found, the internal oscillator is used */
    uint32_t core_hz;
    uint32_t buffer_size; /* bytes that are taken while the flash is busy */
    uint32_t program_start;
    uint32_t program_length; /* as the journal has it; 0: not known */
    uint8_t program_digest[B0_SHA256_SIZE];
    uint8_t journal_state;              /* enum b0_journal_state */
    uint8_t reset_cause;                /* B0_RESET_* */
    uint8_t entry;                      /* enum b0_entry */
    uint8_t write_protected;            /* 1: the bootloader's sector is write protected */
    uint16_t journal_free;              /* records that still fit */
    char board[B0_BOARD_NAME_SIZE + 1]; /* name of the board entry it was built for */
};

/*
 * Finds the capability in a BOS descriptor with all that belongs to it. False: there is none, or it
 * is malformed.
 */
bool b0_extension_find(const uint8_t *bos, size_t size, struct b0_extension *found);

/* Whether this code can talk to a device of that version: the first byte is the same. */
bool b0_extension_understands(const struct b0_extension *extension);

void b0_device_info_store(const struct b0_device_info *info, uint8_t bytes[B0_DEVICE_INFO_SIZE]);
/* False if it is too short, or says so of itself. More than is known here is left out. */
bool b0_device_info_load(struct b0_device_info *info, const uint8_t *bytes, size_t size);

void b0_range_store(const struct b0_range *range, uint8_t bytes[B0_RANGE_SIZE]);
struct b0_range b0_range_load(const uint8_t bytes[B0_RANGE_SIZE]);

#endif
