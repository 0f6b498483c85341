/* SPDX-License-Identifier: MIT */
/* The board behind WebUSB: each call is one of host.h, with libboot0's errors. */
#include "bus.h"
#include "host.h"

#include <base/clock.h>
#include <core/candidate.h>
#include <string.h>

enum {
    DESCRIPTORS_MAX = 18 + 4096, /* bytes of a device and its configuration */
};

static uint64_t now_us(void *context)
{
    (void)context;
    return b0_clock_us();
}

static void wait_us(void *context, uint32_t microseconds)
{
    (void)context;
    b0_sleep_us(microseconds);
}

/* ---- one board ---- */

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    int32_t moved = web_host_usb_control(setup, data, timeout_ms);

    (void)context;
    *actual = moved > 0 ? (size_t)moved : 0;
    return moved >= 0 ? BOOT0_XFER_OK : (enum boot0_xfer)(-moved);
}

static enum boot0_status select_alternate(void *context, uint8_t interface, uint8_t alternate,
                                          struct boot0_error *error)
{
    enum boot0_status status = (enum boot0_status)web_host_usb_select(interface, alternate);

    (void)context;
    if (status == BOOT0_OK)
        return BOOT0_OK;
    if (status == BOOT0_E_BUSY) {
        boot0_fail(error, BOOT0_E_BUSY, "another program holds the board");
        return boot0_hint(error, "Close other flash tools and other pages that use the board, then "
                                 "try again.");
    }
    if (status == BOOT0_E_GONE)
        return boot0_fail(error, BOOT0_E_GONE, "the board went away before it could be used");
    return boot0_fail(error, status, "cannot select alternate setting %u", alternate);
}

static enum boot0_xfer reset(void *context)
{
    (void)context;
    return (enum boot0_xfer)web_host_usb_reset();
}

/*
 * The page has one device. A session that follows its board to another bootloader opens the new
 * transport before it closes the old one; that close then has no effect.
 */
static uintptr_t opened;

static void close_board(void *context)
{
    if ((uintptr_t)context == opened)
        web_host_usb_close();
}

static const struct boot0_transport_ops board_ops = {
    .control = control,
    .select = select_alternate,
    .reset = reset,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_board,
};

/* ---- the bus ---- */

static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    struct boot0_candidate candidate;
    uint8_t bytes[DESCRIPTORS_MAX];
    uint32_t size = web_host_usb_scan() ? web_host_usb_descriptors(bytes, sizeof bytes) : 0;

    (void)context;
    (void)error;
    for (*count = 0; b0_candidate_read(bytes, size, *count, &candidate); ++*count) {
        strcpy(candidate.path, "USB");
        candidate.address = (uint8_t)(1 + (web_host_usb_arrival() - 1) % 127);
        if (*count < capacity)
            list[*count] = candidate;
    }
    return BOOT0_OK;
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    (void)context;
    web_host_usb_wait(timeout_ms);
}

static enum boot0_status fail_open(enum boot0_status status,
                                   const struct boot0_candidate *candidate,
                                   struct boot0_error *error)
{
    if (status == BOOT0_E_PERMISSION) {
        boot0_fail(error, status, "no permission to open the board %04x:%04x", candidate->vendor,
                   candidate->product);
        boot0_hint(error, "Give users access to the device: a driver on Windows, a udev rule on "
                          "Linux.");
        return boot0_advise(error, BOOT0_ADVICE_USB_ACCESS, NULL);
    }
    boot0_fail(error, status, "cannot open the board %04x:%04x", candidate->vendor,
               candidate->product);
    boot0_hint(error, "Plug it in again, at another port if necessary.");
    return boot0_advise(error, BOOT0_ADVICE_USB_OPEN, NULL);
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    enum boot0_status status = (enum boot0_status)web_host_usb_open();

    (void)context;
    if (status != BOOT0_OK)
        return fail_open(status, candidate, error);
    *transport = (struct boot0_transport){.ops = &board_ops, .context = (void *)++opened};
    return BOOT0_OK;
}

static void close_bus(void *context)
{
    (void)context;
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan,
    .wait_change = wait_change,
    .now_us = now_us,
    .open = open_board,
    .close = close_bus,
};

struct boot0_bus web_usb_bus(void)
{
    return (struct boot0_bus){.ops = &bus_ops};
}
