/* SPDX-License-Identifier: MIT */
/* What the files of this folder share: Windows' header, names in UTF-16, errors as errno's. */
#ifndef B0_BASE_PLATFORM_WIN32_NATIVE_H
#define B0_BASE_PLATFORM_WIN32_NATIVE_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <stdbool.h>
#include <windows.h>

enum {
    /* Names as Windows takes them have at most 32767 units ("Maximum Path Length Limitation"). */
    B0_NATIVE_NAME = 32768,
};

/*
 * A name in UTF-16; one that is longer than MAX_PATH allows gets the prefix that lifts the limit.
 * The caller's: free(). NULL with errno set.
 */
wchar_t *b0_native_name(const char *name);
/* The caller's: free(). NULL: out of memory. */
char *b0_native_utf8(const wchar_t *text);

/*
 * Writes UTF-8 to a console as UTF-16, whatever its code page: WriteFile() of a part of a character
 * shows that part. How many bytes of it were written: the last character may lack its end.
 */
size_t b0_native_write_console(HANDLE console, const char *text, size_t size);

/* GetLastError()'s number as errno's. */
int b0_native_errno(DWORD error);

/* interrupt.c: an event that is set from an interrupt until a wait has seen it. */
HANDLE b0_native_interrupted(void);

#endif
