/* SPDX-License-Identifier: MIT */
/* base/platform/shell.h by cmd.exe in a job, which ends with all that it started. */
#include "native.h"

#include <base/clock.h>
#include <base/platform/shell.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum {
    WAIT_MS = 10, /* pipes cannot be waited for */
    PIECE = 4096,
    PIECES = 16,          /* at a time; a full pipe has no more */
    INPUT_SIZE = 1 << 16, /* of the pipe: what goes in fits, so that writing never waits */
};

struct child {
    HANDLE process, job;
    HANDLE input, output, errors; /* this process's ends; NULL: closed */
};

static void close_handle(HANDLE *handle)
{
    if (*handle)
        CloseHandle(*handle);
    *handle = NULL;
}

/* ---- the environment ---- */

static wchar_t *wide_of(const char *text)
{
    int units = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *wide = units > 0 ? malloc((size_t)units * sizeof *wide) : NULL;

    if (wide)
        MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, units);
    return wide;
}

/* Names of variables are the same in any case. */
static bool is_replaced(const struct b0_shell *shell, const wchar_t *entry)
{
    const wchar_t *equals = wcschr(entry, L'=');
    size_t length = equals ? (size_t)(equals - entry) : wcslen(entry);
    bool found = false;

    for (size_t i = 0; !found && i < shell->variable_count; i++) {
        wchar_t *name = wide_of(shell->variables[i].name);

        found = name && wcslen(name) == length && _wcsnicmp(name, entry, length) == 0;
        free(name);
    }
    return found;
}

/* Appends "NAME=value" with its NUL. NULL: out of memory, and the block is gone. */
static wchar_t *append(wchar_t *block, size_t *used, const wchar_t *name, const wchar_t *value)
{
    size_t length = wcslen(name) + (value ? wcslen(value) + 1 : 0) + 1;
    wchar_t *grown = realloc(block, (*used + length + 1) * sizeof *block);

    if (!grown) {
        free(block);
        return NULL;
    }
    wcscpy(grown + *used, name);
    if (value) {
        wcscat(grown + *used, L"=");
        wcscat(grown + *used, value);
    }
    *used += length;
    grown[*used] = L'\0';
    return grown;
}

static wchar_t *append_variable(wchar_t *block, size_t *used, const struct b0_variable *variable)
{
    wchar_t *name = wide_of(variable->name), *value = wide_of(variable->value);

    if (name && value) {
        block = append(block, used, name, value);
    } else {
        free(block);
        block = NULL;
    }
    free(name);
    free(value);
    return block;
}

/* Entries one behind the other, an empty one at the end. NULL: out of memory. */
static wchar_t *make_environment(const struct b0_shell *shell)
{
    wchar_t *before = GetEnvironmentStringsW(), *block = calloc(1, sizeof *block);
    size_t used = 0;

    for (const wchar_t *entry = before; block && entry && *entry; entry += wcslen(entry) + 1)
        if (!is_replaced(shell, entry))
            block = append(block, &used, entry, NULL);
    for (size_t i = 0; block && i < shell->variable_count; i++)
        block = append_variable(block, &used, &shell->variables[i]);
    if (before)
        FreeEnvironmentStringsW(before);
    return block;
}

/* ---- the start ---- */

/* `theirs` can be inherited. False: there is none. */
static bool make_pipe(HANDLE *ours, HANDLE *theirs, bool they_read)
{
    if (!CreatePipe(they_read ? theirs : ours, they_read ? ours : theirs, NULL, INPUT_SIZE)) {
        *ours = *theirs = NULL;
        return false;
    }
    return SetHandleInformation(*theirs, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) != 0;
}

/* cmd.exe /s takes the outer quotes away, and nothing else. */
static wchar_t *make_line(const char *command)
{
    static const wchar_t start[] = L"cmd.exe /d /s /c \"";
    wchar_t *wide = wide_of(command);
    wchar_t *line = wide ? malloc((wcslen(wide) + sizeof start) * sizeof *line) : NULL;

    if (line) {
        wcscpy(line, start);
        wcscat(line, wide);
        wcscat(line, L"\"");
    }
    free(wide);
    return line;
}

