/* SPDX-License-Identifier: MIT */
/* Where a system has the files of its users. */
#ifndef B0_BASE_PLATFORM_FOLDERS_H
#define B0_BASE_PLATFORM_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The folder with a user's settings of all programs, without a separator at its end: ~/.config, or
 * %APPDATA%. False: the system does not say, or it does not fit.
 */
bool b0_folder_of_settings(char *path, size_t size);

#endif
