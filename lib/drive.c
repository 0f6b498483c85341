/* SPDX-License-Identifier: MIT */
/* See drive.h. */
#include "drive.h"

#include <stdio.h>

const char *b0_task_place(const struct b0_task *task, uint32_t done, char text[B0_TASK_PLACE])
{
    text[0] = '\0';
    if (task->has_address)
        snprintf(text, B0_TASK_PLACE, " at 0x%08x", (unsigned)(task->address + done));
    return text;
}

enum boot0_status b0_drive(const struct b0_driver *driver, void *context,
                           const struct b0_task *task, const struct b0_tick *tick,
                           struct boot0_error *error)
{
    for (;;) {
        enum b0_drive result = driver->step(context);

        if (result == B0_DRIVE_DONE)
            return BOOT0_OK;
        if (result == B0_DRIVE_FAILED)
            return driver->fail(context, task, error);
        if (tick->ask && !tick->ask(tick->context))
            return boot0_fail(error, BOOT0_E_CANCELLED, "stopped while %s", task->doing);
    }
}
