/* SPDX-License-Identifier: MIT */
/* The system's folders for user files. */
#ifndef B0_BASE_PLATFORM_FOLDERS_H
#define B0_BASE_PLATFORM_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the folder of the user's settings for all programs, without a trailing separator:
 * ~/.config or %APPDATA%. False: the system does not define it, or it does not fit.
 */
bool b0_folder_of_settings(char *path, size_t size);

#endif
