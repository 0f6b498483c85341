/* SPDX-License-Identifier: MIT */
/* Entering and leaving exceptions, and the faults that cause them. */
#ifndef VBOARD_MACHINE_EXCEPTION_H
#define VBOARD_MACHINE_EXCEPTION_H

#include <stdint.h>

struct vboard_machine;

void vboard_exception_enter(struct vboard_machine *machine, unsigned number);
void vboard_exception_return(struct vboard_machine *machine, uint32_t how);
/* A fault of the instruction at the PC; `cfsr` says which. */
void vboard_fault(struct vboard_machine *machine, unsigned number, uint32_t cfsr);
void vboard_hard_fault(struct vboard_machine *machine, uint32_t hfsr);

#endif
