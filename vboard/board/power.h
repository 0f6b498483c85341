/* SPDX-License-Identifier: MIT */
/* Connection, power, reset, and who runs. */
#ifndef VBOARD_BOARD_POWER_H
#define VBOARD_BOARD_POWER_H

#include "occupant.h"

struct vboard;

/* Puts a device on the bus: a new connection. */
void vboard_connect(struct vboard *board, const struct vboard_usb_ops *ops, void *context);
void vboard_disconnect(struct vboard *board);
/* The reset that a chip does to itself. */
void vboard_system_reset(struct vboard *board);
/*
 * The bootloader is left: the bus falls silent, and the program whose vectors are at an address
 * starts, if there is a processor for it.
 */
void vboard_start_program(struct vboard *board, uint32_t address);
/* Stops the program, if one runs. */
void vboard_stop_program(struct vboard *board);
/* A program has jumped to the ROM. */
void vboard_enter_rom(struct vboard *board);
/* Power goes: whatever the flash was doing stays half done. */
void vboard_power_off(struct vboard *board);
void vboard_power_on(struct vboard *board);

/* The supply now, in millivolts. */
unsigned vboard_supply_mv(const struct vboard *board);

#endif
