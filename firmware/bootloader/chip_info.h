/* SPDX-License-Identifier: MIT */
/* What GET_INFO tells of the chip itself, whichever way it is asked. */
#ifndef B0_BOOTLOADER_CHIP_INFO_H
#define B0_BOOTLOADER_CHIP_INFO_H

#include <core/extension.h>

/* Fills in versions, protections, ids, the flash's size and the supply; the rest becomes 0. */
void b0_chip_info(struct b0_extension_info *info);

#endif
