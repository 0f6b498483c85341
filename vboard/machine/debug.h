/* A debugger's hand on the CPU of a board that runs a program. */
#ifndef VBOARD_MACHINE_DEBUG_H
#define VBOARD_MACHINE_DEBUG_H

#include "vboard/gdb/target.h"
#include "vboard/vboard.h"

/*
 * A debugger comes: BKPT halts the CPU from now on. What it can do, with the board for the context;
 * NULL if there is no CPU here that could run anything, or if no program was ever started on it.
 */
const struct vboard_gdb_target *vboard_debug_attach(struct vboard *board);
/* It goes, its breakpoints with it, and the CPU runs. */
void vboard_debug_detach(struct vboard *board);

#endif
