/* A program on the bus, with the host that talks to it. */
#ifndef VBOARD_MACHINE_PROGRAM_H
#define VBOARD_MACHINE_PROGRAM_H

#include <stdbool.h>

struct vboard_machine;

/* After vboard_port_open(). */
bool vboard_program_open(struct vboard_machine *machine);
void vboard_program_close(struct vboard_machine *machine);

#endif
