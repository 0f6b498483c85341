/* SPDX-License-Identifier: MIT */
#include "start.h"

#include <core/array.h>
#include <core/extension.h>
#include <core/handover.h>

enum b0_start b0_start_decide(const struct b0_start_facts *facts, uint8_t *entry)
{
    /* In order of priority, up to the bootloader. */
    const struct {
        bool applies;
        uint8_t entry;
    } reasons[] = {
        {facts->handover == B0_HANDOVER_BOOTLOADER, B0_ENTRY_ASKED},
        {facts->handover == B0_HANDOVER_TAPPED && facts->by_pin, B0_ENTRY_DOUBLE_TAP},
        {facts->button, B0_ENTRY_BUTTON},
        {facts->interrupted, B0_ENTRY_INTERRUPTED},
        {!facts->has_program, B0_ENTRY_NO_PROGRAM},
    };

    if (facts->handover == B0_HANDOVER_ROM)
        return B0_START_ROM;
    for (unsigned i = 0; i < B0_LENGTH(reasons); i++) {
        if (reasons[i].applies) {
            *entry = reasons[i].entry;
            return B0_START_BOOTLOADER;
        }
    }
    return facts->by_pin && facts->handover != B0_HANDOVER_PROGRAM ? B0_START_WAIT
                                                                   : B0_START_PROGRAM;
}
