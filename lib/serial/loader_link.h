/* SPDX-License-Identifier: MIT */
/*
 * The host's end of the line to a RAM loader (docs/reference/loader.md, "Over a serial line"). It
 * repeats questions until they are answered, keeps several orders in transit and repeats lost ones,
 * and uses the highest speed that the line supports.
 */
#ifndef B0_LIB_SERIAL_LOADER_LINK_H
#define B0_LIB_SERIAL_LOADER_LINK_H

#include <boot0/serial.h>
#include <core/loader.h>

enum b0_loader_result {
    B0_LOADER_OK,
    B0_LOADER_REFUSED, /* `status` has the reason */
    B0_LOADER_SILENT,  /* no whole frames arrive */
    B0_LOADER_GONE,    /* the port has disappeared */
    B0_LOADER_STOPPED, /* tick() returned false */
};

/* The state of a READ. */
struct b0_loader_reading {
    uint32_t address;
    uint8_t *data;
    uint32_t size;
    bool has_gap; /* data after `done` was lost */
};

struct b0_loader_link {
    struct boot0_stream stream; /* open, owned by the caller */
    struct boot0_line *line;    /* the port's current settings */
    uint32_t first_baud;        /* the loader's initial and fallback speed */

    /* From the board's answer to HELLO. */
    uint8_t hello[B0_LOADER_HELLO_SIZE];
    uint32_t highest_baud;

    uint8_t status;     /* enum boot0_dfu_status, for B0_LOADER_REFUSED */
    uint64_t exchanges; /* questions and orders so far */
    uint64_t repeated;  /* how many of them were repetitions */
    uint32_t done;      /* bytes of the current operation that the board confirmed */

    /* ---- private ---- */
    struct b0_loader_input input;
    uint8_t bytes[256]; /* received, not processed yet */
    size_t byte_count, byte_at;
    uint8_t question;       /* number of the last question */
    uint8_t expected;       /* number of the order that the board expects */
    uint8_t room;           /* further orders that it can accept */
    uint32_t breaks;        /* recent quality of the line */
    uint8_t refused_speeds; /* by the port, one bit each */
    uint32_t bad_baud;      /* frames broke at this speed: do not retry it; 0: none */
    struct b0_loader_reading *reading;
    uint8_t coded[B0_LOADER_CODED_SIZE(B0_LOADER_PAYLOAD_MAX)];

    /* Called regularly; false stops the operation. May be NULL. */
    bool (*tick)(void *context);
    void *context;
};

/* The port is set to the line's `baud`: first_baud, where the search for the loader begins. */
void b0_loader_link_init(struct b0_loader_link *link, const struct boot0_stream *stream,
                         struct boot0_line *line);

/*
 * Sends HELLO at first_baud until a loader answers, for at most timeout_ms. Then orders count from
 * 0, and failures are cleared.
 */
enum b0_loader_result b0_loader_link_hello(struct b0_loader_link *link, uint32_t timeout_ms);

/* Raises the speed step by step to the highest at which port and board transfer frames. */
enum b0_loader_result b0_loader_link_speed_up(struct b0_loader_link *link);

/*
 * Asks a question and repeats it until the line is given up; lowers the speed if necessary. Stores
 * at most `room` bytes of the answer's data in `answer`; fewer are a failure.
 */
enum b0_loader_result b0_loader_link_ask(struct b0_loader_link *link, enum b0_loader_type type,
                                         const uint8_t *payload, size_t size, uint8_t *answer,
                                         size_t room);

enum b0_loader_result b0_loader_link_read(struct b0_loader_link *link, uint32_t address,
                                          uint8_t *data, uint32_t size);
/* Return when everything is ordered; a failure of the flash may appear later. */
enum b0_loader_result b0_loader_link_write(struct b0_loader_link *link, uint32_t address,
                                           const uint8_t *data, uint32_t size);
enum b0_loader_result b0_loader_link_erase(struct b0_loader_link *link, uint32_t address,
                                           uint32_t size);

#endif
