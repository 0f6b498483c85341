/* SPDX-License-Identifier: MIT */
/* base/platform/terminal.h with POSIX and TIOCGWINSZ. */
#include <base/platform/terminal.h>

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool b0_is_terminal(FILE *file)
{
    return isatty(fileno(file)) != 0;
}

bool b0_terminal_size(FILE *file, int *columns, int *rows)
{
    struct winsize size;

    if (ioctl(fileno(file), TIOCGWINSZ, &size) != 0)
        return false;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return true;
}

bool b0_terminal_redraws(FILE *file)
{
    const char *term = getenv("TERM");

    return b0_is_terminal(file) && term && strcmp(term, "dumb") != 0;
}

void b0_terminal_write(FILE *file, const char *text, size_t size)
{
    fwrite(text, 1, size, file);
}

bool b0_terminal_is_utf8(void)
{
    return false;
}
