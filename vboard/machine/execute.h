/* SPDX-License-Identifier: MIT */
/* Execution: libunicorn runs, and what it stops for is done. */
#ifndef VBOARD_MACHINE_EXECUTE_H
#define VBOARD_MACHINE_EXECUTE_H

#include <stdbool.h>

struct vboard_machine;

/* Adds the hooks that stop it. */
bool vboard_execute_open(struct vboard_machine *machine);
/* Executes until something is to be done about it, and does it. */
void vboard_execute(struct vboard_machine *machine);
/* A run that ends where it begins: after it a deleted hook is gone. */
void vboard_execute_nothing(struct vboard_machine *machine);

#endif