/* Only these handles: another thread's are not inherited by chance. */
static bool create(wchar_t *line, wchar_t *environment, HANDLE handles[3],
                   PROCESS_INFORMATION *process)
{
    STARTUPINFOEXW info = {.StartupInfo = {.cb = sizeof info,
                                           .dwFlags = STARTF_USESTDHANDLES,
                                           .hStdInput = handles[0],
                                           .hStdOutput = handles[1],
                                           .hStdError = handles[2]}};
    SIZE_T size = 0;
    bool created = false;

    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    info.lpAttributeList = malloc(size);
    if (!info.lpAttributeList)
        return false;
    if (InitializeProcThreadAttributeList(info.lpAttributeList, 1, 0, &size)) {
        created =
            UpdateProcThreadAttribute(info.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                      handles, 3 * sizeof *handles, NULL, NULL) &&
            CreateProcessW(NULL, line, NULL, NULL, TRUE,
                           CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT |
                               CREATE_NEW_PROCESS_GROUP | CREATE_SUSPENDED,
                           environment, NULL, &info.StartupInfo, process);
        DeleteProcThreadAttributeList(info.lpAttributeList);
    }
    free(info.lpAttributeList);
    return created;
}

/* Suspended until it is in its job, so that nothing that it starts is out of it. */
static int start_in_job(const struct b0_shell *shell, HANDLE handles[3], struct child *child)
{
    wchar_t *environment = make_environment(shell), *line = make_line(shell->command);
    PROCESS_INFORMATION process = {0};
    int failure = 0;

    child->job = CreateJobObjectW(NULL, NULL);
    if (!environment || !line)
        failure = ENOMEM;
    else if (!create(line, environment, handles, &process))
        failure = b0_native_errno(GetLastError());
    if (failure == 0) {
        child->process = process.hProcess;
        if (child->job)
            AssignProcessToJobObject(child->job, process.hProcess);
        ResumeThread(process.hThread);
        CloseHandle(process.hThread);
    }
    free(environment);
    free(line);
    return failure;
}

/* 0 or an errno. */
static int start(const struct b0_shell *shell, struct child *child)
{
    HANDLE theirs[3] = {NULL, NULL, NULL};
    int failure = EMFILE;
    DWORD written;

    if (make_pipe(&child->input, &theirs[0], true) &&
        make_pipe(&child->output, &theirs[1], false) &&
        make_pipe(&child->errors, &theirs[2], false))
        failure = start_in_job(shell, theirs, child);
    for (int i = 0; i < 3; i++)
        close_handle(&theirs[i]);
    if (failure == 0 && shell->input)
        WriteFile(child->input, shell->input, (DWORD)shell->input_size, &written, NULL);
    close_handle(&child->input);
    return failure;
}

/* ---- what comes out ---- */

/* How much came. At the end the handle is closed. */
static size_t take(HANDLE *pipe, char *bytes, size_t size)
{
    DWORD there = 0, taken = 0;

    if (!*pipe)
        return 0;
    if (!PeekNamedPipe(*pipe, NULL, 0, NULL, &there, NULL) ||
        (there > 0 && !ReadFile(*pipe, bytes, (DWORD)(there < size ? there : size), &taken, NULL)))
        close_handle(pipe);
    return taken;
}

/* False: there is no room for it. Bounded, because a command may print without end. */
static bool take_all(struct b0_shell *shell, struct child *child)
{
    char piece[PIECE];
    size_t size;

    for (int i = 0; i < PIECES && (size = take(&child->errors, piece, sizeof piece)) > 0; i++)
        b0_shell_add_errors(shell, piece, size);
    for (int i = 0; i < PIECES && (size = take(&child->output, piece, sizeof piece)) > 0; i++)
        if (!b0_shell_add_output(shell, piece, size))
            return false;
    return true;
}

/* ---- its end ---- */

static enum b0_shell_end converse(struct b0_shell *shell, struct child *child)
{
    uint64_t end_us = b0_clock_us() + (uint64_t)shell->timeout_ms * 1000;

    for (;;) {
        bool ended = WaitForSingleObject(child->process, WAIT_MS) == WAIT_OBJECT_0;

        if (!take_all(shell, child))
            return B0_SHELL_FLOODED;
        if (ended)
            return B0_SHELL_EXITED;
        if (shell->stopped && shell->stopped())
            return B0_SHELL_STOPPED;
        if (b0_clock_us() >= end_us)
            return B0_SHELL_TIMED_OUT;
    }
}

enum b0_shell_end b0_shell_run(struct b0_shell *shell)
{
    struct child child = {0};
    enum b0_shell_end end = B0_SHELL_NOT_STARTED;
    DWORD code = 0;

    shell->output_size = shell->errors_size = 0;
    if (shell->input_size > INPUT_SIZE)
        shell->code = E2BIG;
    else
        shell->code = start(shell, &child);
    if (shell->code == 0) {
        end = converse(shell, &child);
        if (end != B0_SHELL_EXITED && !(child.job && TerminateJobObject(child.job, 1)))
            TerminateProcess(child.process, 1);
        GetExitCodeProcess(child.process, &code);
        shell->code = (int)code;
    }
    close_handle(&child.output);
    close_handle(&child.errors);
    close_handle(&child.process);
    close_handle(&child.job);
    return end;
}
