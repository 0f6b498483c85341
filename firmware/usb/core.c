/* SPDX-License-Identifier: MIT */
/*
 * A USB device, independent of the controller: passes the driver's reports to the control transfers
 * (control.c) or to the device's functions.
 */
#include "core_private.h"

void b0_usb_init(struct b0_usb *usb, const struct b0_usb_device *device,
                 const struct b0_usb_driver *driver, void *driver_context)
{
    *usb = (struct b0_usb){
        .device = device,
        .driver = driver,
        .driver_context = driver_context,
    };
}

void b0_usb_connect(struct b0_usb *usb, bool interrupts)
{
    usb->driver->connect(usb->driver_context, true, interrupts);
}

void b0_usb_disconnect(struct b0_usb *usb)
{
    usb->driver->connect(usb->driver_context, false, false);
    b0_usb_on_reset(usb);
}

void b0_usb_poll(struct b0_usb *usb)
{
    usb->driver->poll(usb->driver_context, usb);
}

uint8_t b0_usb_configuration(const struct b0_usb *usb)
{
    return usb->configuration;
}

/* ---- functions ---- */

const struct b0_usb_function *b0_usb_by_interface(const struct b0_usb *usb, uint8_t interface)
{
    for (size_t i = 0; i < usb->device->function_count; i++) {
        const struct b0_usb_function *function = &usb->device->functions[i];

        if ((uint8_t)(interface - function->first_interface) < function->interface_count)
            return function;
    }
    return NULL;
}

const struct b0_usb_function *b0_usb_by_endpoint(const struct b0_usb *usb, uint8_t endpoint)
{
    for (size_t i = 0; i < usb->device->function_count; i++) {
        const struct b0_usb_function *function = &usb->device->functions[i];

        if ((function->endpoints >> B0_USB_NUMBER(endpoint) & 1) != 0)
            return function;
    }
    return NULL;
}

static bool offer(struct b0_usb *usb, const struct b0_usb_function *function)
{
    if (!function || !function->handlers->control)
        return false;
    usb->taker = function;
    if (function->handlers->control(function->context, usb, &usb->setup))
        return true;
    usb->taker = NULL;
    return false;
}

/* Offers a request that the core does not handle to the functions it concerns. */
bool b0_usb_offer(struct b0_usb *usb)
{
    uint8_t recipient = usb->setup.bmRequestType & BOOT0_USB_RECIPIENT_MASK;
    uint8_t index = (uint8_t)usb->setup.wIndex;

    if (recipient == BOOT0_USB_RECIPIENT_INTERFACE)
        return offer(usb, b0_usb_by_interface(usb, index));
    if (recipient == BOOT0_USB_RECIPIENT_ENDPOINT)
        return offer(usb, b0_usb_by_endpoint(usb, index));
    for (size_t i = 0; i < usb->device->function_count; i++) {
        if (offer(usb, &usb->device->functions[i]))
            return true;
    }
    return false;
}

/* Reports the stage of a request to the function that has taken it. */
void b0_usb_tell(struct b0_usb *usb, enum b0_usb_stage stage)
{
    const struct b0_usb_function *taker = usb->taker;

    if (stage != B0_USB_RECEIVED)
        usb->taker = NULL;
    if (taker && taker->handlers->stage)
        taker->handlers->stage(taker->context, usb, &usb->setup, stage);
}

void b0_usb_event(struct b0_usb *usb, const struct b0_usb_function *function,
                  enum b0_usb_event what, uint8_t interface, uint8_t value)
{
    if (function && function->handlers->event)
        function->handlers->event(function->context, usb, what, interface, value);
}

void b0_usb_event_for_all(struct b0_usb *usb, enum b0_usb_event what, uint8_t value)
{
    for (size_t i = 0; i < usb->device->function_count; i++)
        b0_usb_event(usb, &usb->device->functions[i], what, 0, value);
}

/* ---- reports of the driver ---- */

void b0_usb_on_reset(struct b0_usb *usb)
{
    b0_usb_control_drop(usb);
    b0_usb_configure(usb, 0);
    b0_usb_event_for_all(usb, B0_USB_RESET, 0);
}

void b0_usb_on_setup(struct b0_usb *usb, const uint8_t packet[8])
{
    b0_usb_control_begin(usb, packet);
}

void b0_usb_on_received(struct b0_usb *usb, uint8_t endpoint, size_t size)
{
    const struct b0_usb_function *function = b0_usb_by_endpoint(usb, endpoint);

    if (B0_USB_NUMBER(endpoint) == 0) {
        b0_usb_control_received(usb, size);
        return;
    }
    *b0_usb_flags(usb->busy, endpoint) &= (uint8_t)~b0_usb_bit(endpoint);
    if (function && function->handlers->received)
        function->handlers->received(function->context, usb, endpoint, size);
}

void b0_usb_on_sent(struct b0_usb *usb, uint8_t endpoint)
{
    const struct b0_usb_function *function = b0_usb_by_endpoint(usb, endpoint);

    if (B0_USB_NUMBER(endpoint) == 0) {
        b0_usb_control_sent(usb);
        return;
    }
    *b0_usb_flags(usb->busy, endpoint) &= (uint8_t)~b0_usb_bit(endpoint);
    if (function && function->handlers->sent)
        function->handlers->sent(function->context, usb, endpoint);
}

void b0_usb_on_suspend(struct b0_usb *usb, bool suspended)
{
    b0_usb_event_for_all(usb, suspended ? B0_USB_SUSPENDED : B0_USB_RESUMED, 0);
}
