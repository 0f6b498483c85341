/*
 * Windows: USB devices with their driver's service and problem code, as the device manager has them
 * (SetupAPI and the configuration manager). What they mean is in driver.c.
 */
#ifdef _WIN32

#include "facts.h"

/* In this order: setupapi.h needs windows.h, cfgmgr32.h both. */
#include <windows.h>

#include <setupapi.h>

#include <cfgmgr32.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROPERTY_MAX = 1024,
};

/* A property of a device; a list of strings has its ends turned into blanks. */
static bool read_property(HDEVINFO set, SP_DEVINFO_DATA *info, DWORD property, char *text,
                          DWORD size)
{
    DWORD used = 0;

    text[0] = '\0';
    if (!SetupDiGetDeviceRegistryPropertyA(set, info, property, NULL, (BYTE *)text, size - 1,
                                           &used) ||
        used == 0)
        return false;
    for (DWORD i = 0; i + 1 < used && i + 1 < size; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    text[used < size ? used : size - 1] = '\0';
    for (char *c = text; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return true;
}

static uint16_t read_id(const char *ids, const char *key)
{
    const char *at = strstr(ids, key);

    return at ? (uint16_t)strtoul(at + strlen(key), NULL, 16) : 0;
}

/* The compatible ids tell an interface's class, as of USB\CLASS_FE&SUBCLASS_01&PROT_02. */
static uint8_t read_dfu_protocol(const char *compatible)
{
    const char *at = strstr(compatible, "CLASS_FE&SUBCLASS_01&PROT_");

    return at ? (uint8_t)strtoul(strrchr(at, '_') ? at + 26 : at, NULL, 16) : 0;
}

static void look_at_device(struct facts *facts, HDEVINFO set, SP_DEVINFO_DATA *info)
{
    char ids[PROPERTY_MAX], compatible[PROPERTY_MAX], service[32];
    struct doctor_device *device;
    ULONG status = 0, problem = 0;
    enum device_kind kind;
    const char *name;

    if (!read_property(set, info, SPDRP_HARDWAREID, ids, sizeof ids) || strstr(ids, "ROOT_HUB"))
        return;
    read_property(set, info, SPDRP_COMPATIBLEIDS, compatible, sizeof compatible);
    if (strstr(compatible, "CLASS_09")) /* a hub */
        return;
    kind = facts_kind(read_id(ids, "VID_"), read_id(ids, "PID_"), read_dfu_protocol(compatible),
                      &name);
    /* A device that did not answer gets made-up ids; what Windows calls it differs by release. */
    if (read_id(ids, "VID_") == 0)
        kind = DEVICE_UNKNOWN;
    device = facts_add(facts);
    if (!device)
        return;
    device->kind = kind;
    device->vendor = read_id(ids, "VID_");
    device->product = read_id(ids, "PID_");
    snprintf(device->path, sizeof device->path, "device %lu", (unsigned long)info->DevInst);
    snprintf(device->name, sizeof device->name, "%s", name ? name : "");
    device->windows.asked = true;
    if (read_property(set, info, SPDRP_SERVICE, service, sizeof service))
        snprintf(device->windows.service, sizeof device->windows.service, "%s", service);
    if (CM_Get_DevNode_Status(&status, &problem, info->DevInst, 0) == CR_SUCCESS &&
        (status & DN_HAS_PROBLEM))
        device->windows.problem = (unsigned)problem;
}

void facts_from_windows(struct facts *facts)
{
    SP_DEVINFO_DATA info = {.cbSize = sizeof info};
    HDEVINFO set = SetupDiGetClassDevsA(NULL, "USB", NULL, DIGCF_PRESENT | DIGCF_ALLCLASSES);

    facts->system = SYSTEM_WINDOWS;
    if (set == INVALID_HANDLE_VALUE)
        return;
    facts->lists_all = true;
    facts->has_bus = true;
    for (DWORD i = 0; SetupDiEnumDeviceInfo(set, i, &info); i++)
        look_at_device(facts, set, &info);
    SetupDiDestroyDeviceInfoList(set);
}

#else
/* Elsewhere there is nothing to compile, which ISO C does not allow of a file. */
typedef int windows_only;
#endif
