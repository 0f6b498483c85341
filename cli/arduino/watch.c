/* SPDX-License-Identifier: MIT */
/* See watch.h. */
#include "watch.h"

#include "../command_session.h"

#include <base/platform/thread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAIT_MS = 250,    /* serial ports appear slightly later than their device */
    RETRY_ROUNDS = 8, /* rounds until a board that could not be queried is queried again */
};

/* A board. It is queried once per plugging in, because a query disturbs its user. */
struct known {
    struct boot0_board board;
    unsigned rounds; /* since the query */
    bool seen;
};

struct watch {
    struct command_session command;
    struct b0_thread thread;
    atomic_bool stop;
    void (*found)(void *context, const struct ide_ports *ports);
    void *context;
    bool told; /* found() was called */
    struct ide_ports ports;
    struct known boards[IDE_PORTS_MAX];
    size_t board_count;
};

static bool same_device(const struct boot0_candidate *one, const struct boot0_candidate *other)
{
    return strcmp(one->path, other->path) == 0 && one->address == other->address &&
           one->vendor == other->vendor && one->product == other->product &&
           one->dfu_protocol == other->dfu_protocol;
}

/* Queries the board at a candidate's port. False: it is gone. */
static bool ask(struct watch *watch, const struct boot0_candidate *candidate,
                struct boot0_board *board)
{
    const struct boot0_selection selection = {.path = candidate->path};
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_board *list;
    size_t count;
    bool found = false;

    if (boot0_board_list(&watch->command.bus, &selection, &list, &count, &error) != BOOT0_OK)
        return false;
    for (size_t i = 0; i < count && !found; i++) {
        found = same_device(&list[i].usb, candidate);
        if (found)
            *board = list[i];
    }
    free(list);
    return found;
}

static void meet(struct watch *watch, const struct boot0_candidate *candidate)
{
    struct known *known = NULL;

    for (size_t i = 0; i < watch->board_count && !known; i++)
        if (same_device(&watch->boards[i].board.usb, candidate))
            known = &watch->boards[i];
    if (known) {
        known->seen = true;
        if (known->board.access.code != BOOT0_OK && ++known->rounds % RETRY_ROUNDS == 0)
            ask(watch, candidate, &known->board);
    } else if (watch->board_count < IDE_PORTS_MAX) {
        known = &watch->boards[watch->board_count];
        *known = (struct known){.seen = true};
        if (ask(watch, candidate, &known->board))
            watch->board_count++;
    }
}

static void forget_unseen(struct watch *watch)
{
    size_t kept = 0;

    for (size_t i = 0; i < watch->board_count; i++)
        if (watch->boards[i].seen)
            watch->boards[kept++] = watch->boards[i];
    watch->board_count = kept;
}

static void look_for_boards(struct watch *watch)
{
    struct boot0_candidate candidates[IDE_PORTS_MAX];
    struct boot0_error error = {.code = BOOT0_OK};
    size_t count;

    for (size_t i = 0; i < watch->board_count; i++)
        watch->boards[i].seen = false;
    if (watch->command.bus.ops->scan(watch->command.bus.context, candidates, IDE_PORTS_MAX, &count,
                                     &error) != BOOT0_OK)
        count = 0;
    for (size_t i = 0; i < count && i < IDE_PORTS_MAX; i++)
        if (!candidates[i].serial_only) /* a serial port, shown as such */
            meet(watch, &candidates[i]);
    forget_unseen(watch);
}

/* Whether a program has a serial port: then only the port is shown. */
static bool has_serial_port(const struct ide_ports *ports, const struct ide_port *board)
{
    for (size_t i = 0; i < ports->count; i++) {
        const struct ide_port *port = &ports->list[i];

        if (port->is_serial && port->is_usb && port->vendor == board->vendor &&
            port->product == board->product && strcmp(port->serial, board->serial) == 0)
            return true;
    }
    return false;
}

static void gather(struct watch *watch, struct ide_ports *ports)
{
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_serial_port *list = NULL;
    struct ide_port port;
    size_t count = 0;

    ports->count = 0;
    if (watch->command.arguments->select.virtual_count == 0 &&
        boot0_serial_list(&list, &count, &error) != BOOT0_OK)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        ide_port_of_serial(&port, &list[i]);
        ide_ports_add(ports, &port);
    }
    free(list);
    look_for_boards(watch);
    for (size_t i = 0; i < watch->board_count; i++) {
        ide_port_of_board(&port, &watch->boards[i].board);
        if (port.in_dfu_mode || !has_serial_port(ports, &port))
            ide_ports_add(ports, &port);
    }
}

static bool ports_equal(const struct ide_ports *one, const struct ide_ports *other)
{
    if (one->count != other->count)
        return false;
    for (size_t i = 0; i < one->count; i++) {
        const struct ide_port *port = ide_ports_find(other, &one->list[i]);

        if (!port || !ide_port_equal(port, &one->list[i]))
            return false;
    }
    return true;
}

static void run(void *context)
{
    struct watch *watch = context;
    struct ide_ports *now = calloc(1, sizeof *now);

    while (now && !watch->stop) {
        gather(watch, now);
        if (!watch->told || !ports_equal(now, &watch->ports)) {
            watch->ports = *now;
            watch->told = true;
            watch->found(watch->context, now);
        }
        watch->command.bus.ops->wait_change(watch->command.bus.context, WAIT_MS);
    }
    free(now);
}

struct watch *watch_start(const struct arguments *arguments,
                          void (*found)(void *context, const struct ide_ports *ports),
                          void *context, struct boot0_error *error)
{
    struct watch *watch = calloc(1, sizeof *watch);
    enum boot0_status status;

    if (!watch) {
        boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
        return NULL;
    }
    watch->found = found;
    watch->context = context;
    status = command_open_bus(&watch->command, arguments, error);
    if (status == BOOT0_OK && !b0_thread_start(&watch->thread, run, watch))
        status = boot0_fail(error, BOOT0_E_MEMORY, "cannot start a thread");
    if (status == BOOT0_OK)
        return watch;
    command_close(&watch->command);
    free(watch);
    return NULL;
}

void watch_stop(struct watch *watch)
{
    if (!watch)
        return;
    watch->stop = true;
    b0_thread_join(&watch->thread);
    command_close(&watch->command);
    free(watch);
}
