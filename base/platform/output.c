/* SPDX-License-Identifier: MIT */
/* Standard output, bypassing stdio; the same on every system. */
#include "process.h"

bool b0_process_output(const void *bytes, size_t size)
{
    const char *from = bytes;

    while (size > 0) {
        long written = b0_write_output(from, size);

        if (written <= 0)
            return false;
        from += written;
        size -= (size_t)written;
    }
    return true;
}
