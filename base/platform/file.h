/* SPDX-License-Identifier: MIT */
/* Files by name. Names are UTF-8, also where the system has others; failures are errno's numbers.
 */
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

/* What is seen of a file from outside. Device and number tell one file from another. */
struct b0_file_status {
    enum b0_file_kind kind;
    uint64_t device, number;
    uint64_t size;
    int64_t changed_s;
    long changed_ns;
};

/* Links are followed. 0 or an errno. */
int b0_file_status(const char *name, struct b0_file_status *status);

/* Whether this process may write to what is there. 0 or an errno. */
int b0_file_writable(const char *name);
/* Whether a file can be created beside that name, by doing it; nothing is left. 0 or an errno. */
int b0_file_creatable(const char *name);

/* fopen(), without any translation of line ends. NULL with errno set. */
FILE *b0_file_open(const char *name, const char *mode);

/*
 * The contents, of at most `limit` bytes and one more, which tells that there are more. On success
 * *data is the caller's: free(). *opened: the failure came later. 0 or an errno.
 */
int b0_file_read(const char *name, size_t limit, uint8_t **data, size_t *size, bool *opened);

/* The length of the part up to the last separator of folders, with it; 0: there is none. */
size_t b0_folder_length(const char *path);

#endif
