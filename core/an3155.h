/* SPDX-License-Identifier: MIT */
/*
 * The host side of ST's UART bootloader (AN3155) as a stepped state machine, like the DFU engine:
 * it does no I/O and never blocks. The driver begins an operation, then in a loop asks for the next
 * step (bytes to send, bytes to receive), performs it and feeds the result back, until the engine
 * reports done or failed.
 *
 * Freestanding, no allocation. The caller owns the buffers, which must live until the operation
 * ends.
 */
#ifndef B0_CORE_AN3155_H
#define B0_CORE_AN3155_H

#include <boot0/transport.h>
#include <stdbool.h>

/* AN3155, table 2, and 2.2 "UART bootloader code sequence". */
enum b0_an3155_byte {
    B0_AN3155_GET = 0x00,
    B0_AN3155_GET_VERSION = 0x01,
    B0_AN3155_GET_ID = 0x02,
    B0_AN3155_READ = 0x11,
    B0_AN3155_GO = 0x21,
    B0_AN3155_WRITE = 0x31,
    B0_AN3155_ERASE = 0x43,
    B0_AN3155_EXTENDED_ERASE = 0x44,
    B0_AN3155_WRITE_PROTECT = 0x63,
    B0_AN3155_WRITE_UNPROTECT = 0x73,
    B0_AN3155_READOUT_PROTECT = 0x82,
    B0_AN3155_READOUT_UNPROTECT = 0x92,
    B0_AN3155_GET_CHECKSUM = 0xa1,

    B0_AN3155_NACK = 0x1f,
    B0_AN3155_BUSY = 0x76,
    B0_AN3155_ACK = 0x79,
    B0_AN3155_AUTOBAUD = 0x7f,
};

enum {
    B0_AN3155_BLOCK_MAX = 256, /* maximum bytes of one read or write command */
    B0_AN3155_PAGES_MAX = 32,  /* maximum pages of one erase command of this engine */
    B0_AN3155_BITS = 11,       /* bits per character: start, 8 data, even parity, stop */
};

/* Areas for b0_an3155_erase_whole(): the codes of Extended Erase (AN3155, 3.8). */
enum b0_an3155_whole {
    B0_AN3155_ALL = 0xffff,
    B0_AN3155_BANK_1 = 0xfffe,
    B0_AN3155_BANK_2 = 0xfffd,
};

enum b0_an3155_failure {
    B0_AN3155_FAIL_NONE = 0,
    B0_AN3155_FAIL_SILENT,  /* the board does not answer */
    B0_AN3155_FAIL_NOISE,   /* the answers are repeatedly invalid */
    B0_AN3155_FAIL_TIMEOUT, /* the board accepted a command but did not finish it in time */
    B0_AN3155_FAIL_REFUSED, /* the board refused the command itself; usual cause: read protection */
    B0_AN3155_FAIL_ADDRESS, /* the board refused the address */
    B0_AN3155_FAIL_NACK,    /* the board refused the data, or the operation failed */
    B0_AN3155_FAIL_UNSUPPORTED, /* the board does not list the command */
    B0_AN3155_FAIL_DIRTY,       /* a block is partly written: the sector must be erased again */
    B0_AN3155_FAIL_GONE,        /* the port disappeared */
    B0_AN3155_FAIL_TRANSFER,    /* the port cannot be written */
    B0_AN3155_FAIL_COUNT
};

enum b0_an3155_step_kind {
    B0_AN3155_SEND,    /* send `size` bytes from `send`, feed the result */
    B0_AN3155_RECEIVE, /* receive up to `size` bytes to `receive` within timeout_ms */
    B0_AN3155_DONE,
    B0_AN3155_FAILED, /* see engine->failure */
};

struct b0_an3155_step {
    enum b0_an3155_step_kind kind;
    const uint8_t *send;
    uint8_t *receive;
    uint16_t size;
    uint32_t timeout_ms;
};

struct b0_an3155_config {
    uint32_t baud;       /* of the line, > 0; determines transfer times */
    uint8_t align;       /* write addresses and lengths are padded to this, a power of 2 */
    bool erases_to_zero; /* padding: erased flash reads 0x00, else 0xff */
};

struct b0_an3155 {
    struct b0_an3155_config config;

    /* What the board reported, valid after b0_an3155_connect(). */
    uint8_t version;      /* 0x31 means 3.1 */
    uint16_t id;          /* of the chip */
    uint8_t commands[32]; /* one bit per command listed by Get */
    uint8_t options[2];   /* valid after b0_an3155_version() */
    uint32_t checksum;    /* valid after b0_an3155_checksum() */

    /* Result of the operation. */
    enum b0_an3155_failure failure;
    uint8_t failed_command; /* enum b0_an3155_byte */

