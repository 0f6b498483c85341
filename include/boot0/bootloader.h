/* SPDX-License-Identifier: MIT */
/*
 * boot0's own bootloader: an ordinary DfuSe device that also reports on itself, computes digests of
 * the flash contents and keeps a journal, so that a partly written program never starts.
 * docs/reference/protocol.md specifies the bytes.
 */
#ifndef BOOT0_BOOTLOADER_H
#define BOOT0_BOOTLOADER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* State of the program according to the journal. */
enum boot0_update {
    BOOT0_UPDATE_NONE, /* no update was ever begun; a program, if any, was written by other means */
    BOOT0_UPDATE_BEGUN,    /* an update was begun but not completed: the program does not start */
    BOOT0_UPDATE_COMPLETE, /* the last update was completed */
};

struct boot0_bootloader {
    bool present; /* true: the members below are valid; false: another bootloader */
    /*
     * True for the RAM loader (loader.h): it can write the whole flash and has no journal, and a
     * reset ends it.
     */
    bool in_ram;
    uint8_t vendor_code;
    uint16_t protocol;  /* version of the extension, BCD */
    uint8_t version[3]; /* of the bootloader, e.g. 0.1.0 */
    char board[17];     /* name of the board that it was built for */

    uint16_t device_id; /* DBGMCU_IDCODE */
    uint16_t revision_id;
    uint8_t unique_id[12];
    uint32_t flash_bytes;  /* of the whole chip */
    uint32_t supply_mv;    /* measured; 0: unknown */
    uint32_t crystal_hz;   /* measured; 0: unknown */
    uint32_t core_hz;      /* clock frequency of the bootloader */
    uint32_t buffer_bytes; /* bytes that it accepts while the flash is busy */

    uint32_t program_start; /* address that programs must be linked for */
    enum boot0_update update;
    uint32_t program_length;    /* of the last completed update; 0: none */
    uint8_t program_digest[32]; /* SHA-256 of program_length bytes at program_start */
    unsigned journal_free;      /* records that still fit into the journal */
    /* A reset interrupted that update; the bits being written at that moment may not last. */
    bool interrupted;

    bool write_protected; /* option bytes write-protect the bootloader itself */
    const char *entry; /* reason it runs: "no-program", "interrupted", "asked", "double-tap", … */
    char reset[64];    /* cause of the last reset: "power, pin" */
    /* Option bytes write-protect the journal: no update can begin. Reported since 1.2. */
    bool journal_protected;
    /* The members below are reported since 1.3; older bootloaders leave them false and 0. */
    bool knows_supply;
    bool starved;           /* a flash operation was refused because the supply was too low */
    bool read_protected;    /* read protection by option bytes, level 1 or 2 */
    uint8_t brownout_level; /* 0 (off) to 3; below this voltage the chip stays in reset */
};

/* Destinations of boot0_session_reset_to(). */
enum boot0_target {
    BOOT0_TARGET_PROGRAM,
    BOOT0_TARGET_BOOTLOADER,
    BOOT0_TARGET_ROM,
};

#ifdef __cplusplus
}
#endif
#endif
