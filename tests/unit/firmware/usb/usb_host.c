/* SPDX-License-Identifier: MIT */
#include "usb_host.h"

#include <assert.h>
#include <string.h>

/* ---- the driver ---- */

static void driver_connect(void *driver, bool on, bool interrupts)
{
    struct usb_host *host = driver;

    (void)interrupts;
    host->connected = on;
}

static void driver_poll(void *driver, struct b0_usb *usb)
{
    (void)driver;
    (void)usb;
}

static void driver_set_address(void *driver, uint8_t address)
{
    struct usb_host *host = driver;

    host->address = address;
}

static void driver_endpoint(void *driver, const struct b0_usb_endpoint *endpoint,
                            enum b0_usb_order order)
{
    struct usb_host *host = driver;
    unsigned number = B0_USB_NUMBER(endpoint->address);
    bool in = B0_USB_IS_IN(endpoint->address);

    assert(number < B0_USB_ENDPOINTS);
    assert(number > 0 || order == B0_USB_STALL);
    if (in) {
        host->in[number].stalled = order == B0_USB_STALL;
        host->in[number].sending = false;
        host->in[number].open = order != B0_USB_CLOSE;
        host->in[number].opened += order == B0_USB_OPEN;
    } else {
        host->out[number].stalled = order == B0_USB_STALL;
        host->out[number].receiving = false;
        host->out[number].open = order != B0_USB_CLOSE;
        host->out[number].opened += order == B0_USB_OPEN;
    }
}

static void driver_send(void *driver, uint8_t endpoint, const uint8_t *data, size_t size)
{
    struct usb_host *host = driver;
    unsigned number = B0_USB_NUMBER(endpoint);

    assert(number < B0_USB_ENDPOINTS && B0_USB_IS_IN(endpoint));
    assert(!host->in[number].sending);
    assert(size <= (number == 0 ? B0_USB_CONTROL_PACKET : sizeof host->in[number].packet));
    if (size > 0)
        memcpy(host->in[number].packet, data, size);
    host->in[number].size = size;
    host->in[number].sending = true;
}

static void driver_receive(void *driver, uint8_t endpoint, uint8_t *data, size_t size)
{
    struct usb_host *host = driver;
    unsigned number = B0_USB_NUMBER(endpoint);

    assert(number < B0_USB_ENDPOINTS && !B0_USB_IS_IN(endpoint));
    assert(!host->out[number].receiving);
    host->out[number].target = data;
    host->out[number].room = size;
    host->out[number].receiving = true;
}

static const struct b0_usb_driver driver = {
    .connect = driver_connect,
    .poll = driver_poll,
    .set_address = driver_set_address,
    .endpoint = driver_endpoint,
    .send = driver_send,
    .receive = driver_receive,
};

/* ---- the host ---- */

void usb_host_plug(struct usb_host *host, const struct b0_usb_device *device)
{
    memset(host, 0, sizeof *host);
    b0_usb_init(&host->usb, device, &driver, host);
    b0_usb_connect(&host->usb, false);
    usb_host_reset(host);
}

void usb_host_reset(struct usb_host *host)
{
    memset(host->in, 0, sizeof host->in);
    memset(host->out, 0, sizeof host->out);
    host->address = 0;
    b0_usb_on_reset(&host->usb);
}

static void pause_between(struct usb_host *host)
{
    if (host->between)
        host->between(host->between_context);
}

/* Moves one packet to the host; returns false if there is none. */
static bool fetch(struct usb_host *host, size_t *size)
{
    uint8_t packet[B0_USB_CONTROL_PACKET];

    if (!host->in[0].sending)
        return false;
    *size = host->in[0].size;
    memcpy(packet, host->in[0].packet, *size);
    host->in[0].sending = false;
    if (host->setup.bmRequestType & BOOT0_USB_DIR_IN) {
        assert(host->moved + *size <= host->setup.wLength); /* otherwise it would be babble */
        memcpy(host->data + host->moved, packet, *size);
        host->moved += *size;
        host->packets++;
    }
    b0_usb_on_sent(&host->usb, B0_USB_IN(0));
    return true;
}

