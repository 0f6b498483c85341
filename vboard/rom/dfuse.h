/* Between dfuse.c (requests and states) and dfuse_memory.c (commands and memories). */
#ifndef VBOARD_ROM_DFUSE_H
#define VBOARD_ROM_DFUSE_H

#include "rom.h"

enum {
    VBOARD_DFUSE_START = 0x08000000, /* the address pointer before it is set: AN2662, 4.4.1 */
};

/* What kind of work the block is that was taken last: enum vboard_job. */
uint8_t vboard_dfuse_job(const struct vboard *board);

/* Does what that block says; the state tells when it is over, and how it went. */
void vboard_dfuse_work(struct vboard *board);

/* Reads the memory that a block of an upload stands for. Returns an enum boot0_dfu_status. */
uint8_t vboard_dfuse_read(const struct vboard *board, uint16_t block, uint8_t *data,
                          uint16_t length);

#endif
