/* SPDX-License-Identifier: MIT */
/* See virtual.h: a page that has not loaded the virtual boards has none. */
#include "virtual.h"

static enum boot0_status fail_none(struct boot0_error *error)
{
    return boot0_fail(error, BOOT0_E_UNSUPPORTED, "the virtual boards are not loaded");
}

enum boot0_status web_virtual_make(const char *spec, double speed, struct boot0_error *error)
{
    (void)spec;
    (void)speed;
    return fail_none(error);
}

enum boot0_status web_virtual_bus(struct boot0_bus *bus, struct boot0_error *error)
{
    (void)bus;
    return fail_none(error);
}

bool web_virtual_peek(uint32_t address, uint8_t *data, uint32_t size)
{
    (void)address;
    (void)data;
    (void)size;
    return false;
}

void web_virtual_connect(bool plugged)
{
    (void)plugged;
}

enum boot0_status web_virtual_uart_make(const char *spec, struct boot0_error *error)
{
    (void)spec;
    return fail_none(error);
}

struct boot0_stream web_virtual_uart(void)
{
    return (struct boot0_stream){NULL, NULL};
}

bool web_virtual_uart_peek(uint32_t address, uint8_t *data, uint32_t size)
{
    return web_virtual_peek(address, data, size);
}
