/* SPDX-License-Identifier: MIT */
/*
 * The RAM loader's end of a serial line (docs/reference/loader.md, "Over a serial line"), as a
 * machine that is stepped: bytes come in, bytes go out, time passes. It knows neither a UART nor a
 * flash; the table below asks for both. Whoever owns it
 *
 *   - gives it each byte that the UART has received,
 *   - calls b0_loader_line_step() again and again,
 *   - sends the bytes that b0_loader_line_take() gives, and
 *   - sets the UART to `baud` when that has changed.
 */
#ifndef B0_CORE_LOADER_LINE_H
#define B0_CORE_LOADER_LINE_H

#include "loader.h"
#include "sha256.h"

/* What the line asks of the flash. Statuses are those of DFU: enum boot0_dfu_status. */
struct b0_loader_ops {
    /* Where the next block can be stored, or NULL. *count: blocks and erases that can be ordered.
     */
    uint8_t *(*room)(void *context, uint8_t *count);
    /* These order something, when there is room; a status if the range cannot be meant. */
    uint8_t (*program)(void *context, uint32_t address, uint16_t size); /* what room() holds */
    uint8_t (*erase)(void *context, uint32_t address, uint32_t length);
    /* True when all that was ordered is done. *status: what failed, once; else 0. */
    bool (*idle)(void *context, uint8_t *status);
    /* Where the contents can be read, while the flash is idle. NULL: not all of them is flash. */
    const uint8_t *(*contents)(void *context, uint32_t address, uint32_t length);
    /* The clock of the UART, which may be divided by 16 and more: RM0090, 30.3.4. */
    uint32_t (*uart_hz)(void *context);
};

enum b0_loader_exit {
    B0_LOADER_STAYS,
    B0_LOADER_RUNS,   /* the program whose vector table is at run_address */
    B0_LOADER_RESETS, /* the chip */
    B0_LOADER_TO_ROM, /* the bootloader there, whatever BOOT0 says */
};

/* A question that is not answered yet. */
struct b0_loader_question {
    uint8_t type; /* 0: there is none */
    uint8_t number;
    uint16_t length;
    uint8_t payload[B0_LOADER_RANGES_MAX * B0_EXTENSION_RANGE_SIZE];
};

struct b0_loader_line {
    const struct b0_loader_ops *ops;
    void *context;
    struct b0_extension_info info;

    uint32_t baud;            /* at which the UART is to work now */
    uint32_t first_baud;      /* of the image */
    bool heard;               /* a whole frame came: this is the host's line */
    enum b0_loader_exit exit; /* once it has said goodbye */
    uint32_t run_address;

    /* ---- its own ---- */
    uint32_t now_us;
    struct b0_loader_input input;
    uint8_t expected; /* number of the next order */
    uint8_t status;   /* of the first failure since HELLO */
    bool says_state;  /* STATE is due */
    bool says_again;  /* with this flag */
    bool asked_again; /* the flag was sent for the order that is expected */
    bool was_full, was_idle;
    uint32_t said_us; /* when something was said last */

    struct b0_loader_question question;
    bool began;       /* the question's work */
    uint32_t at, end; /* of a range, or of what is to be read */
    uint8_t range;
    uint32_t crc;
    struct b0_sha256 sha;
    uint8_t answer[B0_LOADER_RANGES_MAX * B0_SHA256_SIZE + 1];

    uint32_t asked_baud;  /* when the answer is out; 0: none */
    uint32_t proven_baud; /* whole frames came at it */
    bool on_trial;
    uint32_t trial_us; /* since when */
    bool is_lost;      /* bytes came since the last whole frame */
    uint32_t lost_us;  /* since when */
    enum b0_loader_exit asked_exit;

    uint16_t out_size, out_at;
    uint8_t out[B0_LOADER_CODED_SIZE(4 + B0_LOADER_DATA_MAX)];
};

void b0_loader_line_init(struct b0_loader_line *line, const struct b0_loader_ops *ops,
                         void *context, const struct b0_extension_info *info, uint32_t baud);

/* A byte came. Damaged ones as well: their frame's CRC tells. */
void b0_loader_line_receive(struct b0_loader_line *line, uint8_t byte, uint32_t now_us);

/*
 * Does what is to be done, at most some 0.5 ms of it. `is_sent`: every byte that take() gave has
 * left the UART. True if there was something.
 */
bool b0_loader_line_step(struct b0_loader_line *line, uint32_t now_us, bool is_sent);

/* The next byte to be sent; false if there is none. */
bool b0_loader_line_take(struct b0_loader_line *line, uint8_t *byte);

#endif
