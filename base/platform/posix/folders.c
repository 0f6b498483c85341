/* SPDX-License-Identifier: MIT */
/* base/platform/folders.h with the XDG Base Directory Specification. */
#include <base/platform/folders.h>

#include <stdio.h>
#include <stdlib.h>

bool b0_folder_of_settings(char *path, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length = -1;

    if (config && config[0] == '/') /* the specification says to ignore relative paths */
        length = snprintf(path, size, "%s", config);
    else if (home && home[0])
        length = snprintf(path, size, "%s/.config", home);
    return length > 0 && (size_t)length < size;
}
