/* SPDX-License-Identifier: MIT */
/* See journal.h. */
#define _XOPEN_SOURCE 700 /* NOLINT: for realpath() */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum boot0_status failed(const struct journal *journal, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s: %s", journal->name, strerror(errno));
    return boot0_hint(error, "Is the disk full, or the file in a place that you may not write to?");
}

/*
 * Puts the name of a file on the disk: fsync() of the file does not. A directory that must not be
 * read, or a file system that cannot sync, is no failure. 0 or -1 with errno set.
 */
static int sync_name(const char *name)
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

enum boot0_status journal_open(struct journal *journal, const char *name, struct boot0_error *error)
{
    struct stat status;

    *journal = (struct journal){.fd = -1, .name = name};
    journal->fd = open(name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (journal->fd < 0)
        return failed(journal, error);
    if (fstat(journal->fd, &status) == 0 && S_ISREG(status.st_mode)) {
        if (sync_name(name) == 0)
            return BOOT0_OK;
        failed(journal, error);
        journal_close(journal);
        return BOOT0_E_NO_OUTPUT;
    }
    journal_close(journal);
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s is not a regular file", name);
    return boot0_hint(error, "What is written down is read again at the next start.");
}

void journal_close(struct journal *journal)
{
    if (journal->fd >= 0)
        close(journal->fd);
    journal->fd = -1;
}

enum boot0_status journal_lock(struct journal *journal, enum journal_lock lock,
                               struct boot0_error *error)
{
    static const int operations[] = {
        [JOURNAL_UNLOCK] = LOCK_UN, [JOURNAL_SHARED] = LOCK_SH, [JOURNAL_EXCLUSIVE] = LOCK_EX};

    while (flock(journal->fd, operations[lock]) != 0)
        if (errno != EINTR)
            return failed(journal, error);
    return BOOT0_OK;
}

bool journal_try_alone(struct journal *journal)
{
    return flock(journal->fd, LOCK_EX | LOCK_NB) == 0;
}

/* Gives the whole lines of a text, and takes note of how far they go. */
static enum boot0_status give_lines(struct journal *journal, char *text, size_t size,
                                    bool (*line)(void *context, const char *text), void *context,
                                    struct boot0_error *error)
{
    char *end;

    for (size_t at = 0; (end = memchr(text + at, '\n', size - at)) != NULL;) {
        *end = '\0';
        if (!line(context, text + at))
            return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
        journal->read_to += (uint64_t)(end + 1 - (text + at));
        at = (size_t)(end + 1 - text);
    }
    return BOOT0_OK;
}

enum boot0_status journal_read(struct journal *journal,
                               bool (*line)(void *context, const char *text), void *context,
                               struct boot0_error *error)
{
    enum boot0_status status;
    struct stat now;
    size_t size, have = 0;
    char *text;

    if (fstat(journal->fd, &now) != 0)
        return failed(journal, error);
    if ((uint64_t)now.st_size <= journal->read_to)
        return BOOT0_OK;
    size = (size_t)((uint64_t)now.st_size - journal->read_to);
    text = malloc(size);
    if (!text)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    while (have < size) {
        ssize_t got =
            pread(journal->fd, text + have, size - have, (off_t)(journal->read_to + have));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(text);
            return failed(journal, error);
        }
        if (got == 0)
            break;
        have += (size_t)got;
    }
    status = give_lines(journal, text, have, line, context, error);
    free(text);
    return status;
}

/* Whether the last line was cut by a crash. */
static bool is_torn(const struct journal *journal)
{
    struct stat now;
    char last;

    return fstat(journal->fd, &now) == 0 && now.st_size > 0 &&
           pread(journal->fd, &last, 1, now.st_size - 1) == 1 && last != '\n';
}

enum boot0_status journal_append(struct journal *journal, const char *text,
                                 struct boot0_error *error)
{
    const char *before = is_torn(journal) ? "\n" : "";
    size_t size = strlen(before) + strlen(text) + 1;
    char *line = malloc(size + 1);
    ssize_t written;

    if (!line)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    snprintf(line, size + 1, "%s%s\n", before, text);
    do
        written = write(journal->fd, line, size);
    while (written < 0 && errno == EINTR);
    free(line);
    if (written >= 0 && (size_t)written != size)
        errno = ENOSPC;
    if (written < 0 || (size_t)written != size || fsync(journal->fd) != 0)
        return failed(journal, error);
    return BOOT0_OK;
}
