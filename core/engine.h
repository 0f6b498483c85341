/* SPDX-License-Identifier: MIT */
/*
 * The host's side of DFU and DfuSe as a machine that is stepped: it does no I/O and never blocks.
 * Its driver begins an operation, then in a loop asks for the next step (a control transfer or a
 * wait), carries it out and feeds the result back, until the engine says done or failed. libusb, an
 * in-process board, a recorded trace and a browser's promises can all be such a driver.
 *
 * Freestanding, no allocation: buffers belong to the caller and must live until the operation ends.
 */
#ifndef B0_CORE_ENGINE_H
#define B0_CORE_ENGINE_H

#include "dfu.h"
#include <boot0/transport.h>

/* What the board is busy with: chooses time-outs and the clamp of its poll timeout. */
enum b0_engine_work {
    B0_WORK_COMMAND,    /* set address, also waiting for a board that was found busy */
    B0_WORK_ERASE,      /* one sector */
    B0_WORK_MASS_ERASE, /* all of it, also read unprotect */
    B0_WORK_WRITE,      /* one block, also the end of a download */
    B0_WORK_COUNT
};

/* How one kind of board differs from the specification: a row of the quirk table holds these. */
struct b0_engine_quirks {
    bool poll_early;   /* bears GETSTATUS before its poll timeout is over, NAKs until it is ready */
    bool poll_once;    /* a GETSTATUS more than needed after a block loses the position (Maple) */
    bool busy_forever; /* can hang in dfuDNBUSY after an erase until CLRSTATUS came twice (H7) */
    bool no_block_jump;     /* addresses follow the blocks that were sent, not their numbers */
    uint16_t transfer_size; /* use this one instead of the reported; 0: the reported */
};

enum b0_engine_failure {
    B0_FAIL_NONE = 0,
    B0_FAIL_STATUS,   /* the board reported an error: see last.status */
    B0_FAIL_STALL,    /* it refused a request and gave no reason */
    B0_FAIL_TIMEOUT,  /* no answer, or busy for longer than the work can take */
    B0_FAIL_GONE,     /* it went away */
    B0_FAIL_TRANSFER, /* the transfer failed otherwise, repeatedly */
    B0_FAIL_SHORT,    /* fewer bytes arrived than were asked for */
    B0_FAIL_STATE,    /* it is in a state that makes no sense here: see last.state */
};

enum b0_engine_step_kind {
    B0_STEP_CONTROL, /* carry out `setup` with `data`, feed the result */
    B0_STEP_WAIT,    /* let wait_us pass, feed BOOT0_XFER_OK */
    B0_STEP_DONE,
    B0_STEP_FAILED, /* see engine->failure */
};

struct b0_engine_step {
    enum b0_engine_step_kind kind;
    struct boot0_setup setup;
    uint8_t *data; /* setup.wLength bytes; only read if bit 7 of bmRequestType is clear */
    uint32_t timeout_ms;
    uint32_t wait_us;
};

struct b0_engine_config {
    uint8_t interface;
    uint16_t transfer_size; /* bytes a block, from the functional descriptor, > 0 */
    bool dfuse;             /* has addresses and their commands */
    struct b0_engine_quirks quirks;
};

struct b0_engine {
    struct b0_engine_config config;

    /* What the board said last; state_known is false before it was asked and after a failure. */
    struct b0_dfu_status last;
    bool state_known;

    /* How the operation ended. */
    enum b0_engine_failure failure;
    uint8_t failed_request; /* enum boot0_dfu_request */

    /* Progress of a read, write, download or upload: bytes that the board has confirmed. */
    uint32_t done;

    /* Private to engine.c from here: the operation, the exchange within it, the stage of that. */
    bool pointer_known; /* DfuSe's address pointer, as far as we know it */
    uint32_t pointer;
    uint8_t pointer_op; /* the operation that has set it */
    uint8_t op;
    uint8_t stage;
    uint8_t exchange;
    uint8_t work; /* enum b0_engine_work */
    uint8_t recoveries;
    uint8_t clears;
    uint8_t repeats;
    uint8_t polls;
    bool op_finished;
    bool short_ends; /* a short upload is the end, not a failure */
    uint64_t now_us;
    uint64_t deadline_us;
    uint32_t wait_us;
    uint32_t address;
    uint32_t size;
    uint32_t chunk;
    uint16_t block;
    const uint8_t *source;
    uint8_t *target;
    uint8_t command[5];
    uint8_t command_size;
    uint8_t answer[BOOT0_DFU_STATUS_SIZE];
};

/* Prepares an engine for a board of which nothing is known yet. */
void b0_engine_init(struct b0_engine *engine, const struct b0_engine_config *config);

/* Forgets what is known of the board's state: somebody else has talked to it. */
void b0_engine_forget(struct b0_engine *engine);

/*
 * Beginning an operation. Each drops whatever was under way; each but b0_engine_detach() first
 * brings the board to a state that allows it, if it is not known to be in one.
 */

/* dfuIDLE, from wherever the board was found (DFU 1.1, 6.1.2 and annex A). */
void b0_engine_idle(struct b0_engine *engine);

/* DfuSe: erase the sector at an address; all of the flash; take read protection off. */
void b0_engine_erase(struct b0_engine *engine, uint32_t address);
void b0_engine_mass_erase(struct b0_engine *engine);
void b0_engine_read_unprotect(struct b0_engine *engine);

/*
 * DfuSe: write or read a contiguous run, address + size <= 2^32. One set-address serves it all, and
 * the next run too if its distance is a whole number of blocks. A read never relies on an address
 * that a write has set, nor a write on a read's: a board that took a wrong one would confirm it.
 */
void b0_engine_write(struct b0_engine *engine, uint32_t address, const uint8_t *data,
                     uint32_t size);
void b0_engine_read(struct b0_engine *engine, uint32_t address, uint8_t *data, uint32_t size);

/* DfuSe: start the program whose vector table is at an address. Gone afterwards is success. */
void b0_engine_leave(struct b0_engine *engine, uint32_t address);

/* Plain DFU: one download with its end and manifestation. size is at most 65535 blocks. */
void b0_engine_download(struct b0_engine *engine, const uint8_t *data, uint32_t size);

/* Plain DFU: what the board uploads, until a short block or `size`. `done` is how much it was. */
void b0_engine_upload(struct b0_engine *engine, uint8_t *data, uint32_t size);

/* Run-time mode: asks the program to go to DFU mode (DFU 1.1, 5.1). */
void b0_engine_detach(struct b0_engine *engine, uint16_t timeout_ms);

/*
 * The next step of the operation. Idempotent: asking again without feeding gives the same step.
 * now_us is the time on any clock that never goes back.
 */
enum b0_engine_step_kind b0_engine_next(struct b0_engine *engine, uint64_t now_us,
                                        struct b0_engine_step *step);

/* The result of the step that b0_engine_next() gave; `actual` bytes were moved. */
void b0_engine_feed(struct b0_engine *engine, enum boot0_xfer result, size_t actual,
                    uint64_t now_us);

#endif
