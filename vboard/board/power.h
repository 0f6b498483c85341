/* SPDX-License-Identifier: MIT */
/* Connection, power, reset, and what runs. */
#ifndef VBOARD_BOARD_POWER_H
#define VBOARD_BOARD_POWER_H

#include "occupant.h"

struct vboard;

/* Puts a device on the bus: a new connection. */
void vboard_connect(struct vboard *board, const struct vboard_usb_ops *ops, void *context);
void vboard_disconnect(struct vboard *board);
/* The chip resets itself. */
void vboard_system_reset(struct vboard *board);
/*
 * Leaves the bootloader: the bus falls silent, and the program with vectors at an address starts,
 * if there is a processor for it.
 */
void vboard_start_program(struct vboard *board, uint32_t address);
/* Stops the program, if one runs. */
void vboard_stop_program(struct vboard *board);
/* A program has jumped to the ROM. */
void vboard_enter_rom(struct vboard *board);
/* Power is lost: an operation of the flash stays half done. */
void vboard_power_off(struct vboard *board);
void vboard_power_on(struct vboard *board);

/* The present supply, in millivolts. */
unsigned vboard_supply_mv(const struct vboard *board);

#endif
