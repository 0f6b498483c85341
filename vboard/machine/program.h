/* SPDX-License-Identifier: MIT */
/* A program on the bus, with the host that talks to it. */
#ifndef VBOARD_MACHINE_PROGRAM_H
#define VBOARD_MACHINE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

struct vboard_machine;

/* After vboard_port_open(). */
bool vboard_program_open(struct vboard_machine *machine);
void vboard_program_close(struct vboard_machine *machine);
/* Like struct vboard_processor_ops::advance. */
bool vboard_program_advance(struct vboard_machine *machine, uint64_t until_us);

#endif
