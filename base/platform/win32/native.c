/* SPDX-License-Identifier: MIT */
/* See native.h. */
#include "native.h"

#include <core/array.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

int b0_native_errno(DWORD error)
{
    static const struct {
        DWORD error;
        int number;
    } rows[] = {
        {ERROR_FILE_NOT_FOUND, ENOENT},
        {ERROR_PATH_NOT_FOUND, ENOENT},
        {ERROR_INVALID_DRIVE, ENOENT},
        {ERROR_BAD_NETPATH, ENOENT},
        {ERROR_BAD_NET_NAME, ENOENT},
        {ERROR_INVALID_NAME, ENOENT},
        {ERROR_BAD_PATHNAME, ENOENT},
        {ERROR_DIRECTORY, ENOTDIR},
        {ERROR_ACCESS_DENIED, EACCES},
        {ERROR_SHARING_VIOLATION, EACCES},
        {ERROR_LOCK_VIOLATION, EACCES},
        {ERROR_WRITE_PROTECT, EROFS},
        {ERROR_FILE_EXISTS, EEXIST},
        {ERROR_ALREADY_EXISTS, EEXIST},
        {ERROR_DISK_FULL, ENOSPC},
        {ERROR_HANDLE_DISK_FULL, ENOSPC},
        {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
        {ERROR_OUTOFMEMORY, ENOMEM},
        {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
        {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
        {ERROR_BROKEN_PIPE, EPIPE},
        {ERROR_NO_DATA, EPIPE},
    };

    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        if (rows[i].error == error)
            return rows[i].number;
    return EIO;
}

static wchar_t *utf16_of(const char *text)
{
    int units = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide = units > 0 ? malloc((size_t)units * sizeof *wide) : NULL;

    if (wide)
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, units);
    else
        errno = units > 0 ? ENOMEM : ENOENT; /* names that are not UTF-8 do not exist */
    return wide;
}

/* "\\?\C:\…" and "\\?\UNC\server\…": "Maximum Path Length Limitation" of the Windows documents. */
static wchar_t *lift_limit(wchar_t *name)
{
    static const wchar_t prefix[] = L"\\\\?\\", unc[] = L"\\\\?\\UNC";
    wchar_t *full = malloc((B0_NATIVE_NAME + 8) * sizeof *full);
    wchar_t *path = full ? full + 8 : NULL;
    DWORD length = full ? GetFullPathNameW(name, B0_NATIVE_NAME, path, NULL) : 0;

    if (length == 0 || length >= B0_NATIVE_NAME) {
        free(full);
        return name;
    }
    free(name);
    if (path[0] == L'\\' && path[1] == L'\\') { /* one of its backslashes stays */
        memmove(full, unc, sizeof unc - sizeof *unc);
        memmove(full + wcslen(unc), path + 1, length * sizeof *path);
    } else {
        memmove(full, prefix, sizeof prefix - sizeof *prefix);
        memmove(full + wcslen(prefix), path, (length + 1) * sizeof *path);
    }
    return full;
}

wchar_t *b0_native_name(const char *name)
{
    wchar_t *wide = utf16_of(name);
    bool is_long = wide && wcslen(wide) >= MAX_PATH - 12; /* folders: leaves room for a file name */

    return is_long && wcsncmp(wide, L"\\\\?\\", 4) != 0 ? lift_limit(wide) : wide;
}

char *b0_native_utf8(const wchar_t *text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *utf8 = size > 0 ? malloc((size_t)size) : NULL;

    if (utf8)
        WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, size, NULL, NULL);
    return utf8;
}

/* Returns the length without an incomplete character at the end. */
static size_t whole_characters(const char *text, size_t size)
{
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        unsigned char byte = (unsigned char)text[size - back];
        size_t wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;

        if ((byte & 0xc0) != 0x80)
            return wanted > back ? size - back : size;
    }
    return size;
}

size_t b0_native_write_console(HANDLE console, const char *text, size_t size)
{
    enum { PIECE = 1024 };
    wchar_t wide[PIECE];
    size_t done = 0;

    while (done < size) {
        size_t piece = whole_characters(text + done, size - done < PIECE ? size - done : PIECE);
        int units =
            piece > 0 ? MultiByteToWideChar(CP_UTF8, 0, text + done, (int)piece, wide, PIECE) : 0;
        DWORD written;

        if (units <= 0 || !WriteConsoleW(console, wide, (DWORD)units, &written, NULL))
            break;
        done += piece;
    }
    return done;
}
