/* SPDX-License-Identifier: MIT */
/* base/platform/thread.h with pthreads. */
#include <base/platform/thread.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

struct start {
    void (*run)(void *context);
    void *context;
};

void b0_mutex_init(struct b0_mutex *mutex)
{
    pthread_mutex_init(&mutex->native, NULL);
}

void b0_mutex_destroy(struct b0_mutex *mutex)
{
    pthread_mutex_destroy(&mutex->native);
}

void b0_mutex_lock(struct b0_mutex *mutex)
{
    pthread_mutex_lock(&mutex->native);
}

void b0_mutex_unlock(struct b0_mutex *mutex)
{
    pthread_mutex_unlock(&mutex->native);
}

void b0_condition_init(struct b0_condition *condition)
{
    pthread_cond_init(&condition->native, NULL);
}

void b0_condition_destroy(struct b0_condition *condition)
{
    pthread_cond_destroy(&condition->native);
}

void b0_condition_signal(struct b0_condition *condition)
{
    pthread_cond_signal(&condition->native);
}

void b0_condition_wait(struct b0_condition *condition, struct b0_mutex *mutex)
{
    pthread_cond_wait(&condition->native, &mutex->native);
}

bool b0_condition_wait_us(struct b0_condition *condition, struct b0_mutex *mutex,
                          uint64_t timeout_us)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(timeout_us % 1000000) * 1000;
    until.tv_sec += (time_t)(timeout_us / 1000000) + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return pthread_cond_timedwait(&condition->native, &mutex->native, &until) != ETIMEDOUT;
}

static void *begin(void *context)
{
    const struct start start = *(struct start *)context;

    free(context);
    start.run(start.context);
    return NULL;
}

bool b0_thread_start(struct b0_thread *thread, void (*run)(void *context), void *context)
{
    struct start *start = malloc(sizeof *start);
    sigset_t all, before;
    bool started;

    if (!start)
        return false;
    *start = (struct start){run, context};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&thread->native, NULL, begin, start) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!started)
        free(start);
    return started;
}

void b0_thread_join(struct b0_thread *thread)
{
    pthread_join(thread->native, NULL);
}
