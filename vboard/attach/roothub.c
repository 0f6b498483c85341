/* SPDX-License-Identifier: MIT */
/* See roothub.h. Descriptors and requests are those of USB 2.0, chapter 11. */
#include "roothub.h"

#include "core/bytes.h"

#include <core/array.h>
#include <stdio.h>
#include <string.h>

enum {
    DESC_HUB = 0x29,
    DESC_HUB_SIZE = 7, /* and two bit maps of the ports */
    STRING_MAX = 64,
    STATUS_SIZE = 4,
    /* wPortStatus: PORT_CONNECTION, PORT_ENABLE, PORT_POWER. */
    PORT_POWERED = 0x0100,
    PORT_IN_USE = 0x0103,
};

/* Device, configuration, interface, and the endpoint for changes, as Linux has them. */
static const uint8_t descriptors[] = {
    18,
    BOOT0_USB_DESC_DEVICE,
    0x00,
    0x02,
    9,
    0,
    0,
    64,
    0x6b,
    0x1d,
    0x02,
    0x00,
    0x01,
    0x06,
    3,
    2,
    1,
    1,
    9,
    BOOT0_USB_DESC_CONFIGURATION,
    25,
    0,
    1,
    1,
    0,
    0xe0,
    0,
    9,
    BOOT0_USB_DESC_INTERFACE,
    0,
    0,
    1,
    9,
    0,
    0,
    0,
    7,
    BOOT0_USB_DESC_ENDPOINT,
    0x81,
    3,
    4,
    0,
    12,
};

/* USB 2.0, 9.6.2: a high-speed device describes what it would be at full speed. */
static const uint8_t qualifier[] = {10, BOOT0_USB_DESC_QUALIFIER, 0x00, 0x02, 9, 0, 0, 64, 1, 0};

static const char *const strings[] = {NULL, "vboard.0", "vboard Host Controller", "boot0 vboard"};

static size_t string_of(const void *context, uint8_t index, char *text, size_t size)
{
    (void)context;
    if (index == 0 || index >= B0_LENGTH(strings)) {
        text[0] = '\0';
        return 0;
    }
    return (size_t)snprintf(text, size, "%s", strings[index]);
}

void vboard_roothub_describe(const struct vboard_roothub *hub, struct vboard_usb_device *device)
{
    memset(device, 0, sizeof *device);
    device->bus = 1;
    device->address = 1;
    device->ports = hub->ports;
    device->speed = "480";
    memcpy(device->descriptors, descriptors, sizeof descriptors);
    device->descriptors_size = sizeof descriptors;
    device->string = string_of;
    device->string_context = hub;
}

static size_t string_descriptor(uint8_t index, uint8_t *bytes)
{
    const char *text = index < B0_LENGTH(strings) ? strings[index] : NULL;
    size_t length = 2;

    if (index == 0) {
        b0_store16(bytes + 2, 0x0409);
        length = 4;
    } else if (text == NULL) {
        return 0;
    } else {
        for (; *text != '\0' && length < STRING_MAX - 1; text++, length += 2) {
            b0_store16(bytes + length, (uint8_t)*text);
        }
    }
    bytes[0] = (uint8_t)length;
    bytes[1] = BOOT0_USB_DESC_STRING;
    return length;
}

static size_t hub_descriptor(const struct vboard_roothub *hub, uint8_t *bytes)
{
    size_t map_size = hub->ports / 8 + 1; /* bit 0 is not a port */
    size_t size = DESC_HUB_SIZE + 2 * map_size;

    memset(bytes, 0, size);
    bytes[0] = (uint8_t)size;
    bytes[1] = DESC_HUB;
    bytes[2] = (uint8_t)hub->ports;
    b0_store16(bytes + 3, 0x000a); /* as Linux' own: no power switching, over-current by port */
    bytes[5] = 10;                 /* bPwrOn2PwrGood, 2 ms each */
    memset(bytes + DESC_HUB_SIZE + map_size, 0xff, map_size); /* PortPwrCtrlMask, for USB 1.0 */
    return size;
}

/* Answers GET_DESCRIPTOR: returns the length, 0 if there is no such descriptor. */
static size_t descriptor(const struct vboard_roothub *hub, const struct vboard_usb_device *device,
                         uint16_t value, uint8_t *bytes)
{
    const size_t device_size = BOOT0_USB_DEVICE_DESC_SIZE;

    switch (value >> 8) {
    case BOOT0_USB_DESC_DEVICE:
        memcpy(bytes, device->descriptors, device_size);
        return device_size;
    case BOOT0_USB_DESC_CONFIGURATION:
        memcpy(bytes, device->descriptors + device_size, device->descriptors_size - device_size);
        return device->descriptors_size - device_size;
    case BOOT0_USB_DESC_STRING:
        return string_descriptor((uint8_t)value, bytes);
    case BOOT0_USB_DESC_QUALIFIER:
        memcpy(bytes, qualifier, sizeof qualifier);
        return sizeof qualifier;
    case DESC_HUB:
        return hub_descriptor(hub, bytes);
    default:
        return 0;
    }
}

static size_t port_status(const struct vboard_roothub *hub, uint16_t port, uint8_t *bytes)
{
    if (port == 0 || port > hub->ports) {
        return 0;
    }
    memset(bytes, 0, STATUS_SIZE);
    b0_store16(bytes, hub->connected[port - 1] ? PORT_IN_USE : PORT_POWERED);
    return STATUS_SIZE;
}

/* GET_STATUS of the device (standard), of the hub and of a port (class). */
static size_t status(const struct vboard_roothub *hub, const struct boot0_setup *setup,
                     uint8_t *bytes)
{
    if ((setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_STANDARD) {
        b0_store16(bytes, 1); /* self-powered */
        return 2;
    }
    if ((setup->bmRequestType & BOOT0_USB_RECIPIENT_MASK) == BOOT0_USB_RECIPIENT_DEVICE) {
        memset(bytes, 0, STATUS_SIZE);
        return STATUS_SIZE;
    }
    return port_status(hub, setup->wIndex, bytes);
}

enum boot0_xfer vboard_roothub_control(const struct vboard_roothub *hub,
                                       const struct vboard_usb_device *device,
                                       const struct boot0_setup *setup, uint8_t *data,
                                       size_t *actual)
{
    uint8_t bytes[VBOARD_DESCRIPTORS_MAX];
    size_t length = 0;

    *actual = 0;
    if ((setup->bmRequestType & BOOT0_USB_DIR_IN) == 0) {
        /* SET_CONFIGURATION, SET_INTERFACE; the kernel handles features of ports. */
        return (setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_STANDARD
                   ? BOOT0_XFER_OK
                   : BOOT0_XFER_STALL;
    }
    if (setup->bRequest == BOOT0_USB_GET_DESCRIPTOR) {
        length = descriptor(hub, device, setup->wValue, bytes);
    } else if (setup->bRequest == BOOT0_USB_GET_STATUS) {
        length = status(hub, setup, bytes);
    } else if (setup->bRequest == BOOT0_USB_GET_CONFIGURATION) {
        bytes[0] = 1;
        length = 1;
    }
    if (length == 0) {
        return BOOT0_XFER_STALL;
    }
    *actual = length < setup->wLength ? length : setup->wLength;
    memcpy(data, bytes, *actual);
    return BOOT0_XFER_OK;
}
