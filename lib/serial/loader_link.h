/* SPDX-License-Identifier: MIT */
/*
 * The host's end of the line to a RAM loader (docs/reference/loader.md, "Over a serial line"):
 * questions are asked until they are answered, orders are on their way several at once and again if
 * one was lost, and the speed is what the line bears.
 */
#ifndef B0_LIB_SERIAL_LOADER_LINK_H
#define B0_LIB_SERIAL_LOADER_LINK_H

#include <boot0/serial.h>
#include <core/loader.h>

enum b0_loader_result {
    B0_LOADER_OK,
    B0_LOADER_REFUSED, /* `status` tells why */
    B0_LOADER_SILENT,  /* no whole frame comes */
    B0_LOADER_GONE,    /* the port is no longer there */
    B0_LOADER_STOPPED, /* tick() has said so */
};

/* What a READ fills. */
struct b0_loader_reading {
    uint32_t address;
    uint8_t *data;
    uint32_t size;
    bool has_gap; /* something was lost behind what is done */
};

struct b0_loader_link {
    struct boot0_stream stream; /* the caller's, open */
    struct boot0_line *line;    /* as the port is set */
    uint32_t first_baud;        /* at which the loader listens first, and falls back to */

    /* What the board has said in its answer to HELLO. */
    uint8_t hello[B0_LOADER_HELLO_SIZE];
    uint32_t highest_baud;

    uint8_t status;     /* enum boot0_dfu_status, with B0_LOADER_REFUSED */
    uint64_t exchanges; /* questions and orders so far */
    uint64_t repeated;  /* of them, those that were sent again */
    uint32_t done;      /* bytes of the operation under way that the board has confirmed */

    /* ---- its own ---- */
    struct b0_loader_input input;
    uint8_t bytes[256]; /* that the port gave, and are not looked at yet */
    size_t byte_count, byte_at;
    uint8_t question;       /* number of the last one */
    uint8_t expected;       /* number of the order that the board expects */
    uint8_t room;           /* orders from there on that it can take */
    uint32_t breaks;        /* how bad the line was of late */
    uint8_t refused_speeds; /* by the port: a bit each */
    uint32_t bad_baud;      /* frames broke at it: not tried again; 0: none did */
    struct b0_loader_reading *reading;
    uint8_t coded[B0_LOADER_CODED_SIZE(B0_LOADER_PAYLOAD_MAX)];

    /* Asked now and then: false stops what is under way. NULL: nobody. */
    bool (*tick)(void *context);
    void *context;
};

/* The port is set to the line's `baud`, at which the loader is looked for: first_baud. */
void b0_loader_link_init(struct b0_loader_link *link, const struct boot0_stream *stream,
                         struct boot0_line *line);

/*
 * Says HELLO until a loader answers, at first_baud: at most so long. Orders count from 0 then, and
 * failures are forgotten.
 */
enum b0_loader_result b0_loader_link_hello(struct b0_loader_link *link, uint32_t timeout_ms);

/* Raises the speed step by step to the highest at which port and board carry frames. */
enum b0_loader_result b0_loader_link_speed_up(struct b0_loader_link *link);

/*
 * Asks a question. At most `room` bytes of the answer's data go to `answer`; fewer are a failure.
 * It is repeated until the line is given up; the speed falls if nothing else helps.
 */
enum b0_loader_result b0_loader_link_ask(struct b0_loader_link *link, enum b0_loader_type type,
                                         const uint8_t *payload, size_t size, uint8_t *answer,
                                         size_t room);

enum b0_loader_result b0_loader_link_read(struct b0_loader_link *link, uint32_t address,
                                          uint8_t *data, uint32_t size);
/* These return when all is ordered; a failure of the flash may show later. */
enum b0_loader_result b0_loader_link_write(struct b0_loader_link *link, uint32_t address,
                                           const uint8_t *data, uint32_t size);
enum b0_loader_result b0_loader_link_erase(struct b0_loader_link *link, uint32_t address,
                                           uint32_t size);

#endif
