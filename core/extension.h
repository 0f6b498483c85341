/* SPDX-License-Identifier: MIT */
/*
 * The extension of boot0's own bootloader beyond DfuSe: a few vendor requests to the device,
 * announced by a platform capability in its BOS descriptor. docs/reference/extension.md specifies
 * it; host and bootloader share these numbers. Freestanding.
 */
#ifndef B0_CORE_EXTENSION_H
#define B0_CORE_EXTENSION_H

#include "journal.h"

enum {
    B0_EXTENSION_VERSION = 0x0104,       /* BCD; other major versions are not supported */
    B0_EXTENSION_HAS_CHECKSUMS = 0x0101, /* since this version */
    B0_EXTENSION_KNOWS_JOURNAL = 0x0102, /* since this version: B0_INFO_JOURNAL_PROTECTED */
    B0_EXTENSION_KNOWS_SUPPLY = 0x0103,  /* since this version: the other flags, PROTECT of more */
    B0_EXTENSION_KNOWS_LOADER = 0x0104,  /* since this version: B0_INFO_IN_RAM */
    B0_EXTENSION_VENDOR_CODE = 0xb0,
    B0_EXTENSION_CAPABILITY_SIZE = 24,
    B0_EXTENSION_RANGES_MAX = 16,
    B0_EXTENSION_RANGE_SIZE = 8,
    B0_EXTENSION_CHECKSUM_SIZE = 4,
    B0_EXTENSION_INFO_SIZE = 102,
    B0_EXTENSION_BOARD_SIZE = 16,

    B0_MS_OS_20_VENDOR_CODE = 0xb1,
    B0_WEBUSB_VENDOR_CODE = 0xb2,
};

/* f3c2a5d4-6b0e-4f0b-9a7e-b007b007f407 in descriptor byte order: USB 3.2, 9.6.2.4. */
#define B0_EXTENSION_UUID                                                                          \
    0xd4, 0xa5, 0xc2, 0xf3, 0x0e, 0x6b, 0x0b, 0x4f, 0x9a, 0x7e, 0xb0, 0x07, 0xb0, 0x07, 0xf4, 0x07

/* wIndex of a request whose bRequest is the capability's vendor code. */
enum b0_extension_command {
    B0_EXTENSION_GET_INFO = 1,      /* IN */
    B0_EXTENSION_SET_RANGES = 2,    /* OUT: up to 16 of {address, length} */
    B0_EXTENSION_GET_DIGESTS = 3,   /* IN: SHA-256 of each range */
    B0_EXTENSION_BEGIN_SESSION = 4, /* this command and the following have no data */
    B0_EXTENSION_END_SESSION = 5,
    B0_EXTENSION_RESET = 6, /* wValue: enum b0_extension_target */
    B0_EXTENSION_ERASE_JOURNAL = 7,
    B0_EXTENSION_PROTECT = 8,       /* wValue: enum b0_extension_protection */
    B0_EXTENSION_GET_CHECKSUMS = 9, /* IN: CRC-32 of each range */
};

enum b0_extension_target {
    B0_EXTENSION_TO_PROGRAM = 0,
    B0_EXTENSION_TO_BOOTLOADER = 1,
    B0_EXTENSION_TO_ROM = 2,
};

/* wValue of PROTECT. */
enum b0_extension_protection {
    B0_EXTENSION_UNPROTECT = 0, /* the bootloader and its journal are writable */
    B0_EXTENSION_PROTECT_BOOTLOADER = 1,
    B0_EXTENSION_BROWNOUT = 0x100, /* plus a level, 0 (off) to 3: below it the chip is in reset */
};

/* Why the bootloader runs instead of the program. */
enum b0_extension_entry {
    B0_ENTRY_UNKNOWN = 0,
    B0_ENTRY_NO_PROGRAM = 1,  /* no valid vector table */
    B0_ENTRY_INTERRUPTED = 2, /* an update was begun but not completed */
    B0_ENTRY_ASKED = 3,       /* the program or the host requested it */
    B0_ENTRY_DOUBLE_TAP = 4,
    B0_ENTRY_BUTTON = 5,
    B0_ENTRY_LOADED = 6, /* a bootloader in ROM loaded it into RAM */
    B0_ENTRY_COUNT
};

/* Reset reasons as in the highest byte of RCC_CSR: RM0090, 7.3.21. */
enum {
    B0_RESET_BROWN_OUT = 0x02,
    B0_RESET_PIN = 0x04,
    B0_RESET_POWER = 0x08,
    B0_RESET_SOFTWARE = 0x10,
    B0_RESET_WATCHDOG = 0x20,
    B0_RESET_WINDOW_WATCHDOG = 0x40,
    B0_RESET_LOW_POWER = 0x80,
};

/* Flags in the answer to GET_INFO. */
enum {
    B0_INFO_JOURNAL_PROTECTED = 0x01, /* by the option bytes: no update is possible */
    /* Since B0_EXTENSION_KNOWS_SUPPLY. */
    B0_INFO_STARVED = 0x02,        /* an operation was refused because the supply was too low */
    B0_INFO_READ_PROTECTED = 0x04, /* level 1 or 2 */
    /* Since B0_EXTENSION_KNOWS_LOADER: the RAM loader, which has no journal. */
    B0_INFO_IN_RAM = 0x08,
    B0_INFO_BROWNOUT_SHIFT = 4, /* two bits: the brown-out level, 0 is off */
};

/* The answer to GET_INFO. */
struct b0_extension_info {
    uint16_t protocol_version;
    uint8_t version[3]; /* of the bootloader */
    uint8_t flags;      /* B0_INFO_… */
    uint16_t device_id;
    uint16_t revision_id;
    uint8_t unique_id[12];
    uint16_t flash_kib;
    uint16_t supply_mv;  /* 0: unknown */
    uint32_t crystal_hz; /* 0: unknown, or the chip runs without a crystal */
    uint32_t core_hz;
    uint32_t buffer_bytes;
    uint32_t program_start;
    uint32_t program_length; /* of the last completed update, 0: none */
    uint8_t program_digest[B0_SHA256_SIZE];
    uint8_t journal_state; /* enum b0_journal_state */
    uint8_t reset_flags;   /* B0_RESET_… */
    uint8_t entry_reason;  /* enum b0_extension_entry */
    uint8_t write_protected;
    uint16_t journal_free;               /* slots */
    char board[B0_EXTENSION_BOARD_SIZE]; /* NUL-padded */
};

void b0_extension_info_store(const struct b0_extension_info *info,
                             uint8_t bytes[B0_EXTENSION_INFO_SIZE]);

/*
 * Parses a bootloader's answer. Accepts longer answers of later versions and ignores their further
 * fields. Returns false if the answer is shorter than version 1.0's, declares such a length, or has
 * another major version.
 */
bool b0_extension_info_load(struct b0_extension_info *info, const uint8_t *bytes, size_t size);

/*
 * Finds the platform capability in a complete BOS descriptor. Returns false if it has no valid one.
 */
bool b0_extension_find(const uint8_t *bos, size_t size, uint16_t *version, uint8_t *vendor_code);

#endif
