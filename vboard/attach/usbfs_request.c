/* SPDX-License-Identifier: MIT */
/* The requests of usbfs other than URBs: claims, settings, synchronous transfers, and queries. */
#include "usbfs_private.h"

#include "vboard/vboard.h"

#include <errno.h>
#include <linux/usb/ch9.h>
#include <stddef.h>
#include <string.h>

enum {
    KERNEL_TIMEOUT_US = 5000000, /* USB_CTRL_SET_TIMEOUT, for the kernel's own requests */
};

int vboard_usbfs_errno(enum boot0_xfer result)
{
    switch (result) {
    case BOOT0_XFER_OK:
        return 0;
    case BOOT0_XFER_STALL:
        return -EPIPE;
    case BOOT0_XFER_TIMEOUT:
        return -ETIMEDOUT;
    case BOOT0_XFER_GONE:
        return -ESHUTDOWN;
    case BOOT0_XFER_ERROR:
        break;
    }
    return -EPROTO;
}

UMockdevIoctlData *vboard_usbfs_resolve(UMockdevIoctlData *arg, size_t offset, size_t size)
{
    GError *error = NULL;
    UMockdevIoctlData *found = umockdev_ioctl_data_resolve(arg, offset, size, &error);

    g_clear_error(&error);
    return found;
}

static bool has_setting(const struct vboard_usbfs *node, unsigned interface, int alternate)
{
    const uint8_t *d;
    size_t at = 0;

    while ((d = vboard_sysfs_next(&node->device, &at)) != NULL) {
        if (d[1] == BOOT0_USB_DESC_INTERFACE && d[0] >= BOOT0_USB_INTERFACE_DESC_SIZE &&
            d[2] == interface && (alternate < 0 || d[3] == alternate)) {
            return true;
        }
    }
    return false;
}

/* Sends a standard request without data, as the kernel does. */
static enum boot0_xfer send_standard(struct vboard_usbfs *node, uint8_t recipient, uint8_t request,
                                     uint16_t value, uint16_t index, int64_t *until)
{
    const struct boot0_setup setup = {recipient, request, value, index, 0};
    int64_t done_at = 0;
    size_t actual = 0;
    enum boot0_xfer result =
        node->ops->control(node->context, &setup, NULL, &actual, KERNEL_TIMEOUT_US, &done_at);

    if (until != NULL) {
        *until = done_at;
    }
    return result;
}

static long claim(struct usbfs_client *client, unsigned interface)
{
    struct vboard_usbfs *node = client->node;

    if (interface >= INTERFACES) {
        return -EINVAL;
    }
    if (!has_setting(node, interface, -1)) {
        return -ENOENT;
    }
    if (node->claims[interface] != NULL && node->claims[interface] != client) {
        return -EBUSY;
    }
    node->claims[interface] = client;
    return 0;
}

/* usb_unbind_interface() in the kernel's driver.c restores the setting. */
void vboard_usbfs_release(struct usbfs_client *client, unsigned interface)
{
    struct vboard_usbfs *node = client->node;

    if (node->claims[interface] == client) {
        node->claims[interface] = NULL;
        if (!node->gone && node->alternates[interface] != 0) {
            node->alternates[interface] = 0;
            send_standard(node, BOOT0_USB_RECIPIENT_INTERFACE, BOOT0_USB_SET_INTERFACE, 0,
                          (uint16_t)interface, NULL);
        }
    }
}

