/* SPDX-License-Identifier: MIT */
/*
 * Files that several processes append to, and their locks. The caller owns a descriptor:
 * b0_log_close(). The other functions return 0, or -1 with errno set.
 */
#ifndef B0_BASE_PLATFORM_LOG_H
#define B0_BASE_PLATFORM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opens the file; creates it if necessary. Returns a descriptor, or -1 with errno set. */
int b0_log_open(const char *name);
void b0_log_close(int descriptor);

bool b0_log_is_regular(int descriptor);
/* Syncs the file's name to the disk, if the system requires that. */
int b0_log_sync_name(const char *name);

/* Locks of the open file: they exclude other processes, not threads of this one. */
enum b0_lock {
    B0_LOCK_NONE,
    B0_LOCK_SHARED,
    B0_LOCK_EXCLUSIVE,
};
/* Without `waits`, it also fails if another process holds a lock. */
int b0_log_lock(int descriptor, enum b0_lock lock, bool waits);

int b0_log_size(int descriptor, uint64_t *size);
/*
 * Returns the number of bytes read from `at`, up to `size`; fewer only at the end. -1 with errno
 * set.
 */
int64_t b0_log_read(int descriptor, uint64_t at, void *bytes, size_t size);
/* Appends all bytes atomically; they are on the disk when it returns. */
int b0_log_append(int descriptor, const void *bytes, size_t size);

#endif
