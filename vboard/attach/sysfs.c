/* SPDX-License-Identifier: MIT */
/* See sysfs.h. The kernel's formats are those of drivers/usb/core/sysfs.c and message.c. */
#include "sysfs.h"

#include "core/bytes.h"

#include <boot0/protocol.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The host controller that the bus belongs to. */
static const char controller[] = "devices/platform/vboard.0";

enum {
    USB_MAJOR = 189, /* Linux, Documentation/admin-guide/devices.txt */
    DEVICES_A_BUS = 128,
};

/* Adds one line to a list of lines; drops a line that does not fit. */
BOOT0_PRINTF(3, 4)
static void add_line(char *lines, size_t size, const char *format, ...)
{
    size_t used = strlen(lines);
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(lines + used, size - used, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length + 1 >= size - used) {
        lines[used] = '\0';
        return;
    }
    lines[used + (size_t)length] = '\n';
    lines[used + (size_t)length + 1] = '\0';
}

#define ADD(entry, ...) add_line((entry)->properties, sizeof(entry)->properties, __VA_ARGS__)

const uint8_t *vboard_sysfs_next(const struct vboard_usb_device *device, size_t *at)
{
    const uint8_t *found = device->descriptors + *at;
    size_t left = device->descriptors_size - *at;

    if (left < 2 || found[0] < 2 || found[0] > left) {
        return NULL;
    }
    *at += found[0];
    return found;
}

void vboard_sysfs_node(unsigned bus, unsigned address, char *node, size_t size)
{
    snprintf(node, size, "bus/usb/%03u/%03u", bus, address);
}

static void write_text(struct vboard_tree *tree, const struct vboard_tree_device *at,
                       const char *name, const char *text)
{
    vboard_tree_bytes(tree, at, name, (const uint8_t *)text, strlen(text));
}

/* `always`: without a string, the attribute exists and is empty. */
static void write_string(struct vboard_tree *tree, const struct vboard_usb_device *device,
                         const struct vboard_tree_device *at, const char *name, uint8_t index,
                         bool always)
{
    char text[256];

    if (index != 0 && device->string(device->string_context, index, text, sizeof text) > 0) {
        vboard_tree_attribute(tree, at, name, "%s", text);
    } else if (always) {
        write_text(tree, at, name, "");
    }
}

/* What udev's usb_id makes of a string: each run of blanks becomes one '_'. */
static void add_string(struct vboard_sysfs_entry *entry, const struct vboard_usb_device *device,
                       const char *key, uint8_t index)
{
    char text[256] = "";
    size_t used = 0;

    if (index == 0 || device->string(device->string_context, index, text, sizeof text) == 0) {
        return;
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (*at != ' ') {
            text[used++] = *at;
        } else if (used > 0 && text[used - 1] != '_') {
            text[used++] = '_';
        }
    }
    text[used] = '\0';
    ADD(entry, "%s=%s", key, text);
}

/* The device's place in the tree, and its name. */
static void place_device(const struct vboard_usb_device *device, struct vboard_tree_device *at)
{
    if (device->port == 0) {
        snprintf(at->name, sizeof at->name, "usb%u", device->bus);
        snprintf(at->path, sizeof at->path, "%s/%s", controller, at->name);
    } else {
        snprintf(at->name, sizeof at->name, "%u-%u", device->bus, device->port);
        snprintf(at->path, sizeof at->path, "%s/usb%u/%s", controller, device->bus, at->name);
    }
    vboard_sysfs_node(device->bus, device->address, at->node, sizeof at->node);
    at->major = USB_MAJOR;
    at->minor = (device->bus - 1) * DEVICES_A_BUS + device->address - 1;
}

/* `d` is the device descriptor. */
static void device_properties(const struct vboard_usb_device *device, const uint8_t *d,
                              struct vboard_sysfs_entry *entry)
{
    ADD(entry, "MAJOR=%u", entry->at.major);
    ADD(entry, "MINOR=%u", entry->at.minor);
    ADD(entry, "DEVNAME=%s", entry->at.node);
    ADD(entry, "DEVTYPE=usb_device");
    ADD(entry, "DRIVER=usb");
    ADD(entry, "PRODUCT=%x/%x/%x", b0_load16(d + 8), b0_load16(d + 10), b0_load16(d + 12));
    ADD(entry, "TYPE=%u/%u/%u", d[4], d[5], d[6]);
    ADD(entry, "BUSNUM=%03u", device->bus);
    ADD(entry, "DEVNUM=%03u", device->address);
}

