/* SPDX-License-Identifier: MIT */
/* base/platform/folder_watch.h with change notifications. */
#include "native.h"

#include <base/platform/folder_watch.h>
#include <stdlib.h>

intptr_t b0_folder_watch(const char *folder)
{
    wchar_t *name = b0_native_name(folder);
    HANDLE handle = INVALID_HANDLE_VALUE;

    if (name)
        handle = FindFirstChangeNotificationW(
            name, FALSE,
            FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE);
    free(name);
    return (intptr_t)handle; /* INVALID_HANDLE_VALUE is -1 */
}

void b0_folder_watch_close(intptr_t watch)
{
    if (watch != -1)
        FindCloseChangeNotification((HANDLE)watch);
}

bool b0_folder_watch_wait(intptr_t watch, int timeout_ms)
{
    HANDLE handles[2] = {b0_native_interrupted(), (HANDLE)watch};
    DWORD result = WaitForMultipleObjects(watch == -1 ? 1 : 2, handles, FALSE,
                                          timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms);

    if (result != WAIT_OBJECT_0 + 1)
        return false;
    FindNextChangeNotification((HANDLE)watch);
    return true;
}
