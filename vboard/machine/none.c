/* SPDX-License-Identifier: MIT */
/*
 * Replaces the machine where libunicorn is missing as its CPU: boards have their ROM's bootloader,
 * and nothing runs the code in their flash.
 */
#include "machine.h"

#include "../vboard.h"

bool vboard_machine_occupy(struct vboard *board)
{
    (void)board;
    return true;
}

const struct vboard_gdb_target *vboard_debug_attach(struct vboard *board)
{
    (void)board;
    return NULL;
}

void vboard_debug_detach(struct vboard *board)
{
    (void)board;
}
