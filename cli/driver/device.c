/* SPDX-License-Identifier: MIT */
/*
 * See device.h. Makes no system calls, so that every system tests it, with recorded answers.
 *
 * The ids' form: Microsoft, "Standard USB Identifiers". USB\MS_COMP_WINUSB is the compatible id of
 * a device whose own descriptors request WinUSB: Microsoft, "WinUSB Device".
 */
#include "device.h"

#include "../doctor/findings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static uint16_t read_id(const char *ids, const char *key)
{
    const char *at = strstr(ids, key);

    return at ? (uint16_t)strtoul(at + strlen(key), NULL, 16) : 0;
}

/* The compatible ids contain an interface's class. */
static uint8_t read_dfu_protocol(const char *compatible)
{
    static const char dfu[] = "CLASS_FE&SUBCLASS_01&PROT_";
    const char *at = strstr(compatible, dfu);

    return at ? (uint8_t)strtoul(at + sizeof dfu - 1, NULL, 16) : 0;
}

static bool is_hub(const struct b0_setup_device *setup)
{
    return strstr(setup->ids, "ROOT_HUB") || strstr(setup->compatible, "CLASS_09");
}

static enum driver_source source_of(const struct b0_setup_device *setup)
{
    if (!setup->service[0])
        return DRIVER_FROM_NOWHERE;
    if (strncasecmp(setup->inf, "oem", 3) == 0)
        return DRIVER_FROM_PACKAGE;
    if (strcasecmp(setup->inf, "winusb.inf") != 0)
        return DRIVER_FROM_WINDOWS;
    return strstr(setup->compatible, "MS_COMP_WINUSB") ? DRIVER_FROM_DEVICE : DRIVER_FROM_HAND;
}

/* libusb finds a part of a composite device only by its interface class: libusb, EXT_PASS. */
static bool lacks_interface(const struct b0_setup_device *setup)
{
    return strstr(setup->ids, "&MI_") && !setup->interfaces[0] &&
           strcasecmp(setup->service, "WinUSB") == 0;
}

static enum driver_verdict verdict_of(const struct driver_device *device)
{
    if (device->kind != DEVICE_DFU && device->kind != DEVICE_RUNTIME)
        return device->kind == DEVICE_UNKNOWN ? DRIVER_NO_CURE : DRIVER_KEPT;
    switch (finding_of_driver(device->kind, device->setup.service, device->setup.problem)) {
    case FINDING_READY:
    case FINDING_WINDOWS_LIBUSB0:
        return lacks_interface(&device->setup) ? DRIVER_MISSING : DRIVER_READY;
    case FINDING_WINDOWS_NO_DRIVER:
        return DRIVER_MISSING;
    case FINDING_WINDOWS_COMPOSITE:
        return DRIVER_KEPT;
    case FINDING_WINDOWS_DISABLED:
    case FINDING_WINDOWS_ENUMERATION:
        return DRIVER_NO_CURE;
    default:
        return DRIVER_REPLACED;
    }
}

bool driver_device_read(const struct b0_setup_device *setup, struct driver_device *device)
{
    if (is_hub(setup))
        return false;
    *device = (struct driver_device){
        .setup = *setup,
        .vendor = read_id(setup->ids, "VID_"),
        .product = read_id(setup->ids, "PID_"),
    };
    device->kind = facts_kind(device->vendor, device->product, read_dfu_protocol(setup->compatible),
                              &device->name);
    /* A device that did not answer gets made-up ids; its name in Windows differs by release. */
    if (device->vendor == 0)
        device->kind = DEVICE_UNKNOWN;
    device->source = source_of(setup);
    device->verdict = verdict_of(device);
    return true;
}

bool driver_device_is_listed(const struct driver_device *device)
{
    return device->kind != DEVICE_OTHER && device->kind != DEVICE_PROBE;
}

bool driver_device_needs(const struct driver_device *device)
{
    return device->verdict == DRIVER_MISSING || device->verdict == DRIVER_REPLACED;
}

const char *driver_source_name(enum driver_source source)
{
    static const char *const names[DRIVER_SOURCE_COUNT] = {
        [DRIVER_FROM_NOWHERE] = "none",    [DRIVER_FROM_DEVICE] = "device",
        [DRIVER_FROM_HAND] = "hand",       [DRIVER_FROM_PACKAGE] = "package",
        [DRIVER_FROM_WINDOWS] = "windows",
    };

    return names[source];
}

const char *driver_verdict_name(enum driver_verdict verdict)
{
    static const char *const names[DRIVER_VERDICT_COUNT] = {
        [DRIVER_READY] = "ready", [DRIVER_MISSING] = "missing", [DRIVER_REPLACED] = "other",
        [DRIVER_KEPT] = "keep",   [DRIVER_NO_CURE] = "no-cure",
    };

    return names[verdict];
}