/* The interfaces' classes as udev lists them: ":fe0102:", each kind once. */
static void list_interfaces(const struct vboard_usb_device *device, char *list, size_t size)
{
    const uint8_t *d;
    size_t at = 0;
    char kind[8];

    snprintf(list, size, ":");
    while ((d = vboard_sysfs_next(device, &at)) != NULL) {
        if (d[1] != BOOT0_USB_DESC_INTERFACE || d[0] < BOOT0_USB_INTERFACE_DESC_SIZE) {
            continue;
        }
        snprintf(kind, sizeof kind, "%02x%02x%02x", d[5], d[6], d[7]);
        if (strstr(list, kind) == NULL && strlen(list) + sizeof kind < size) {
            snprintf(list + strlen(list), size - strlen(list), "%s:", kind);
        }
    }
}

/*
 * The contents of udev's database. Not all versions of umockdev show clients a database of the
 * testbed, so these are among the kernel's properties, as in umockdev's own descriptions.
 */
static void udev_properties(const struct vboard_usb_device *device, const uint8_t *d,
                            struct vboard_sysfs_entry *entry)
{
    char interfaces[64];

    list_interfaces(device, interfaces, sizeof interfaces);
    ADD(entry, "ID_BUS=usb");
    ADD(entry, "ID_VENDOR_ID=%04x", b0_load16(d + 8));
    ADD(entry, "ID_MODEL_ID=%04x", b0_load16(d + 10));
    ADD(entry, "ID_REVISION=%04x", b0_load16(d + 12));
    ADD(entry, "ID_USB_INTERFACES=%s", interfaces);
    add_string(entry, device, "ID_VENDOR", d[14]);
    add_string(entry, device, "ID_MODEL", d[15]);
    add_string(entry, device, "ID_SERIAL_SHORT", d[16]);
    if (device->port == 0) {
        ADD(entry, "ID_PATH=platform-vboard.0");
    } else {
        ADD(entry, "ID_PATH=platform-vboard.0-usb-0:%u", device->port);
    }
}

/* `d` is the device descriptor, `c` the configuration descriptor. */
static void device_attributes(struct vboard_tree *tree, const struct vboard_usb_device *device,
                              const struct vboard_tree_device *at, const uint8_t *d,
                              const uint8_t *c)
{
    vboard_tree_attribute(tree, at, "busnum", "%u", device->bus);
    vboard_tree_attribute(tree, at, "devnum", "%u", device->address);
    vboard_tree_attribute(tree, at, "devpath", "%u", device->port);
    vboard_tree_attribute(tree, at, "speed", "%s", device->speed);
    vboard_tree_attribute(tree, at, "version", "%2x.%02x", d[3], d[2]);
    vboard_tree_attribute(tree, at, "maxchild", "%u", device->ports);
    vboard_tree_attribute(tree, at, "rx_lanes", "1");
    vboard_tree_attribute(tree, at, "tx_lanes", "1");
    vboard_tree_attribute(tree, at, "quirks", "0x0");
    vboard_tree_attribute(tree, at, "urbnum", "0");
    vboard_tree_attribute(tree, at, "authorized", "1");
    vboard_tree_attribute(tree, at, "removable", "unknown");
    vboard_tree_attribute(tree, at, "idVendor", "%04x", b0_load16(d + 8));
    vboard_tree_attribute(tree, at, "idProduct", "%04x", b0_load16(d + 10));
    vboard_tree_attribute(tree, at, "bcdDevice", "%04x", b0_load16(d + 12));
    vboard_tree_attribute(tree, at, "bDeviceClass", "%02x", d[4]);
    vboard_tree_attribute(tree, at, "bDeviceSubClass", "%02x", d[5]);
    vboard_tree_attribute(tree, at, "bDeviceProtocol", "%02x", d[6]);
    vboard_tree_attribute(tree, at, "bMaxPacketSize0", "%u", d[7]);
    vboard_tree_attribute(tree, at, "bNumConfigurations", "%u", d[17]);
    vboard_tree_attribute(tree, at, "bNumInterfaces", "%2u", c[4]);
    vboard_tree_attribute(tree, at, "bConfigurationValue", "%u", c[5]);
    vboard_tree_attribute(tree, at, "bmAttributes", "%02x", c[7]);
    vboard_tree_attribute(tree, at, "bMaxPower", "%umA", c[8] * 2U);
    write_string(tree, device, at, "manufacturer", d[14], false);
    write_string(tree, device, at, "product", d[15], false);
    write_string(tree, device, at, "serial", d[16], false);
    write_string(tree, device, at, "configuration", c[6], true);
    vboard_tree_bytes(tree, at, "descriptors", device->descriptors, device->descriptors_size);
}

