/* SPDX-License-Identifier: MIT */
/* Files by name. Names are UTF-8 on every system; errors are errno numbers. */
#ifndef B0_BASE_PLATFORM_FILE_H
#define B0_BASE_PLATFORM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum b0_file_kind {
    B0_FILE_REGULAR,
    B0_FILE_FOLDER,
    B0_FILE_OTHER, /* a pipe, a device */
};

/* What stat() says of a file. Device and number identify it. */
struct b0_file_status {
    enum b0_file_kind kind;
    uint64_t device, number;
    uint64_t size;
    int64_t changed_s;
    long changed_ns;
};

/* Follows links. Returns 0 or an errno. */
int b0_file_status(const char *name, struct b0_file_status *status);

/* Checks that this process may write to the existing file. Returns 0 or an errno. */
int b0_file_writable(const char *name);
/*
 * Checks that a file can be created beside that name, by creating and removing one. Returns 0 or an
 * errno.
 */
int b0_file_creatable(const char *name);

/* fopen() without translation of line ends. Returns NULL with errno set on failure. */
FILE *b0_file_open(const char *name, const char *mode);

/*
 * Reads the contents: at most `limit` bytes plus one, which shows that the file is larger. *opened:
 * the failure came after opening. On success the caller owns *data: free(). Returns 0 or an errno.
 */
int b0_file_read(const char *name, size_t limit, uint8_t **data, size_t *size, bool *opened);

/* Returns the length of `path` up to and including the last folder separator; 0: none. */
size_t b0_folder_length(const char *path);

#endif
