/* SPDX-License-Identifier: MIT */
/*
 * The serial ports of the boards, /dev/ttyUSB0 and so on: pseudo terminals behind names of the
 * testbed, with their entries in sysfs. A port exists while its board has power: the adapter is on
 * the board.
 */
#ifndef VBOARD_TTY_H
#define VBOARD_TTY_H

#include "pace.h"

#include <boot0/error.h>
#include <umockdev.h>

struct vboard_tty;

struct vboard_tty_place {
    UMockdevTestbed *testbed;
    const char *root; /* the testbed's directory; the caller's */
    GRecMutex *lock;  /* guards the board and the port: the caller holds it in all calls */
    unsigned number;  /* /dev/ttyUSB<number> */
};

/*
 * Makes the port of a board with a UART. The board's time follows `pace`, which the caller keeps up
 * to date. NULL on failure with the error filled.
 */
struct vboard_tty *vboard_tty_new(struct vboard *board, struct vboard_pace *pace,
                                  const struct vboard_tty_place *place, struct boot0_error *error);

/* Call this every few milliseconds: handles characters that are due, and plugs or unplugs. */
void vboard_tty_tick(struct vboard_tty *tty);

/* How many clients have it open. */
size_t vboard_tty_clients(const struct vboard_tty *tty);

/* Removes the port permanently. */
void vboard_tty_close(struct vboard_tty *tty);

/* Frees a closed port that no client has open any more. */
void vboard_tty_free(struct vboard_tty *tty);

#endif
