/* SPDX-License-Identifier: MIT */
/* See journal.h. */
#include "journal.h"

#include <base/platform/log.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum boot0_status failed(const struct journal *journal, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s: %s", journal->name, strerror(errno));
    return boot0_hint(error,
                      "Check that the disk is not full, and that you may write to the file.");
}

enum boot0_status journal_open(struct journal *journal, const char *name, struct boot0_error *error)
{
    *journal = (struct journal){.fd = -1, .name = name};
    journal->fd = b0_log_open(name);
    if (journal->fd < 0)
        return failed(journal, error);
    if (b0_log_is_regular(journal->fd)) {
        if (b0_log_sync_name(name) == 0)
            return BOOT0_OK;
        failed(journal, error);
        journal_close(journal);
        return BOOT0_E_NO_OUTPUT;
    }
    journal_close(journal);
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s is not a regular file", name);
    return boot0_hint(error, "Use a regular file: boot0 reads it again at the next start.");
}

void journal_close(struct journal *journal)
{
    if (journal->fd >= 0)
        b0_log_close(journal->fd);
    journal->fd = -1;
}

enum boot0_status journal_lock(struct journal *journal, enum journal_lock lock,
                               struct boot0_error *error)
{
    static const enum b0_lock locks[] = {
        [JOURNAL_UNLOCK] = B0_LOCK_NONE,
        [JOURNAL_SHARED] = B0_LOCK_SHARED,
        [JOURNAL_EXCLUSIVE] = B0_LOCK_EXCLUSIVE,
    };

    return b0_log_lock(journal->fd, locks[lock], true) == 0 ? BOOT0_OK : failed(journal, error);
}

bool journal_try_alone(struct journal *journal)
{
    return b0_log_lock(journal->fd, B0_LOCK_EXCLUSIVE, false) == 0;
}

/* Passes on the whole lines of a text, and remembers how far they go. */
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
    uint64_t end;
    int64_t have;
    size_t size;
    char *text;

    if (b0_log_size(journal->fd, &end) != 0)
        return failed(journal, error);
    if (end <= journal->read_to)
        return BOOT0_OK;
    size = (size_t)(end - journal->read_to);
    text = malloc(size);
    if (!text)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    have = b0_log_read(journal->fd, journal->read_to, text, size);
    if (have < 0) {
        free(text);
        return failed(journal, error);
    }
    status = give_lines(journal, text, (size_t)have, line, context, error);
    free(text);
    return status;
}

/* Whether the last line was cut by a crash. */
static bool is_torn(const struct journal *journal)
{
    uint64_t size;
    char last;

    return b0_log_size(journal->fd, &size) == 0 && size > 0 &&
           b0_log_read(journal->fd, size - 1, &last, 1) == 1 && last != '\n';
}

enum boot0_status journal_append(struct journal *journal, const char *text,
                                 struct boot0_error *error)
{
    const char *before = is_torn(journal) ? "\n" : "";
    size_t size = strlen(before) + strlen(text) + 1;
    char *line = malloc(size + 1);
    int result;

    if (!line)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    snprintf(line, size + 1, "%s%s\n", before, text);
    result = b0_log_append(journal->fd, line, size);
    free(line);
    return result == 0 ? BOOT0_OK : failed(journal, error);
}
