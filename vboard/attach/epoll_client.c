/* SPDX-License-Identifier: MIT */
/*
 * In the clients, as client.c is: epoll for a device node. A browser waits for finished URBs by
 * epoll, which the kernel refuses (EPERM) for the plain file that umockdev makes of a node. So a
 * node gets a stand-in, an eventfd that is writable while URBs are under way: the client reaps, and
 * has to wait a moment if it finds nothing.
 */
#include "client.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

typedef int epoll_ctl_function(int, int, int, struct epoll_event *);

enum {
    STAND_INS = 32,
    NOTHING_YET_NS = 200000,
};

static struct stand_in {
    bool used;
    int node;
    int event; /* a full eventfd is not writable (eventfd(2)) */
    unsigned urbs;
} stand_ins[STAND_INS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_node(int fd)
{
    const char *root = getenv("UMOCKDEV_DIR");
    char name[64];
    char target[512];
    ssize_t size;

    if (root == NULL)
        return false;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    size = readlink(name, target, sizeof target - 1);
    if (size <= 0)
        return false;
    target[size] = '\0';
    return strncmp(target, root, strlen(root)) == 0 && strstr(target, "/dev/bus/usb/") != NULL;
}

static struct stand_in *find(int node)
{
    for (size_t n = 0; n < STAND_INS; n++)
        if (stand_ins[n].used && stand_ins[n].node == node)
            return &stand_ins[n];
    return NULL;
}

static void set_writable(const struct stand_in *in, bool writable)
{
    const uint64_t full = UINT64_MAX - 1;
    uint64_t old;

    while (read(in->event, &old, sizeof old) > 0) {
    }
    if (!writable && write(in->event, &full, sizeof full) < 0)
        return; /* it is full already */
}

static void drop(struct stand_in *in)
{
    close(in->event);
    in->used = false;
}

/* Takes a stand-in, writable at first: URBs may have been sent before. NULL: there are too many. */
static struct stand_in *take(int node)
{
    for (size_t n = 0; n < STAND_INS; n++) {
        struct stand_in *in = &stand_ins[n];

        if (in->used)
            continue;
        in->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        in->node = node;
        in->urbs = 0;
        in->used = in->event >= 0;
        return in->used ? in : NULL;
    }
    return NULL;
}

/* The kernel has refused the node itself. Call this under the lock. */
static int control_stand_in(epoll_ctl_function *next, int epoll, int operation, int fd,
                            struct epoll_event *event)
{
    struct stand_in *in = find(fd);
    int result;

    if (in != NULL && operation == EPOLL_CTL_ADD) { /* of a node that was closed since */
        drop(in);
        in = NULL;
    }
    if (in == NULL && operation == EPOLL_CTL_ADD && is_node(fd))
        in = take(fd);
    if (in == NULL) {
        errno = EPERM;
        return -1;
    }
    result = next(epoll, operation, in->event, event);
    if (operation == EPOLL_CTL_DEL)
        drop(in);
    return result;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
__attribute__((visibility("default"))) int epoll_ctl(int epoll, int operation, int fd,
                                                     struct epoll_event *event)
{
    epoll_ctl_function *next;
    int result;

    *(void **)&next = dlsym(RTLD_NEXT, "epoll_ctl");
    result = next(epoll, operation, fd, event);
    if (result == 0 || errno != EPERM)
        return result;
    pthread_mutex_lock(&lock);
    result = control_stand_in(next, epoll, operation, fd, event);
    pthread_mutex_unlock(&lock);
    return result;
}

/* Whether the client must wait a moment. Call this under the lock. */
static bool count(struct stand_in *in, unsigned long request, int result, int error)
{
    if (request == USBDEVFS_SUBMITURB) {
        in->urbs += result == 0;
        set_writable(in, true);
        return false;
    }
    in->urbs -= result == 0 && in->urbs > 0;
    if (in->urbs == 0)
        set_writable(in, false);
    return in->urbs > 0 && result < 0 && error == EAGAIN;
}

void vboard_node_asked(int fd, unsigned long request, int result)
{
    const struct timespec moment = {0, NOTHING_YET_NS};
    int saved = errno;
    struct stand_in *in;
    bool waits = false;

    if (request != USBDEVFS_SUBMITURB && request != USBDEVFS_REAPURBNDELAY &&
        request != USBDEVFS_REAPURB)
        return;
    pthread_mutex_lock(&lock);
    in = find(fd);
    if (in != NULL)
        waits = count(in, request, result, saved);
    pthread_mutex_unlock(&lock);
    if (waits)
        nanosleep(&moment, NULL);
    errno = saved;
}

void vboard_renew_node_lock(void)
{
    lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}
