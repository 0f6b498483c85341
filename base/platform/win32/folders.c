/* SPDX-License-Identifier: MIT */
/* base/platform/folders.h with Windows' environment variables. */
#include <base/platform/folders.h>

#include <stdio.h>
#include <stdlib.h>

bool b0_folder_of_settings(char *path, size_t size)
{
    const char *data = getenv("APPDATA");
    int length = data && data[0] ? snprintf(path, size, "%s", data) : -1;

    return length > 0 && (size_t)length < size;
}
