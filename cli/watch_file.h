/* SPDX-License-Identifier: MIT */
/* Waiting until a file has changed, and whoever writes it is done. */
#ifndef BOOT0_CLI_WATCH_FILE_H
#define BOOT0_CLI_WATCH_FILE_H

#include <base/platform/file.h>
#include <boot0/error.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    WATCH_SETTLE_MS = 200, /* a file that has not changed for so long is whole */
    WATCH_LOOK_MS = 500,   /* how often it is looked at where the system tells nothing */
};

struct watch_file {
    const char *name;
    intptr_t watch; /* of its folder; -1: the system has none */
    bool was_there; /* when it was taken: as this */
    struct b0_file_status taken;
};

/* The name must live as long. BOOT0_E_NO_INPUT: the directory does not exist, or
 * the name is not a regular file. */
enum boot0_status watch_file_open(struct watch_file *file, const char *name,
                                  struct boot0_error *error);
void watch_file_close(struct watch_file *file);

bool watch_file_is_there(const struct watch_file *file);

/* The file as it is now will be read: what is waited for is a change against that. */
void watch_file_take(struct watch_file *file);

/*
 * True: the file is there, is not as it was taken, and has settled. Waits at most `timeout_ms`
 * before something changes, or until a signal if that is negative.
 */
bool watch_file_wait(struct watch_file *file, int timeout_ms);

#endif
