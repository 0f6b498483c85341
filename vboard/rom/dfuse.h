/* SPDX-License-Identifier: MIT */
/* Shared by dfuse.c (requests and states) and dfuse_memory.c (commands and memories). */
#ifndef VBOARD_ROM_DFUSE_H
#define VBOARD_ROM_DFUSE_H

#include "dfu.h"

/* The enum vboard_command of the last block. */
uint8_t vboard_dfuse_command(const struct vboard_dfu *dfu);

/* Converts an address that the host gives for the alternate setting into one of the chip. */
uint32_t vboard_dfuse_address(const struct vboard_dfu *dfu, uint32_t address);

/* Does the work of that block; the state shows its end and its result. */
void vboard_dfuse_work(struct vboard_dfu *dfu);

/* Reads the memory that a block of an upload covers. Returns an enum boot0_dfu_status. */
uint8_t vboard_dfuse_read(const struct vboard_dfu *dfu, uint16_t block, uint8_t *data,
                          uint16_t length);

#endif
