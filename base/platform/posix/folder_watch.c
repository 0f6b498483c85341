/* SPDX-License-Identifier: MIT */
/*
 * base/platform/folder_watch.h without notifications: the caller polls. POSIX has none, and the
 * kqueue of macOS and the BSDs reports files that appear in a folder, not those written in place.
 */
#include <base/platform/folder_watch.h>

#include <poll.h>
#include <stddef.h>

intptr_t b0_folder_watch(const char *folder)
{
    (void)folder;
    return -1;
}

void b0_folder_watch_close(intptr_t watch)
{
    (void)watch;
}

bool b0_folder_watch_wait(intptr_t watch, int timeout_ms)
{
    (void)watch;
    poll(NULL, 0, timeout_ms);
    return false;
}
