/* SPDX-License-Identifier: MIT */
#include "forked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waits for one of the cases; returns false if there is none. */
static bool take_verdict(unsigned verdicts[FORKED_BAD + 1])
{
    int status;

    if (wait(&status) < 0)
        return false;
    verdicts[WIFEXITED(status) && WEXITSTATUS(status) < FORKED_BAD ? WEXITSTATUS(status)
                                                                   : FORKED_BAD]++;
    return true;
}

unsigned forked_cases(enum forked_verdict (*run)(const void *context, unsigned number),
                      const void *context, unsigned stride)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN), running = 0;
    unsigned verdicts[FORKED_BAD + 1] = {0};

    fflush(NULL);
    for (unsigned n = 1; verdicts[FORKED_PAST_THE_END] + verdicts[FORKED_BAD] == 0; n += stride) {
        pid_t child = fork();

        if (child == 0)
            _exit((int)run(context, n));
        assert_true(child > 0);
        if (++running >= processors && take_verdict(verdicts))
            running--;
    }
    while (take_verdict(verdicts)) {
    }
    assert_int_equal(verdicts[FORKED_BAD], 0);
    return verdicts[FORKED_HIT];
}
