/* SPDX-License-Identifier: MIT */
/* base/platform/folder_watch.h with inotify. */
#include <base/platform/folder_watch.h>

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

intptr_t b0_folder_watch(const char *folder)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd >= 0 && inotify_add_watch(fd, folder,
                                     IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE |
                                         IN_DELETE | IN_ATTRIB) >= 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

void b0_folder_watch_close(intptr_t watch)
{
    if (watch >= 0)
        close((int)watch);
}

bool b0_folder_watch_wait(intptr_t watch, int timeout_ms)
{
    struct pollfd wanted = {.fd = (int)watch, .events = POLLIN};
    char events[4096];

    if (poll(&wanted, watch >= 0 ? 1 : 0, timeout_ms) <= 0)
        return false;
    while (read((int)watch, events, sizeof events) > 0)
        ;
    return true;
}
