/* SPDX-License-Identifier: MIT */
/* The chip's part of GET_INFO, for all interfaces. */
#ifndef B0_BOOTLOADER_CHIP_INFO_H
#define B0_BOOTLOADER_CHIP_INFO_H

#include <core/extension.h>

/* Fills in versions, protections, ids, flash size and supply; clears the rest. */
void b0_chip_info(struct b0_extension_info *info);

#endif
