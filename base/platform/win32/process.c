/* SPDX-License-Identifier: MIT */
/* base/platform/process.h by Windows. */
#include "native.h"

#include <base/platform/process.h>
#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#ifndef ENABLE_VIRTUAL_TERMINAL_PROCESSING
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 0x0004
#endif

enum {
    COMMAND_SIZE = 1024,
};

static UINT page_before;

static void restore_page(void)
{
    SetConsoleOutputCP(page_before);
}

static void prepare_console(void)
{
    static const DWORD streams[] = {STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    bool is_console = false;

    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        HANDLE handle = GetStdHandle(streams[i]);
        DWORD mode;

        if (!GetConsoleMode(handle, &mode))
            continue;
        is_console = true;
        SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
    }
    if (is_console) {
        page_before = GetConsoleOutputCP();
        SetConsoleOutputCP(CP_UTF8);
        atexit(restore_page);
    }
}

/* main()'s own are in the code page of the machine, where the manifest's is not known. */
static char **utf8_arguments(int *count)
{
    int units_count;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &units_count);
    char **arguments = wide ? calloc((size_t)units_count + 1, sizeof *arguments) : NULL;

    for (int i = 0; arguments && i < units_count; i++) {
        arguments[i] = b0_native_utf8(wide[i]);
        if (!arguments[i])
            return NULL;
    }
    *count = units_count;
    LocalFree(wide);
    return arguments;
}

void b0_process_start(int *argc, char ***argv)
{
    int count;
    char **arguments = utf8_arguments(&count);

    if (arguments) { /* they live as long as the process */
        *argc = count;
        *argv = arguments;
    }
    for (int stream = 0; stream <= 2; stream++)
        _setmode(stream, _O_BINARY);
    prepare_console();
}

unsigned long b0_process_id(void)
{
    return GetCurrentProcessId();
}

bool b0_process_output(const void *bytes, size_t size)
{
    const char *from = bytes;

    while (size > 0) {
        int written = _write(_fileno(stdout), from, size < 1u << 20 ? (unsigned)size : 1u << 20);

        if (written <= 0)
            return false;
        from += written;
        size -= (size_t)written;
    }
    return true;
}

bool b0_process_find(const char *name, const char *path, char *file, size_t size)
{
    while (path && *path) {
        size_t length = strcspn(path, ";");

        if (length > 0 && length + strlen(name) + sizeof "\\.exe" <= size) {
            wchar_t *wide;
            DWORD attributes;

            snprintf(file, size, "%.*s\\%s.exe", (int)length, path, name);
            wide = b0_native_name(file);
            attributes = wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
            free(wide);
            if (attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY))
                return true;
        }
        path += length + (path[length] != '\0');
    }
    return false;
}

bool b0_process_first_line(const char *file, const char *argument, char *line, size_t size)
{
    char command[COMMAND_SIZE], rest[128];
    wchar_t wide[COMMAND_SIZE];
    FILE *output;
    bool found;

    if (strpbrk(file, "\"%!^") != NULL)
        return false;
    /* cmd.exe takes the outer quotes away. */
    snprintf(command, sizeof command, "\"\"%s\" %s 2>&1\"", file, argument);
    if (!MultiByteToWideChar(CP_UTF8, 0, command, -1, wide, COMMAND_SIZE))
        return false;
    output = _wpopen(wide, L"r");
    if (!output)
        return false;
    found = fgets(line, (int)size, output) != NULL;
    while (fgets(rest, sizeof rest, output))
        ; /* let it end by itself */
    _pclose(output);
    return found;
}
