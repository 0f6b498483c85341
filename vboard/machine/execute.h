/* SPDX-License-Identifier: MIT */
/* Execution: libunicorn runs, and this does what it stops for. */
#ifndef VBOARD_MACHINE_EXECUTE_H
#define VBOARD_MACHINE_EXECUTE_H

#include <stdbool.h>

struct vboard_machine;

/* Adds the hooks that stop it. */
bool vboard_execute_open(struct vboard_machine *machine);
/* Executes until something has to be done, and does it. */
void vboard_execute(struct vboard_machine *machine);
/* A run that ends where it begins: it removes deleted hooks. */
void vboard_execute_nothing(struct vboard_machine *machine);

#endif
