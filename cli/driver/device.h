/* SPDX-License-Identifier: MIT */
/* A USB device as Windows' device manager describes it, and what its driver means for boot0. */
#ifndef BOOT0_CLI_DRIVER_DEVICE_H
#define BOOT0_CLI_DRIVER_DEVICE_H

#include "../doctor/facts.h"

#include <base/platform/setup.h>

/* Where a driver came from. */
enum driver_source {
    DRIVER_FROM_NOWHERE, /* none */
    DRIVER_FROM_DEVICE,  /* WinUSB, as the device's own descriptors request */
    DRIVER_FROM_HAND,    /* Windows' WinUSB, chosen by `boot0 driver install` or by hand */
    DRIVER_FROM_PACKAGE, /* an installed package: oem12.inf */
    DRIVER_FROM_WINDOWS, /* another driver that Windows has */
    DRIVER_SOURCE_COUNT
};

enum driver_verdict {
    DRIVER_READY,    /* boot0 can use the device */
    DRIVER_MISSING,  /* it has no driver: WinUSB can be installed */
    DRIVER_REPLACED, /* it has a driver that boot0 cannot use: WinUSB can take its place */
    DRIVER_KEPT,     /* its driver is right, but not for flashing */
    DRIVER_NO_CURE,  /* no driver can help */
    DRIVER_VERDICT_COUNT
};

struct driver_device {
    struct b0_setup_device setup;
    enum device_kind kind;
    uint16_t vendor;
    uint16_t product;
    const char *name; /* that it is known by; NULL */
    enum driver_source source;
    enum driver_verdict verdict;
};

/* Reads a device. False: it is a hub. */
bool driver_device_read(const struct b0_setup_device *setup, struct driver_device *device);

/* Whether `boot0 driver` lists it: it is a board, or may be one. */
bool driver_device_is_listed(const struct driver_device *device);

/* Whether boot0 can use it only after WinUSB is installed. */
bool driver_device_needs(const struct driver_device *device);

/* "hand", "package": stable, for scripts. */
const char *driver_source_name(enum driver_source source);
const char *driver_verdict_name(enum driver_verdict verdict);

#endif
