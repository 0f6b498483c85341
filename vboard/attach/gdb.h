/* SPDX-License-Identifier: MIT */
/* GDB's access to a board: a TCP port on the loopback interface, for one debugger at a time. */
#ifndef VBOARD_ATTACH_GDB_H
#define VBOARD_ATTACH_GDB_H

#include "vboard/vboard.h"

#include <glib.h>

struct vboard_gdb;

/*
 * Listens on 127.0.0.1:port. The default main context must run. The caller owns the board and the
 * lock, which is held during each access to the board. On failure NULL with the error filled:
 * BOOT0_E_IO, the port is taken.
 */
struct vboard_gdb *vboard_gdb_open(struct vboard *board, GRecMutex *lock, uint16_t port,
                                   struct boot0_error *error);
/* Ends the connection; the CPU continues. Accepts NULL. */
void vboard_gdb_close(struct vboard_gdb *gdb);

#endif
