/* A board's virtual time, and the flash at work. */
#ifndef VBOARD_BOARD_CLOCK_H
#define VBOARD_BOARD_CLOCK_H

#include "../chip/chip.h"
#include <boot0/transport.h>

struct vboard;

#define VBOARD_NEVER UINT64_MAX

/* Called when an operation of the flash is over, unless the power went. */
typedef void vboard_work_done(void *context, const struct vboard_flash_result *result);

/* The flash at work. */
struct vboard_work {
    bool busy;
    bool by_machine; /* the processor says when it is over, more exactly than end_us */
    bool naks;       /* the USB controller cannot be served meanwhile */
    uint64_t start_us;
    uint64_t end_us;
    struct vboard_flash_op op;
    vboard_work_done *done;
    void *context;
};

/* Lets time pass, with what is due in it. `waiting`: because the host waits. */
void vboard_clock_advance(struct vboard *board, uint64_t until_us, bool waiting);
/* Microseconds that a control transfer takes on the bus, NAKs apart. */
uint64_t vboard_bus_us(const struct boot0_setup *setup, size_t actual, bool stalled);

/* Begins the operation in work.op; it ends in `done`, at once if it takes no time. */
void vboard_work_begin(struct vboard *board, bool naks, vboard_work_done *done, void *context);
/* It is over: for what the processor has begun, when the processor says so. */
void vboard_work_end(struct vboard *board);
/* Power goes in the middle of it. */
void vboard_work_interrupt(struct vboard *board);
/*
 * Lets time pass until the flash is ready, at most to the deadline of the transfer. B0_XFER_OK,
 * B0_XFER_TIMEOUT, or B0_XFER_GONE if the board went away meanwhile.
 */
enum boot0_xfer vboard_work_finish(struct vboard *board);

#endif
