/* SPDX-License-Identifier: MIT */
/* base/platform/log.h with POSIX and flock(), which Linux, macOS and the BSDs have. */
#define _XOPEN_SOURCE 700 /* NOLINT: for realpath() */
#include <base/platform/log.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int b0_log_open(const char *name)
{
    return open(name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
}

void b0_log_close(int descriptor)
{
    close(descriptor);
}

bool b0_log_is_regular(int descriptor)
{
    struct stat status;

    return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

/*
 * fsync() of the file does not sync its name. It is not an error if the directory is not readable
 * or the file system cannot sync.
 */
int b0_log_sync_name(const char *name)
{
    char path[PATH_MAX];
    int descriptor, result;

    if (!realpath(name, path))
        return -1;
    strrchr(path, '/')[1] = '\0';
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == EACCES ? 0 : -1;
    result = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : -1;
    close(descriptor);
    return result;
}

int b0_log_lock(int descriptor, enum b0_lock lock, bool waits)
{
    static const int operations[] = {
        [B0_LOCK_NONE] = LOCK_UN, [B0_LOCK_SHARED] = LOCK_SH, [B0_LOCK_EXCLUSIVE] = LOCK_EX};

    while (flock(descriptor, operations[lock] | (waits ? 0 : LOCK_NB)) != 0)
        if (errno != EINTR)
            return -1;
    return 0;
}

int b0_log_size(int descriptor, uint64_t *size)
{
    struct stat now;

    if (fstat(descriptor, &now) != 0)
        return -1;
    *size = (uint64_t)now.st_size;
    return 0;
}

int64_t b0_log_read(int descriptor, uint64_t at, void *bytes, size_t size)
{
    size_t have = 0;

    while (have < size) {
        ssize_t got = pread(descriptor, (char *)bytes + have, size - have, (off_t)(at + have));

        if (got < 0 && errno != EINTR)
            return -1;
        if (got == 0)
            break;
        if (got > 0)
            have += (size_t)got;
    }
    return (int64_t)have;
}

int b0_log_append(int descriptor, const void *bytes, size_t size)
{
    ssize_t written;

    do
        written = write(descriptor, bytes, size);
    while (written < 0 && errno == EINTR);
    if (written >= 0 && (size_t)written != size)
        errno = ENOSPC;
    return written < 0 || (size_t)written != size || fsync(descriptor) != 0 ? -1 : 0;
}