/* check_ctrlrecip() in devio.c. */
int vboard_usbfs_check_recipient(struct usbfs_client *client, uint8_t bmRequestType,
                                 uint16_t wIndex)
{
    if ((bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_VENDOR) {
        return 0;
    }
    switch (bmRequestType & BOOT0_USB_RECIPIENT_MASK) {
    case BOOT0_USB_RECIPIENT_INTERFACE:
        return (int)claim(client, wIndex & 0xff);
    case BOOT0_USB_RECIPIENT_ENDPOINT:
        return (wIndex & 0x7f) == 0 ? 0 : -ENOENT;
    default:
        return 0;
    }
}

static long claim_interface(struct usbfs_client *client, void *argument, int64_t *until)
{
    const unsigned *interface = argument;

    (void)until;
    return claim(client, *interface);
}

static long disconnect_claim(struct usbfs_client *client, void *argument, int64_t *until)
{
    const struct usbdevfs_disconnect_claim *wanted = argument;

    (void)until;
    return claim(client, wanted->interface); /* there is never a driver to disconnect */
}

static long release_interface(struct usbfs_client *client, void *argument, int64_t *until)
{
    const unsigned *interface = argument;

    (void)until;
    if (*interface >= INTERFACES || client->node->claims[*interface] != client) {
        return -EINVAL;
    }
    vboard_usbfs_release(client, *interface);
    return 0;
}

static long set_interface(struct usbfs_client *client, void *argument, int64_t *until)
{
    const struct usbdevfs_setinterface *wanted = argument;
    struct vboard_usbfs *node = client->node;
    enum boot0_xfer result;
    long answer = claim(client, wanted->interface);

    if (answer < 0) {
        return answer;
    }
    if (wanted->altsetting > 0xff ||
        !has_setting(node, wanted->interface, (int)wanted->altsetting)) {
        return -EINVAL;
    }
    result = send_standard(node, BOOT0_USB_RECIPIENT_INTERFACE, BOOT0_USB_SET_INTERFACE,
                           (uint16_t)wanted->altsetting, (uint16_t)wanted->interface, until);
    if (result == BOOT0_XFER_STALL && !has_setting(node, wanted->interface, 1)) {
        result = BOOT0_XFER_OK; /* a device with a single setting may refuse (USB 2.0, 9.4.10) */
    }
    if (result == BOOT0_XFER_OK) {
        node->alternates[wanted->interface] = (uint8_t)wanted->altsetting;
    }
    return vboard_usbfs_errno(result);
}

static long set_configuration(struct usbfs_client *client, void *argument, int64_t *until)
{
    const unsigned *value = argument;
    struct vboard_usbfs *node = client->node;
    const uint8_t *configuration = node->device.descriptors + BOOT0_USB_DEVICE_DESC_SIZE;
    enum boot0_xfer result;

    for (unsigned n = 0; n < INTERFACES; n++) {
        if (node->claims[n] != NULL) {
            return -EBUSY;
        }
    }
    if (*value != configuration[5]) {
        return -EINVAL; /* there is only one configuration */
    }
    result = send_standard(node, BOOT0_USB_RECIPIENT_DEVICE, BOOT0_USB_SET_CONFIGURATION,
                           (uint16_t)*value, 0, until);
    if (result == BOOT0_XFER_OK) {
        memset(node->alternates, 0, sizeof node->alternates);
    }
    return vboard_usbfs_errno(result);
}

/* usb_reset_device(): the kernel restores the device's state. */
static long reset(struct usbfs_client *client, void *argument, int64_t *until)
{
    struct vboard_usbfs *node = client->node;
    const uint8_t *configuration = node->device.descriptors + BOOT0_USB_DEVICE_DESC_SIZE;

    (void)argument;
    if (!node->ops->reset(node->context)) {
        return -ENODEV;
    }
    send_standard(node, BOOT0_USB_RECIPIENT_DEVICE, BOOT0_USB_SET_CONFIGURATION, configuration[5],
                  0, until);
    for (unsigned n = 0; n < INTERFACES; n++) {
        if (node->alternates[n] != 0) {
            send_standard(node, BOOT0_USB_RECIPIENT_INTERFACE, BOOT0_USB_SET_INTERFACE,
                          node->alternates[n], (uint16_t)n, until);
        }
    }
    return node->gone ? -ENODEV : 0;
}

static long get_driver(struct usbfs_client *client, void *argument, int64_t *until)
{
    struct usbdevfs_getdriver *answer = argument;

    (void)until;
    if (answer->interface >= INTERFACES || !has_setting(client->node, answer->interface, -1)) {
        return -ENOENT;
    }
    if (client->node->claims[answer->interface] == NULL) {
        return -ENODATA;
    }
    memcpy(answer->driver, "usbfs", sizeof "usbfs");
    return 0;
}

static long connect_info(struct usbfs_client *client, void *argument, int64_t *until)
{
    struct usbdevfs_connectinfo *answer = argument;

    (void)until;
    answer->devnum = client->node->device.address;
    answer->slow = 0;
    return 0;
}

static long get_speed(struct usbfs_client *client, void *argument, int64_t *until)
{
    (void)argument;
    (void)until;
    return client->node->device.port == 0 ? USB_SPEED_HIGH : USB_SPEED_FULL;
}

static long get_capabilities(struct usbfs_client *client, void *argument, int64_t *until)
{
    uint32_t *answer = argument;

    (void)client;
    (void)until;
    *answer = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
              USBDEVFS_CAP_REAP_AFTER_DISCONNECT | USBDEVFS_CAP_DROP_PRIVILEGES;
    return 0;
}

/* The only endpoint is 0, which cannot be halted. */
static long no_endpoint(struct usbfs_client *client, void *argument, int64_t *until)
{
    (void)client;
    (void)argument;
    (void)until;
    return -ENOENT;
}

/* A request for a driver, which no interface has. */
static long no_driver(struct usbfs_client *client, void *argument, int64_t *until)
{
    (void)client;
    (void)argument;
    (void)until;
    return -ENODATA;
}

static long nothing_to_do(struct usbfs_client *client, void *argument, int64_t *until)
{
    (void)client;
    (void)argument;
    (void)until;
    return 0;
}

/* USBDEVFS_CONTROL: a transfer that the client waits for. */
static long control(struct usbfs_client *client, UMockdevIoctlData *arg, int64_t *until)
{
    struct vboard_usbfs *node = client->node;
    struct usbdevfs_ctrltransfer *wanted = (struct usbdevfs_ctrltransfer *)(void *)arg->data;
    const struct boot0_setup setup = {wanted->bRequestType, wanted->bRequest, wanted->wValue,
                                      wanted->wIndex, wanted->wLength};
    uint64_t timeout_us = wanted->timeout == 0 ? VBOARD_NO_TIMEOUT : wanted->timeout * 1000ULL;
    int failure = vboard_usbfs_check_recipient(client, setup.bmRequestType, setup.wIndex);
    enum boot0_xfer result = BOOT0_XFER_TIMEOUT;
    UMockdevIoctlData *data = NULL;
    size_t actual = 0;

    if (failure < 0) {
        return failure;
    }
    if (setup.wLength > 0) {
        data =
            vboard_usbfs_resolve(arg, offsetof(struct usbdevfs_ctrltransfer, data), setup.wLength);
        if (data == NULL) {
            return -EFAULT;
        }
    }
    if (!node->stuck) {
        result = node->ops->control(node->context, &setup, data == NULL ? NULL : data->data,
                                    &actual, timeout_us, until);
    }
    if (result == BOOT0_XFER_TIMEOUT) {
        *until = wanted->timeout == 0 ? INT64_MAX
                                      : g_get_monotonic_time() + wanted->timeout * INT64_C(1000);
    }
    g_clear_object(&data);
    return result == BOOT0_XFER_OK ? (long)actual : vboard_usbfs_errno(result);
}

/* All requests that take their argument as a block of that size; 0: none, or a plain number. */
static const struct request {
    uint32_t number;
    uint32_t size;
    long (*answer)(struct usbfs_client *client, void *argument, int64_t *until);
} requests[] = {
    {USBDEVFS_CLAIMINTERFACE, sizeof(unsigned), claim_interface},
    {USBDEVFS_RELEASEINTERFACE, sizeof(unsigned), release_interface},
    {USBDEVFS_DISCONNECT_CLAIM, sizeof(struct usbdevfs_disconnect_claim), disconnect_claim},
    {USBDEVFS_SETINTERFACE, sizeof(struct usbdevfs_setinterface), set_interface},
    {USBDEVFS_SETCONFIGURATION, sizeof(unsigned), set_configuration},
    {USBDEVFS_RESET, 0, reset},
    {USBDEVFS_GETDRIVER, sizeof(struct usbdevfs_getdriver), get_driver},
    {USBDEVFS_CONNECTINFO, sizeof(struct usbdevfs_connectinfo), connect_info},
    {USBDEVFS_GET_SPEED, 0, get_speed},
    {USBDEVFS_GET_CAPABILITIES, sizeof(uint32_t), get_capabilities},
    {USBDEVFS_CLEAR_HALT, 0, no_endpoint},
    {USBDEVFS_RESETEP, 0, no_endpoint},
    {USBDEVFS_BULK, 0, no_endpoint},
    {USBDEVFS_IOCTL, 0, no_driver},
    {USBDEVFS_DISCSIGNAL, 0, nothing_to_do},
    {USBDEVFS_DROP_PRIVILEGES, 0, nothing_to_do},
    {USBDEVFS_FORBID_SUSPEND, 0, nothing_to_do},
    {USBDEVFS_ALLOW_SUSPEND, 0, nothing_to_do},
    {USBDEVFS_WAIT_FOR_RESUME, 0, nothing_to_do},
};

static long serve(const struct request *request, struct usbfs_client *client,
                  UMockdevIoctlData *arg, int64_t *until)
{
    UMockdevIoctlData *block;
    long result;

    if (request->size == 0) {
        return request->answer(client, NULL, until);
    }
    block = vboard_usbfs_resolve(arg, 0, request->size);
    if (block == NULL) {
        return -EFAULT;
    }
    result = request->answer(client, block->data, until);
    g_object_unref(block);
    return result;
}

long vboard_usbfs_request(struct usbfs_client *client, uint32_t number, UMockdevIoctlData *arg,
                          int64_t *until)
{
    UMockdevIoctlData *block;
    long result;

    if (number == USBDEVFS_CONTROL) {
        block = vboard_usbfs_resolve(arg, 0, sizeof(struct usbdevfs_ctrltransfer));
        if (block == NULL) {
            return -EFAULT;
        }
        result = control(client, block, until);
        g_object_unref(block);
        return result;
    }
    for (size_t n = 0; n < G_N_ELEMENTS(requests); n++) {
        if (requests[n].number == number) {
            return serve(&requests[n], client, arg, until);
        }
    }
    return -ENOTTY;
}
