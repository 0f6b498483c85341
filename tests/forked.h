/* SPDX-License-Identifier: MIT */
/* Test cases that are numbered from 1, each in its own process. */
#ifndef TESTS_FORKED_H
#define TESTS_FORKED_H

/* How a case ends: its process's exit status. */
enum forked_verdict {
    FORKED_HIT,
    FORKED_PAST_THE_END, /* there is no such case, and none after it */
    FORKED_BAD,
};

/*
 * Runs every `stride`-th case until one is past the end or bad, as many at a time as there are
 * processors. The processes are forks of this one, so each case begins with the same memory.
 * Returns the number of hits; a bad case, or one that crashes, fails the test.
 */
unsigned forked_cases(enum forked_verdict (*run)(const void *context, unsigned number),
                      const void *context, unsigned stride);

#endif
