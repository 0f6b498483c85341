/* SPDX-License-Identifier: MIT */
/* Reports what went wrong in the machine, with the place in the program. */
#include "report.h"

#include "../board/board.h"
#include "../board/trace.h"
#include "cpu.h"
#include "parts.h"
#include "scb.h"
#include "symbols.h"
#include "time.h"

#include <core/array.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void place(const struct vboard_machine *machine, char *text, size_t size)
{
    char name[80];

    vboard_symbols_name(machine->report->symbols, machine->cpu->block, name, sizeof name);
    if (name[0] != '\0')
        snprintf(text, size, "in %s, pc 0x%08x", name, (unsigned)machine->cpu->block);
    else
        snprintf(text, size, "pc 0x%08x", (unsigned)machine->cpu->block);
}

void vboard_report(struct vboard_machine *machine, uint32_t address, const char *format, ...)
{
    char what[120], where[120], text[sizeof what + sizeof where + 8];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    place(machine, where, sizeof where);
    snprintf(text, sizeof text, "%s (%s)", what, where);
    vboard_time_tell(machine);
    /* A loop would fill the trace with the same line. */
    if (strncmp(text, machine->report->last_violation,
                sizeof machine->report->last_violation - 1) == 0) {
        machine->board->stats.violations++;
        return;
    }
    snprintf(machine->report->last_violation, sizeof machine->report->last_violation, "%.*s",
             (int)sizeof machine->report->last_violation - 1, text);
    vboard_violation(machine->board, 1, text, address);
}

void vboard_note(struct vboard_machine *machine, const char *format, ...)
{
    char text[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    vboard_time_tell(machine);
    vboard_trace(machine->board, "%s", text);
}

static void line(struct vboard_machine *machine, const char *text)
{
    vboard_trace(machine->board, "%s", text);
    fprintf(stderr, "vboard: %s: %s\n", vboard_name(machine->board), text);
}

void vboard_report_registers(struct vboard_machine *machine, const char *why)
{
    static const int registers[] = {UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2,  UC_ARM_REG_R3,
                                    UC_ARM_REG_R4, UC_ARM_REG_R5, UC_ARM_REG_R6,  UC_ARM_REG_R7,
                                    UC_ARM_REG_R8, UC_ARM_REG_R9, UC_ARM_REG_R10, UC_ARM_REG_R11,
                                    UC_ARM_REG_R12};
    uint32_t pc = vboard_cpu_get(machine, UC_ARM_REG_PC);
    uint32_t lr = vboard_cpu_get(machine, UC_ARM_REG_LR);
    char text[240], name[80], caller[80];
    size_t used = 0;

    vboard_time_tell(machine);
    vboard_symbols_name(machine->report->symbols, pc, name, sizeof name);
    vboard_symbols_name(machine->report->symbols, lr, caller, sizeof caller);
    snprintf(text, sizeof text, "%s at 0x%08x%s%s%s%s", why, (unsigned)pc, name[0] ? " in " : "",
             name, caller[0] ? ", called from " : "", caller);
    line(machine, text);
    for (size_t i = 0; i < B0_LENGTH(registers); i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%sr%u=%08x", i ? " " : "  ",
                                 (unsigned)i, (unsigned)vboard_cpu_get(machine, registers[i]));
    line(machine, text);
    snprintf(text, sizeof text, "  sp=%08x lr=%08x pc=%08x psr=%08x cfsr=%08x hfsr=%08x bfar=%08x",
             (unsigned)vboard_cpu_get(machine, UC_ARM_REG_SP), (unsigned)lr, (unsigned)pc,
             (unsigned)vboard_cpu_get(machine, UC_ARM_REG_XPSR), (unsigned)machine->scb->cfsr,
             (unsigned)machine->scb->hfsr, (unsigned)machine->scb->bfar);
    line(machine, text);
}