    /* Progress: confirmed bytes of a read or write, or erased pages. */
    uint32_t done;
    uint32_t exchanges; /* commands begun since init */

    /*
     * Private members: the operation, its current command, that command's phase, that phase's
     * stage.
     */
    bool synced;        /* the board is assumed to wait for a command */
    bool doubt;         /* the last block may not be written: read back before writing again */
    bool asked;         /* the last block is done; asking whether the board is in step */
    bool ends_in_reset; /* of a write: the board cannot be asked afterwards */
    bool owed;          /* an answer is outstanding, until deadline_us */
    uint8_t op;
    uint8_t part;
    uint8_t command; /* row of the command table */
    uint8_t phase;
    uint8_t stage;
    uint8_t tries;
    uint8_t round; /* of resynchronisation */
    uint8_t garbage;
    uint8_t busy;
    uint32_t reached; /* highest value of `done` so far */
    uint64_t now_us;
    uint64_t deadline_us;
    uint32_t address;
    uint32_t size;
    uint32_t number; /* pages of the command, or enum b0_an3155_whole */
    uint16_t chunk;  /* bytes of the caller's data in this command */
    uint16_t lead;   /* padding bytes before them */
    uint16_t last_chunk;
    uint16_t list_size;
    const uint8_t *source;
    uint8_t *target;
    uint16_t frame_size;
    uint8_t frame[2 + B0_AN3155_BLOCK_MAX];
    uint8_t answer[B0_AN3155_BLOCK_MAX];
};

/* Initialises an engine for a line in an unknown state. */
void b0_an3155_init(struct b0_an3155 *engine, const struct b0_an3155_config *config);

/* Call after the line's speed changed or the board was reset: the engine synchronises again. */
void b0_an3155_restart(struct b0_an3155 *engine, uint32_t baud);

bool b0_an3155_lists(const struct b0_an3155 *engine, uint8_t command);

/*
 * Begin an operation. Each call drops the current operation. If the board is not known to wait for
 * a command, the operation first brings it there: a board left in the middle of a command gets
 * bytes that cannot complete it, until it refuses them.
 */

/* Autobaud, Get, Get ID. */
void b0_an3155_connect(struct b0_an3155 *engine);
/* Only brings the board to the point where it waits for a command. */
void b0_an3155_settle(struct b0_an3155 *engine);
/* Get Version: fills options. */
void b0_an3155_version(struct b0_an3155 *engine);

/* address + size <= 2^32. */
void b0_an3155_read(struct b0_an3155 *engine, uint32_t address, uint8_t *data, uint32_t size);
void b0_an3155_write(struct b0_an3155 *engine, uint32_t address, const uint8_t *data,
                     uint32_t size);
/*
 * Erases pages first .. first + count - 1 with Extended Erase if the board lists it, else with
 * Erase.
 */
void b0_an3155_erase_pages(struct b0_an3155 *engine, uint16_t first, uint16_t count);
/* Writes option bytes, all in one block: the chip resets when they are written (AN3155, 3.5). */
void b0_an3155_write_options(struct b0_an3155 *engine, uint32_t address, const uint8_t *data,
                             uint32_t size);
/* L0 and L1 refuse this: erase their pages individually. */
void b0_an3155_erase_whole(struct b0_an3155 *engine, enum b0_an3155_whole which);
/* Starts the program whose vector table is at `address`. Silence afterwards means success. */
void b0_an3155_go(struct b0_an3155 *engine, uint32_t address);

/* The chip resets after each of these four. `sectors` must live until the operation ends. */
void b0_an3155_write_protect(struct b0_an3155 *engine, const uint8_t *sectors, uint16_t count);
void b0_an3155_write_unprotect(struct b0_an3155 *engine);
void b0_an3155_readout_protect(struct b0_an3155 *engine);
void b0_an3155_readout_unprotect(struct b0_an3155 *engine); /* erases everything */

/*
 * Get Checksum: stores in `checksum` the CRC-32 of whole words, polynomial 0x04c11db7, initial
 * value 0xffffffff. `size` is in bytes, a multiple of 4.
 */
void b0_an3155_checksum(struct b0_an3155 *engine, uint32_t address, uint32_t size);

/*
 * Returns the next step of the operation. Idempotent: returns the same step until it is fed. now_us
 * is the time of any monotonic clock.
 */
enum b0_an3155_step_kind b0_an3155_next(struct b0_an3155 *engine, uint64_t now_us,
                                        struct b0_an3155_step *step);

/*
 * Takes the result of the step: BOOT0_XFER_OK if all bytes were transferred, BOOT0_XFER_TIMEOUT
 * with the number that were, BOOT0_XFER_ERROR on a parity or framing error, BOOT0_XFER_GONE.
 */
void b0_an3155_feed(struct b0_an3155 *engine, enum boot0_xfer result, size_t actual,
                    uint64_t now_us);

#endif
