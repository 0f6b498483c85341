/* SPDX-License-Identifier: MIT */
/* base/platform/file.h with POSIX. */
#include <base/platform/file.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_SIZE = 64 << 10, /* bytes of the first read of a file of unknown size */
};

static enum b0_file_kind kind_of(const struct stat *status)
{
    if (S_ISDIR(status->st_mode))
        return B0_FILE_FOLDER;
    return S_ISREG(status->st_mode) ? B0_FILE_REGULAR : B0_FILE_OTHER;
}

int b0_file_status(const char *name, struct b0_file_status *status)
{
    struct stat now;

    if (stat(name, &now) != 0)
        return errno;
    *status = (struct b0_file_status){
        .kind = kind_of(&now),
        .device = (uint64_t)now.st_dev,
        .number = (uint64_t)now.st_ino,
        .size = (uint64_t)now.st_size,
        .changed_s = now.st_mtim.tv_sec,
        .changed_ns = now.st_mtim.tv_nsec,
    };
    return 0;
}

int b0_file_writable(const char *name)
{
    return access(name, W_OK) == 0 ? 0 : errno;
}

int b0_file_creatable(const char *name)
{
    char probe[PATH_MAX];
    int length = snprintf(probe, sizeof probe, "%s.%ld-0.tmp", name, (long)getpid());
    int file;

    if (length < 0 || (size_t)length >= sizeof probe)
        return ENAMETOOLONG;
    file = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return errno;
    close(file);
    unlink(probe);
    return 0;
}

FILE *b0_file_open(const char *name, const char *mode)
{
    return fopen(name, mode);
}

size_t b0_folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (size_t)(slash + 1 - path) : 0;
}

/* ---- reading ---- */

/* File contents read so far. */
struct contents {
    uint8_t *data;
    size_t size;
    size_t room;
};

/* Reads to the end or past the limit. Returns 0 or an errno. */
static int read_all(int descriptor, size_t limit, struct contents *contents)
{
    for (;;) {
        ssize_t count;

        if (contents->size == contents->room) {
            uint8_t *grown = realloc(contents->data, 2 * contents->room);

            if (!grown)
                return ENOMEM;
            contents->data = grown;
            contents->room *= 2;
        }
        count = read(descriptor, contents->data + contents->size, contents->room - contents->size);
        if (count == 0)
            return 0;
        if (count > 0)
            contents->size += (size_t)count;
        else if (errno != EINTR)
            return errno;
        if (contents->size > limit)
            return 0;
    }
}

static int read_open_file(int descriptor, size_t limit, struct contents *contents)
{
    struct stat status;

    if (fstat(descriptor, &status) != 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    contents->room = READ_SIZE;
    if (S_ISREG(status.st_mode) && status.st_size > READ_SIZE)
        contents->room = (uint64_t)status.st_size <= limit ? (size_t)status.st_size + 1 : limit + 1;
    contents->data = malloc(contents->room);
    return contents->data ? read_all(descriptor, limit, contents) : ENOMEM;
}

int b0_file_read(const char *name, size_t limit, uint8_t **data, size_t *size, bool *opened)
{
    struct contents contents = {0};
    int descriptor = open(name, O_RDONLY | O_CLOEXEC), failure;

    *opened = descriptor >= 0;
    if (!*opened)
        return errno;
    failure = read_open_file(descriptor, limit, &contents);
    close(descriptor);
    if (failure != 0) {
        free(contents.data);
        return failure;
    }
    *data = contents.data;
    *size = contents.size;
    return 0;
}
