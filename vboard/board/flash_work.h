/* SPDX-License-Identifier: MIT */
/* The flash at work. */
#ifndef VBOARD_BOARD_FLASH_WORK_H
#define VBOARD_BOARD_FLASH_WORK_H

#include "../chip/chip.h"

struct vboard;

/* Called at the end of a flash operation, unless the power was lost. */
typedef void vboard_work_done(void *context, const struct vboard_flash_result *result);

/* The flash at work. */
struct vboard_work {
    bool busy;
    bool by_machine; /* the processor reports the end, more exactly than end_us */
    bool naks;       /* nothing serves the USB controller meanwhile */
    uint64_t start_us;
    uint64_t end_us;
    struct vboard_flash_op op;
    vboard_work_done *done;
    void *context;
};

/* Begins the operation in work.op. It ends in `done`, at once if it takes no time. */
void vboard_work_begin(struct vboard *board, bool naks, vboard_work_done *done, void *context);
/* Ends the operation. The processor decides when, if it began the operation. */
void vboard_work_end(struct vboard *board);
/* The power is lost in the middle of it. */
void vboard_work_interrupt(struct vboard *board);

#endif
