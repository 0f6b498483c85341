/* SPDX-License-Identifier: MIT */
/*
 * In the clients, as client.c is: fork(). umockdev's library (0.17) opens files, and looks at them,
 * under a lock of its own. A process that forks while another of its threads holds it leaves a
 * child behind that waits at its first open() for a thread which it does not have. So the lock is
 * taken before, as fork() does it with those of libc.
 */
#include <dlfcn.h>
#include <pthread.h>

static pthread_mutex_t *umockdevs;

static void take(void)
{
    pthread_mutex_lock(umockdevs);
}

static void give(void)
{
    pthread_mutex_unlock(umockdevs);
}

__attribute__((constructor)) static void prepare(void)
{
    umockdevs = dlsym(RTLD_DEFAULT, "trap_path_lock");
    if (umockdevs)
        pthread_atfork(take, give, give);
}
