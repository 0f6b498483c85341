/* SPDX-License-Identifier: MIT */
/*
 * The frames between boot0 and its RAM loader on a serial line: docs/reference/loader.md, "Over a
 * serial line". A frame is coded so that it contains no zero (COBS: Cheshire and Baker, "Consistent
 * Overhead Byte Stuffing", 1999), and is enclosed in zeros. It contains a type, a number, a length,
 * a payload, and a CRC-32 of all of them. Both ends compile this. Freestanding.
 */
#ifndef B0_CORE_LOADER_FRAME_H
#define B0_CORE_LOADER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_LOADER_BLOCK = 4096, /* maximum bytes of flash in one frame */
    B0_LOADER_PAYLOAD_MAX = B0_LOADER_BLOCK + 8,
    B0_LOADER_HEADER_SIZE = 4,
    B0_LOADER_CHECK_SIZE = 4,
    B0_LOADER_BODY_MAX = B0_LOADER_HEADER_SIZE + B0_LOADER_PAYLOAD_MAX + B0_LOADER_CHECK_SIZE,
};

/* Maximum size of a coded frame with that payload: two zeros, and a code every 254 bytes. */
#define B0_LOADER_CODED_SIZE(payload)                                                              \
    (2 + (B0_LOADER_HEADER_SIZE + (payload) + B0_LOADER_CHECK_SIZE) +                              \
     (B0_LOADER_HEADER_SIZE + (payload) + B0_LOADER_CHECK_SIZE) / 254 + 1)

struct b0_loader_frame {
    uint8_t type; /* enum b0_loader_type in loader.h */
    uint8_t number;
    uint16_t length;
    const uint8_t *payload; /* points into the input; valid until its next byte */
};

/* ---- receiving ---- */

struct b0_loader_input {
    uint16_t size;  /* bytes decoded so far */
    uint8_t left;   /* data bytes before the next code */
    uint8_t code;   /* the last code; 0: at the start of a frame */
    bool is_broken; /* discard bytes until the next zero */
    uint8_t body[B0_LOADER_BODY_MAX];
};

enum b0_loader_event {
    B0_LOADER_NOTHING, /* no complete frame yet */
    B0_LOADER_FRAME,   /* a frame is complete */
    B0_LOADER_BROKEN,  /* a frame was dropped: truncated, too long, or with a wrong CRC */
};

void b0_loader_input_init(struct b0_loader_input *input);
/* Takes one byte from the line. Fills *frame on B0_LOADER_FRAME. */
enum b0_loader_event b0_loader_input_add(struct b0_loader_input *input, uint8_t byte,
                                         struct b0_loader_frame *frame);

/* ---- sending ---- */

/* A payload in two parts, so that data need not be copied behind its address. */
struct b0_loader_parts {
    const uint8_t *head;
    size_t head_size;
    const uint8_t *data; /* NULL if data_size is 0 */
    size_t data_size;
};

/*
 * Encodes a frame for the line, including the enclosing zeros. `coded` has room for
 * B0_LOADER_CODED_SIZE() of the payload. Returns the number of bytes.
 */
size_t b0_loader_frame_encode(uint8_t *coded, uint8_t type, uint8_t number,
                              const struct b0_loader_parts *parts);

#endif
