/* SPDX-License-Identifier: MIT */
/* See relay.h. */
#include "relay.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_S = 3,
    HOST_MAX = 64,
};

/* ---- connecting ---- */

static bool parse_port(const char *text, uint16_t *port)
{
    unsigned long number = isdigit((unsigned char)*text) ? strtoul(text, NULL, 10) : 0;

    if (strspn(text, "0123456789") != strlen(text) || number == 0 || number > UINT16_MAX)
        return false;
    *port = (uint16_t)number;
    return true;
}

/* Accepts numeric addresses of this machine only: an IDE starts its monitor on its own machine. */
static bool parse(const char *text, char host[HOST_MAX], uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    const char *end = colon;

    if (!colon || !parse_port(colon + 1, port))
        return false;
    if (*text == '[' && end > text + 1 && end[-1] == ']') {
        text++;
        end--;
    }
    if (end - text >= HOST_MAX)
        return false;
    snprintf(host, HOST_MAX, "%.*s", (int)(end - text), text);
    return b0_is_local_address(host);
}

enum boot0_status relay_connect(const char *address, int *client, struct boot0_error *error)
{
    char host[HOST_MAX];
    uint16_t port;
    int failure;

    if (!parse(address, host, &port))
        return boot0_fail(error, BOOT0_E_USAGE,
                          "invalid address %.64s: expected one of this machine, e.g. "
                          "127.0.0.1:5000",
                          address);
    failure = b0_connect(host, port, CONNECT_S, client);
    if (failure != 0)
        return boot0_fail(error, BOOT0_E_IO, "cannot connect to %.64s: %s", address,
                          strerror(failure));
    return BOOT0_OK;
}

/* ---- moving ---- */

void relay_start(struct relay *relay, int port, int client)
{
    b0_descriptor_nonblocking(port);
    b0_descriptor_nonblocking(client);
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

void relay_ask(const struct relay *relay, struct b0_poll asks[RELAY_ASK_COUNT])
{
    const struct relay_way *in = &relay->in, *out = &relay->out;

    asks[RELAY_ASK_PORT] = (struct b0_poll){
        .descriptor = in->from,
        .wants_in = has_room(in),
        .wants_out = !is_empty(out),
    };
    asks[RELAY_ASK_CLIENT] = (struct b0_poll){
        .descriptor = out->from,
        .wants_in = has_room(out),
        .wants_out = !is_empty(in),
    };
}

/*
 * Reads from the source of a way. False: the source is gone. A read of 0 bytes means that for a
 * socket; for a port it means that there was nothing, unless the poll says more.
 */
static bool take(struct relay_way *way, const struct b0_poll *found, bool from_socket)
{
    long got;

    if ((!found->has_in && !found->is_gone) || !has_room(way))
        return !found->is_gone;
    got = b0_descriptor_read(way->from, way->bytes + way->end, sizeof way->bytes - way->end);
    if (got == 0)
        return !found->is_gone && !from_socket;
    if (got < 0)
        return !found->is_gone && got == B0_DESCRIPTOR_LATER;
    way->end += (size_t)got;
    return true;
}

/* Writes to the destination of a way. False: the destination is gone. */
static bool give(struct relay_way *way)
{
    while (!is_empty(way)) {
        long put = b0_descriptor_write(way->to, way->bytes + way->start, way->end - way->start);

        if (put <= 0)
            return put != B0_DESCRIPTOR_FAILED;
        way->start += (size_t)put;
    }
    way->start = way->end = 0;
    return true;
}

enum relay_end relay_move(struct relay *relay, const struct b0_poll asks[RELAY_ASK_COUNT])
{
    bool port_there = take(&relay->in, &asks[RELAY_ASK_PORT], false);
    bool client_there = take(&relay->out, &asks[RELAY_ASK_CLIENT], true);

    client_there = give(&relay->in) && client_there;
    port_there = give(&relay->out) && port_there;
    if (!port_there)
        return RELAY_PORT_GONE;
    return client_there ? RELAY_GOES_ON : RELAY_CLIENT_GONE;
}

void relay_finish(struct relay *relay)
{
    struct b0_poll asks[RELAY_ASK_COUNT];

    relay_ask(relay, asks);
    if (b0_poll(asks, RELAY_ASK_COUNT, 0))
        relay_move(relay, asks);
}
