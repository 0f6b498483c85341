/* SPDX-License-Identifier: MIT */
/*
 * boot0's own bootloader in a board's flash: an ordinary DfuSe device that can also tell about
 * itself, compute digests of what the flash holds, and keep a journal by which a program that was
 * half written never starts. docs/reference/protocol.md has the bytes.
 */
#ifndef BOOT0_BOOTLOADER_H
#define BOOT0_BOOTLOADER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the journal says of the program. */
enum boot0_update {
    BOOT0_UPDATE_NONE, /* no update was ever begun: the program came by other means, if there is one
                        */
    BOOT0_UPDATE_BEGUN,    /* one was begun and not completed: the program does not start */
    BOOT0_UPDATE_COMPLETE, /* the last one was completed */
};

struct boot0_bootloader {
    bool present; /* all that follows is valid; else the board has another bootloader */
    /*
     * It is the RAM loader (loader.h): all of the flash is there to be written, there is no
     * journal, and a reset ends it.
     */
    bool in_ram;
    uint8_t vendor_code;
    uint16_t protocol;  /* version of the extension, BCD */
    uint8_t version[3]; /* of the bootloader: 0.1.0 */
    char board[17];     /* the name that it was built for */

    uint16_t device_id; /* DBGMCU_IDCODE */
    uint16_t revision_id;
    uint8_t unique_id[12];
    uint32_t flash_bytes;  /* of the whole chip */
    uint32_t supply_mv;    /* measured; 0: unknown */
    uint32_t crystal_hz;   /* measured; 0: unknown */
    uint32_t core_hz;      /* at which the bootloader runs */
    uint32_t buffer_bytes; /* that it takes while the flash is busy */

    uint32_t program_start; /* where programs have to be linked for */
    enum boot0_update update;
    uint32_t program_length;    /* of the last completed update; 0: none */
    uint8_t program_digest[32]; /* SHA-256 of that much from program_start on */
    unsigned journal_free;      /* records that still fit */
    /* That update was cut off by a reset: what was being written then may not last. */
    bool interrupted;

    bool write_protected; /* the bootloader itself, by option bytes */
    const char *entry;    /* why it runs: "no-program", "interrupted", "asked", "double-tap", … */
    char reset[64];       /* what reset the chip: "power, pin" */
    /* The journal is write-protected by option bytes: no update can begin. Known since 1.2. */
    bool journal_protected;
    /* The rest is known since 1.3; before, it is false and 0. */
    bool knows_supply;
    bool starved;           /* an operation of the flash was refused: the supply was too low */
    bool read_protected;    /* level 1 or 2, by option bytes */
    uint8_t brownout_level; /* 0 (off) to 3: below it the chip is in reset */
};

/* Where boot0_session_reset_to() leads. */
enum boot0_target {
    BOOT0_TARGET_PROGRAM,
    BOOT0_TARGET_BOOTLOADER,
    BOOT0_TARGET_ROM,
};

#ifdef __cplusplus
}
#endif
#endif
