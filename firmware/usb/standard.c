/* SPDX-License-Identifier: MIT */
/* The standard requests of a device: USB 2.0, 9.4. */
#include "core_private.h"

#include <core/array.h>
#include <core/bytes.h>

/* USB 2.0, 9.4.5 and 9.6.3. */
enum {
    STATUS_HALT = 0x0001,
    FEATURE_ENDPOINT_HALT = 0,
    ATTRIBUTE_SELF_POWERED = 0x40,
    DESCRIPTOR_BOS = 15, /* USB 3.2, table 9-6 */
    ENGLISH_US = 0x0409,
};

static bool get_string(struct b0_usb *usb, uint8_t index)
{
    uint8_t *bytes = usb->scratch;
    char text[B0_USB_STRING_MAX];
    size_t length = 1;

    if (index == 0) { /* USB 2.0, 9.6.7: the languages */
        b0_store16(bytes + 2, ENGLISH_US);
    } else {
        length =
            usb->device->string ? usb->device->string(usb->device->string_context, index, text) : 0;
        if (length == 0)
            return false;
        for (size_t i = 0; i < length; i++)
            b0_store16(bytes + 2 + 2 * i, (uint8_t)text[i]);
    }
    bytes[0] = (uint8_t)(2 + 2 * length);
    bytes[1] = BOOT0_USB_DESC_STRING;
    b0_usb_control_send(usb, bytes, bytes[0]);
    return true;
}

static bool get_descriptor(struct b0_usb *usb)
{
    const struct b0_usb_device *device = usb->device;
    uint8_t type = (uint8_t)(usb->setup.wValue >> 8);
    uint8_t index = (uint8_t)usb->setup.wValue;

    if ((usb->setup.bmRequestType & BOOT0_USB_RECIPIENT_MASK) != BOOT0_USB_RECIPIENT_DEVICE)
        return b0_usb_offer(usb);
    if (type == BOOT0_USB_DESC_STRING)
        return get_string(usb, index);
    if (index != 0)
        return false;
    if (type == BOOT0_USB_DESC_DEVICE)
        b0_usb_control_send(usb, device->device, device->device[0]);
    else if (type == BOOT0_USB_DESC_CONFIGURATION)
        b0_usb_control_send(usb, device->configuration, b0_load16(device->configuration + 2));
    else if (type == DESCRIPTOR_BOS && device->bos)
        b0_usb_control_send(usb, device->bos, b0_load16(device->bos + 2));
    else
        return false; /* also the qualifier, which full-speed devices do not have: 9.6.2 */
    return true;
}

static bool has_interface(const struct b0_usb *usb, uint16_t interface)
{
    return usb->configuration != 0 && interface < usb->device->configuration[4] &&
           interface < B0_USB_INTERFACES;
}

/* True for endpoint 0 and those of the configuration. */
static bool has_endpoint(const struct b0_usb *usb, uint16_t index)
{
    if (B0_USB_NUMBER(index) == 0)
        return true;
    return index <= UINT8_MAX && usb->configuration != 0 &&
           B0_USB_NUMBER(index) < B0_USB_ENDPOINTS && b0_usb_find_endpoint(usb, (uint8_t)index) > 0;
}

static bool get_status(struct b0_usb *usb)
{
    uint16_t index = usb->setup.wIndex;
    uint16_t status = 0;

    switch (usb->setup.bmRequestType & BOOT0_USB_RECIPIENT_MASK) {
    case BOOT0_USB_RECIPIENT_DEVICE:
        status = (usb->device->configuration[7] & ATTRIBUTE_SELF_POWERED) != 0;
        break;
    case BOOT0_USB_RECIPIENT_INTERFACE:
        if (!has_interface(usb, index))
            return false;
        break;
    case BOOT0_USB_RECIPIENT_ENDPOINT:
        if (!has_endpoint(usb, index))
            return false;
        if ((*b0_usb_flags(usb->halted, (uint8_t)index) & b0_usb_bit((uint8_t)index)) != 0)
            status = STATUS_HALT;
        break;
    default:
        return false;
    }
    b0_store16(usb->scratch, status);
    b0_usb_control_send(usb, usb->scratch, sizeof status);
    return true;
}

/* The host halts or resumes an endpoint; both reset its data toggle to 0: 9.4.5. */
static void halt(struct b0_usb *usb, uint8_t address, bool on)
{
    struct b0_usb_endpoint endpoint = b0_usb_endpoint_at(usb, b0_usb_find_endpoint(usb, address));
    uint8_t *halted = b0_usb_flags(usb->halted, address);
    uint8_t *busy = b0_usb_flags(usb->busy, address);

    *halted = (uint8_t)(on ? *halted | b0_usb_bit(address) : *halted & ~b0_usb_bit(address));
    *busy = (uint8_t)(*busy & ~b0_usb_bit(address));
    usb->driver->endpoint(usb->driver_context, &endpoint, B0_USB_CLOSE);
    usb->driver->endpoint(usb->driver_context, &endpoint, on ? B0_USB_STALL : B0_USB_OPEN);
}

