/* SPDX-License-Identifier: MIT */
/*
 * Virtual boards compute their time without waiting. This bus waits: the user sees a real board's
 * speed, and the page can draw meanwhile.
 */
#include "bus.h"

#include <base/clock.h>
#include <stdlib.h>

enum {
    AHEAD_US = 10000, /* the boards' maximum lead over real time */
    DRAW_US = 40000,  /* interval of the page's turns at full speed */
};

struct paced {
    struct boot0_bus inner;
    double speed;
    uint64_t inner_start_us;
    uint64_t start_us;
    uint64_t drawn_us;
};

struct paced_board {
    struct paced *bus;
    struct boot0_transport inner;
};

/* Microseconds by which the boards are ahead of real time. */
static uint64_t ahead_us(const struct paced *paced)
{
    uint64_t inner_us = paced->inner.ops->now_us(paced->inner.context) - paced->inner_start_us;
    uint64_t due_us = paced->speed > 0 ? (uint64_t)((double)inner_us / paced->speed) : 0;
    uint64_t spent_us = b0_clock_us() - paced->start_us;

    return due_us > spent_us ? due_us - spent_us : 0;
}

static void pace(struct paced *paced)
{
    uint64_t ahead = ahead_us(paced);

    if (ahead < AHEAD_US && b0_clock_us() - paced->drawn_us < DRAW_US)
        return;
    b0_sleep_us(ahead);
    paced->drawn_us = b0_clock_us();
}

/* ---- one board ---- */

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    struct paced_board *board = context;
    enum boot0_xfer result =
        board->inner.ops->control(board->inner.context, setup, data, actual, timeout_ms);

    pace(board->bus);
    return result;
}

static enum boot0_status select_alternate(void *context, uint8_t interface, uint8_t alternate,
                                          struct boot0_error *error)
{
    struct paced_board *board = context;

    return board->inner.ops->select(board->inner.context, interface, alternate, error);
}

static enum boot0_xfer reset(void *context)
{
    struct paced_board *board = context;

    return board->inner.ops->reset(board->inner.context);
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct paced_board *board = context;

    board->inner.ops->wait(board->inner.context, microseconds);
    pace(board->bus);
}

static uint64_t board_now_us(void *context)
{
    struct paced_board *board = context;

    return board->inner.ops->now_us(board->inner.context);
}

static void close_board(void *context)
{
    struct paced_board *board = context;

    board->inner.ops->close(board->inner.context);
    free(board);
}

static const struct boot0_transport_ops board_ops = {
    .control = control,
    .select = select_alternate,
    .reset = reset,
    .wait = wait_us,
    .now_us = board_now_us,
    .close = close_board,
};

/* ---- the bus ---- */

static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    struct paced *paced = context;

    return paced->inner.ops->scan(paced->inner.context, list, capacity, count, error);
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    struct paced *paced = context;

    paced->inner.ops->wait_change(paced->inner.context, timeout_ms);
    pace(paced);
}

static uint64_t now_us(void *context)
{
    struct paced *paced = context;

    return paced->inner.ops->now_us(paced->inner.context);
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    struct paced *paced = context;
    struct paced_board *board = malloc(sizeof *board);
    enum boot0_status status;

    if (!board)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    board->bus = paced;
    status = paced->inner.ops->open(paced->inner.context, candidate, &board->inner, error);
    if (status != BOOT0_OK) {
        free(board);
        return status;
    }
    *transport = (struct boot0_transport){.ops = &board_ops, .context = board};
    return BOOT0_OK;
}

static void close_bus(void *context)
{
    struct paced *paced = context;

    boot0_bus_close(&paced->inner);
    free(paced);
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan,
    .wait_change = wait_change,
    .now_us = now_us,
    .open = open_board,
    .close = close_bus,
};

enum boot0_status web_pace_bus(struct boot0_bus *bus, double speed, struct boot0_error *error)
{
    struct paced *paced = malloc(sizeof *paced);

    if (!paced)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    *paced = (struct paced){
        .inner = *bus,
        .speed = speed,
        .inner_start_us = bus->ops->now_us(bus->context),
        .start_us = b0_clock_us(),
        .drawn_us = b0_clock_us(),
    };
    *bus = (struct boot0_bus){.ops = &bus_ops, .context = paced};
    return BOOT0_OK;
}
