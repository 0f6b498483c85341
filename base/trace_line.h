/* SPDX-License-Identifier: MIT */
/*
 * A transfer as a line of text, the same in boot0's and in vboard's traces:
 *
 *     1.234567 1-1 out DNLOAD value=0x0002 index=0 length=2048 ok 00 00 02 20 ...
 *
 * In a record that is to be played back, the bytes past the first 16 follow in lines of their own,
 * each after "+".
 */
#ifndef B0_BASE_TRACE_LINE_H
#define B0_BASE_TRACE_LINE_H

#include <boot0/transport.h>
#include <stdbool.h>
#include <stdio.h>

enum {
    B0_TRACE_SHOWN = 16, /* bytes in the transfer's own line */
    B0_TRACE_MORE = 32,  /* in each line that follows */
};

struct b0_trace_transfer {
    uint64_t at_us;
    const char *who; /* port or board, without blanks */
    struct boot0_setup setup;
    enum boot0_xfer result;
    size_t actual;
    const uint8_t *data; /* `actual` bytes */
    const char *state;   /* "dfuIDLE" if it is known besides, or NULL */
};

/* Writes the line, and with `whole` all data in more lines. */
void b0_trace_write(FILE *file, const struct b0_trace_transfer *transfer, bool whole);

/* Writes "    1.234567 1-1 --- " and leaves the rest of the line to the caller. */
void b0_trace_write_event(FILE *file, uint64_t at_us, const char *who);

/* Writes "    1.234567 1-1 ", which all lines begin with. */
void b0_trace_write_head(FILE *file, uint64_t at_us, const char *who);

/* Behind that beginning of a line; NULL if it has none. */
const char *b0_trace_skip_head(const char *line, uint64_t *at_us);

/* "ok", "STALL", …; and the word read: moves behind it. */
const char *b0_trace_result_name(enum boot0_xfer result);
bool b0_trace_take_result(const char **text, enum boot0_xfer *result);

/*
 * Parses a transfer's line. `bytes` gets the data that is in it; *count is how many. setup, result,
 * actual and at_us are filled. False if it is no such line.
 */
bool b0_trace_parse(const char *line, struct b0_trace_transfer *transfer,
                    uint8_t bytes[B0_TRACE_SHOWN], size_t *count);

/* Parses hex bytes separated by blanks up to the end of the text, at most `room`. */
size_t b0_trace_parse_bytes(const char *text, uint8_t *bytes, size_t room);

#endif
