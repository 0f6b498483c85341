/* SPDX-License-Identifier: MIT */
/* GDB's door to a board: a TCP port of the loopback interface, for one debugger at a time. */
#ifndef VBOARD_ATTACH_GDB_H
#define VBOARD_ATTACH_GDB_H

#include "vboard/vboard.h"

#include <glib.h>

struct vboard_gdb;

/*
 * Listens on 127.0.0.1:port; the default main context has to run. The board and the lock, which is
 * held whenever something is asked of the board, stay the caller's. On failure NULL with the error
 * filled: BOOT0_E_IO, the port is taken.
 */
struct vboard_gdb *vboard_gdb_open(struct vboard *board, GRecMutex *lock, uint16_t port,
                                   struct boot0_error *error);
/* Ends the conversation; the CPU goes on. NULL is fine. */
void vboard_gdb_close(struct vboard_gdb *gdb);

#endif
