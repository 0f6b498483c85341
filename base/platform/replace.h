/* SPDX-License-Identifier: MIT */
/* Writes a file so that it is replaced as a whole or not at all. */
#ifndef B0_BASE_PLATFORM_REPLACE_H
#define B0_BASE_PLATFORM_REPLACE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes a new file beside the old one, then renames it. Follows symbolic links, even to a file
 * that does not exist. The file keeps its mode and, where the system allows it, its owner and
 * group, from before the first byte is written; a new file's mode follows the umask. On success
 * contents and name are on the disk; on failure the old file is unchanged. A pipe or device is
 * written directly. Returns 0 or an errno.
 */
int b0_replace_file(const char *file, const uint8_t *data, size_t size);

#endif
