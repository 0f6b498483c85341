/* SPDX-License-Identifier: MIT */
/* See relay.h. */
#include "relay.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    CONNECT_S = 3,
    HOST_MAX = 64,
};

static const short gone = POLLHUP | POLLERR | POLLNVAL;

/* ---- connecting ---- */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool parse_port(const char *text, in_port_t *port)
{
    unsigned long number = isdigit((unsigned char)*text) ? strtoul(text, NULL, 10) : 0;

    if (strspn(text, "0123456789") != strlen(text) || number == 0 || number > UINT16_MAX)
        return false;
    *port = htons((uint16_t)number);
    return true;
}

/* By number and of this machine only: an IDE starts its monitor where it runs itself. */
static bool parse_host(const char *host, in_port_t port, union address *address, socklen_t *size)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = port;
        *size = sizeof address->v4;
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = port;
        *size = sizeof address->v6;
        return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
    }
    return false;
}

static bool parse(const char *text, union address *address, socklen_t *size)
{
    const char *colon = strrchr(text, ':');
    const char *end = colon;
    char host[HOST_MAX];
    in_port_t port;

    if (!colon || !parse_port(colon + 1, &port))
        return false;
    if (*text == '[' && end > text + 1 && end[-1] == ']') {
        text++;
        end--;
    }
    if ((size_t)(end - text) >= sizeof host)
        return false;
    snprintf(host, sizeof host, "%.*s", (int)(end - text), text);
    return parse_host(host, port, address, size);
}

enum boot0_status relay_connect(const char *address, int *client, struct boot0_error *error)
{
    const struct timeval limit = {.tv_sec = CONNECT_S};
    const int yes = 1;
    union address to;
    socklen_t size;

    if (!parse(address, &to, &size))
        return boot0_fail(error, BOOT0_E_USAGE,
                          "%.64s is no address of this machine, as 127.0.0.1:5000", address);
    *client = socket(to.any.sa_family, SOCK_STREAM, 0);
    if (*client < 0)
        return boot0_fail(error, BOOT0_E_IO, "no connection to %.64s: %s", address,
                          strerror(errno));
    setsockopt(*client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(*client, &to.any, size) != 0) {
        boot0_fail(error, BOOT0_E_IO, "no connection to %.64s: %s", address, strerror(errno));
        close(*client);
        return error->code;
    }
    setsockopt(*client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* a typed key goes at once */
    return BOOT0_OK;
}

/* ---- moving ---- */

static void make_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags >= 0)
        fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void relay_start(struct relay *relay, int port, int client)
{
    make_nonblocking(port);
    make_nonblocking(client);
    memset(relay, 0, sizeof *relay);
    relay->in.from = relay->out.to = port;
    relay->in.to = relay->out.from = client;
}

static bool has_room(const struct relay_way *way)
{
    return way->end < sizeof way->bytes;
}

static bool is_empty(const struct relay_way *way)
{
    return way->start == way->end;
}

void relay_ask(const struct relay *relay, struct pollfd asks[RELAY_ASK_COUNT])
{
    const struct relay_way *in = &relay->in, *out = &relay->out;

    asks[RELAY_ASK_PORT] = (struct pollfd){
        .fd = in->from,
        .events = (short)((has_room(in) ? POLLIN : 0) | (is_empty(out) ? 0 : POLLOUT)),
    };
    asks[RELAY_ASK_CLIENT] = (struct pollfd){
        .fd = out->from,
        .events = (short)((has_room(out) ? POLLIN : 0) | (is_empty(in) ? 0 : POLLOUT)),
    };
}

/*
 * False: where it comes from is gone. Of a socket nothing read means that; of a port only that
 * there was nothing, unless poll() says more.
 */
static bool take(struct relay_way *way, short found, bool from_socket)
{
    bool there = (found & gone) == 0;
    ssize_t got;

    if ((found & (POLLIN | gone)) == 0 || !has_room(way))
        return there;
    got = read(way->from, way->bytes + way->end, sizeof way->bytes - way->end);
    if (got > 0)
        way->end += (size_t)got;
    else if (got == 0)
        return there && !from_socket;
    else
        return there && (errno == EAGAIN || errno == EINTR);
    return true;
}

/* False: where it goes to is gone. */
static bool give(struct relay_way *way)
{
    while (!is_empty(way)) {
        ssize_t put = write(way->to, way->bytes + way->start, way->end - way->start);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put == 0 || errno == EAGAIN;
        way->start += (size_t)put;
    }
    way->start = way->end = 0;
    return true;
}

enum relay_end relay_move(struct relay *relay, const struct pollfd asks[RELAY_ASK_COUNT])
{
    bool port_there = take(&relay->in, asks[RELAY_ASK_PORT].revents, false);
    bool client_there = take(&relay->out, asks[RELAY_ASK_CLIENT].revents, true);

    client_there = give(&relay->in) && client_there;
    port_there = give(&relay->out) && port_there;
    if (!port_there)
        return RELAY_PORT_GONE;
    return client_there ? RELAY_GOES_ON : RELAY_CLIENT_GONE;
}

void relay_finish(struct relay *relay)
{
    struct pollfd asks[RELAY_ASK_COUNT];

    relay_ask(relay, asks);
    if (poll(asks, RELAY_ASK_COUNT, 0) > 0)
        relay_move(relay, asks);
}
