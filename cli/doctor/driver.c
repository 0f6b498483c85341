/* SPDX-License-Identifier: MIT */
/*
 * Windows: what the driver's service and the device manager's problem code mean. Only the logic, so
 * that it is tested everywhere.
 *
 * Problem codes: Microsoft, "Device Manager Error Messages". Which drivers libusb can use: libusb's
 * os/windows_winusb.c, winusbx_driver_names; libusb0 is the driver of libusb-win32, STTub30 that of
 * ST's DfuSe Demo.
 */
#include "findings.h"

#include <core/array.h>
#include <strings.h>

static const struct {
    unsigned problem;
    enum finding_code code;
} problems[] = {
    {1, FINDING_WINDOWS_NO_DRIVER},    /* not configured correctly */
    {10, FINDING_WINDOWS_START},       /* cannot start */
    {18, FINDING_WINDOWS_NO_DRIVER},   /* reinstall the drivers */
    {22, FINDING_WINDOWS_DISABLED},    /* disabled by the user */
    {28, FINDING_WINDOWS_NO_DRIVER},   /* the drivers are not installed */
    {31, FINDING_WINDOWS_NO_DRIVER},   /* the drivers cannot be loaded */
    {39, FINDING_WINDOWS_NO_DRIVER},   /* the driver is corrupted or missing */
    {43, FINDING_WINDOWS_ENUMERATION}, /* the device has reported problems */
    {52, FINDING_WINDOWS_UNSIGNED},    /* the driver's signature cannot be verified */
};

static const struct {
    const char *service;
    enum finding_code code;
} services[] = {
    {"WinUSB", FINDING_READY},
    {"libusbK", FINDING_READY},
    {"libusb0", FINDING_WINDOWS_LIBUSB0},
    {"STTub30", FINDING_WINDOWS_ST_DRIVER},
    {"usbccgp", FINDING_WINDOWS_COMPOSITE},
    {"usbser", FINDING_WINDOWS_SERIAL},
    {"", FINDING_WINDOWS_NO_DRIVER},
};

enum finding_code finding_of_driver(enum device_kind kind, const char *service, unsigned problem)
{
    for (size_t i = 0; i < B0_LENGTH(problems); i++)
        if (problems[i].problem == problem)
            return kind == DEVICE_PROGRAM && problems[i].code == FINDING_WINDOWS_NO_DRIVER
                       ? FINDING_WINDOWS_NO_PORT
                       : problems[i].code;
    if (problem != 0)
        return FINDING_WINDOWS_PROBLEM;
    /* A program cannot be flashed as it is: its serial port and its composite parent are right. */
    if (kind == DEVICE_PROGRAM)
        return FINDING_READY;
    for (size_t i = 0; i < B0_LENGTH(services); i++)
        if (strcasecmp(services[i].service, service) == 0)
            return services[i].code;
    return FINDING_WINDOWS_WRONG_DRIVER;
}
