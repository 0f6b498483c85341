/* SPDX-License-Identifier: MIT */
/*
 * base/platform/usb_path.h with location paths (Microsoft, "DEVPKEY_Device_LocationPaths"). Buses
 * are numbered like in libusb: from 1, in the order in which SetupAPI lists host controllers
 * (libusb 1.0.26, os/windows_winusb.c, HCD_PASS).
 */
#include "native.h"

#include <base/platform/setup.h>
#include <base/platform/usb_path.h>
#include <string.h>

/* The order of these headers matters. */
#include <setupapi.h>

#include <cfgmgr32.h>

enum {
    HOSTS_MAX = 32,
    ANCESTORS_MAX = 4, /* a serial port's parent is its interface, then the device */
};

/* GUID_DEVINTERFACE_USB_HOST_CONTROLLER from usbiodef.h. */
static const GUID host_controllers = {
    0x3abf6f2d, 0x71c4, 0x462a, {0x8a, 0x92, 0x1e, 0x68, 0x61, 0xe6, 0xaf, 0x27}};

/* Reads the first of a node's location paths, which are ASCII. */
static void read_location(DEVINST node, char location[B0_SETUP_NAME])
{
    char list[B0_SETUP_LIST];
    ULONG size = sizeof list - 1;

    location[0] = '\0';
    memset(list, 0, sizeof list);
    if (CM_Get_DevNode_Registry_PropertyA(node, CM_DRP_LOCATION_PATHS, NULL, list, &size, 0) ==
            CR_SUCCESS &&
        strlen(list) < B0_SETUP_NAME)
        strcpy(location, list);
}

static size_t read_hosts(char hosts[HOSTS_MAX][B0_SETUP_NAME])
{
    HDEVINFO set =
        SetupDiGetClassDevsW(&host_controllers, NULL, NULL, DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
    SP_DEVINFO_DATA info = {.cbSize = sizeof info};
    size_t count = 0;

    if (set == INVALID_HANDLE_VALUE)
        return 0;
    while (count < HOSTS_MAX && SetupDiEnumDeviceInfo(set, (DWORD)count, &info))
        read_location(info.DevInst, hosts[count++]);
    SetupDiDestroyDeviceInfoList(set);
    return count;
}

bool b0_usb_path(uint32_t node, char *path, size_t size)
{
    char hosts[HOSTS_MAX][B0_SETUP_NAME], location[B0_SETUP_NAME];
    size_t count = read_hosts(hosts);
    DEVINST at = node;

    for (int i = 0; i < ANCESTORS_MAX; i++) {
        read_location(at, location);
        if (b0_setup_port(location, (const char(*)[B0_SETUP_NAME])hosts, count, path, size))
            return true;
        if (CM_Get_Parent(&at, at, 0) != CR_SUCCESS)
            break;
    }
    path[0] = '\0';
    return false;
}
