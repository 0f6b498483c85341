/* SPDX-License-Identifier: MIT */
/*
 * base/platform/replace.h with ReplaceFile(), which keeps attributes, streams and access control.
 */
#include "native.h"

#include <base/platform/file.h>
#include <base/platform/replace.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEMPORARY_NAMES = 100, /* names that are tried */
    TRIES = 20,            /* a virus scanner may briefly open the new file */
    TRY_MS = 25,
};

static int write_all(HANDLE handle, const uint8_t *data, size_t size)
{
    while (size > 0) {
        DWORD part = size < 1u << 20 ? (DWORD)size : 1u << 20, written = 0;

        if (!WriteFile(handle, data, part, &written, NULL))
            return b0_native_errno(GetLastError());
        data += written;
        size -= written;
    }
    return 0;
}

/* Returns the file that a symbolic link leads to, if the name is a link to a file. */
static wchar_t *follow_links(wchar_t *name)
{
    HANDLE handle;
    wchar_t *target;
    DWORD attributes = GetFileAttributesW(name), length = 0;

    if (attributes == INVALID_FILE_ATTRIBUTES || !(attributes & FILE_ATTRIBUTE_REPARSE_POINT))
        return name;
    handle = CreateFileW(name, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                         OPEN_EXISTING, 0, NULL);
    target = handle != INVALID_HANDLE_VALUE ? malloc(B0_NATIVE_NAME * sizeof *target) : NULL;
    if (target)
        length = GetFinalPathNameByHandleW(handle, target, B0_NATIVE_NAME, 0);
    if (handle != INVALID_HANDLE_VALUE)
        CloseHandle(handle);
    if (length == 0 || length >= B0_NATIVE_NAME) {
        free(target);
        return name;
    }
    free(name);
    return target;
}

/* Absolute: Wine 8's ReplaceFile() accepts no other names. */
static wchar_t *full_name(wchar_t *name)
{
    wchar_t *full = malloc(B0_NATIVE_NAME * sizeof *full);
    DWORD length = full ? GetFullPathNameW(name, B0_NATIVE_NAME, full, NULL) : 0;

    if (length == 0 || length >= B0_NATIVE_NAME) {
        free(full);
        return name;
    }
    free(name);
    return full;
}

/* Creates an empty file beside another. *temporary is its name; the caller owns it. */
static HANDLE create_beside(const wchar_t *file, wchar_t **temporary)
{
    size_t size = wcslen(file) + 48;
    HANDLE handle = INVALID_HANDLE_VALUE;

    *temporary = malloc(size * sizeof **temporary);
    for (int i = 0; *temporary && i < TEMPORARY_NAMES; i++) {
        size_t folder = wcslen(file);

        while (folder > 0 && !wcschr(L"/\\:", file[folder - 1]))
            folder--;
        memcpy(*temporary, file, folder * sizeof *file);
        _snwprintf(*temporary + folder, size - folder, L".boot0-%lu-%d.tmp", GetCurrentProcessId(),
                   i);
        handle = CreateFileW(*temporary, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                             CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (handle != INVALID_HANDLE_VALUE || GetLastError() != ERROR_FILE_EXISTS)
            break;
    }
    return handle;
}

/* Some file systems and networks do not support ReplaceFile(). */
static bool is_unknown(DWORD error)
{
    return error == ERROR_INVALID_FUNCTION || error == ERROR_NOT_SUPPORTED ||
           error == ERROR_CALL_NOT_IMPLEMENTED;
}

/* Atomic: both functions rename, so the file is the new or the old one. ERROR_SUCCESS or the
 * error. */
static DWORD rename_over(const wchar_t *temporary, const wchar_t *file, bool exists)
{
    DWORD error;

    if (exists && ReplaceFileW(file, temporary, NULL, REPLACEFILE_IGNORE_MERGE_ERRORS, NULL, NULL))
        return ERROR_SUCCESS;
    error = GetLastError();
    if (exists && !is_unknown(error))
        return error;
    return MoveFileExW(temporary, file, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)
               ? ERROR_SUCCESS
               : GetLastError();
}

static int put_in_place(const wchar_t *temporary, const wchar_t *file, bool exists)
{
    DWORD error = ERROR_SUCCESS;

    for (int i = 0; i < TRIES; i++) {
        error = rename_over(temporary, file, exists);
        if (error != ERROR_SHARING_VIOLATION && error != ERROR_UNABLE_TO_REMOVE_REPLACED &&
            error != ERROR_ACCESS_DENIED)
            break;
        Sleep(TRY_MS);
    }
    if (error == ERROR_SUCCESS)
        return 0;
    return error == ERROR_UNABLE_TO_REMOVE_REPLACED ? EACCES : b0_native_errno(error);
}

static int replace(const wchar_t *file, bool exists, const uint8_t *data, size_t size)
{
    wchar_t *temporary;
    HANDLE handle = create_beside(file, &temporary);
    int failure;

    if (handle == INVALID_HANDLE_VALUE) {
        failure = temporary ? b0_native_errno(GetLastError()) : ENOMEM;
        free(temporary);
        return failure;
    }
    failure = write_all(handle, data, size);
    if (failure == 0 && !FlushFileBuffers(handle))
        failure = b0_native_errno(GetLastError());
    CloseHandle(handle);
    if (failure == 0)
        failure = put_in_place(temporary, file, exists);
    if (failure != 0)
        DeleteFileW(temporary);
    free(temporary);
    return failure;
}

/*
 * Writes to anything but a regular file (NUL, a named pipe, a console), which cannot be replaced.
 */
static int write_directly(const wchar_t *file, const uint8_t *data, size_t size)
{
    HANDLE handle = CreateFileW(file, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                OPEN_EXISTING, 0, NULL);
    int failure;

    if (handle == INVALID_HANDLE_VALUE)
        return b0_native_errno(GetLastError());
    failure = write_all(handle, data, size);
    CloseHandle(handle);
    return failure;
}

int b0_replace_file(const char *file, const uint8_t *data, size_t size)
{
    struct b0_file_status old;
    int failure = b0_file_status(file, &old);
    bool exists = failure == 0;
    wchar_t *name;

    if (!exists && failure != ENOENT)
        return failure;
    if (exists && old.kind == B0_FILE_FOLDER)
        return EISDIR;
    name = b0_native_name(file);
    if (!name)
        return errno;
    if (exists && old.kind == B0_FILE_OTHER) {
        failure = write_directly(name, data, size);
    } else {
        failure = exists ? b0_file_writable(file) : 0;
        name = full_name(follow_links(name));
        if (failure == 0)
            failure = replace(name, exists, data, size);
    }
    free(name);
    return failure;
}
