/* SPDX-License-Identifier: MIT */
/*
 * A small library that vboard loads into its clients, before umockdev's. It gives each client that
 * listens for events its own socket name.
 *
 * umockdev's library binds the socket of such a client to ROOT/event<fd>, after unlinking any
 * existing one. Two clients with the same file descriptor, such as two dfu-utils that run at once,
 * take each other's place, and the first receives nothing more. So the socket gets another name
 * before the next client can come. vboard sends its events to all sockets with these beginnings
 * (uevent.c).
 */
#include "client.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

typedef int bind_function(int, const struct sockaddr *, socklen_t);

/* Opens and takes the lock of all clients; -1 on failure. Closing it releases it. */
static int take_lock(const char *root)
{
    char path[PATH_MAX];
    int lock;

    snprintf(path, sizeof path, "%s/lock", root);
    lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    while (lock >= 0 && flock(lock, LOCK_EX) < 0 && errno == EINTR) {
    }
    return lock;
}

static void give_name(const char *root, int socket)
{
    char from[PATH_MAX];
    char to[PATH_MAX];

    snprintf(from, sizeof from, "%s/" UMOCKDEV_LISTENER "%d", root, socket);
    snprintf(to, sizeof to, "%s/" VBOARD_LISTENER "%ld-%d", root, (long)getpid(), socket);
    rename(from, to);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
__attribute__((visibility("default"))) int bind(int socket, const struct sockaddr *address,
                                                socklen_t size)
{
    const char *root = getenv("UMOCKDEV_DIR");
    bind_function *next;
    int saved;
    int lock;
    int result;

    *(void **)&next = dlsym(RTLD_NEXT, "bind");
    if (root == NULL || address == NULL || address->sa_family != AF_NETLINK) {
        return next(socket, address, size);
    }
    lock = take_lock(root);
    result = next(socket, address, size);
    saved = errno;
    give_name(root, socket);
    if (lock >= 0) {
        close(lock);
    }
    errno = saved;
    return result;
}