/* `i` is the interface descriptor of alternate 0, `d` the device's, `c` the configuration's. */
static void show_interface(struct vboard_tree *tree, const struct vboard_usb_device *device,
                           const struct vboard_tree_device *parent, const uint8_t *d,
                           const uint8_t *c, const uint8_t *i, struct vboard_sysfs_entry *entry)
{
    struct vboard_tree_device *at = &entry->at;
    char path[sizeof at->path];
    char modalias[64];

    snprintf(at->name, sizeof at->name, "%u-%u:%u.%u", device->bus, device->port, c[5], i[2]);
    snprintf(path, sizeof path, "%.64s/%s", parent->path, at->name);
    memcpy(at->path, path, sizeof path);
    snprintf(modalias, sizeof modalias,
             "usb:v%04Xp%04Xd%04Xdc%02Xdsc%02Xdp%02Xic%02Xisc%02Xip%02Xin%02X", b0_load16(d + 8),
             b0_load16(d + 10), b0_load16(d + 12), d[4], d[5], d[6], i[5], i[6], i[7], i[2]);
    entry->devtype = "usb_interface";
    ADD(entry, "DEVTYPE=usb_interface");
    ADD(entry, "PRODUCT=%x/%x/%x", b0_load16(d + 8), b0_load16(d + 10), b0_load16(d + 12));
    ADD(entry, "TYPE=%u/%u/%u", d[4], d[5], d[6]);
    ADD(entry, "INTERFACE=%u/%u/%u", i[5], i[6], i[7]);
    ADD(entry, "MODALIAS=%s", modalias);

    vboard_tree_add(tree, at);
    if (device->port == 0) {
        vboard_tree_driver(tree, at->path, "usb", "hub"); /* the boards' interfaces have none */
    }
    write_text(tree, at, "uevent", entry->properties);
    vboard_tree_attribute(tree, at, "bInterfaceNumber", "%02x", i[2]);
    vboard_tree_attribute(tree, at, "bAlternateSetting", "%2u", i[3]);
    vboard_tree_attribute(tree, at, "bNumEndpoints", "%02x", i[4]);
    vboard_tree_attribute(tree, at, "bInterfaceClass", "%02x", i[5]);
    vboard_tree_attribute(tree, at, "bInterfaceSubClass", "%02x", i[6]);
    vboard_tree_attribute(tree, at, "bInterfaceProtocol", "%02x", i[7]);
    vboard_tree_attribute(tree, at, "supports_autosuspend", "1");
    vboard_tree_attribute(tree, at, "authorized", "1");
    vboard_tree_attribute(tree, at, "modalias", "%s", modalias);
    write_string(tree, device, at, "interface", i[8], true);
}

void vboard_sysfs_show(struct vboard_tree *tree, const struct vboard_usb_device *device,
                       struct vboard_sysfs *shown)
{
    struct vboard_sysfs_entry *entry = &shown->entries[0];
    const uint8_t *d = device->descriptors;
    const uint8_t *c = d + BOOT0_USB_DEVICE_DESC_SIZE;
    const uint8_t *i;
    uint32_t seen = 0; /* a broken descriptor may name an interface twice */
    size_t at = 0;

    memset(shown, 0, sizeof *shown);
    if (device->descriptors_size < BOOT0_USB_DEVICE_DESC_SIZE + BOOT0_USB_CONFIG_DESC_SIZE) {
        return; /* the kernel gives up on such a device */
    }
    entry->devtype = "usb_device";
    place_device(device, &entry->at);
    vboard_tree_add(tree, &entry->at);
    if (device->port == 0) {
        vboard_tree_driver(tree, controller, "platform", "vboard_hcd");
    }
    device_properties(device, d, entry);
    udev_properties(device, d, entry);
    write_text(tree, &entry->at, "uevent", entry->properties);
    vboard_tree_driver(tree, entry->at.path, "usb", "usb");
    device_attributes(tree, device, &entry->at, d, c);
    vboard_tree_node(tree, &entry->at, device->descriptors, device->descriptors_size);
    shown->count = 1;

    while ((i = vboard_sysfs_next(device, &at)) != NULL && shown->count <= VBOARD_INTERFACES_MAX) {
        if (i[1] == BOOT0_USB_DESC_INTERFACE && i[0] >= BOOT0_USB_INTERFACE_DESC_SIZE &&
            i[3] == 0 && i[2] < 32 && (seen >> i[2] & 1) == 0) {
            seen |= UINT32_C(1) << i[2];
            entry = &shown->entries[shown->count++];
            show_interface(tree, device, &shown->entries[0].at, d, c, i, entry);
        }
    }
}

void vboard_sysfs_announce(struct vboard_uevents *events, const struct vboard_sysfs *shown,
                           bool added)
{
    for (size_t n = 0; n < shown->count; n++) {
        const struct vboard_sysfs_entry *entry = &shown->entries[added ? n : shown->count - 1 - n];

        vboard_uevent_send(events, added ? "add" : "remove", &entry->at, entry->devtype,
                           entry->properties);
    }
}

void vboard_sysfs_hide(struct vboard_tree *tree, const struct vboard_sysfs *shown)
{
    for (size_t n = 0; n < shown->count; n++) {
        vboard_tree_unlink(tree, &shown->entries[n].at);
    }
}

void vboard_sysfs_remove(struct vboard_tree *tree, struct vboard_sysfs *shown)
{
    while (shown->count > 0) {
        vboard_tree_remove(tree, &shown->entries[--shown->count].at);
    }
}
