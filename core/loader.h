/* SPDX-License-Identifier: MIT */
/*
 * Messages between boot0 and its RAM loader over a serial line: docs/reference/loader.md, "Over a
 * serial line". The numbers are the bytes in the frames. Freestanding.
 */
#ifndef B0_CORE_LOADER_H
#define B0_CORE_LOADER_H

#include "extension.h"
#include "loader_frame.h"

enum {
    B0_LOADER_VERSION = 0x0100, /* BCD; other major versions are not supported */
    B0_LOADER_FIRST_BAUD = 115200,
    /*
     * Without a whole frame at a new speed for this time, both ends return to the previous speed.
     */
    B0_LOADER_TRIAL_MS = 300,
    /* After receiving only broken frames for this time, the board returns to the first speed. */
    B0_LOADER_LOST_MS = 1000,
    /* The board reports at least this often that it is still busy. */
    B0_LOADER_BUSY_MS = 100,
    B0_LOADER_DATA_MAX = 1024, /* bytes of flash in a DATA frame */
    B0_LOADER_RANGES_MAX = B0_EXTENSION_RANGES_MAX,
};

/*
 * Offset of the loader's initial speed in its image, which the host may change before it writes the
 * image: the last reserved word of the vector table (PM0214, 2.3.4).
 */
enum {
    B0_LOADER_BAUD_AT = 0x28,
};

enum b0_loader_type {
    /*
     * Questions. The board completes all orders first, then replies with ANSWER and the question's
     * number. Questions may be repeated.
     */
    B0_LOADER_HELLO = 0x01,     /* begins a conversation: orders count from 0, errors are cleared */
    B0_LOADER_SPEED = 0x02,     /* baud: answered at the old speed */
    B0_LOADER_SYNC = 0x03,      /* waits until all orders are complete */
    B0_LOADER_DIGESTS = 0x04,   /* ranges {address, length} */
    B0_LOADER_CHECKSUMS = 0x05, /* ranges {address, length} */
    B0_LOADER_READ = 0x06,      /* address, length: DATA frames, then ANSWER */
    B0_LOADER_RUN = 0x07,       /* address of a vector table */
    B0_LOADER_RESET = 0x08,     /* 4 bytes: enum b0_extension_target, but no program */

    /* Orders. Executed in the sequence of their numbers; several may be in transit at once. */
    B0_LOADER_ERASE = 0x40,        /* address, length: whole sectors */
    B0_LOADER_WRITE = 0x41,        /* address, bytes */
    B0_LOADER_WRITE_PACKED = 0x42, /* address, an LZ4 block */

    /* Messages from the board. */
    B0_LOADER_ANSWER = 0x80, /* status, then the data */
    B0_LOADER_BUSY = 0x81,   /* the question was received */
    B0_LOADER_DATA = 0x82,   /* address, bytes */
    B0_LOADER_STATE = 0x83,  /* number: the next expected order; room, status, flags */
};

enum {
    B0_LOADER_STATE_SIZE = 3,
    B0_LOADER_AGAIN = 0x01, /* flag of STATE: a frame before this order was broken or missing */
};

/* The payload of the ANSWER to HELLO: a status, the extension's GET_INFO, then these. */
enum {
    B0_LOADER_HELLO_VERSION = 1 + B0_EXTENSION_INFO_SIZE, /* 2 bytes: B0_LOADER_VERSION */
    B0_LOADER_HELLO_BLOCK = B0_LOADER_HELLO_VERSION + 2,  /* 2: maximum data of an order */
    B0_LOADER_HELLO_ROOM = B0_LOADER_HELLO_BLOCK + 2, /* 2: number of blocks that it can buffer */
    B0_LOADER_HELLO_BAUD = B0_LOADER_HELLO_ROOM + 2,  /* 4: the highest speed */
    B0_LOADER_HELLO_SIZE = B0_LOADER_HELLO_BAUD + 4,
};

#endif
