/* SPDX-License-Identifier: MIT */
/*
 * Windows: USB devices with their driver's service and problem code, from the device manager.
 * driver.c says what the drivers mean.
 */
#include "../driver/device.h"

#include <stdio.h>

/* How much a node says about its device, by its kind. */
static int rank(enum device_kind kind)
{
    static const int ranks[] = {
        [DEVICE_OTHER] = 0,   [DEVICE_UNKNOWN] = 1, [DEVICE_PROBE] = 2,
        [DEVICE_PROGRAM] = 3, [DEVICE_RUNTIME] = 4, [DEVICE_DFU] = 5,
    };

    return ranks[kind];
}

/* Each interface of a composite device is a node of its own, and so is the device. */
static struct doctor_device *place_for(struct facts *facts, const struct b0_setup_device *setup,
                                       enum device_kind kind)
{
    struct doctor_device *same = setup->path[0] ? facts_device(facts, setup->path) : NULL;

    if (!same)
        return facts_add(facts);
    return rank(kind) > rank(same->kind) ? same : NULL;
}

void facts_from_setup_device(struct facts *facts, const struct b0_setup_device *setup)
{
    struct driver_device found;
    struct doctor_device *device =
        driver_device_read(setup, &found) ? place_for(facts, setup, found.kind) : NULL;

    if (!device)
        return;
    device->kind = found.kind;
    device->vendor = found.vendor;
    device->product = found.product;
    snprintf(device->path, sizeof device->path, "%.*s", (int)sizeof device->path - 1,
             setup->path[0] ? setup->path : setup->instance);
    snprintf(device->name, sizeof device->name, "%s", found.name ? found.name : "");
    device->windows.asked = true;
    snprintf(device->windows.service, sizeof device->windows.service, "%.31s", setup->service);
    device->windows.problem = setup->problem;
}

void facts_from_setup(struct facts *facts, const struct b0_setup *setup)
{
    struct b0_setup_device device;
    uint32_t error = B0_SETUP_END;

    facts->system = SYSTEM_WINDOWS;
    for (size_t i = 0; (error = setup->ops->device(setup->context, i, &device)) == 0; i++)
        facts_from_setup_device(facts, &device);
    facts->lists_all = facts->has_bus = error == B0_SETUP_END;
}
