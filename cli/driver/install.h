/* SPDX-License-Identifier: MIT */
/* Binds a device to Windows' own WinUSB, and returns it to Windows. */
#ifndef BOOT0_CLI_DRIVER_INSTALL_H
#define BOOT0_CLI_DRIVER_INSTALL_H

#include "device.h"

enum driver_step {
    DRIVER_STEP_NONE,
    DRIVER_STEP_FIND,      /* the device, in the device manager */
    DRIVER_STEP_MODEL,     /* WinUSB, in winusb.inf */
    DRIVER_STEP_CLASS,     /* sets the device's class */
    DRIVER_STEP_INSTALL,   /* DiInstallDevice */
    DRIVER_STEP_INTERFACE, /* DeviceInterfaceGUIDs, by which programs find it */
    DRIVER_STEP_RESTART,   /* so that the driver reads them */
    DRIVER_STEP_REMOVE,    /* DIF_REMOVE, and a search for devices */
    DRIVER_STEP_ELEVATE,   /* asks for an administrator */
    DRIVER_STEP_COUNT
};

/* The outcome: error 0 is success, else Windows' number for the failed step. */
struct driver_result {
    enum driver_step step;
    uint32_t error;
    bool reboot; /* Windows must be restarted */
};

/* Device interface class of boards that this command binds: not the bootloader's own. */
#define DRIVER_INTERFACE "{B0070000-6D2B-4D1C-9D55-5A3C1F0B5E00}"

/* Whether this program can install WinUSB on this Windows. Needs no administrator. */
struct driver_result driver_can_install(const struct b0_setup *setup);

/*
 * Installs WinUSB on the device of that name. If that fails, returns the device to Windows, which
 * chooses a driver for it as for a new one.
 */
struct driver_result driver_install(const struct b0_setup *setup, const char *instance);

/* Returns the device to Windows, which forgets it, finds it again, and chooses a driver. */
struct driver_result driver_remove(const struct b0_setup *setup, const char *instance);

/*
 * Packs a result into an exit code, 0 for success without a restart, and unpacks it: the
 * administrator's process reports this way to the one with a terminal.
 */
uint32_t driver_result_pack(const struct driver_result *result);
struct driver_result driver_result_unpack(uint32_t code);

/* Turns a result into an error; `what` names the device. BOOT0_OK: success. */
enum boot0_status driver_result_error(const struct driver_result *result, const char *what,
                                      struct boot0_error *error);

#endif
