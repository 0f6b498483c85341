/* SPDX-License-Identifier: MIT */
/*
 * Operations of a session on a board, independent of the board's protocol: DfuSe and plain DFU
 * (lib/usb) are two such protocols. All calls block and may be made in any order; each starts from
 * any state that the previous one left.
 */
#ifndef B0_LIB_PROTOCOL_H
#define B0_LIB_PROTOCOL_H

#include <boot0/board.h>

struct b0_protocol;

enum b0_erase {
    B0_ERASE_SECTOR,    /* the sector at `address` */
    B0_ERASE_ALL,       /* the whole main flash, with one command */
    B0_ERASE_UNPROTECT, /* removes read protection; erases everything and resets the board */
};

/*
 * `memory` is an index into the board's alternates. Failures: BOOT0_E_IO, BOOT0_E_GONE,
 * BOOT0_E_PROTOCOL, BOOT0_E_PROTECTED, and BOOT0_E_CANCELLED when tick() returned false.
 */
struct b0_protocol_ops {
    /* Brings the board to idle from any state, without calling tick(). */
    enum boot0_status (*return_to_idle)(struct b0_protocol *protocol, struct boot0_error *error);
    /* Without addresses: reads from the start until the board has no more (see `done`) or size. */
    enum boot0_status (*read)(struct b0_protocol *protocol, int memory, uint32_t address,
                              uint8_t *data, uint32_t size, struct boot0_error *error);
    /* Without addresses: one complete download. */
    enum boot0_status (*write)(struct b0_protocol *protocol, int memory, uint32_t address,
                               const uint8_t *data, uint32_t size, struct boot0_error *error);
    /* NULL if the board does not support it. */
    enum boot0_status (*erase)(struct b0_protocol *protocol, int memory, enum b0_erase what,
                               uint32_t address, struct boot0_error *error);
    /* Starts the program at an address; without addresses, the downloaded one. */
    enum boot0_status (*leave)(struct b0_protocol *protocol, uint32_t address,
                               struct boot0_error *error);
    /* Frees the protocol; the transport below it stays open. */
    void (*close)(struct b0_protocol *protocol);
};

struct b0_protocol {
    const struct b0_protocol_ops *ops;
    uint32_t block_size;       /* bytes per write transfer */
    uint32_t program_unit;     /* bytes, as in boot0_plan_options; 0: unknown */
    uint32_t wire_bytes_per_s; /* what the wire carries; 0: more than any flash takes */
    bool erases_to_zero;       /* erased flash reads 0x00, else 0xff */
    bool whole_blocks;         /* every write transfer must have block_size bytes */
    uint32_t done;             /* bytes that the board confirmed in the current or last call */
    uint64_t transfers;        /* so far */
    bool retryable;            /* the last failure may be transient: return to idle and retry */
    /* Called after every transfer; false stops the call. Not NULL. */
    bool (*tick)(void *context);
    void *context;
};

/* Returns the value of the board's erased flash. */
static inline uint8_t b0_protocol_erased_byte(const struct b0_protocol *protocol)
{
    return protocol->erases_to_zero ? 0x00 : 0xff;
}

#endif
