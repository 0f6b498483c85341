/* SPDX-License-Identifier: MIT */
/*
 * base/platform/input.h with a reader thread, so that one can wait for consoles, pipes and files in
 * the same way.
 */
#include "native.h"

#include <base/platform/input.h>
#include <base/platform/thread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef ENABLE_VIRTUAL_TERMINAL_INPUT
#define ENABLE_VIRTUAL_TERMINAL_INPUT 0x0200
#endif

enum {
    CHUNK = 1024,
};

struct b0_input {
    HANDLE handle;
    HANDLE ready; /* set while there is data, or at the end */
    HANDLE taken; /* the thread may read more */
    DWORD saved;
    bool is_raw;
    bool is_over;
    DWORD size;
    DWORD given;
    uint8_t bytes[CHUNK];
};

static void read_on(void *context)
{
    struct b0_input *input = context;

    for (;;) {
        BOOL done;

        input->given = input->size = 0;
        done = ReadFile(input->handle, input->bytes, CHUNK, &input->size, NULL);
        /* Ctrl-C ends a console's read with no data; the interrupt is reported elsewhere. */
        if (input->size == 0 && (GetLastError() == ERROR_OPERATION_ABORTED) &&
            GetFileType(input->handle) == FILE_TYPE_CHAR)
            continue;
        input->is_over = !done || input->size == 0;
        SetEvent(input->ready);
        if (input->is_over)
            return;
        WaitForSingleObject(input->taken, INFINITE);
    }
}

struct b0_input *b0_input_open(bool raw)
{
    struct b0_input *input = calloc(1, sizeof *input);
    struct b0_thread thread; /* never joined: see b0_input_close() */

    if (!input)
        return NULL;
    input->handle = GetStdHandle(STD_INPUT_HANDLE);
    input->ready = CreateEventW(NULL, TRUE, FALSE, NULL);
    input->taken = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (raw && GetConsoleMode(input->handle, &input->saved))
        input->is_raw = SetConsoleMode(input->handle, ENABLE_VIRTUAL_TERMINAL_INPUT) ||
                        SetConsoleMode(input->handle, 0);
    SetLastError(ERROR_SUCCESS);
    if (input->ready && input->taken && b0_thread_start(&thread, read_on, input))
        return input;
    b0_input_close(input);
    return NULL;
}

/* ReadFile() may never return, so the thread keeps its memory and ends with the process. */
void b0_input_close(struct b0_input *input)
{
    if (input && input->is_raw)
        SetConsoleMode(input->handle, input->saved);
}

bool b0_input_is_raw(const struct b0_input *input)
{
    return input->is_raw;
}

/* Windows has no descriptors of ports to wait for: callers poll them. */
bool b0_input_wait(const struct b0_input *input, int port, int timeout_ms, bool *has_input,
                   bool *port_has)
{
    HANDLE handles[2] = {b0_native_interrupted(), input ? input->ready : NULL};
    DWORD result = WaitForMultipleObjects(input ? 2 : 1, handles, FALSE,
                                          timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms);

    (void)port;
    *port_has = false;
    *has_input = result == WAIT_OBJECT_0 + 1;
    return result != WAIT_FAILED;
}

long b0_input_read(struct b0_input *input, void *bytes, size_t size)
{
    DWORD left;

    if (WaitForSingleObject(input->ready, INFINITE) != WAIT_OBJECT_0 || input->is_over)
        return -1;
    left = input->size - input->given;
    left = left < size ? left : (DWORD)size;
    memcpy(bytes, input->bytes + input->given, left);
    input->given += left;
    if (input->given == input->size) {
        ResetEvent(input->ready);
        SetEvent(input->taken);
    }
    return (long)left;
}

/* Ctrl-C ends a console's read. */
bool b0_input_line(char *line, int size, bool (*stopped)(void))
{
    return !stopped() && fgets(line, size, stdin) != NULL && !stopped();
}
