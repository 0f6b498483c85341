/* SPDX-License-Identifier: MIT */
/*
 * Windows: USB devices with their driver's service and problem code, as the device manager has them
 * (SetupAPI and the configuration manager). What the answers say is in windows_answers.c, what the
 * drivers mean in driver.c.
 */
#ifdef _WIN32

#include "facts.h"

/* In this order: setupapi.h needs windows.h, cfgmgr32.h both. */
#include <windows.h>

#include <setupapi.h>

#include <cfgmgr32.h>
enum {
    PROPERTY_MAX = 1024,
};

/* A property of a device; "" if it has none. */
static bool read_property(HDEVINFO set, SP_DEVINFO_DATA *info, DWORD property, char *text,
                          DWORD size)
{
    DWORD used = 0;
    bool ok = SetupDiGetDeviceRegistryPropertyA(set, info, property, NULL, (BYTE *)text, size,
                                                &used) != 0;

    windows_flatten(text, ok ? used : 0, size);
    return text[0] != '\0';
}

static void look_at_device(struct facts *facts, HDEVINFO set, SP_DEVINFO_DATA *info)
{
    char ids[PROPERTY_MAX], compatible[PROPERTY_MAX], service[PROPERTY_MAX];
    struct windows_answers answers = {ids, compatible, service, 0, info->DevInst};
    ULONG status = 0, problem = 0;

    if (!read_property(set, info, SPDRP_HARDWAREID, ids, sizeof ids))
        return;
    read_property(set, info, SPDRP_COMPATIBLEIDS, compatible, sizeof compatible);
    read_property(set, info, SPDRP_SERVICE, service, sizeof service);
    if (CM_Get_DevNode_Status(&status, &problem, info->DevInst, 0) == CR_SUCCESS &&
        (status & DN_HAS_PROBLEM))
        answers.problem = (unsigned)problem;
    facts_from_answers(facts, &answers);
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
