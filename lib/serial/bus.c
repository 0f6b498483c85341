/* SPDX-License-Identifier: MIT */
/* A serial port as a bus with at most one board. */
#include "../trace/stream.h"
#include "loader.h"
#include "serial.h"

#include <base/clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_BAUD = 115200,
    POLL_MS = 100,
};

/* ---- the transport, apart from the protocol ---- */

/* Resets the board out of the bootloader, if a modem line is wired to reset. */
static enum boot0_xfer reset(void *context)
{
    struct b0_uart_bus *bus = context;

    if (bus->resets.leave.count == 0)
        return BOOT0_XFER_ERROR;
    bus->left = true;
    return b0_reset_run(&bus->resets.leave, &bus->stream, &bus->line);
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct b0_uart_bus *bus = context;

    if (bus->stream.ops)
        bus->stream.ops->wait(bus->stream.context, microseconds);
    else
        b0_sleep_us(microseconds);
}

static uint64_t now_us(void *context)
{
    struct b0_uart_bus *bus = context;

    if (bus->stream.ops)
        return bus->stream.ops->now_us(bus->stream.context);
    return b0_clock_us();
}

/* Keeps the port open, so that a board that was found is not lost. */
static void close_transport(void *context)
{
    (void)context;
}

/* boot0's extension, if the board runs the RAM loader. */
static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    (void)timeout_ms; /* the loader reports when it is busy */
    return b0_loader_control(context, setup, data, actual);
}

static const struct boot0_transport_ops transport_ops = {
    .control = control,
    .reset = reset,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_transport,
};

struct b0_uart_bus *b0_uart_bus_of(const struct boot0_transport *transport)
{
    return transport->context;
}

/* ---- the bus ---- */

static void close_stream(struct boot0_stream *stream)
{
    if (stream->ops)
        stream->ops->close(stream->context);
    stream->ops = NULL;
}

/* Opens the port on first use. */
static enum boot0_status open_stream(struct b0_uart_bus *bus, struct boot0_error *error)
{
    enum boot0_status status = bus->open(&bus->stream, bus->port, error);

    if (status == BOOT0_OK && bus->trace) {
        status = b0_trace_stream(&bus->stream, bus->trace, bus->port, 0, error);
        if (status != BOOT0_OK)
            close_stream(&bus->stream);
    }
    if (status != BOOT0_OK)
        bus->stream.ops = NULL;
    return status;
}

static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    struct b0_uart_bus *bus = context;
    enum boot0_status status;

    *count = 0;
    if (bus->left)
        return BOOT0_OK;
    if (!bus->stream.ops) {
        status = open_stream(bus, error);
        if (status != BOOT0_OK)
            return status;
    }
    *count = 1;
    if (capacity > 0) {
        memset(list, 0, sizeof *list);
        snprintf(list->path, sizeof list->path, "%s", bus->port);
        list->kind = BOOT0_KIND_SERIAL;
    }
    return BOOT0_OK;
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    /* No event reports new ports: poll. */
    wait_us(context, (timeout_ms < POLL_MS ? timeout_ms : POLL_MS) * 1000);
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    (void)candidate;
    (void)error;
    *transport = (struct boot0_transport){&transport_ops, context, &b0_serial_backend};
    return BOOT0_OK;
}

static void close_bus(void *context)
{
    struct b0_uart_bus *bus = context;

    close_stream(&bus->stream);
    free(bus->loader);
    free(bus->port);
    free(bus);
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan,
    .wait_change = wait_change,
    .now_us = now_us,
    .open = open_board,
    .close = close_bus,
};

enum boot0_status
b0_uart_bus_new(struct boot0_bus *bus, const struct boot0_stream *stream,
                enum boot0_status (*open)(struct boot0_stream *stream, const char *port,
                                          struct boot0_error *error),
                const struct boot0_uart_options *options, struct boot0_error *error)
{
    const char *port = options->port ? options->port : "serial port";
    struct b0_uart_bus *made = calloc(1, sizeof *made);
    enum boot0_status status;

    memset(bus, 0, sizeof *bus);
    if (!made || !(made->port = malloc(strlen(port) + 1))) {
        free(made);
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for a port");
    }
    memcpy(made->port, port, strlen(port) + 1);
    made->line =
        (struct boot0_line){.dtr = true,
                            .rts = true,                  /* as systems open a port */
                            .parity = BOOT0_PARITY_EVEN}; /* AN3155, 2; the RAM loader has none */
    made->baud = options->baud ? options->baud : DEFAULT_BAUD;
    made->open = open;
    made->trace = options->trace;
    status = b0_reset_parse(options->boot, &made->resets, error);
    if (status != BOOT0_OK) {
        close_bus(made);
        return status;
    }
    if (stream)
        made->stream = *stream;
    if (stream && made->trace) {
        status = b0_trace_stream(&made->stream, made->trace, made->port, 0, error);
        if (status != BOOT0_OK) {
            made->stream.ops = NULL; /* the caller closes it */
            close_bus(made);
            return status;
        }
    }
    *bus = (struct boot0_bus){.ops = &bus_ops, .context = made};
    return BOOT0_OK;
}

enum boot0_status boot0_uart_open(struct boot0_bus *bus, const struct boot0_stream *stream,
                                  const struct boot0_uart_options *options,
                                  struct boot0_error *error)
{
    struct boot0_stream mine = *stream;
    enum boot0_status status = b0_uart_bus_new(bus, stream, NULL, options, error);

    if (status != BOOT0_OK)
        close_stream(&mine);
    return status;
}
