/* SPDX-License-Identifier: MIT */
/*
 * The host's side of ST's UART bootloader (AN3155) as a machine that is stepped, like the engine
 * for DFU: it does no I/O and never blocks. Its driver begins an operation, then in a loop asks for
 * the next step (bytes to send, bytes to receive), carries it out and feeds the result back, until
 * the engine says done or failed.
 *
 * Freestanding, no allocation: buffers belong to the caller and must live until the operation ends.
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
    B0_AN3155_BLOCK_MAX = 256, /* bytes that one command reads or writes */
    B0_AN3155_PAGES_MAX = 32,  /* pages that one command of this engine erases */
    B0_AN3155_BITS = 11,       /* of a character: start, 8 data, even parity, stop */
};

/* What b0_an3155_erase_whole() erases: the numbers of Extended Erase (AN3155, 3.8). */
enum b0_an3155_whole {
    B0_AN3155_ALL = 0xffff,
    B0_AN3155_BANK_1 = 0xfffe,
    B0_AN3155_BANK_2 = 0xfffd,
};

enum b0_an3155_failure {
    B0_AN3155_FAIL_NONE = 0,
    B0_AN3155_FAIL_SILENT,      /* it does not answer at all */
    B0_AN3155_FAIL_NOISE,       /* what comes back makes no sense, again and again */
    B0_AN3155_FAIL_TIMEOUT,     /* it took a command, and did not finish it in time */
    B0_AN3155_FAIL_REFUSED,     /* it refused the command itself: read protection, usually */
    B0_AN3155_FAIL_ADDRESS,     /* it refused the address */
    B0_AN3155_FAIL_NACK,        /* it refused the data, or the work went wrong */
    B0_AN3155_FAIL_UNSUPPORTED, /* it does not list the command */
    B0_AN3155_FAIL_DIRTY,       /* a block was half written: the sector has to be erased anew */
    B0_AN3155_FAIL_GONE,        /* the port went away */
    B0_AN3155_FAIL_TRANSFER,    /* the port cannot be written to */
    B0_AN3155_FAIL_COUNT
};

enum b0_an3155_step_kind {
    B0_AN3155_SEND,    /* send `size` bytes from `send`, feed the result */
    B0_AN3155_RECEIVE, /* receive `size` bytes to `receive`, until they are there or timeout_ms */
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
    uint32_t baud;       /* of the line: how long bytes take; > 0 */
    uint8_t align;       /* write addresses and lengths are filled up to this; a power of 2 */
    bool erases_to_zero; /* erased flash reads 0x00, else 0xff: what they are filled up with */
};

struct b0_an3155 {
    struct b0_an3155_config config;

    /* What the board said, after b0_an3155_connect(). */
    uint8_t version;      /* 0x31: 3.1 */
    uint16_t id;          /* of the chip */
    uint8_t commands[32]; /* a bit each for what Get lists */
    uint8_t options[2];   /* after b0_an3155_version() */
    uint32_t checksum;    /* after b0_an3155_checksum() */

    /* How the operation ended. */
    enum b0_an3155_failure failure;
    uint8_t failed_command; /* enum b0_an3155_byte */

    /* Progress: bytes that a read or write has confirmed, pages that are erased. */
    uint32_t done;
    uint32_t exchanges; /* commands begun, ever */

    /* Private from here: the operation, the command within it, its phase, the stage of that. */
    bool synced; /* the board waits for a command, as far as we know */
    bool doubt;  /* the last block may be written or not: read back before it is written again */
    bool asked;  /* after the last block, whether the board is in step */
    bool ends_in_reset; /* of a write: nobody is there to be asked after it */
    bool owed;          /* an answer is still to come, until deadline_us */
    uint8_t op;
    uint8_t part;
    uint8_t command; /* row of the command table */
    uint8_t phase;
    uint8_t stage;
    uint8_t tries;
    uint8_t round; /* of resynchronising */
    uint8_t garbage;
    uint8_t busy;
    uint32_t reached; /* the farthest that `done` ever was */
    uint64_t now_us;
    uint64_t deadline_us;
    uint32_t address;
    uint32_t size;
    uint32_t number; /* pages of the command, or which whole */
    uint16_t chunk;  /* bytes of the caller's that the command moves */
    uint16_t lead;   /* bytes put before them for alignment */
    uint16_t last_chunk;
    uint16_t list_size;
    const uint8_t *source;
    uint8_t *target;
    uint16_t frame_size;
    uint8_t frame[2 + B0_AN3155_BLOCK_MAX];
    uint8_t answer[B0_AN3155_BLOCK_MAX];
};

