/* SPDX-License-Identifier: MIT */
/* base/platform/file.h with Windows. */
#include "native.h"

#include <base/platform/file.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <wchar.h>

enum {
    READ_SIZE = 64 << 10, /* bytes of the first read of a file of unknown size */
};

/* Others may read, write, rename and delete the file meanwhile, as on other systems. */
static const DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/* FILETIME counts 100 ns from 1601-01-01. */
static void take_time(struct b0_file_status *status, const FILETIME *time)
{
    uint64_t ticks = (uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime;

    status->changed_s = (int64_t)(ticks / 10000000) - 11644473600;
    status->changed_ns = (long)(ticks % 10000000) * 100;
}

static int status_of(HANDLE handle, struct b0_file_status *status)
{
    BY_HANDLE_FILE_INFORMATION info;

    *status = (struct b0_file_status){.kind = B0_FILE_OTHER};
    if (GetFileType(handle) != FILE_TYPE_DISK)
        return 0;
    if (!GetFileInformationByHandle(handle, &info))
        return b0_native_errno(GetLastError());
    status->kind =
        (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) ? B0_FILE_FOLDER : B0_FILE_REGULAR;
    status->device = info.dwVolumeSerialNumber;
    status->number = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow;
    status->size = (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow;
    take_time(status, &info.ftLastWriteTime);
    return 0;
}

/* Also opens folders. INVALID_HANDLE_VALUE with errno set. */
static HANDLE open_to_see(const char *name)
{
    wchar_t *wide = b0_native_name(name);
    HANDLE handle = INVALID_HANDLE_VALUE;

    if (!wide)
        return handle;
    handle = CreateFileW(wide, FILE_READ_ATTRIBUTES, share_all, NULL, OPEN_EXISTING,
                         FILE_FLAG_BACKUP_SEMANTICS, NULL);
    errno = b0_native_errno(GetLastError());
    free(wide);
    return handle;
}

int b0_file_status(const char *name, struct b0_file_status *status)
{
    HANDLE handle = open_to_see(name);
    int failure;

    if (handle == INVALID_HANDLE_VALUE)
        return errno;
    failure = status_of(handle, status);
    CloseHandle(handle);
    return failure;
}

int b0_file_writable(const char *name)
{
    wchar_t *wide = b0_native_name(name);
    HANDLE handle;
    int failure = 0;

    if (!wide)
        return errno;
    handle = CreateFileW(wide, GENERIC_WRITE, share_all, NULL, OPEN_EXISTING, 0, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        failure = b0_native_errno(GetLastError());
    else
        CloseHandle(handle);
    free(wide);
    return failure;
}

int b0_file_creatable(const char *name)
{
    size_t size = strlen(name) + 32;
    char *probe = malloc(size);
    wchar_t *wide;
    HANDLE handle;
    int failure = 0;

    if (!probe)
        return ENOMEM;
    snprintf(probe, size, "%s.%lu-0.tmp", name, GetCurrentProcessId());
    wide = b0_native_name(probe);
    free(probe);
    if (!wide)
        return errno;
    handle = CreateFileW(wide, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        failure = b0_native_errno(GetLastError());
    else
        CloseHandle(handle);
    free(wide);
    return failure;
}

/* C11's "x" flag, which Windows' C library may not support: the file must not exist. */
static FILE *open_new(const wchar_t *name, const wchar_t *mode)
{
    int descriptor =
        _wopen(name, _O_CREAT | _O_EXCL | _O_RDWR | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
    FILE *file = descriptor >= 0 ? _wfdopen(descriptor, mode) : NULL;

    if (descriptor >= 0 && !file)
        _close(descriptor);
    return file;
}

FILE *b0_file_open(const char *name, const char *mode)
{
    wchar_t *wide = b0_native_name(name), wide_mode[8] = L"";
    size_t length = 0;
    FILE *file;

    if (!wide)
        return NULL;
    for (; *mode && length + 2 < sizeof wide_mode / sizeof *wide_mode; mode++)
        if (*mode != 'x' && *mode != 'b')
            wide_mode[length++] = (wchar_t)*mode;
        else if (*mode == 'x')
            wide_mode[sizeof wide_mode / sizeof *wide_mode - 1] = L'x';
    wide_mode[length] = L'b';
    if (wide_mode[sizeof wide_mode / sizeof *wide_mode - 1] == L'x')
        file = open_new(wide, wide_mode);
    else
        file = _wfopen(wide, wide_mode);
    free(wide);
    return file;
}

size_t b0_folder_length(const char *path)
{
    size_t length = 0;

    for (size_t i = 0; path[i]; i++)
        if (path[i] == '/' || path[i] == '\\' || (path[i] == ':' && i == 1))
            length = i + 1;
    return length;
}

/* ---- reading ---- */

static int read_all(HANDLE handle, size_t room, size_t limit, uint8_t **data, size_t *size)
{
    for (;;) {
        DWORD got;

        if (*size == room) {
            uint8_t *grown = realloc(*data, 2 * room);

            if (!grown)
                return ENOMEM;
            *data = grown;
            room *= 2;
        }
        if (!ReadFile(handle, *data + *size, (DWORD)(room - *size), &got, NULL)) {
            if (GetLastError() == ERROR_BROKEN_PIPE) /* end of a pipe */
                return 0;
            return b0_native_errno(GetLastError());
        }
        *size += got;
        if (got == 0 || *size > limit)
            return 0;
    }
}

static int read_open_file(HANDLE handle, size_t limit, uint8_t **data, size_t *size)
{
    struct b0_file_status status;
    int failure = status_of(handle, &status);
    size_t room = READ_SIZE;

    if (failure != 0)
        return failure;
    if (status.kind == B0_FILE_FOLDER)
        return EISDIR;
    if (status.kind == B0_FILE_REGULAR && status.size > READ_SIZE)
        room = status.size <= limit ? (size_t)status.size + 1 : limit + 1;
    *size = 0;
    *data = malloc(room);
    return *data ? read_all(handle, room, limit, data, size) : ENOMEM;
}

int b0_file_read(const char *name, size_t limit, uint8_t **data, size_t *size, bool *opened)
{
    wchar_t *wide = b0_native_name(name);
    HANDLE handle = INVALID_HANDLE_VALUE;
    int failure;

    *opened = false;
    *data = NULL;
    if (!wide)
        return errno;
    /* FILE_FLAG_BACKUP_SEMANTICS also opens folders, which are then reported as such. */
    handle = CreateFileW(wide, GENERIC_READ, share_all, NULL, OPEN_EXISTING,
                         FILE_FLAG_BACKUP_SEMANTICS, NULL);
    failure = handle == INVALID_HANDLE_VALUE ? b0_native_errno(GetLastError()) : 0;
    free(wide);
    if (failure != 0)
        return failure;
    *opened = true;
    failure = read_open_file(handle, limit, data, size);
    CloseHandle(handle);
    if (failure != 0) {
        free(*data);
        *data = NULL;
    }
    return failure;
}
