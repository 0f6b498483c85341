/* SPDX-License-Identifier: MIT */
/* This process and other programs. */
#ifndef B0_BASE_PLATFORM_PROCESS_H
#define B0_BASE_PLATFORM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Call first in main(). Makes arguments UTF-8, streams free of line-end translation, and the
 * console accept escape sequences and UTF-8. Does nothing on systems where all of this is the
 * default.
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

/* True if this process may change the machine: it runs as root, or as administrator under UAC. */
bool b0_process_is_elevated(void);

/*
 * Runs this program again as administrator, without a window, and waits for its end. `arguments`
 * ends with NULL; none contains a quote or ends in a backslash. Windows asks the user. Returns 0
 * and *exit_code, or Windows' error number: 1223 if the user declined.
 */
uint32_t b0_process_run_elevated(const char *const *arguments, uint32_t *exit_code);

/* Writes to standard output, bypassing stdio. False: the reader has closed it. */
bool b0_process_output(const void *bytes, size_t size);
/* Writes as much as the system accepts. Returns the number of bytes; < 0: failure. */
long b0_write_output(const void *bytes, size_t size);

/*
 * Finds the program `name` in the folders of PATH's value `path`. False: not found, or its name is
 * too long.
 */
bool b0_process_find(const char *name, const char *path, char *file, size_t size);

/*
 * Runs the program `file` with one argument, waits for its end, and returns the first line of its
 * output, with the line end. False: it cannot be run, or printed nothing.
 */
bool b0_process_first_line(const char *file, const char *argument, char *line, size_t size);

#endif
