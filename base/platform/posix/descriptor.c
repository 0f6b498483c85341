/* SPDX-License-Identifier: MIT */
/* base/platform/descriptor.h with POSIX: poll() and sockets. */
#include <base/platform/descriptor.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    POLLS_MAX = 8,
};

static const short gone = POLLHUP | POLLERR | POLLNVAL;

bool b0_poll(struct b0_poll *polls, size_t count, int timeout_ms)
{
    struct pollfd asks[POLLS_MAX];
    int found;

    if (count > POLLS_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        asks[i] = (struct pollfd){
            .fd = polls[i].descriptor,
            .events =
                (short)((polls[i].wants_in ? POLLIN : 0) | (polls[i].wants_out ? POLLOUT : 0)),
        };
    found = poll(asks, (nfds_t)count, timeout_ms);
    for (size_t i = 0; i < count; i++) {
        short answer = found > 0 ? asks[i].revents : 0;

        polls[i].has_in = (answer & POLLIN) != 0;
        polls[i].has_out = (answer & POLLOUT) != 0;
        polls[i].is_gone = (answer & gone) != 0;
    }
    return found >= 0 || errno == EINTR;
}

void b0_descriptor_nonblocking(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);

    if (flags >= 0)
        fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

void b0_descriptor_close(int descriptor)
{
    close(descriptor);
}

static long result_of(ssize_t moved)
{
    if (moved >= 0)
        return (long)moved;
    return errno == EAGAIN || errno == EINTR ? B0_DESCRIPTOR_LATER : B0_DESCRIPTOR_FAILED;
}

long b0_descriptor_read(int descriptor, void *bytes, size_t size)
{
    return result_of(read(descriptor, bytes, size));
}

long b0_descriptor_write(int descriptor, const void *bytes, size_t size)
{
    ssize_t moved;

    do
        moved = write(descriptor, bytes, size);
    while (moved < 0 && errno == EINTR);
    return result_of(moved);
}

/* ---- connections ---- */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Returns the size of the address; 0: it is not an address of this machine. */
static socklen_t parse(const char *host, uint16_t port, union address *address)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET ? sizeof address->v4 : 0;
    }
    if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr) ? sizeof address->v6 : 0;
    }
    return 0;
}

bool b0_is_local_address(const char *host)
{
    union address ignored;

    return parse(host, 0, &ignored) > 0;
}

int b0_connect(const char *host, uint16_t port, int limit_s, int *descriptor)
{
    const struct timeval limit = {.tv_sec = limit_s};
    const int yes = 1;
    union address to;
    socklen_t size = parse(host, port, &to);
    int failure;

    if (size == 0)
        return EINVAL;
    *descriptor = socket(to.any.sa_family, SOCK_STREAM, 0);
    if (*descriptor < 0)
        return errno;
    setsockopt(*descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(*descriptor, &to.any, size) != 0) {
        failure = errno;
        close(*descriptor);
        return failure;
    }
    /* Sends each key at once. */
    setsockopt(*descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return 0;
}
