/* SPDX-License-Identifier: MIT */
/* See watch_file.h. The directory is watched, not the file: it may be replaced by another one. */
#include "watch_file.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/inotify.h>
#endif

static struct file_state look(const char *name)
{
    struct stat now;

    if (stat(name, &now) != 0)
        return (struct file_state){.there = false};
    return (struct file_state){
        .there = true,
        .device = (uint64_t)now.st_dev,
        .inode = (uint64_t)now.st_ino,
        .size = (uint64_t)now.st_size,
        .seconds = now.st_mtim.tv_sec,
        .nanoseconds = now.st_mtim.tv_nsec,
    };
}

static bool same(const struct file_state *a, const struct file_state *b)
{
    return a->there == b->there && a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->seconds == b->seconds && a->nanoseconds == b->nanoseconds;
}

/* The directory that a name is in; the caller's: free(). */
static char *directory_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    size_t length = slash ? (size_t)(slash - name) + 1 : 1;
    char *directory = malloc(length + 1);

    if (!directory)
        return NULL;
    memcpy(directory, slash ? name : ".", length);
    directory[length] = '\0';
    return directory;
}

static int watch_directory(const char *directory)
{
#ifdef __linux__
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd >= 0 && inotify_add_watch(fd, directory,
                                     IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE |
                                         IN_DELETE | IN_ATTRIB) >= 0)
        return fd;
    if (fd >= 0)
        close(fd);
#else
    (void)directory;
#endif
    return -1;
}

enum boot0_status watch_file_open(struct watch_file *file, const char *name,
                                  struct boot0_error *error)
{
    char *directory = directory_of(name);
    struct stat now;
    enum boot0_status status = BOOT0_OK;

    *file = (struct watch_file){.name = name, .inotify = -1};
    if (!directory)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    if (stat(directory, &now) != 0) {
        status = boot0_fail(error, BOOT0_E_NO_INPUT, "%s: %s", directory, strerror(errno));
        boot0_hint(error, "The file need not be there yet, but its directory has to.");
    } else if (stat(name, &now) == 0 && !S_ISREG(now.st_mode)) {
        status = boot0_fail(error, BOOT0_E_NO_INPUT, "%s is not a regular file", name);
        boot0_hint(error, "Name the file that your build makes.");
    } else {
        file->inotify = watch_directory(directory);
    }
    free(directory);
    return status;
}

void watch_file_close(struct watch_file *file)
{
    if (file->inotify >= 0)
        close(file->inotify);
    file->inotify = -1;
}

bool watch_file_is_there(const struct watch_file *file)
{
    return look(file->name).there;
}

void watch_file_take(struct watch_file *file)
{
    file->taken = look(file->name);
}

/* False: the time is over, or a signal came. */
static bool wait_for_event(struct watch_file *file, int timeout_ms)
{
    struct pollfd wanted = {.fd = file->inotify, .events = POLLIN};
    char events[4096];

    if (file->inotify < 0 && (timeout_ms < 0 || timeout_ms > WATCH_LOOK_MS))
        timeout_ms = WATCH_LOOK_MS;
    if (poll(&wanted, file->inotify >= 0 ? 1 : 0, timeout_ms) <= 0)
        return false;
    while (read(file->inotify, events, sizeof events) > 0)
        ;
    return true;
}

bool watch_file_wait(struct watch_file *file, int timeout_ms)
{
    struct file_state now = look(file->name), later;

    if (!now.there || same(&now, &file->taken)) {
        (void)wait_for_event(file, timeout_ms);
        now = look(file->name);
        if (!now.there || same(&now, &file->taken))
            return false;
    }
    for (;;) {
        struct timespec settle = {0, WATCH_SETTLE_MS * 1000000L};

        if (nanosleep(&settle, NULL) != 0)
            return false; /* a signal: the caller looks */
        later = look(file->name);
        if (!later.there)
            return false;
        if (same(&now, &later))
            return true;
        now = later;
    }
}
