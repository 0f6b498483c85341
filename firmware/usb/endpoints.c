/* SPDX-License-Identifier: MIT */
/* The endpoints other than 0, from the configuration descriptor: USB 2.0, 9.6.6. */
#include "core_private.h"

#include <core/array.h>
#include <core/bytes.h>

enum {
    ENDPOINT_DESC_SIZE = 7,
};

/* Returns the next descriptor of a type at or after `offset` in the configuration, or 0. */
uint16_t b0_usb_find_descriptor(const struct b0_usb *usb, uint16_t offset, uint8_t type)
{
    const uint8_t *bytes = usb->device->configuration;
    uint16_t total = b0_load16(bytes + 2);

    while (offset < total && bytes[offset] > 0) {
        if (bytes[offset + 1] == type)
            return offset;
        offset = (uint16_t)(offset + bytes[offset]);
    }
    return 0;
}

struct b0_usb_endpoint b0_usb_endpoint_at(const struct b0_usb *usb, uint16_t offset)
{
    const uint8_t *bytes = usb->device->configuration + offset;
    uint8_t packets = usb->device->in_packets[B0_USB_NUMBER(bytes[2]) % B0_USB_ENDPOINTS];

    return (struct b0_usb_endpoint){
        .address = bytes[2],
        .type = bytes[3],
        .packet_size = b0_load16(bytes + 4),
        .packets = packets > 0 ? packets : 1,
    };
}

/* Returns the offset of an endpoint's descriptor, or 0 if the configuration has no such address. */
uint16_t b0_usb_find_endpoint(const struct b0_usb *usb, uint8_t address)
{
    uint16_t offset =
        b0_usb_find_descriptor(usb, BOOT0_USB_CONFIG_DESC_SIZE, BOOT0_USB_DESC_ENDPOINT);

    while (offset > 0 && usb->device->configuration[offset + 2] != address)
        offset = b0_usb_find_descriptor(usb, (uint16_t)(offset + ENDPOINT_DESC_SIZE),
                                        BOOT0_USB_DESC_ENDPOINT);
    return offset;
}

static void order_all(struct b0_usb *usb, enum b0_usb_order order)
{
    uint16_t offset =
        b0_usb_find_descriptor(usb, BOOT0_USB_CONFIG_DESC_SIZE, BOOT0_USB_DESC_ENDPOINT);

    while (offset > 0) {
        struct b0_usb_endpoint endpoint = b0_usb_endpoint_at(usb, offset);

        usb->driver->endpoint(usb->driver_context, &endpoint, order);
        offset = b0_usb_find_descriptor(usb, (uint16_t)(offset + ENDPOINT_DESC_SIZE),
                                        BOOT0_USB_DESC_ENDPOINT);
    }
}

/* Returns the word of an endpoint (OUT, IN); its bit is the endpoint number. */
uint8_t *b0_usb_flags(uint8_t words[2], uint8_t endpoint)
{
    return &words[B0_USB_IS_IN(endpoint)];
}

uint8_t b0_usb_bit(uint8_t endpoint)
{
    return (uint8_t)(1u << B0_USB_NUMBER(endpoint) % 8);
}

static void forget_transfers(struct b0_usb *usb)
{
    for (size_t i = 0; i < B0_LENGTH(usb->busy); i++) {
        usb->busy[i] = 0;
        usb->halted[i] = 0;
    }
}

void b0_usb_configure(struct b0_usb *usb, uint8_t value)
{
    if (usb->configuration != 0)
        order_all(usb, B0_USB_CLOSE);
    forget_transfers(usb);
    usb->configuration = value;
    for (size_t i = 0; i < B0_LENGTH(usb->alternates); i++)
        usb->alternates[i] = 0;
    if (value != 0)
        order_all(usb, B0_USB_OPEN);
}

static bool begin(struct b0_usb *usb, uint8_t endpoint)
{
    uint8_t *busy = b0_usb_flags(usb->busy, endpoint);

    if (usb->configuration == 0 || B0_USB_NUMBER(endpoint) == 0 ||
        ((*busy | *b0_usb_flags(usb->halted, endpoint)) & b0_usb_bit(endpoint)) != 0)
        return false;
    *busy |= b0_usb_bit(endpoint);
    return true;
}

bool b0_usb_send(struct b0_usb *usb, uint8_t endpoint, const uint8_t *data, size_t size)
{
    if (!begin(usb, endpoint))
        return false;
    usb->driver->send(usb->driver_context, endpoint, data, size);
    return true;
}

bool b0_usb_receive(struct b0_usb *usb, uint8_t endpoint, uint8_t *data, size_t size)
{
    if (!begin(usb, endpoint))
        return false;
    usb->driver->receive(usb->driver_context, endpoint, data, size);
    return true;
}
