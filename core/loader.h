/* SPDX-License-Identifier: MIT */
/*
 * What boot0 and its RAM loader say to each other over a serial line: docs/reference/loader.md,
 * "Over a serial line". The numbers are those of the frames' bytes. Freestanding.
 */
#ifndef B0_CORE_LOADER_H
#define B0_CORE_LOADER_H

#include "extension.h"
#include "loader_frame.h"

enum {
    B0_LOADER_VERSION = 0x0100, /* BCD; another major version is not understood */
    B0_LOADER_FIRST_BAUD = 115200,
    /* No whole frame at a new speed for so long: both ends go back to the one before. */
    B0_LOADER_TRIAL_MS = 300,
    /* Only broken frames for so long: the board goes back to the first speed. */
    B0_LOADER_LOST_MS = 1000,
    /* The board says at least so often that it is still busy. */
    B0_LOADER_BUSY_MS = 100,
    B0_LOADER_DATA_MAX = 1024, /* bytes of flash in a DATA frame */
    B0_LOADER_RANGES_MAX = B0_EXTENSION_RANGES_MAX,
};

/*
 * Where a loader's image has the speed at which it listens first, which the host may change before
 * it writes the image: the last word of the vector table that Arm reserves (PM0214, 2.3.4).
 */
enum {
    B0_LOADER_BAUD_AT = 0x28,
};

enum b0_loader_type {
    /*
     * Questions: answered when all that was ordered is done, by ANSWER with their number. They may
     * be repeated.
     */
    B0_LOADER_HELLO = 0x01,   /* begins a conversation: orders count from 0, errors are forgotten */
    B0_LOADER_SPEED = 0x02,   /* baud: answered at the old speed */
    B0_LOADER_SYNC = 0x03,    /* only that all is done */
    B0_LOADER_DIGESTS = 0x04, /* ranges {address, length} */
    B0_LOADER_CHECKSUMS = 0x05, /* likewise */
    B0_LOADER_READ = 0x06,      /* address, length: DATA frames, then ANSWER */
    B0_LOADER_RUN = 0x07,       /* address of a vector table */
    B0_LOADER_RESET = 0x08,     /* 4 bytes: enum b0_extension_target, but no program */

    /* Orders: taken in the sequence of their numbers, several on their way at once. */
    B0_LOADER_ERASE = 0x40,        /* address, length: whole sectors */
    B0_LOADER_WRITE = 0x41,        /* address, bytes */
    B0_LOADER_WRITE_PACKED = 0x42, /* address, a block of LZ4 */

    /* From the board. */
    B0_LOADER_ANSWER = 0x80, /* status, and what was asked for */
    B0_LOADER_BUSY = 0x81,   /* the question was heard */
    B0_LOADER_DATA = 0x82,   /* address, bytes */
    B0_LOADER_STATE = 0x83,  /* number: the order that is expected; room, status, flags */
};

enum {
    B0_LOADER_STATE_SIZE = 3,
    B0_LOADER_AGAIN = 0x01, /* flag of STATE: something was broken, or missing, before this order */
};

/* The payload of an answer to HELLO: a status, the extension's GET_INFO, and what follows. */
enum {
    B0_LOADER_HELLO_VERSION = 1 + B0_EXTENSION_INFO_SIZE, /* 2 bytes: B0_LOADER_VERSION */
    B0_LOADER_HELLO_BLOCK = B0_LOADER_HELLO_VERSION + 2,  /* 2: largest data of an order */
    B0_LOADER_HELLO_ROOM = B0_LOADER_HELLO_BLOCK + 2,     /* 2: blocks that it keeps */
    B0_LOADER_HELLO_BAUD = B0_LOADER_HELLO_ROOM + 2,      /* 4: the highest speed */
    B0_LOADER_HELLO_SIZE = B0_LOADER_HELLO_BAUD + 4,
};

#endif
