/* SPDX-License-Identifier: MIT */
/* See console.h. */
#include "console.h"

#include "progress.h"
#include "text.h"

#include <base/platform/input.h>
#include <base/platform/process.h>
#include <base/platform/terminal.h>
#include <stdlib.h>
#include <string.h>

enum {
    CANDIDATES_MAX = 64,
    CTRL_C = 0x03,
    CTRL_BRACKET = 0x1d, /* as in telnet and others */
    WAIT_STEP_MS = 100,
    PERMIT_MS = 1000,
    POLL_MS = 500,      /* interrupts end a poll; this bounds one that came just before it */
    POLL_BLIND_MS = 10, /* for a port that cannot be polled */
    SEND_MS = 2000,
    CHUNK = 1024,
};

struct state {
    const struct console *console;
    struct boot0_bus bus; /* reports new devices; zeroed: none */
    struct boot0_stream stream;
    struct boot0_serial_port found; /* the port that was opened last */
    bool was_open;
    bool is_over;
    bool is_in_line; /* the last output was not a line end */
    struct b0_input *input;
    bool reads_input; /* false after its end */
};

/* ---- the terminal ---- */

/* Starts a new line if the program has begun to print one. */
static void note(struct state *state, const char *text)
{
    if (state->console->quiet)
        return;
    if (state->is_in_line && b0_is_terminal(stdout))
        fputc('\n', stderr);
    state->is_in_line = false;
    print_wrapped(stderr, "Note: ", text);
}

/* Reads typed keys, up to one that ends the monitor. */
static size_t read_keys(struct state *state, uint8_t *bytes, size_t size)
{
    long got = b0_input_read(state->input, bytes, size);

    if (got < 0) {
        state->reads_input = false; /* what the program prints is still shown */
        return 0;
    }
    for (long i = 0; b0_input_is_raw(state->input) && i < got; i++)
        if (bytes[i] == CTRL_C || bytes[i] == CTRL_BRACKET) {
            state->is_over = true;
            return (size_t)i;
        }
    return (size_t)got;
}

/* ---- finding the port ---- */

/* Whether the port fits the options. The selected device has that address and bus; 0: unknown. */
static bool usb_fits(const struct console *console, const struct boot0_serial_port *port,
                     uint8_t bus, uint8_t address)
{
    if (!port->usb)
        return false;
    if (console->has_vendor && port->vendor != console->vendor)
        return false;
    if (console->has_product && port->product != console->product)
        return false;
    if (console->serial && strcmp(console->serial, port->serial) != 0)
        return false;
    return !console->path || strcmp(port->usb_path, console->path) == 0 ||
           (bus != 0 && port->bus == bus && port->address == address);
}

/* Finds the device at the selected USB port, if there is one. */
static void find_device(const struct state *state, uint8_t *bus, uint8_t *address)
{
    struct boot0_candidate list[CANDIDATES_MAX];
    struct boot0_error ignored = {.code = BOOT0_OK};
    size_t count;

    if (!state->bus.ops || state->bus.ops->scan(state->bus.context, list, CANDIDATES_MAX, &count,
                                                &ignored) != BOOT0_OK)
        return;
    for (size_t i = 0; i < count && i < CANDIDATES_MAX; i++)
        if (strcmp(list[i].path, state->console->path) == 0) {
            *bus = (uint8_t)strtoul(list[i].path, NULL, 10);
            *address = list[i].address;
            return;
        }
}

/* Recognizes a returning board by its serial number, whatever name its port then has. */
static bool is_same(const struct state *state, const struct boot0_serial_port *port)
{
    if (state->found.usb && state->found.serial[0])
        return port->usb && strcmp(port->serial, state->found.serial) == 0 &&
               port->vendor == state->found.vendor && port->product == state->found.product;
    return strcmp(port->path, state->found.path) == 0;
}

static enum boot0_status fail_count(const struct boot0_serial_port *ports, size_t count,
                                    struct boot0_error *error)
{
    char list[384] = "";

    if (count == 0) {
        boot0_fail(error, BOOT0_E_NO_BOARD, "no board with a serial port was found");
        return boot0_hint(error, "Check with `boot0 list --ports`: a program has a serial port if "
                                 "it opens one, over USB or through an adapter. Use --wait to "
                                 "wait for one.");
    }
    for (size_t i = 0; i < count && strlen(list) + 64 < sizeof list; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "\n  %.24s  %.24s", ports[i].path,
                 ports[i].serial);
    boot0_fail(error, BOOT0_E_SEVERAL, "found %zu serial ports", count);
    return boot0_hint(error, "Choose one by name, or with --serial or --path:%s", list);
}

/* Finds the selected port, into state->found. */
static enum boot0_status find_port(struct state *state, struct boot0_error *error)
{
    const struct console *console = state->console;
    struct boot0_serial_port *ports;
    uint8_t bus = 0, address = 0;
    size_t count, fitting = 0;
    enum boot0_status status;

    if (console->path)
        find_device(state, &bus, &address);
    status = boot0_serial_list(&ports, &count, error);
    if (status != BOOT0_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        if (state->was_open && !console->path
                ? is_same(state, &ports[i])
                : (console->port ? strcmp(ports[i].path, console->port) == 0
                                 : usb_fits(console, &ports[i], bus, address)))
            ports[fitting++] = ports[i];
    if (fitting == 1)
        state->found = ports[0];
    else
        status = fail_count(ports, fitting, error);
    free(ports);
    return status;
}

static enum boot0_status open_port(struct state *state, struct boot0_error *error)
{
    const struct boot0_line line = {.baud = state->console->baud, .dtr = true, .rts = true};
    enum boot0_status status = find_port(state, error);
    struct boot0_stream stream;

