/* SPDX-License-Identifier: MIT */
/* The run loop. */
#ifndef VBOARD_MACHINE_RUN_H
#define VBOARD_MACHINE_RUN_H

#include <stdint.h>

struct vboard_machine;

/* Executes up to a point in time, or less: machine->breaks. */
void vboard_run(struct vboard_machine *machine, uint64_t until_ns);

#endif
