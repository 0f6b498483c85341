/* SPDX-License-Identifier: MIT */
/* A recording of a USB session in memory: requests and answers. */
#ifndef B0_LIB_TRACE_EVENTS_H
#define B0_LIB_TRACE_EVENTS_H

#include <base/trace_line.h>

enum b0_trace_kind {
    B0_TRACE_SCAN,     /* the present boards, when they change */
    B0_TRACE_OPEN,     /* a board was opened */
    B0_TRACE_SERIAL,   /* a program's serial port was opened */
    B0_TRACE_REFUSED,  /* the preceding opening was refused */
    B0_TRACE_TRANSFER, /* a control transfer */
    B0_TRACE_STREAM,   /* the program's serial port was set, or received data */
    B0_TRACE_RESET,
    B0_TRACE_CLOSE,
};

struct b0_trace_event {
    enum b0_trace_kind kind;
    unsigned line;                     /* in the file, from 1 */
    struct b0_trace_transfer transfer; /* of other kinds: time and result */
    uint8_t *data;                     /* of an IN transfer: transfer.actual bytes; owned */
    struct boot0_candidate candidate;  /* for OPEN */
    struct boot0_candidate *list;      /* for SCAN; owned */
    size_t list_count;
    struct boot0_error *error; /* for REFUSED; owned */
};

struct b0_trace_events {
    struct b0_trace_event *all;
    size_t count;
    size_t room;
    bool has_scans; /* older recordings have none */
};

/*
 * Reads a recording into *events, which must be empty. The caller calls b0_trace_events_free() in
 * any case.
 */
enum boot0_status b0_trace_events_read(struct b0_trace_events *events, FILE *file, const char *name,
                                       struct boot0_error *error);
void b0_trace_events_free(struct b0_trace_events *events);

#endif
