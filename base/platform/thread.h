/* SPDX-License-Identifier: MIT */
/* Threads, mutexes and conditions of the system. Only starting a thread can fail. */
#ifndef B0_BASE_PLATFORM_THREAD_H
#define B0_BASE_PLATFORM_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#ifdef _WIN32
/* SRWLOCK and CONDITION_VARIABLE are one pointer each; zeroed, they are ready for use. */
struct b0_mutex {
    void *native;
};
struct b0_condition {
    void *native;
};
struct b0_thread {
    void *native;
};
#else
#include <pthread.h>
struct b0_mutex {
    pthread_mutex_t native;
};
struct b0_condition {
    pthread_cond_t native;
};
struct b0_thread {
    pthread_t native;
};
#endif

void b0_mutex_init(struct b0_mutex *mutex);
void b0_mutex_destroy(struct b0_mutex *mutex);
void b0_mutex_lock(struct b0_mutex *mutex);
void b0_mutex_unlock(struct b0_mutex *mutex);

void b0_condition_init(struct b0_condition *condition);
void b0_condition_destroy(struct b0_condition *condition);
void b0_condition_signal(struct b0_condition *condition);
/* The caller holds the mutex before and after. Spurious wake-ups are possible, as everywhere. */
void b0_condition_wait(struct b0_condition *condition, struct b0_mutex *mutex);
/* Waits for at most timeout_us. False: the time is over. */
bool b0_condition_wait_us(struct b0_condition *condition, struct b0_mutex *mutex,
                          uint64_t timeout_us);

/*
 * Calls run(context) in a new thread, which b0_thread_join() waits for. Interrupts still go to the
 * main thread and end its waits early. False: the thread cannot be created.
 */
bool b0_thread_start(struct b0_thread *thread, void (*run)(void *context), void *context);
void b0_thread_join(struct b0_thread *thread);

#endif
