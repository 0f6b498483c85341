/* SPDX-License-Identifier: MIT */
/* Shared by the files of this folder: Windows' header, UTF-16 names, errors as errno. */
#ifndef B0_BASE_PLATFORM_WIN32_NATIVE_H
#define B0_BASE_PLATFORM_WIN32_NATIVE_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <stdbool.h>
#include <windows.h>

enum {
    /* Windows' names have at most 32767 units ("Maximum Path Length Limitation"). */
    B0_NATIVE_NAME = 32768,
};

/*
 * Converts a name to UTF-16; if it exceeds MAX_PATH, adds the prefix that lifts the limit. The
 * caller owns it: free(). NULL with errno set.
 */
wchar_t *b0_native_name(const char *name);
/* The caller owns the result: free(). NULL: out of memory. */
char *b0_native_utf8(const wchar_t *text);

/*
 * Writes UTF-8 to a console as UTF-16, regardless of its code page; WriteFile() would show the
 * parts of a split character. Returns the bytes written; an incomplete last character is left out.
 */
size_t b0_native_write_console(HANDLE console, const char *text, size_t size);

/* Converts GetLastError()'s number to an errno. */
int b0_native_errno(DWORD error);

/* interrupt.c: an event that an interrupt sets and the next wait resets. */
HANDLE b0_native_interrupted(void);

#endif
