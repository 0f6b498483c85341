/* SPDX-License-Identifier: MIT */
/* A page's connections to a board, each as a bus of libboot0. */
#ifndef B0_WEB_BUS_H
#define B0_WEB_BUS_H

#include <boot0/transport.h>

/* The user's board, by WebUSB. Closing it does nothing. */
struct boot0_bus web_usb_bus(void);

/*
 * The board on the user's serial port; `boot` tells how DTR and RTS reset it, as in struct
 * boot0_uart_options, or is NULL.
 */
enum boot0_status web_serial_bus(struct boot0_bus *bus, const char *boot, uint32_t baud,
                                 struct boot0_error *error);

/*
 * Makes `bus`, whose time is virtual, run at `speed` times real time; 0: as fast as possible, while
 * the page can still draw. Closing the new bus closes the old one. BOOT0_E_MEMORY.
 */
enum boot0_status web_pace_bus(struct boot0_bus *bus, double speed, struct boot0_error *error);

#endif
