/* SPDX-License-Identifier: MIT */
/* See ticker.h. */
#include "ticker.h"

#include <base/clock.h>
#include <base/platform/thread.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    PERIOD_US = 1000000,
};

struct ticker {
    struct b0_thread thread;
    struct b0_mutex lock;
    struct b0_condition ended;
    bool ends;
    void (*tick)(void *context);
    void *context;
};

static void run(void *context)
{
    struct ticker *ticker = context;
    uint64_t next_us = b0_clock_us() + PERIOD_US;

    b0_mutex_lock(&ticker->lock);
    while (!ticker->ends) {
        uint64_t now_us = b0_clock_us();

        if (now_us < next_us) {
            b0_condition_wait_us(&ticker->ended, &ticker->lock, next_us - now_us);
        } else {
            ticker->tick(ticker->context);
            next_us += PERIOD_US;
        }
    }
    b0_mutex_unlock(&ticker->lock);
}

struct ticker *ticker_start(void (*tick)(void *context), void *context)
{
    struct ticker *ticker = calloc(1, sizeof *ticker);

    if (!ticker)
        return NULL;
    ticker->tick = tick;
    ticker->context = context;
    b0_mutex_init(&ticker->lock);
    b0_condition_init(&ticker->ended);
    if (b0_thread_start(&ticker->thread, run, ticker))
        return ticker;
    b0_condition_destroy(&ticker->ended);
    b0_mutex_destroy(&ticker->lock);
    free(ticker);
    return NULL;
}

void ticker_lock(struct ticker *ticker)
{
    b0_mutex_lock(&ticker->lock);
}

void ticker_unlock(struct ticker *ticker)
{
    b0_mutex_unlock(&ticker->lock);
}

void ticker_stop(struct ticker *ticker)
{
    if (!ticker)
        return;
    b0_mutex_lock(&ticker->lock);
    ticker->ends = true;
    b0_condition_signal(&ticker->ended);
    b0_mutex_unlock(&ticker->lock);
    b0_thread_join(&ticker->thread);
    b0_condition_destroy(&ticker->ended);
    b0_mutex_destroy(&ticker->lock);
    free(ticker);
}
