/* SPDX-License-Identifier: MIT */
/*
 * The host side of DFU and DfuSe as a stepped state machine: it does no I/O and never blocks. The
 * driver begins an operation, then in a loop asks for the next step (a control transfer or a wait),
 * performs it and feeds the result back, until the engine reports done or failed. libusb, an
 * in-process board, a recorded trace and a browser's promises can all be the driver.
 *
 * Freestanding, no allocation. The caller owns the buffers, which must live until the operation
 * ends.
 */
#ifndef B0_CORE_ENGINE_H
#define B0_CORE_ENGINE_H

#include "dfu.h"
#include <boot0/transport.h>

/* Kind of work in progress: selects timeouts and the clamp of the poll timeout. */
enum b0_engine_work {
    B0_WORK_COMMAND,    /* set address; also waiting for a board that was found busy */
    B0_WORK_ERASE,      /* one sector */
    B0_WORK_MASS_ERASE, /* whole flash; also read unprotect */
    B0_WORK_WRITE,      /* one block; also the end of a download */
    B0_WORK_COUNT
};

/* How a kind of board deviates from the specification; part of a row of the quirk table. */
struct b0_engine_quirks {
    bool poll_early; /* tolerates GETSTATUS before its poll timeout is over; NAKs it until ready */
    bool poll_once;  /* an extra GETSTATUS after a block loses the position (Maple) */
    bool busy_forever;  /* can hang in dfuDNBUSY after an erase until CLRSTATUS comes twice (H7) */
    bool no_block_jump; /* addresses follow the order of the blocks, not their numbers */
    uint16_t transfer_size; /* replaces the reported transfer size; 0: use the reported one */
};

enum b0_engine_failure {
    B0_FAIL_NONE = 0,
    B0_FAIL_STATUS,   /* the board reported an error: see last.status */
    B0_FAIL_STALL,    /* the board refused a request without a reason */
    B0_FAIL_TIMEOUT,  /* no answer, or busy for longer than the work can take */
    B0_FAIL_GONE,     /* the board disappeared */
    B0_FAIL_TRANSFER, /* the transfer failed for another reason, repeatedly */
    B0_FAIL_SHORT,    /* fewer bytes arrived than requested */
    B0_FAIL_STATE,    /* the board is in an unexpected state: see last.state */
};

enum b0_engine_step_kind {
    B0_STEP_CONTROL, /* perform `setup` with `data`, feed the result */
    B0_STEP_WAIT,    /* wait for wait_us, feed BOOT0_XFER_OK */
    B0_STEP_DONE,
    B0_STEP_FAILED, /* see engine->failure */
};

struct b0_engine_step {
    enum b0_engine_step_kind kind;
    struct boot0_setup setup;
    uint8_t *data; /* setup.wLength bytes; read-only if bit 7 of bmRequestType is clear */
    uint32_t timeout_ms;
    uint32_t wait_us;
};

struct b0_engine_config {
    uint8_t interface;
    uint16_t transfer_size; /* bytes per block, from the functional descriptor, > 0 */
    bool dfuse;             /* the board has addresses and the DfuSe commands */
    struct b0_engine_quirks quirks;
};

struct b0_engine {
    struct b0_engine_config config;

    /* The board's last status. state_known is false before the first one and after a failure. */
    struct b0_dfu_status last;
    bool state_known;

    /* Result of the operation. */
    enum b0_engine_failure failure;
    uint8_t failed_request; /* enum boot0_dfu_request */

    /* Progress of a read, write, download or upload: bytes that the board confirmed. */
    uint32_t done;

    /* Private to engine.c from here: the operation, its exchange, the stage of that exchange. */
    bool pointer_known; /* `pointer` is assumed to be DfuSe's address pointer */
    uint32_t pointer;
    uint8_t pointer_op; /* the operation that set it */
    uint8_t op;
    uint8_t stage;
    uint8_t exchange;
    uint8_t work; /* enum b0_engine_work */
    uint8_t recoveries;
    uint8_t clears;
    uint8_t repeats;
    uint8_t polls;
    bool op_finished;
    bool short_ends; /* a short upload ends the operation and is not a failure */
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

/* Initialises an engine for a board in an unknown state. */
void b0_engine_init(struct b0_engine *engine, const struct b0_engine_config *config);

/* Forgets the board's state. Call after another program has talked to the board. */
void b0_engine_forget(struct b0_engine *engine);

/*
 * Begin an operation. Each call drops the current operation. Each except b0_engine_detach() first
 * brings the board to a suitable state, unless it is known to be in one.
 */

/* Brings the board to dfuIDLE from any state (DFU 1.1, 6.1.2 and annex A). */
void b0_engine_idle(struct b0_engine *engine);

/* DfuSe: erase the sector at an address; erase the whole flash; remove read protection. */
void b0_engine_erase(struct b0_engine *engine, uint32_t address);
void b0_engine_mass_erase(struct b0_engine *engine);
void b0_engine_read_unprotect(struct b0_engine *engine);

/*
 * DfuSe: write or read a contiguous range, address + size <= 2^32. One set-address serves the whole
 * range, and the next range too if its distance is a whole number of blocks. A read never relies on
 * an address set by a write, nor a write on a read's: a board that took a wrong address would
 * confirm it.
 */
void b0_engine_write(struct b0_engine *engine, uint32_t address, const uint8_t *data,
                     uint32_t size);
void b0_engine_read(struct b0_engine *engine, uint32_t address, uint8_t *data, uint32_t size);

/* DfuSe: starts the program whose vector table is at `address`. Success if the board disappears. */
void b0_engine_leave(struct b0_engine *engine, uint32_t address);

/* Plain DFU: downloads data, including the end and manifestation. size is at most 65535 blocks. */
void b0_engine_download(struct b0_engine *engine, const uint8_t *data, uint32_t size);

/* Plain DFU: uploads until a short block or `size`. `done` is the number of bytes. */
void b0_engine_upload(struct b0_engine *engine, uint8_t *data, uint32_t size);

/* Run-time mode: tells the program to enter DFU mode (DFU 1.1, 5.1). */
void b0_engine_detach(struct b0_engine *engine, uint16_t timeout_ms);

/*
 * Returns the next step of the operation. Idempotent: returns the same step until it is fed. now_us
 * is the time of any monotonic clock.
 */
enum b0_engine_step_kind b0_engine_next(struct b0_engine *engine, uint64_t now_us,
                                        struct b0_engine_step *step);

/* Takes the result of the step from b0_engine_next(); `actual` bytes were transferred. */
void b0_engine_feed(struct b0_engine *engine, enum boot0_xfer result, size_t actual,
                    uint64_t now_us);

#endif
