/* SPDX-License-Identifier: MIT */
/*
 * The RAM loader's end of a serial line (docs/reference/loader.md, "Over a serial line") as a
 * stepped state machine: bytes in, bytes out, time. It does not depend on a UART or a flash; the
 * table below provides both. The owner
 *
 *   - passes each byte that the UART received to it,
 *   - calls b0_loader_line_step() repeatedly,
 *   - sends the bytes that b0_loader_line_take() returns, and
 *   - sets the UART to `baud` when that has changed.
 */
#ifndef B0_CORE_LOADER_LINE_H
#define B0_CORE_LOADER_LINE_H

#include "loader.h"
#include "sha256.h"

/* Flash operations. Statuses are those of DFU: enum boot0_dfu_status. */
struct b0_loader_ops {
    /* Returns a buffer for the next block, or NULL. *count: free places for blocks and erases. */
    uint8_t *(*room)(void *context, uint8_t *count);
    /* Queue an operation, if there is room. Return an error status if the range is not valid. */
    uint8_t (*program)(void *context, uint32_t address, uint16_t size); /* the block in room() */
    uint8_t (*erase)(void *context, uint32_t address, uint32_t length);
    /*
     * True when all queued operations are done. *status: the first failure, reported once; else 0.
     */
    bool (*idle)(void *context, uint8_t *status);
    /*
     * Returns the contents for reading while the flash is idle; NULL if the range is not all flash.
     */
    const uint8_t *(*contents)(void *context, uint32_t address, uint32_t length);
    /* Returns the UART's clock, which can be divided by 16 and more: RM0090, 30.3.4. */
    uint32_t (*uart_hz)(void *context);
};

enum b0_loader_exit {
    B0_LOADER_STAYS,
    B0_LOADER_RUNS,   /* start the program whose vector table is at run_address */
    B0_LOADER_RESETS, /* reset the chip */
    B0_LOADER_TO_ROM, /* enter the bootloader in ROM, regardless of BOOT0 */
};

/* A question that is not answered yet. */
struct b0_loader_question {
    uint8_t type; /* 0: none */
    uint8_t number;
    uint16_t length;
    uint8_t payload[B0_LOADER_RANGES_MAX * B0_EXTENSION_RANGE_SIZE];
};

struct b0_loader_line {
    const struct b0_loader_ops *ops;
    void *context;
    struct b0_extension_info info;

    uint32_t baud;            /* current speed of the UART */
    uint32_t first_baud;      /* from the image */
    bool heard;               /* a whole frame arrived: the host uses this line */
    enum b0_loader_exit exit; /* set when the last answer is sent */
    uint32_t run_address;

    /* ---- private ---- */
    uint32_t now_us;
    struct b0_loader_input input;
    uint8_t expected; /* number of the next order */
    uint8_t status;   /* of the first failure since HELLO */
    bool says_state;  /* STATE must be sent */
    bool says_again;  /* STATE gets the flag B0_LOADER_AGAIN */
    bool asked_again; /* the flag was sent for the expected order */
    bool was_full, was_idle;
    uint32_t said_us; /* time of the last message sent */

    struct b0_loader_question question;
    bool began;       /* the question's work has begun */
    uint32_t at, end; /* of the current range, or of the data to read */
    uint8_t range;
    uint32_t crc;
    struct b0_sha256 sha;
    uint8_t answer[B0_LOADER_RANGES_MAX * B0_SHA256_SIZE + 1];

    uint32_t asked_baud;  /* set after the answer is sent; 0: none */
    uint32_t proven_baud; /* whole frames arrived at this speed */
    bool on_trial;
    uint32_t trial_us; /* start of the trial */
    bool is_lost;      /* bytes arrived since the last whole frame */
    uint32_t lost_us;  /* time of the first of them */
    enum b0_loader_exit asked_exit;

    uint16_t out_size, out_at;
    uint8_t out[B0_LOADER_CODED_SIZE(4 + B0_LOADER_DATA_MAX)];
};

void b0_loader_line_init(struct b0_loader_line *line, const struct b0_loader_ops *ops,
                         void *context, const struct b0_extension_info *info, uint32_t baud);

/* Takes a received byte, even if damaged: the frame's CRC detects it. */
void b0_loader_line_receive(struct b0_loader_line *line, uint8_t byte, uint32_t now_us);

/*
 * Does pending work for at most about 0.5 ms. `is_sent`: every byte from take() has left the UART.
 * Returns true if there was work.
 */
bool b0_loader_line_step(struct b0_loader_line *line, uint32_t now_us, bool is_sent);

/* Takes the next byte to send; false if there is none. */
bool b0_loader_line_take(struct b0_loader_line *line, uint8_t *byte);

#endif
