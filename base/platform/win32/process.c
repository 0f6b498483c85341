/* SPDX-License-Identifier: MIT */
/* base/platform/process.h with Windows. */
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
    CONSOLE_PIECE = 1024,
    WAITING_MAX = 3, /* bytes of an incomplete character */
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

/* main()'s arguments use the machine's code page if Windows does not support the manifest's. */
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

    if (arguments) { /* needed for the life of the process */
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

enum b0_system b0_system(void)
{
    return B0_SYSTEM_WINDOWS;
}

/* Without UAC (Windows 7 can disable it) an administrator's process also counts as elevated. */
bool b0_process_is_elevated(void)
{
    TOKEN_ELEVATION elevation = {0};
    DWORD size;
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    if (!GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size))
        elevation.TokenIsElevated = 0;
    CloseHandle(token);
    return elevation.TokenIsElevated != 0;
}

/* False: no room, or an argument that would be split differently. */
static bool join(const char *const *arguments, wchar_t *line, size_t units)
{
    size_t used = 0;

    line[0] = L'\0';
    for (; *arguments; arguments++) {
        size_t length = strlen(*arguments);
        int written;

        if (length == 0 || strchr(*arguments, '"') || (*arguments)[length - 1] == '\\')
            return false;
        written =
            _snwprintf(line + used, units - used, L"%ls\"%hs\"", used ? L" " : L"", *arguments);
        if (written < 0 || (size_t)written >= units - used)
            return false;
        used += (size_t)written;
    }
    return true;
}

/* The shell shows the UAC prompt; a console program cannot through CreateProcess(). */
uint32_t b0_process_run_elevated(const char *const *arguments, uint32_t *exit_code)
{
    wchar_t program[B0_NATIVE_NAME], line[COMMAND_SIZE * 4];
    SHELLEXECUTEINFOW info = {.cbSize = sizeof info,
                              .fMask = SEE_MASK_NOCLOSEPROCESS | SEE_MASK_NOASYNC,
                              .lpVerb = L"runas",
                              .lpFile = program,
                              .lpParameters = line,
                              .nShow = SW_HIDE};
    DWORD length = GetModuleFileNameW(NULL, program, B0_NATIVE_NAME), code = 0;

    *exit_code = 0;
    if (length == 0 || length >= B0_NATIVE_NAME || !join(arguments, line, COMMAND_SIZE * 4))
        return ERROR_BAD_ARGUMENTS;
    if (!ShellExecuteExW(&info))
        return GetLastError();
    if (!info.hProcess)
        return ERROR_GEN_FAILURE;
    WaitForSingleObject(info.hProcess, INFINITE);
    if (!GetExitCodeProcess(info.hProcess, &code))
        code = ERROR_GEN_FAILURE;
    CloseHandle(info.hProcess);
    *exit_code = code;
    return 0;
}

/* Programs print in arbitrary pieces: keeps an incomplete character until the rest comes. */
static long write_console(HANDLE console, const char *bytes, size_t size)
{
    static char text[WAITING_MAX + CONSOLE_PIECE];
    static size_t waiting;
    size_t taken = size < CONSOLE_PIECE ? size : CONSOLE_PIECE, written;

    memcpy(text + waiting, bytes, taken);
    written = b0_native_write_console(console, text, waiting + taken);
    waiting += taken - written;
    if (waiting > WAITING_MAX) /* the console accepts nothing */
        return -1;
    memmove(text, text + written, waiting);
    return (long)taken;
}

long b0_write_output(const void *bytes, size_t size)
{
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD mode;

    if (GetConsoleMode(output, &mode))
        return write_console(output, bytes, size);
    return _write(_fileno(stdout), bytes, size < 1u << 20 ? (unsigned)size : 1u << 20);
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
    /* cmd.exe removes the outer quotes. */
    snprintf(command, sizeof command, "\"\"%s\" %s 2>&1\"", file, argument);
    if (!MultiByteToWideChar(CP_UTF8, 0, command, -1, wide, COMMAND_SIZE))
        return false;
    output = _wpopen(wide, L"r");
    if (!output)
        return false;
    found = fgets(line, (int)size, output) != NULL;
    while (fgets(rest, sizeof rest, output))
        ; /* let the program end by itself */
    _pclose(output);
    return found;
}