/* Prepares an engine for a line of which nothing is known yet. */
void b0_an3155_init(struct b0_an3155 *engine, const struct b0_an3155_config *config);

/* The line runs at another speed from now on, or the board was reset: it has to be synced anew. */
void b0_an3155_restart(struct b0_an3155 *engine, uint32_t baud);

bool b0_an3155_lists(const struct b0_an3155 *engine, uint8_t command);

/*
 * Beginning an operation. Each drops whatever was under way, and first brings the board to wait for
 * a command, if it is not known to do so: one that was left in the middle of a command is fed bytes
 * that cannot complete it, until it refuses them.
 */

/* Autobaud, Get, Get ID. */
void b0_an3155_connect(struct b0_an3155 *engine);
/* Only to the point where the board waits for a command. */
void b0_an3155_settle(struct b0_an3155 *engine);
/* Get Version: fills options. */
void b0_an3155_version(struct b0_an3155 *engine);

/* address + size <= 2^32. */
void b0_an3155_read(struct b0_an3155 *engine, uint32_t address, uint8_t *data, uint32_t size);
void b0_an3155_write(struct b0_an3155 *engine, uint32_t address, const uint8_t *data,
                     uint32_t size);
/* Pages first .. first + count - 1, by Extended Erase if the board lists it, else by Erase. */
void b0_an3155_erase_pages(struct b0_an3155 *engine, uint16_t first, uint16_t count);
/* Of option bytes, all in one block: the chip resets when they are written (AN3155, 3.5). */
void b0_an3155_write_options(struct b0_an3155 *engine, uint32_t address, const uint8_t *data,
                             uint32_t size);
/* L0 and L1 refuse this: their pages must be erased one by one. */
void b0_an3155_erase_whole(struct b0_an3155 *engine, enum b0_an3155_whole which);
/* Starts the program whose vector table is at an address. Silence afterwards is success. */
void b0_an3155_go(struct b0_an3155 *engine, uint32_t address);

/* These four make the chip reset. The sectors' numbers must live until the operation ends. */
void b0_an3155_write_protect(struct b0_an3155 *engine, const uint8_t *sectors, uint16_t count);
void b0_an3155_write_unprotect(struct b0_an3155 *engine);
void b0_an3155_readout_protect(struct b0_an3155 *engine);
void b0_an3155_readout_unprotect(struct b0_an3155 *engine); /* erases everything */

/*
 * Get Checksum: CRC-32 of whole words, polynomial 0x04c11db7 from 0xffffffff, in `checksum`.
 * `size` is in bytes, a multiple of 4.
 */
void b0_an3155_checksum(struct b0_an3155 *engine, uint32_t address, uint32_t size);

/*
 * The next step of the operation. Idempotent: asking again without feeding gives the same step.
 * now_us is the time on any clock that never goes back.
 */
enum b0_an3155_step_kind b0_an3155_next(struct b0_an3155 *engine, uint64_t now_us,
                                        struct b0_an3155_step *step);

/*
 * The result of the step: BOOT0_XFER_OK if all its bytes were moved; BOOT0_XFER_TIMEOUT with the
 * number that was; BOOT0_XFER_ERROR if a byte came with wrong parity or framing; BOOT0_XFER_GONE.
 */
void b0_an3155_feed(struct b0_an3155 *engine, enum boot0_xfer result, size_t actual,
                    uint64_t now_us);

#endif
