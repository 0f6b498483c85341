/* SPDX-License-Identifier: MIT */
/*
 * In the clients, as client.c is: a client that forks while one of its threads is inside umockdev's
 * library. The child inherits the locked locks of the library, but no thread that releases them, so
 * it blocks forever at the next file that it opens or closes. A browser's child opens files before
 * it runs its program. umockdev 0.19.6 gives the child new locks; Debian 12 has 0.17.
 */
#include "client.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

static void renew_locks(void)
{
    static const char *const names[] = {"trap_path_lock", "ioctl_lock"};
    static const pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;

    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        pthread_mutex_t *lock = dlsym(RTLD_DEFAULT, names[n]);

        if (lock != NULL)
            memcpy(lock, &unlocked, sizeof unlocked);
    }
    vboard_renew_node_lock();
}

__attribute__((constructor)) static void start(void)
{
    /* It fails only for lack of memory, and the client knows nothing of it. */
    (void)pthread_atfork(NULL, NULL, renew_locks);
}
