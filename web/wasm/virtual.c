/* SPDX-License-Identifier: MIT */
/* See virtual.h. */
#include "virtual.h"

#include "bus.h"

#include <boot0/virtual.h>
#include <vboard/vboard.h>

static struct {
    struct boot0_bus boards; /* of one board; ops NULL: none */
    double speed;
    struct boot0_stream uart; /* of another board; ops NULL: none */
} web;

enum boot0_status web_virtual_make(const char *spec, double speed, struct boot0_error *error)
{
    boot0_bus_close(&web.boards);
    web.speed = speed;
    return boot0_virtual_open(&web.boards, &spec, 1, error);
}

/* The board outlives the session, like a real one. */
static void keep(void *context)
{
    (void)context;
}

enum boot0_status web_virtual_bus(struct boot0_bus *bus, struct boot0_error *error)
{
    static struct boot0_bus_ops ops;

    if (!web.boards.ops)
        return boot0_fail(error, BOOT0_E_NO_BOARD, "no virtual board is plugged in");
    ops = *web.boards.ops;
    ops.close = keep;
    *bus = (struct boot0_bus){.ops = &ops, .context = web.boards.context};
    return web_pace_bus(bus, web.speed, error);
}

bool web_virtual_peek(uint32_t address, uint8_t *data, uint32_t size)
{
    return web.boards.ops && vboard_peek(boot0_virtual_board(&web.boards, 0), address, data, size);
}

void web_virtual_connect(bool plugged)
{
    if (!web.boards.ops)
        return;
    if (plugged)
        vboard_plug(boot0_virtual_board(&web.boards, 0));
    else
        vboard_unplug(boot0_virtual_board(&web.boards, 0));
}

enum boot0_status web_virtual_uart_make(const char *spec, struct boot0_error *error)
{
    if (web.uart.ops)
        web.uart.ops->close(web.uart.context);
    web.uart = (struct boot0_stream){NULL, NULL};
    return boot0_virtual_uart_open(&web.uart, spec, error);
}

struct boot0_stream web_virtual_uart(void)
{
    return web.uart;
}

bool web_virtual_uart_peek(uint32_t address, uint8_t *data, uint32_t size)
{
    return web.uart.ops && vboard_peek(boot0_virtual_uart_board(&web.uart), address, data, size);
}
