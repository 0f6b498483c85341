/* SPDX-License-Identifier: MIT */
/* Facts that do not depend on the system: lists of devices, known ids, versions. */
#include "facts.h"

#include <core/array.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    VERSION_MAX = 9999,
};

/* ST-LINK ids: the udev rules of stlink (stlink-org/stlink, config/udev/rules.d). */
static const struct {
    uint16_t vendor, product;
    enum device_kind kind;
    const char *name;
} known[] = {
    {BOOT0_VENDOR_ST, BOOT0_PRODUCT_ST_DFU, DEVICE_DFU, "ST's bootloader in ROM"},
    {BOOT0_VENDOR_LEAFLABS, BOOT0_PRODUCT_MAPLE_DFU, DEVICE_DFU, "Maple bootloader"},
    {0x28e9, 0x0189, DEVICE_DFU, "GigaDevice's bootloader in ROM"},
    {BOOT0_VENDOR_LEAFLABS, BOOT0_PRODUCT_MAPLE_SERIAL, DEVICE_PROGRAM, "Maple serial port"},
    {BOOT0_VENDOR_ST, 0x5740, DEVICE_PROGRAM, "STM32 virtual serial port"},
    {BOOT0_VENDOR_ST, 0x3744, DEVICE_PROBE, "ST-LINK"},
    {BOOT0_VENDOR_ST, 0x3748, DEVICE_PROBE, "ST-LINK/V2"},
    {BOOT0_VENDOR_ST, 0x374a, DEVICE_PROBE, "ST-LINK/V2-1"},
    {BOOT0_VENDOR_ST, 0x374b, DEVICE_PROBE, "ST-LINK/V2-1"},
    {BOOT0_VENDOR_ST, 0x3752, DEVICE_PROBE, "ST-LINK/V2-1"},
    {BOOT0_VENDOR_ST, 0x374d, DEVICE_PROBE, "ST-LINK/V3"},
    {BOOT0_VENDOR_ST, 0x374e, DEVICE_PROBE, "ST-LINK/V3"},
    {BOOT0_VENDOR_ST, 0x374f, DEVICE_PROBE, "ST-LINK/V3"},
    {BOOT0_VENDOR_ST, 0x3753, DEVICE_PROBE, "ST-LINK/V3"},
    {BOOT0_VENDOR_ST, 0x3754, DEVICE_PROBE, "ST-LINK/V3"},
    {BOOT0_VENDOR_ST, 0x3757, DEVICE_PROBE, "ST-LINK/V3"},
};

enum device_kind facts_kind(uint16_t vendor, uint16_t product, uint8_t dfu_protocol,
                            const char **name)
{
    enum device_kind kind = DEVICE_OTHER;

    *name = NULL;
    for (size_t i = 0; i < B0_LENGTH(known); i++)
        if (known[i].vendor == vendor && known[i].product == product) {
            kind = known[i].kind;
            *name = known[i].name;
        }
    /* Descriptors are more reliable than ids, which many programs share. */
    if (dfu_protocol == BOOT0_DFU_PROTOCOL_RUNTIME)
        return DEVICE_RUNTIME;
    return dfu_protocol == BOOT0_DFU_PROTOCOL_DFU ? DEVICE_DFU : kind;
}

struct doctor_device *facts_add(struct facts *facts)
{
    struct doctor_device *device;

    if (facts->device_count == DOCTOR_DEVICES_MAX)
        return NULL;
    device = &facts->devices[facts->device_count++];
    memset(device, 0, sizeof *device);
    return device;
}

struct doctor_device *facts_device(struct facts *facts, const char *path)
{
    for (size_t i = 0; i < facts->device_count; i++)
        if (strcmp(facts->devices[i].path, path) == 0)
            return &facts->devices[i];
    return NULL;
}

bool facts_parse_version(const char *text, struct doctor_tool *tool)
{
    static const char name[] = "dfu-util ";
    const char *number = text + sizeof name - 1;
    unsigned long major, minor;
    char *end;

    if (strncmp(text, name, sizeof name - 1) != 0 || !isdigit((unsigned char)*number))
        return false;
    major = strtoul(number, &end, 10);
    if (*end != '.' || !isdigit((unsigned char)end[1]))
        return false;
    minor = strtoul(end + 1, NULL, 10);
    if (major > VERSION_MAX || minor > VERSION_MAX)
        return false;
    tool->major = (unsigned)major;
    tool->minor = (unsigned)minor;
    return true;
}
