/* SPDX-License-Identifier: MIT */
/*
 * What the device manager of Windows answers about a device, taken apart. No system call: so it is
 * tested everywhere, with answers as they are recorded; windows.c asks.
 *
 * The ids' form: Microsoft, "Standard USB Identifiers".
 */
#include "facts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void windows_flatten(char *text, size_t used, size_t size)
{
    if (used > size - 1)
        used = size - 1;
    text[used] = '\0';
    while (used > 0 && text[used - 1] == '\0')
        used--;
    for (size_t i = 0; i < used; i++)
        text[i] = text[i] ? (char)toupper((unsigned char)text[i]) : ' ';
}

static uint16_t read_id(const char *ids, const char *key)
{
    const char *at = strstr(ids, key);

    return at ? (uint16_t)strtoul(at + strlen(key), NULL, 16) : 0;
}

/* The compatible ids tell an interface's class. */
static uint8_t read_dfu_protocol(const char *compatible)
{
    static const char dfu[] = "CLASS_FE&SUBCLASS_01&PROT_";
    const char *at = strstr(compatible, dfu);

    return at ? (uint8_t)strtoul(at + sizeof dfu - 1, NULL, 16) : 0;
}

static bool is_hub(const struct windows_answers *answers)
{
    return strstr(answers->ids, "ROOT_HUB") || strstr(answers->compatible, "CLASS_09");
}

void facts_from_answers(struct facts *facts, const struct windows_answers *answers)
{
    uint16_t vendor = read_id(answers->ids, "VID_"), product = read_id(answers->ids, "PID_");
    const char *name;
    enum device_kind kind =
        facts_kind(vendor, product, read_dfu_protocol(answers->compatible), &name);
    struct doctor_device *device = is_hub(answers) ? NULL : facts_add(facts);

    if (!device)
        return;
    /* A device that did not answer gets made-up ids; what Windows calls it differs by release. */
    device->kind = vendor == 0 ? DEVICE_UNKNOWN : kind;
    device->vendor = vendor;
    device->product = product;
    snprintf(device->path, sizeof device->path, "device %lu", answers->instance);
    snprintf(device->name, sizeof device->name, "%s", name ? name : "");
    device->windows.asked = true;
    snprintf(device->windows.service, sizeof device->windows.service, "%s", answers->service);
    device->windows.problem = answers->problem;
}