/* Moves one packet to the device; returns false if it accepts none. */
static bool deliver(struct usb_host *host, size_t size)
{
    if (!host->out[0].receiving)
        return false;
    assert(size <= host->out[0].room);
    if (size > 0)
        memcpy(host->out[0].target, host->data + host->moved, size);
    host->out[0].receiving = false;
    host->moved += size;
    host->packets += size > 0;
    b0_usb_on_received(&host->usb, B0_USB_OUT(0), size);
    return true;
}

static enum usb_answer wait_or_stall(const struct usb_host *host)
{
    return host->in[0].stalled || host->out[0].stalled ? USB_STALL : USB_NAK;
}

static enum usb_answer continue_in(struct usb_host *host)
{
    size_t size;

    while (!host->data_over) {
        pause_between(host);
        if (!fetch(host, &size))
            return wait_or_stall(host);
        host->data_over = size < B0_USB_CONTROL_PACKET || host->moved == host->setup.wLength;
    }
    pause_between(host);
    return deliver(host, 0) ? USB_ACK : wait_or_stall(host);
}

static enum usb_answer continue_out(struct usb_host *host)
{
    size_t size;

    while (host->moved < host->setup.wLength) {
        size_t left = host->setup.wLength - host->moved;

        pause_between(host);
        if (!deliver(host, left < B0_USB_CONTROL_PACKET ? left : B0_USB_CONTROL_PACKET))
            return wait_or_stall(host);
    }
    pause_between(host);
    return fetch(host, &size) ? USB_ACK : wait_or_stall(host);
}

enum usb_answer usb_host_continue(struct usb_host *host)
{
    bool in = (host->setup.bmRequestType & BOOT0_USB_DIR_IN) != 0 && host->setup.wLength > 0;
    enum usb_answer answer = in ? continue_in(host) : continue_out(host);

    pause_between(host);
    return answer;
}

enum usb_answer usb_host_control(struct usb_host *host, struct boot0_setup setup, uint8_t *data)
{
    const uint8_t packet[8] = {
        setup.bmRequestType,    setup.bRequest,
        (uint8_t)setup.wValue,  (uint8_t)(setup.wValue >> 8),
        (uint8_t)setup.wIndex,  (uint8_t)(setup.wIndex >> 8),
        (uint8_t)setup.wLength, (uint8_t)(setup.wLength >> 8),
    };

    host->setup = setup;
    host->data = data;
    host->moved = 0;
    host->packets = 0;
    host->data_over = false;
    /* By the driver's contract a SETUP ends any transfer in progress. */
    host->in[0].sending = host->out[0].receiving = false;
    host->in[0].stalled = host->out[0].stalled = false;
    pause_between(host);
    b0_usb_on_setup(&host->usb, packet);
    return usb_host_continue(host);
}

enum usb_answer usb_host_descriptor(struct usb_host *host, uint8_t type, uint8_t index,
                                    uint8_t *data, uint16_t length)
{
    const struct boot0_setup setup = {
        .bmRequestType = BOOT0_USB_DIR_IN,
        .bRequest = BOOT0_USB_GET_DESCRIPTOR,
        .wValue = (uint16_t)(type << 8 | index),
        .wLength = length,
    };

    return usb_host_control(host, setup, data);
}

bool usb_host_fetch(struct usb_host *host, uint8_t endpoint, uint8_t data[512], size_t *size)
{
    unsigned number = B0_USB_NUMBER(endpoint);

    if (!host->in[number].sending || host->in[number].stalled)
        return false;
    *size = host->in[number].size;
    memcpy(data, host->in[number].packet, *size);
    host->in[number].sending = false;
    b0_usb_on_sent(&host->usb, endpoint);
    return true;
}

bool usb_host_deliver(struct usb_host *host, uint8_t endpoint, const uint8_t *data, size_t size)
{
    unsigned number = B0_USB_NUMBER(endpoint);

    if (!host->out[number].receiving || host->out[number].stalled)
        return false;
    assert(size <= host->out[number].room);
    if (size > 0)
        memcpy(host->out[number].target, data, size);
    host->out[number].receiving = false;
    b0_usb_on_received(&host->usb, endpoint, size);
    return true;
}
