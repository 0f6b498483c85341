/* SPDX-License-Identifier: MIT */
/* Waits until a file has changed, and its writer is done. */
#ifndef BOOT0_CLI_WATCH_FILE_H
#define BOOT0_CLI_WATCH_FILE_H

#include <base/platform/file.h>
#include <boot0/error.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    WATCH_SETTLE_MS = 200, /* a file unchanged for this long is complete */
    WATCH_LOOK_MS = 500,   /* polling interval where the system reports no changes */
};

struct watch_file {
    const char *name;
    intptr_t watch; /* of its folder; -1: the system has none */
    bool was_there; /* when it was taken, with the status: */
    struct b0_file_status taken;
};

/*
 * The name must outlive the struct. BOOT0_E_NO_INPUT: the directory does not exist, or the name is
 * not a regular file.
 */
enum boot0_status watch_file_open(struct watch_file *file, const char *name,
                                  struct boot0_error *error);
void watch_file_close(struct watch_file *file);

bool watch_file_is_there(const struct watch_file *file);

/* Takes the file's present state: the program reads it now, and changes count from here on. */
void watch_file_take(struct watch_file *file);

/*
 * True: the file exists, differs from the taken state, and has settled. Waits at most `timeout_ms`
 * for the first change; negative: until a signal. May return false earlier: call it again.
 */
bool watch_file_wait(struct watch_file *file, int timeout_ms);

#endif
