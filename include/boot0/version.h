/* SPDX-License-Identifier: MIT */
/*
 * The version of the headers (semantic versioning). The loaded library may have another one:
 * boot0_version() returns it.
 *
 * Before 1.0, a minor version may change the interface. The shared library's soname (libboot0.so.0)
 * changes only if a change breaks programs that are already linked. Symbols carry the version
 * BOOT0_0.
 */
#ifndef BOOT0_VERSION_H
#define BOOT0_VERSION_H

#include <boot0/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BOOT0_VERSION_MAJOR 0
#define BOOT0_VERSION_MINOR 1
#define BOOT0_VERSION_PATCH 0
#define BOOT0_VERSION       "0.1.0"

/* A number that grows with each version, for #if: 0x000100 is 0.1.0. */
#define BOOT0_VERSION_NUMBER                                                                       \
    (BOOT0_VERSION_MAJOR << 16 | BOOT0_VERSION_MINOR << 8 | BOOT0_VERSION_PATCH)

/* Returns the version of the loaded library, "0.1.0". */
BOOT0_API const char *boot0_version(void);

#ifdef __cplusplus
}
#endif
#endif
