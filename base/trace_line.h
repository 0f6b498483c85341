/* SPDX-License-Identifier: MIT */
/*
 * A transfer as a line of text, the same in boot0's and in vboard's traces:
 *
 *     1.234567 1-1 out DNLOAD value=0x0002 index=0 length=2048 ok 00 00 02 20 ...
 *
 * In a recording for replay, the bytes past the first 16 follow in further lines, each after "+".
 */
#ifndef B0_BASE_TRACE_LINE_H
#define B0_BASE_TRACE_LINE_H

#include <boot0/transport.h>
#include <stdbool.h>
#include <stdio.h>

enum {
    B0_TRACE_SHOWN = 16, /* bytes in the transfer's first line */
    B0_TRACE_MORE = 32,  /* bytes in each further line */
};

struct b0_trace_transfer {
    uint64_t at_us;
    const char *who; /* port or board, without blanks */
    struct boot0_setup setup;
    enum boot0_xfer result;
    size_t actual;
    const uint8_t *data; /* `actual` bytes */
    const char *state;   /* "dfuIDLE" if the state is known, or NULL */
};

/* Writes the line, and with `whole` the further lines with all data. */
void b0_trace_write(FILE *file, const struct b0_trace_transfer *transfer, bool whole);

/* Writes "    1.234567 1-1 --- " and leaves the rest of the line to the caller. */
void b0_trace_write_event(FILE *file, uint64_t at_us, const char *who);

/* Writes "    1.234567 1-1 ", the start of every line. */
void b0_trace_write_head(FILE *file, uint64_t at_us, const char *who);

/* Returns the text after that start; NULL if the line has none. */
const char *b0_trace_skip_head(const char *line, uint64_t *at_us);

/* Returns "ok", "STALL", …; the second function parses the word and moves past it. */
const char *b0_trace_result_name(enum boot0_xfer result);
bool b0_trace_take_result(const char **text, enum boot0_xfer *result);

/*
 * Parses a transfer's line and fills setup, result, actual and at_us. `bytes` gets the data in the
 * line, *count its size. False if the line is not a transfer.
 */
bool b0_trace_parse(const char *line, struct b0_trace_transfer *transfer,
                    uint8_t bytes[B0_TRACE_SHOWN], size_t *count);

/* Parses hex bytes separated by blanks up to the end of the text, at most `room`. */
size_t b0_trace_parse_bytes(const char *text, uint8_t *bytes, size_t room);

#endif
