/* SPDX-License-Identifier: MIT */
/* base/platform/terminal.h with Windows' console. */
#include "native.h"

#include <base/platform/terminal.h>
#include <io.h>

#ifndef ENABLE_VIRTUAL_TERMINAL_PROCESSING
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 0x0004
#endif

static HANDLE handle_of(FILE *file)
{
    return (HANDLE)_get_osfhandle(_fileno(file));
}

/* NUL is also a character device, as for _isatty(), but has no console mode. */
bool b0_is_terminal(FILE *file)
{
    DWORD mode;

    return GetConsoleMode(handle_of(file), &mode) != 0;
}

bool b0_terminal_size(FILE *file, int *columns, int *rows)
{
    CONSOLE_SCREEN_BUFFER_INFO info;

    if (!GetConsoleScreenBufferInfo(handle_of(file), &info))
        return false;
    *columns = info.srWindow.Right - info.srWindow.Left + 1;
    *rows = info.srWindow.Bottom - info.srWindow.Top + 1;
    return true;
}

/* b0_process_start() has enabled it; consoles before Windows 10 refuse. */
bool b0_terminal_redraws(FILE *file)
{
    DWORD mode;

    return GetConsoleMode(handle_of(file), &mode) && (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

void b0_terminal_write(FILE *file, const char *text, size_t size)
{
    if (!b0_is_terminal(file)) {
        fwrite(text, 1, size, file);
        return;
    }
    fflush(file);
    b0_native_write_console(handle_of(file), text, size);
}

bool b0_terminal_is_utf8(void)
{
    return true; /* b0_process_start() sets it */
}
