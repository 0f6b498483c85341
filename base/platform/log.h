/* SPDX-License-Identifier: MIT */
/*
 * Files that several processes append to, and their locks. A descriptor is the caller's:
 * b0_log_close(). Other functions return 0, or -1 with errno set.
 */
#ifndef B0_BASE_PLATFORM_LOG_H
#define B0_BASE_PLATFORM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Creates it if need be. A descriptor, or -1 with errno set. */
int b0_log_open(const char *name);
void b0_log_close(int descriptor);

bool b0_log_is_regular(int descriptor);
/* Puts the file's name on the disk, where the system has to be told to. */
int b0_log_sync_name(const char *name);

/* Locks of the open file: against other processes, not against threads of this one. */
enum b0_lock {
    B0_LOCK_NONE,
    B0_LOCK_SHARED,
    B0_LOCK_EXCLUSIVE,
};
/* Without `waits`, failure is also that another one has a lock. */
int b0_log_lock(int descriptor, enum b0_lock lock, bool waits);

int b0_log_size(int descriptor, uint64_t *size);
/* How many bytes are there from `at`, up to `size`: fewer at the end only. -1 with errno set. */
int64_t b0_log_read(int descriptor, uint64_t at, void *bytes, size_t size);
/* Appends all of it in one piece; it is on the disk when this returns. */
int b0_log_append(int descriptor, const void *bytes, size_t size);

#endif
