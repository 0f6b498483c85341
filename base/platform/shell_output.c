/* SPDX-License-Identifier: MIT */
/* What a command prints, in the room that there is for it: the same on all systems. */
#include <base/platform/shell.h>

#include <string.h>

bool b0_shell_add_output(struct b0_shell *shell, const char *bytes, size_t size)
{
    if (!shell->output)
        return true;
    if (size > shell->output_room - shell->output_size)
        return false;
    memcpy(shell->output + shell->output_size, bytes, size);
    shell->output_size += size;
    return true;
}

void b0_shell_add_errors(struct b0_shell *shell, const char *bytes, size_t size)
{
    size_t added = size < shell->errors_room ? size : shell->errors_room;
    size_t kept = shell->errors_room - added;

    kept = kept < shell->errors_size ? kept : shell->errors_size;
    if (kept > 0)
        memmove(shell->errors, shell->errors + shell->errors_size - kept, kept);
    if (added > 0)
        memcpy(shell->errors + kept, bytes + size - added, added);
    shell->errors_size = kept + added;
}
