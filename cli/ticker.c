/* SPDX-License-Identifier: MIT */
/* See ticker.h. */
#include "ticker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct ticker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool ends;
    void (*tick)(void *context);
    void *context;
};

static void *run(void *context)
{
    struct ticker *ticker = context;
    struct timespec next;

    clock_gettime(CLOCK_REALTIME, &next);
    pthread_mutex_lock(&ticker->lock);
    while (!ticker->ends) {
        next.tv_sec++;
        if (pthread_cond_timedwait(&ticker->ended, &ticker->lock, &next) == ETIMEDOUT &&
            !ticker->ends)
            ticker->tick(ticker->context);
    }
    pthread_mutex_unlock(&ticker->lock);
    return NULL;
}

/* Signals are the main thread's, whose waits they cut short. */
static bool start_thread(struct ticker *ticker)
{
    sigset_t all, before;
    bool started;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&ticker->thread, NULL, run, ticker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct ticker *ticker_start(void (*tick)(void *context), void *context)
{
    struct ticker *ticker = calloc(1, sizeof *ticker);

    if (!ticker)
        return NULL;
    ticker->tick = tick;
    ticker->context = context;
    pthread_mutex_init(&ticker->lock, NULL);
    pthread_cond_init(&ticker->ended, NULL);
    if (start_thread(ticker))
        return ticker;
    pthread_cond_destroy(&ticker->ended);
    pthread_mutex_destroy(&ticker->lock);
    free(ticker);
    return NULL;
}

void ticker_lock(struct ticker *ticker)
{
    pthread_mutex_lock(&ticker->lock);
}

void ticker_unlock(struct ticker *ticker)
{
    pthread_mutex_unlock(&ticker->lock);
}

void ticker_stop(struct ticker *ticker)
{
    if (!ticker)
        return;
    pthread_mutex_lock(&ticker->lock);
    ticker->ends = true;
    pthread_cond_signal(&ticker->ended);
    pthread_mutex_unlock(&ticker->lock);
    pthread_join(ticker->thread, NULL);
    pthread_cond_destroy(&ticker->ended);
    pthread_mutex_destroy(&ticker->lock);
    free(ticker);
}
