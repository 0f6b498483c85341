/* SPDX-License-Identifier: MIT */
/* Writes a file so that it is replaced as a whole or not at all. */
#include <base/platform/replace.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TEMPORARY_NAMES = 100, /* names that are tried */
    LINKS_MAX = 40,        /* like Linux: path_resolution(7) */
};

/* ---- names ---- */

/* Returns the length of the path up to and including the last slash; 0: none. */
static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (int)(slash + 1 - path) : 0;
}

/*
 * Follows symbolic links to the file that open() with O_CREAT would write to. realpath() cannot: it
 * fails if the last link leads to a name that does not exist yet. Returns 0 or an errno.
 */
static int follow_links(const char *file, char target[PATH_MAX])
{
    size_t size = strlen(file) + 1;

    if (size > PATH_MAX)
        return ENAMETOOLONG;
    memcpy(target, file, size);
    for (int i = 0; i < LINKS_MAX; i++) {
        char link[PATH_MAX], path[PATH_MAX];
        ssize_t length = readlink(target, link, sizeof link - 1);
        int written;

        if (length < 0)
            return errno == EINVAL || errno == ENOENT ? 0 : errno;
        link[length] = '\0';
        written = snprintf(path, sizeof path, "%.*s%s", link[0] == '/' ? 0 : folder_length(target),
                           target, link);
        if (written < 0 || (size_t)written >= sizeof path)
            return ENAMETOOLONG;
        memcpy(target, path, (size_t)written + 1);
    }
    return ELOOP;
}

/* ---- the new file ---- */

/*
 * Gives a new file the owner, group and mode of the old one. Only root may give files away: if the
 * group cannot be kept, the replacing group gets no more rights than it had as "others". Returns 0
 * or an errno.
 */
static int take_over(int descriptor, const struct stat *old)
{
    mode_t mode = old->st_mode & 0777;
    struct stat now;

    if (fstat(descriptor, &now) != 0)
        return errno;
    if (now.st_gid != old->st_gid && fchown(descriptor, (uid_t)-1, old->st_gid) != 0)
        mode &= 0707u | (mode & 07u) << 3;
    if (now.st_uid != old->st_uid && fchown(descriptor, old->st_uid, (gid_t)-1) != 0 &&
        errno != EPERM)
        return errno;
    if (fstat(descriptor, &now) != 0)
        return errno;
    if ((now.st_mode & 0777) != mode && fchmod(descriptor, mode) != 0)
        return errno;
    return 0;
}

/* Creates an empty file beside another and stores its name in `temporary`. -1 with errno set. */
static int create_beside(const char *file, char temporary[PATH_MAX], mode_t mode)
{
    for (int i = 0; i < TEMPORARY_NAMES; i++) {
        int length = snprintf(temporary, PATH_MAX, "%.*s.boot0-%ld-%d.tmp", folder_length(file),
                              file, (long)getpid(), i);
        int descriptor;

        if (length < 0 || length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

/* Returns 0 or an errno. */
static int write_all(int descriptor, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t count = write(descriptor, data, size);

        if (count < 0 && errno != EINTR)
            return errno;
        if (count > 0) {
            data += count;
            size -= (size_t)count;
        }
    }
    return 0;
}

/* Not an error if the file system cannot sync. Returns 0 or an errno. */
static int sync_file(int descriptor)
{
    return fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

/* Syncs the file's name to the disk. Directories that are not readable cannot be synced. */
static int sync_folder(const char *file)
{
    char folder[PATH_MAX];
    int descriptor, failure;

    snprintf(folder, sizeof folder, "%.*s.", folder_length(file), file);
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == EACCES ? 0 : errno;
    failure = sync_file(descriptor);
    close(descriptor);
    return failure;
}

/*
 * Writes to anything but a regular file (a pipe, /dev/stdout), which cannot be replaced. Returns 0
 * or an errno.
 */
static int write_directly(const char *file, const uint8_t *data, size_t size)
{
    int descriptor = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);
    int failure;

    if (descriptor < 0)
        return errno;
    failure = write_all(descriptor, data, size);
    if (close(descriptor) != 0 && failure == 0)
        failure = errno;
    return failure;
}

/* `old` is NULL if the file does not exist. Returns 0 or an errno. */
static int replace(const char *file, const struct stat *old, const uint8_t *data, size_t size)
{
    char temporary[PATH_MAX];
    int descriptor = create_beside(file, temporary, old ? 0600 : 0666);
    int failure;

    if (descriptor < 0)
        return errno;
    failure = old ? take_over(descriptor, old) : 0;
    if (failure == 0)
        failure = write_all(descriptor, data, size);
    if (failure == 0)
        failure = sync_file(descriptor);
    if (close(descriptor) != 0 && failure == 0)
        failure = errno;
    if (failure == 0 && rename(temporary, file) != 0)
        failure = errno;
    if (failure != 0) {
        unlink(temporary);
        return failure;
    }
    return sync_folder(file);
}

int b0_replace_file(const char *file, const uint8_t *data, size_t size)
{
    char target[PATH_MAX];
    struct stat old, followed;
    bool exists = stat(file, &old) == 0;
    int failure;

    if (!exists && errno != ENOENT)
        return errno;
    if (exists && S_ISDIR(old.st_mode))
        return EISDIR;
    if (exists && !S_ISREG(old.st_mode))
        return write_directly(file, data, size);
    if (exists && faccessat(AT_FDCWD, file, W_OK, AT_EACCESS) != 0)
        return errno;
    failure = follow_links(file, target);
    if (failure != 0)
        return failure;
    if (!exists)
        return replace(target, NULL, data, size);
    /* A link below /proc may lead elsewhere than the name that it shows. */
    if (stat(target, &followed) != 0 || followed.st_dev != old.st_dev ||
        followed.st_ino != old.st_ino)
        return write_directly(file, data, size);
    return replace(target, &old, data, size);
}
