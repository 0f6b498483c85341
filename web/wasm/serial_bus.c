/* SPDX-License-Identifier: MIT */
/* The UART bootloader behind Web Serial: the page's port as a stream of libboot0. */
#include "bus.h"
#include "host.h"

#include <base/clock.h>

static enum boot0_xfer send_bytes(void *context, const uint8_t *bytes, size_t size,
                                  uint32_t timeout_ms)
{
    (void)context;
    return (enum boot0_xfer)web_host_serial_send(bytes, size, timeout_ms);
}

static enum boot0_xfer receive(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms)
{
    int32_t came = web_host_serial_receive(bytes, size, timeout_ms);

    (void)context;
    *actual = came > 0 ? (size_t)came : 0;
    if (came < 0)
        return (enum boot0_xfer)(-came);
    return *actual == size ? BOOT0_XFER_OK : BOOT0_XFER_TIMEOUT;
}

static enum boot0_xfer set(void *context, const struct boot0_line *line)
{
    (void)context;
    return (enum boot0_xfer)web_host_serial_set(line->baud, line->parity == BOOT0_PARITY_EVEN,
                                                line->dtr, line->rts);
}

static void wait_us(void *context, uint32_t microseconds)
{
    (void)context;
    b0_sleep_us(microseconds);
}

static uint64_t now_us(void *context)
{
    (void)context;
    return b0_clock_us();
}

static void close_port(void *context)
{
    (void)context;
    web_host_serial_close();
}

static const struct boot0_stream_ops stream_ops = {
    .send = send_bytes,
    .receive = receive,
    .set = set,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_port,
};

enum boot0_status web_serial_bus(struct boot0_bus *bus, const char *boot, uint32_t baud,
                                 struct boot0_error *error)
{
    const struct boot0_stream stream = {&stream_ops, NULL};
    const struct boot0_uart_options options = {.port = "serial port", .baud = baud, .boot = boot};

    return boot0_uart_open(bus, &stream, &options, error);
}
