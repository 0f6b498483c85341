/* SPDX-License-Identifier: MIT */
/* Reports about a program: mistakes, notes, registers. */
#ifndef VBOARD_MACHINE_REPORT_H
#define VBOARD_MACHINE_REPORT_H

#include <boot0/error.h>
#include <stdint.h>

struct vboard_machine;

struct vboard_report {
    struct vboard_symbols *symbols; /* NULL: names are unknown */
    char last_violation[160];
};

/* Reports what real hardware would let pass or answer with a fault. `address` is its subject. */
void vboard_report(struct vboard_machine *machine, uint32_t address, const char *format, ...)
    BOOT0_PRINTF(3, 4);
/* Writes a line to the trace about something that is not a mistake. */
void vboard_note(struct vboard_machine *machine, const char *format, ...) BOOT0_PRINTF(2, 3);
/* Writes the registers to the trace and the standard error. */
void vboard_report_registers(struct vboard_machine *machine, const char *why);

#endif
