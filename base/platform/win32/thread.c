/* SPDX-License-Identifier: MIT */
/* base/platform/thread.h with slim locks and condition variables. */
#include "native.h"

#include <base/platform/thread.h>
#include <process.h>
#include <stdlib.h>

_Static_assert(sizeof(SRWLOCK) == sizeof(struct b0_mutex), "a lock is a pointer");
_Static_assert(sizeof(CONDITION_VARIABLE) == sizeof(struct b0_condition), "and so is that");

struct start {
    void (*run)(void *context);
    void *context;
};

static SRWLOCK *lock_of(struct b0_mutex *mutex)
{
    return (SRWLOCK *)&mutex->native;
}

static CONDITION_VARIABLE *variable_of(struct b0_condition *condition)
{
    return (CONDITION_VARIABLE *)&condition->native;
}

void b0_mutex_init(struct b0_mutex *mutex)
{
    InitializeSRWLock(lock_of(mutex));
}

void b0_mutex_destroy(struct b0_mutex *mutex)
{
    (void)mutex;
}

void b0_mutex_lock(struct b0_mutex *mutex)
{
    AcquireSRWLockExclusive(lock_of(mutex));
}

void b0_mutex_unlock(struct b0_mutex *mutex)
{
    ReleaseSRWLockExclusive(lock_of(mutex));
}

void b0_condition_init(struct b0_condition *condition)
{
    InitializeConditionVariable(variable_of(condition));
}

void b0_condition_destroy(struct b0_condition *condition)
{
    (void)condition;
}

void b0_condition_signal(struct b0_condition *condition)
{
    WakeConditionVariable(variable_of(condition));
}

void b0_condition_wait(struct b0_condition *condition, struct b0_mutex *mutex)
{
    SleepConditionVariableSRW(variable_of(condition), lock_of(mutex), INFINITE, 0);
}

bool b0_condition_wait_us(struct b0_condition *condition, struct b0_mutex *mutex,
                          uint64_t timeout_us)
{
    uint64_t timeout_ms = (timeout_us + 999) / 1000;

    return SleepConditionVariableSRW(variable_of(condition), lock_of(mutex),
                                     timeout_ms < INFINITE ? (DWORD)timeout_ms : INFINITE - 1,
                                     0) != 0;
}

static unsigned __stdcall begin(void *context)
{
    const struct start start = *(struct start *)context;

    free(context);
    start.run(start.context);
    return 0;
}

bool b0_thread_start(struct b0_thread *thread, void (*run)(void *context), void *context)
{
    struct start *start = malloc(sizeof *start);

    if (!start)
        return false;
    *start = (struct start){run, context};
    thread->native = (void *)_beginthreadex(NULL, 0, begin, start, 0, NULL);
    if (!thread->native)
        free(start);
    return thread->native != NULL;
}

void b0_thread_join(struct b0_thread *thread)
{
    WaitForSingleObject(thread->native, INFINITE);
    CloseHandle(thread->native);
}