    if (status == BOOT0_E_NO_BOARD && state->console->port && !state->was_open) {
        /* Not listed, but it may exist: a link made by udev, a pseudo terminal. */
        memset(&state->found, 0, sizeof state->found);
        snprintf(state->found.path, sizeof state->found.path, "%s", state->console->port);
        status = BOOT0_OK;
    }
    if (status == BOOT0_OK)
        status = boot0_serial_stream(&stream, state->found.path, error);
    if (status != BOOT0_OK)
        return status;
    if (stream.ops->set(stream.context, &line) == BOOT0_XFER_OK) {
        state->stream = stream;
        return BOOT0_OK;
    }
    stream.ops->close(stream.context);
    boot0_fail(error, BOOT0_E_IO, "the port %s cannot be set to %u baud", state->found.path,
               state->console->baud);
    return boot0_hint(error, "Use --baud to set another speed.");
}

/* Waits briefly for a device to be plugged in. Heeds the keys that end the monitor. */
static void wait_a_moment(struct state *state)
{
    bool has_input = false, ignored;
    uint8_t lost[CHUNK];

    if (state->bus.ops)
        state->bus.ops->wait_change(state->bus.context, WAIT_STEP_MS);
    else
        b0_input_wait(NULL, -1, WAIT_STEP_MS, &has_input, &ignored);
    if (state->reads_input && b0_input_is_raw(state->input) &&
        b0_input_wait(state->input, -1, 0, &has_input, &ignored) && has_input)
        read_keys(state, lost, sizeof lost);
    state->is_over = state->is_over || signals_pending();
}

static enum boot0_status wait_for_port(struct state *state, struct boot0_error *error)
{
    uint32_t waited_ms = 0;
    uint32_t denied_ms = 0; /* since the port first refused access */
    uint32_t limit_ms = state->was_open ? UINT32_MAX : state->console->wait_ms;

    while (!state->is_over) {
        enum boot0_status status = open_port(state, error);
        /* udev may still be at work on a port that has just appeared. */
        bool may_come = status == BOOT0_E_NO_BOARD || status == BOOT0_E_IO ||
                        (status == BOOT0_E_PERMISSION && limit_ms > 0 && denied_ms < PERMIT_MS);

        if (status == BOOT0_OK || !may_come || (limit_ms != UINT32_MAX && waited_ms >= limit_ms))
            return status;
        wait_a_moment(state);
        waited_ms += WAIT_STEP_MS;
        denied_ms = status == BOOT0_E_PERMISSION ? denied_ms + WAIT_STEP_MS : 0;
    }
    return BOOT0_OK;
}

/* ---- talking ---- */

/* Shows what the port sends. False: the port is gone. */
static bool show(struct state *state)
{
    uint8_t bytes[CHUNK];
    size_t actual;
    enum boot0_xfer result =
        state->stream.ops->receive(state->stream.context, bytes, sizeof bytes, &actual, 0);

    if (actual > 0)
        state->is_in_line = bytes[actual - 1] != '\n';
    if (!b0_process_output(bytes, actual))
        state->is_over = true; /* the reader is gone */
    return result != BOOT0_XFER_GONE;
}

static bool send_keys(struct state *state)
{
    uint8_t bytes[CHUNK];
    size_t size = read_keys(state, bytes, sizeof bytes);

    return size == 0 ||
           state->stream.ops->send(state->stream.context, bytes, size, SEND_MS) != BOOT0_XFER_GONE;
}

/* Runs until the monitor ends or the port is gone. */
static void talk(struct state *state)
{
    int fd = state->stream.ops->handle ? state->stream.ops->handle(state->stream.context) : -1;
    bool there = true;

    while (there && !state->is_over) {
        bool has_input, port_has;

        if (!b0_input_wait(state->reads_input ? state->input : NULL, fd,
                           fd < 0 ? POLL_BLIND_MS : POLL_MS, &has_input, &port_has))
            return;
        if (signals_pending())
            state->is_over = true;
        else if (has_input)
            there = send_keys(state);
        if (there && (port_has || fd < 0))
            there = show(state);
    }
}

static enum boot0_status follow(struct state *state, struct boot0_error *error)
{
    char text[256];

    while (!state->is_over) {
        enum boot0_status status = wait_for_port(state, error);

        if (status != BOOT0_OK || state->is_over)
            return status;
        snprintf(text, sizeof text,
                 b0_input_is_raw(state->input) ? "connected to %.128s; press Ctrl-C to stop"
                                               : "connected to %.128s",
                 state->found.path);
        note(state, text);
        state->was_open = true;
        talk(state);
        state->stream.ops->close(state->stream.context);
        state->stream.ops = NULL;
        if (!state->is_over)
            note(state, "the port disappeared; waiting for the board");
    }
    return BOOT0_OK;
}

enum boot0_status console_run(const struct console *console, struct boot0_error *error)
{
    struct state state = {.console = console, .reads_input = true};
    struct boot0_error ignored = {.code = BOOT0_OK};
    enum boot0_status status;

    if (boot0_usb_open(&state.bus, &ignored) != BOOT0_OK)
        memset(&state.bus, 0, sizeof state.bus);
    fflush(stdout);
    signals_announce(false); /* there is no work to complete */
    state.input = b0_input_open(true);
    status =
        state.input ? follow(&state, error) : boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    if (state.stream.ops)
        state.stream.ops->close(state.stream.context);
    b0_input_close(state.input);
    boot0_bus_close(&state.bus);
    return status;
}
