/* SPDX-License-Identifier: MIT */
/* base/platform/log.h with Windows. */
#include "native.h"

#include <base/platform/log.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>

static HANDLE handle_of(int descriptor)
{
    return (HANDLE)_get_osfhandle(descriptor);
}

static int failed(void)
{
    errno = b0_native_errno(GetLastError());
    return -1;
}

/* With FILE_APPEND_DATA alone each write goes to the current end of the file; see CreateFile. */
int b0_log_open(const char *name)
{
    wchar_t *wide = b0_native_name(name);
    HANDLE handle;
    int descriptor;

    if (!wide)
        return -1;
    handle = CreateFileW(wide, FILE_GENERIC_READ | FILE_APPEND_DATA | SYNCHRONIZE,
                         FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_ALWAYS,
                         FILE_ATTRIBUTE_NORMAL, NULL);
    free(wide);
    if (handle == INVALID_HANDLE_VALUE)
        return failed();
    descriptor = _open_osfhandle((intptr_t)handle, _O_BINARY);
    if (descriptor < 0)
        CloseHandle(handle);
    return descriptor;
}

void b0_log_close(int descriptor)
{
    _close(descriptor);
}

bool b0_log_is_regular(int descriptor)
{
    return GetFileType(handle_of(descriptor)) == FILE_TYPE_DISK;
}

/* Windows' file systems journal names themselves. */
int b0_log_sync_name(const char *name)
{
    (void)name;
    return 0;
}

/*
 * Locks one byte far past the end, because Windows' locks block reads and writes of the bytes that
 * they cover. flock() changes an existing lock; Windows' locks add up, so the old one is removed
 * first.
 */
int b0_log_lock(int descriptor, enum b0_lock lock, bool waits)
{
    OVERLAPPED at = {0};
    DWORD flags = (lock == B0_LOCK_EXCLUSIVE ? LOCKFILE_EXCLUSIVE_LOCK : 0) |
                  (waits ? 0 : LOCKFILE_FAIL_IMMEDIATELY);

    at.OffsetHigh = 0x40000000;
    UnlockFileEx(handle_of(descriptor), 0, 1, 0, &at);
    if (lock == B0_LOCK_NONE || LockFileEx(handle_of(descriptor), flags, 0, 1, 0, &at))
        return 0;
    return failed();
}

int b0_log_size(int descriptor, uint64_t *size)
{
    LARGE_INTEGER now;

    if (!GetFileSizeEx(handle_of(descriptor), &now))
        return failed();
    *size = (uint64_t)now.QuadPart;
    return 0;
}

int64_t b0_log_read(int descriptor, uint64_t at, void *bytes, size_t size)
{
    size_t have = 0;

    while (have < size) {
        OVERLAPPED where = {0};
        DWORD got = 0;

        where.Offset = (DWORD)(at + have);
        where.OffsetHigh = (DWORD)((at + have) >> 32);
        if (!ReadFile(handle_of(descriptor), (char *)bytes + have, (DWORD)(size - have), &got,
                      &where) &&
            GetLastError() != ERROR_HANDLE_EOF)
            return failed();
        if (got == 0)
            break;
        have += got;
    }
    return (int64_t)have;
}

int b0_log_append(int descriptor, const void *bytes, size_t size)
{
    DWORD written = 0;

    if (!WriteFile(handle_of(descriptor), bytes, (DWORD)size, &written, NULL))
        return failed();
    if (written != size) {
        errno = ENOSPC;
        return -1;
    }
    /* On some file systems FlushFileBuffers() needs the right to write data. */
    return FlushFileBuffers(handle_of(descriptor)) || GetLastError() == ERROR_ACCESS_DENIED
               ? 0
               : failed();
}
