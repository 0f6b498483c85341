/* SPDX-License-Identifier: MIT */
/*
 * Files of lines that several processes append to, and that a crash cannot damage: each line is
 * appended by one write(), and is on the disk when the append returns.
 */
#ifndef BOOT0_CLI_GANG_JOURNAL_H
#define BOOT0_CLI_GANG_JOURNAL_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal {
    int fd; /* -1: not open */
    const char *name;
    uint64_t read_to; /* bytes that journal_read() has given */
};

/*
 * Creates the file if there is none; its name is on the disk then. The name must live as long as
 * the journal. BOOT0_E_NO_OUTPUT.
 */
enum boot0_status journal_open(struct journal *journal, const char *name,
                               struct boot0_error *error);
void journal_close(struct journal *journal);

/* Locks of flock(): they exclude other processes, not threads of this one. */
enum journal_lock {
    JOURNAL_UNLOCK,
    JOURNAL_SHARED,
    JOURNAL_EXCLUSIVE,
};
enum boot0_status journal_lock(struct journal *journal, enum journal_lock lock,
                               struct boot0_error *error);
/* True: no other process has a lock, and this one has the exclusive lock now. */
bool journal_try_alone(struct journal *journal);

/* Calls `line` for each whole line that was not read before, without its line feed. */
enum boot0_status journal_read(struct journal *journal,
                               bool (*line)(void *context, const char *text), void *context,
                               struct boot0_error *error);

/* Appends text and a line feed. If a crash has cut the last line, a line feed goes before it. */
enum boot0_status journal_append(struct journal *journal, const char *text,
                                 struct boot0_error *error);

#endif
