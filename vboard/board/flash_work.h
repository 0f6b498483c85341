/* SPDX-License-Identifier: MIT */
/* The flash at work. */
#ifndef VBOARD_BOARD_FLASH_WORK_H
#define VBOARD_BOARD_FLASH_WORK_H

#include "../chip/chip.h"

struct vboard;

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

/* Begins the operation in work.op; it ends in `done`, at once if it takes no time. */
void vboard_work_begin(struct vboard *board, bool naks, vboard_work_done *done, void *context);
/* It is over: for what the processor has begun, when the processor says so. */
void vboard_work_end(struct vboard *board);
/* Power goes in the middle of it. */
void vboard_work_interrupt(struct vboard *board);

#endif
