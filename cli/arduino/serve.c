/* SPDX-License-Identifier: MIT */
/* See serve.h. */
#include "serve.h"

#include "../progress.h"
#include "ide.h"
#include "monitor.h"
#include "relay.h"

#include <boot0/serial.h>
#include <core/array.h>
#include <stdlib.h>
#include <string.h>

enum {
    POLL_MS = 500, /* signals end a poll; this bounds one that came just before it */
    ASK_STDIN = RELAY_ASK_COUNT,
    ASK_COUNT
};

struct server {
    struct monitor monitor;
    struct ide_reader reader;
    struct boot0_stream stream;
    struct relay relay; /* while the monitor is open */
};

/* ---- the port ---- */

/* The values come from monitor_choices[], so numbers need no check. */
static struct boot0_line line_of(const struct monitor *monitor)
{
    static const struct {
        const char *name;
        enum boot0_parity parity;
    } parities[] = {
        {"none", BOOT0_PARITY_NONE}, {"even", BOOT0_PARITY_EVEN},   {"odd", BOOT0_PARITY_ODD},
        {"mark", BOOT0_PARITY_MARK}, {"space", BOOT0_PARITY_SPACE},
    };
    const char *const *selected = monitor->selected;
    struct boot0_line line = {
        .baud = (uint32_t)strtoul(selected[MONITOR_BAUD], NULL, 10),
        .dtr = strcmp(selected[MONITOR_DTR], "on") == 0,
        .rts = strcmp(selected[MONITOR_RTS], "on") == 0,
        .data_bits = (uint8_t)strtoul(selected[MONITOR_BITS], NULL, 10),
        .stop_bits = (uint8_t)strtoul(selected[MONITOR_STOP_BITS], NULL, 10),
    };

    for (size_t i = 0; i < B0_LENGTH(parities); i++)
        if (strcmp(parities[i].name, selected[MONITOR_PARITY]) == 0)
            line.parity = parities[i].parity;
    return line;
}

static enum boot0_status apply(void *context, struct boot0_error *error)
{
    struct server *server = context;
    const struct boot0_line line = line_of(&server->monitor);

    if (server->stream.ops->set(server->stream.context, &line) == BOOT0_XFER_OK)
        return BOOT0_OK;
    return boot0_fail(error, BOOT0_E_IO, "cannot apply these settings to the port");
}

static enum boot0_status open_port(void *context, const char *client, const char *port,
                                   struct boot0_error *error)
{
    struct server *server = context;
    enum boot0_status status = boot0_serial_stream(&server->stream, port, error);
    int port_fd, client_fd;

    if (status != BOOT0_OK)
        return status;
    port_fd = server->stream.ops->handle(server->stream.context);
    status = apply(server, error);
    if (status == BOOT0_OK)
        status = relay_connect(client, &client_fd, error);
    if (status == BOOT0_OK)
        relay_start(&server->relay, port_fd, client_fd);
    else
        server->stream.ops->close(server->stream.context);
    return status;
}

static void close_port(void *context)
{
    struct server *server = context;

    relay_finish(&server->relay);
    b0_descriptor_close(server->relay.in.to);
    server->stream.ops->close(server->stream.context);
}

/* ---- commands ---- */

static bool take(struct server *server, const char *bytes, size_t size)
{
    bool goes_on = true;

    for (size_t i = 0; i < size && goes_on; i++) {
        enum ide_read read = ide_reader_take(&server->reader, bytes[i]);

        if (read == IDE_READ_LINE)
            goes_on = monitor_line(&server->monitor, server->reader.line);
        else if (read == IDE_READ_OVERLONG)
            monitor_overlong(&server->monitor);
    }
    return goes_on && !ferror(server->monitor.out);
}

/* Handles input from the IDE. False after QUIT, or if the IDE is gone. */
static bool hear(struct server *server)
{
    char bytes[256];
    long size = b0_descriptor_read(B0_STANDARD_INPUT, bytes, sizeof bytes);

    if (size < 0)
        return size == B0_DESCRIPTOR_LATER;
    return size > 0 && take(server, bytes, (size_t)size);
}

static void move(struct server *server, const struct b0_poll *asks)
{
    static const char *const why[] = {
        [RELAY_PORT_GONE] = "the port is gone: the board was reset or unplugged",
        [RELAY_CLIENT_GONE] = "lost the TCP/IP connection with the client",
    };
    enum relay_end end = relay_move(&server->relay, asks);

    if (end != RELAY_GOES_ON)
        monitor_closed(&server->monitor, why[end]);
}

static void serve(struct server *server)
{
    bool goes_on = true;

    while (goes_on && !signals_pending() && !ferror(server->monitor.out)) {
        struct b0_poll asks[ASK_COUNT] = {
            {.descriptor = B0_NO_DESCRIPTOR},
            {.descriptor = B0_NO_DESCRIPTOR},
            {.descriptor = B0_STANDARD_INPUT, .wants_in = true},
        };

        if (server->monitor.is_open)
            relay_ask(&server->relay, asks);
        goes_on = b0_poll(asks, ASK_COUNT, POLL_MS);
        if (goes_on && server->monitor.is_open)
            move(server, asks);
        if (goes_on && (asks[ASK_STDIN].has_in || asks[ASK_STDIN].is_gone))
            goes_on = hear(server);
    }
    if (server->monitor.is_open)
        close_port(server);
}

enum boot0_status monitor_serve(struct boot0_error *error)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    monitor_init(&server->monitor, stdout);
    server->monitor.open = open_port;
    server->monitor.close = close_port;
    server->monitor.changed = apply;
    server->monitor.context = server;
    signals_announce(false);
    serve(server);
    free(server);
    return BOOT0_OK;
}
