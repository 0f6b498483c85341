/* SPDX-License-Identifier: MIT */
/* A record of a USB session in memory: what was asked, and what the answer was. */
#ifndef B0_LIB_TRACE_EVENTS_H
#define B0_LIB_TRACE_EVENTS_H

#include <base/trace_line.h>

enum b0_trace_kind {
    B0_TRACE_SCAN,     /* the boards that are there, when they have changed */
    B0_TRACE_OPEN,     /* of a board */
    B0_TRACE_SERIAL,   /* of the serial port of a program */
    B0_TRACE_REFUSED,  /* what was just opened was not */
    B0_TRACE_TRANSFER, /* a control transfer */
    B0_TRACE_STREAM,   /* the program's serial port was set, or sent to */
    B0_TRACE_RESET,
    B0_TRACE_CLOSE,
};

struct b0_trace_event {
    enum b0_trace_kind kind;
    unsigned line;                     /* in the file, from 1 */
    struct b0_trace_transfer transfer; /* of others: when, and how it ended */
    uint8_t *data;                     /* of an IN transfer: transfer.actual bytes; owned */
    struct boot0_candidate candidate;  /* of OPEN */
    struct boot0_candidate *list;      /* of SCAN; owned */
    size_t list_count;
    struct boot0_error *error; /* of REFUSED; owned */
};

struct b0_trace_events {
    struct b0_trace_event *all;
    size_t count;
    size_t room;
    bool has_scans; /* older records have none */
};

/* *events is empty at first, and b0_trace_events_free() is for the caller in any case. */
enum boot0_status b0_trace_events_read(struct b0_trace_events *events, FILE *file, const char *name,
                                       struct boot0_error *error);
void b0_trace_events_free(struct b0_trace_events *events);

#endif
