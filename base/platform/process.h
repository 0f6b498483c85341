/* SPDX-License-Identifier: MIT */
/* This process, and other programs. */
#ifndef B0_BASE_PLATFORM_PROCESS_H
#define B0_BASE_PLATFORM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The first thing that main() does: arguments as UTF-8, streams without translation of line ends,
 * a console that takes escape sequences and UTF-8. Where the system has all that it does nothing.
 */
void b0_process_start(int *argc, char ***argv);

unsigned long b0_process_id(void);

enum b0_system {
    B0_SYSTEM_OTHER,
    B0_SYSTEM_LINUX,
    B0_SYSTEM_MACOS,
    B0_SYSTEM_WINDOWS,
};
enum b0_system b0_system(void);

/* Whether this process may change the machine: it runs as root, or as an administrator by UAC. */
bool b0_process_is_elevated(void);

/*
 * Runs this program again as an administrator, with `arguments` (NULL ends them; without quotes and
 * not ending in a backslash), without a window, and waits for its end. Windows asks the user. 0 and
 * *exit_code, or Windows' error number: 1223 if the answer was no.
 */
uint32_t b0_process_run_elevated(const char *const *arguments, uint32_t *exit_code);

/* Writes to standard output, past stdio. False: nobody reads any more. */
bool b0_process_output(const void *bytes, size_t size);
/* A part of it, as the system takes it: how much, or less than 0. */
long b0_write_output(const void *bytes, size_t size);

/* The program of that name that PATH's value leads to; false: none, or its name is too long. */
bool b0_process_find(const char *name, const char *path, char *file, size_t size);

/*
 * Runs the program `file` with one argument, waits for its end, and takes the first line of what it
 * printed, with its line end. False: it cannot be run, or printed nothing.
 */
bool b0_process_first_line(const char *file, const char *argument, char *line, size_t size);

#endif
