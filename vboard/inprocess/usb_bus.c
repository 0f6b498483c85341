/* SPDX-License-Identifier: MIT */
/*
 * Virtual boards in the same process, as a bus. All times are theirs: each board has its own clock,
 * the bus is as late as the latest of them, and waiting for a change advances the others.
 */
#include <boot0/virtual.h>

#include <core/candidate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vboard/vboard.h>

enum {
    WAIT_STEP_US = 10000, /* how often a wait looks for boards that come and go */
};

struct virtual_bus {
    size_t count;
    struct vboard *boards[];
};

struct virtual_board {
    struct vboard *board;
    unsigned connection; /* of the opened device: a later one is another device */
};

/* ---- one board ---- */

static bool gone(const struct virtual_board *handle)
{
    return !vboard_connected(handle->board) ||
           vboard_connection(handle->board) != handle->connection;
}

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    struct virtual_board *handle = context;

    *actual = 0;
    if (gone(handle))
        return BOOT0_XFER_GONE;
    return vboard_control(handle->board, setup, data, actual, (uint64_t)timeout_ms * 1000);
}

static enum boot0_status select_alternate(void *context, uint8_t interface, uint8_t alternate,
                                          struct boot0_error *error)
{
    const struct boot0_setup setup = {
        .bmRequestType = BOOT0_USB_RECIPIENT_INTERFACE,
        .bRequest = BOOT0_USB_SET_INTERFACE,
        .wValue = alternate,
        .wIndex = interface,
    };
    size_t actual;
    enum boot0_xfer result = control(context, &setup, NULL, &actual, 5000);

    if (result == BOOT0_XFER_OK)
        return BOOT0_OK;
    if (result == BOOT0_XFER_GONE)
        return boot0_fail(error, BOOT0_E_GONE, "the board went away before it could be used");
    return boot0_fail(error, BOOT0_E_IO, "cannot select alternate setting %u", alternate);
}

static enum boot0_xfer reset(void *context)
{
    struct virtual_board *handle = context;

    if (gone(handle))
        return BOOT0_XFER_GONE;
    vboard_bus_reset(handle->board);
    return gone(handle) ? BOOT0_XFER_GONE : BOOT0_XFER_OK;
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct virtual_board *handle = context;

    vboard_wait(handle->board, microseconds);
}

static uint64_t board_now_us(void *context)
{
    struct virtual_board *handle = context;

    return vboard_now_us(handle->board);
}

static const struct boot0_transport_ops board_ops = {
    .control = control,
    .select = select_alternate,
    .reset = reset,
    .wait = wait_us,
    .now_us = board_now_us,
    .close = free,
};

/* ---- the bus ---- */

static uint64_t now_us(void *context)
{
    const struct virtual_bus *bus = context;
    uint64_t latest = 0;

    for (size_t i = 0; i < bus->count; i++)
        if (vboard_now_us(bus->boards[i]) > latest)
            latest = vboard_now_us(bus->boards[i]);
    return latest;
}

/* No operating system uses bus 0. */
static void write_path(size_t index, char path[BOOT0_PATH_MAX])
{
    snprintf(path, BOOT0_PATH_MAX, "0-%zu", index + 1);
}

/* The candidate for a board's `nth` DFU interface. */
static bool examine(const struct vboard *board, size_t index, size_t nth,
                    struct boot0_candidate *candidate)
{
    uint8_t bytes[VBOARD_DESCRIPTORS_MAX];
    size_t size = vboard_descriptors(board, bytes, sizeof bytes);

    if (!b0_candidate_read(bytes, size, nth, candidate))
        return false;
    write_path(index, candidate->path);
    candidate->address = (uint8_t)(1 + (vboard_connection(board) - 1) % 127);
    return true;
}

static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    const struct virtual_bus *bus = context;
    struct boot0_candidate candidate;

    (void)error;
    *count = 0;
    for (size_t i = 0; i < bus->count; i++)
        for (size_t nth = 0; examine(bus->boards[i], i, nth, &candidate); nth++) {
            if (*count < capacity)
                list[*count] = candidate;
            ++*count;
        }
    return BOOT0_OK;
}

/* Grows with each arrival and each departure on the bus. */
static uint64_t changes(const struct virtual_bus *bus)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < bus->count; i++)
        sum += 2 * (uint64_t)vboard_connection(bus->boards[i]) - vboard_connected(bus->boards[i]);
    return sum;
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    const struct virtual_bus *bus = context;
    uint64_t at_us = now_us(context);
    uint64_t end_us = at_us + (uint64_t)timeout_ms * 1000;
    uint64_t before = changes(bus);

    while (at_us < end_us && changes(bus) == before) {
        at_us = end_us - at_us > WAIT_STEP_US ? at_us + WAIT_STEP_US : end_us;
        for (size_t i = 0; i < bus->count; i++)
            vboard_wait_until(bus->boards[i], at_us);
    }
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    const struct virtual_bus *bus = context;
    struct virtual_board *handle;
    struct boot0_candidate other;

    for (size_t i = 0; i < bus->count; i++) {
        if (!examine(bus->boards[i], i, 0, &other) || strcmp(other.path, candidate->path) != 0 ||
            other.address != candidate->address)
            continue;
        handle = malloc(sizeof *handle);
        if (!handle)
            return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
        handle->board = bus->boards[i];
        handle->connection = vboard_connection(bus->boards[i]);
        *transport = (struct boot0_transport){.ops = &board_ops, .context = handle};
        return BOOT0_OK;
    }
    return boot0_fail(error, BOOT0_E_GONE, "the board at %s has disappeared", candidate->path);
}

/* If a flash file cannot be written, nobody is left to tell. */
static void close_bus(void *context)
{
    struct virtual_bus *bus = context;

    for (size_t i = 0; i < bus->count; i++)
        (void)vboard_free(bus->boards[i], NULL);
    free(bus);
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan,
    .wait_change = wait_change,
    .now_us = now_us,
    .open = open_board,
    .close = close_bus,
};

enum boot0_status boot0_virtual_open(struct boot0_bus *bus, const char *const *specs, size_t count,
                                     struct boot0_error *error)
{
    struct boot0_error unseen = {.code = BOOT0_OK};
    struct boot0_error *told = error ? error : &unseen;
    struct virtual_bus *boards = calloc(1, sizeof *boards + count * sizeof boards->boards[0]);

    memset(bus, 0, sizeof *bus);
    if (!boards)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    for (; boards->count < count; boards->count++) {
        boards->boards[boards->count] = vboard_new(specs[boards->count], told);
        if (!boards->boards[boards->count]) {
            close_bus(boards);
            return told->code;
        }
    }
    *bus = (struct boot0_bus){.ops = &bus_ops, .context = boards};
    return BOOT0_OK;
}

struct vboard *boot0_virtual_board(const struct boot0_bus *bus, size_t index)
{
    const struct virtual_bus *boards = bus->context;

    return index < boards->count ? boards->boards[index] : NULL;
}