/* SET_FEATURE and CLEAR_FEATURE: only an endpoint's halt; there is no remote wake-up. */
static bool feature(struct b0_usb *usb)
{
    uint8_t address = (uint8_t)usb->setup.wIndex;
    bool on = usb->setup.bRequest == BOOT0_USB_SET_FEATURE;

    if ((usb->setup.bmRequestType & BOOT0_USB_RECIPIENT_MASK) != BOOT0_USB_RECIPIENT_ENDPOINT ||
        usb->setup.wValue != FEATURE_ENDPOINT_HALT || !has_endpoint(usb, usb->setup.wIndex))
        return false;
    if (B0_USB_NUMBER(address) != 0)
        halt(usb, address, on);
    b0_usb_control_done(usb);
    if (B0_USB_NUMBER(address) != 0 && !on)
        b0_usb_event(usb, b0_usb_by_endpoint(usb, address), B0_USB_RESTARTED, 0, address);
    return true;
}

static bool set_address(struct b0_usb *usb)
{
    if (usb->setup.wValue > 127)
        return false;
    usb->driver->set_address(usb->driver_context, (uint8_t)usb->setup.wValue);
    b0_usb_control_done(usb);
    return true;
}

static bool get_configuration(struct b0_usb *usb)
{
    usb->scratch[0] = usb->configuration;
    b0_usb_control_send(usb, usb->scratch, 1);
    return true;
}

static bool set_configuration(struct b0_usb *usb)
{
    uint16_t value = usb->setup.wValue;

    if (value != 0 && value != usb->device->configuration[5])
        return false;
    b0_usb_configure(usb, (uint8_t)value);
    b0_usb_control_done(usb);
    b0_usb_event_for_all(usb, B0_USB_CONFIGURED, (uint8_t)value);
    return true;
}

static bool get_interface(struct b0_usb *usb)
{
    if (!has_interface(usb, usb->setup.wIndex))
        return false;
    usb->scratch[0] = usb->alternates[usb->setup.wIndex];
    b0_usb_control_send(usb, usb->scratch, 1);
    return true;
}

static bool has_alternate(const struct b0_usb *usb, uint16_t interface, uint16_t alternate)
{
    const uint8_t *bytes = usb->device->configuration;
    uint16_t offset =
        b0_usb_find_descriptor(usb, BOOT0_USB_CONFIG_DESC_SIZE, BOOT0_USB_DESC_INTERFACE);

    while (offset > 0 && (bytes[offset + 2] != interface || bytes[offset + 3] != alternate))
        offset = b0_usb_find_descriptor(usb, (uint16_t)(offset + bytes[offset]),
                                        BOOT0_USB_DESC_INTERFACE);
    return offset > 0;
}

static bool set_interface(struct b0_usb *usb)
{
    uint16_t interface = usb->setup.wIndex;
    uint16_t alternate = usb->setup.wValue;

    if (!has_interface(usb, interface) || !has_alternate(usb, interface, alternate))
        return false;
    usb->alternates[interface] = (uint8_t)alternate;
    b0_usb_control_done(usb);
    b0_usb_event(usb, b0_usb_by_interface(usb, (uint8_t)interface), B0_USB_ALTERNATE,
                 (uint8_t)interface, (uint8_t)alternate);
    return true;
}

/* USB 2.0, table 9-3. */
static const struct {
    uint8_t request;
    bool in;
    bool (*answer)(struct b0_usb *usb);
} standard_requests[] = {
    {BOOT0_USB_GET_STATUS, true, get_status},
    {BOOT0_USB_CLEAR_FEATURE, false, feature},
    {BOOT0_USB_SET_FEATURE, false, feature},
    {BOOT0_USB_SET_ADDRESS, false, set_address},
    {BOOT0_USB_GET_DESCRIPTOR, true, get_descriptor},
    {BOOT0_USB_GET_CONFIGURATION, true, get_configuration},
    {BOOT0_USB_SET_CONFIGURATION, false, set_configuration},
    {BOOT0_USB_GET_INTERFACE, true, get_interface},
    {BOOT0_USB_SET_INTERFACE, false, set_interface},
};

bool b0_usb_standard(struct b0_usb *usb)
{
    bool in = (usb->setup.bmRequestType & BOOT0_USB_DIR_IN) != 0;

    for (size_t i = 0; i < B0_LENGTH(standard_requests); i++) {
        if (standard_requests[i].request == usb->setup.bRequest && standard_requests[i].in == in)
            return standard_requests[i].answer(usb);
    }
    return b0_usb_offer(usb);
}
