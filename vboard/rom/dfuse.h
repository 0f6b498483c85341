/* SPDX-License-Identifier: MIT */
/* Between dfuse.c (requests and states) and dfuse_memory.c (commands and memories). */
#ifndef VBOARD_ROM_DFUSE_H
#define VBOARD_ROM_DFUSE_H

#include "dfu.h"

/* The enum vboard_command of the block that was taken last. */
uint8_t vboard_dfuse_command(const struct vboard_dfu *dfu);

/* Where in the chip an address is that the host gives for the alternate setting. */
uint32_t vboard_dfuse_address(const struct vboard_dfu *dfu, uint32_t address);

/* Does what that block says; the state tells when it is over, and how it went. */
void vboard_dfuse_work(struct vboard_dfu *dfu);

/* Reads the memory that a block of an upload stands for. Returns an enum boot0_dfu_status. */
uint8_t vboard_dfuse_read(const struct vboard_dfu *dfu, uint16_t block, uint8_t *data,
                          uint16_t length);

#endif
